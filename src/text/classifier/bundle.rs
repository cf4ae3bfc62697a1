//! 分类器组 — classifiers of one feature space, asked together: the runs of a post are made and looked up once for all.

use super::table::Table;
use super::{Characters, Classifier, FeatureSpace};

/// Marks a hash that a classifier does not know.
const UNKNOWN: u32 = u32::MAX;

/// Classifiers of one feature space.
#[derive(Debug)]
pub struct Bundle {
    classifiers: Vec<Classifier>,
    /// The hashes that any of them knows.
    table: Table,
    /// Number of each known hash in each classifier: `numbers[number * classifiers + classifier]`.
    numbers: Vec<u32>,
}

impl Bundle {
    /// Takes classifiers together.
    ///
    /// # Errors
    /// The name of the first one whose feature space is not that of the others.
    pub fn new(classifiers: Vec<Classifier>) -> Result<Bundle, String> {
        let space = classifiers.first().map(|first| first.space.clone());
        let is_other = |one: &&Classifier| Some(&one.space) != space.as_ref();
        if let Some(other) = classifiers.iter().find(is_other) {
            return Err(other.task.clone());
        }
        let mut hashes: Vec<u32> = (classifiers.iter())
            .flat_map(|classifier| classifier.table.hashes())
            .copied()
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        let numbers = (hashes.iter())
            .flat_map(|hash| {
                (classifiers.iter())
                    .map(|classifier| classifier.table.find(*hash).unwrap_or(UNKNOWN))
            })
            .collect();
        Ok(Bundle {
            table: Table::new(hashes),
            numbers,
            classifiers,
        })
    }

    /// The classifiers, in order.
    pub fn classifiers(&self) -> &[Classifier] {
        &self.classifiers
    }

    /// Probability of each class, classifier by classifier.
    pub fn probabilities(&self, post: &Characters) -> Vec<Vec<f32>> {
        let margins = self.margins(post).into_iter().zip(&self.classifiers);
        margins
            .map(|(margins, classifier)| {
                let margins = margins.into_iter().zip(&classifier.classes);
                margins
                    .map(|(margin, class)| class.probability(margin))
                    .collect()
            })
            .collect()
    }

    /// As `Classifier::margins`, classifier by classifier.
    fn margins(&self, post: &Characters) -> Vec<Vec<f32>> {
        let mut margins: Vec<Vec<f32>> = (self.classifiers.iter())
            .map(|classifier| classifier.classes.iter().map(|class| class.bias).collect())
            .collect();
        let Some(space) = self.space() else {
            return margins;
        };
        let mut found = Vec::new();
        for (field, window) in (0..).zip(&space.windows) {
            found.clear();
            post.hashes(*window, space.longest, field, &mut found);
            self.table.number(&mut found);
            let counted: Vec<(u32, f32)> = space.counted(&mut found).collect();
            for (position, (classifier, margins)) in
                (0..).zip(self.classifiers.iter().zip(&mut margins))
            {
                let known = counted.iter().filter_map(|(number, times)| {
                    let number = self.numbers[*number as usize * self.classifiers.len() + position];
                    (number != UNKNOWN).then_some((number, *times))
                });
                classifier.add_window(*window, known, margins);
            }
        }
        margins
    }

    fn space(&self) -> Option<&FeatureSpace> {
        self.classifiers.first().map(|first| &first.space)
    }
}

#[cfg(test)]
mod tests {
    use super::Bundle;
    use crate::text::classifier::{
        Characters, Class, Classifier, FeatureSpace, Signs, Weighed, Window,
    };

    fn classifier(task: &str, longest: usize, word: &str, weight: f32) -> Classifier {
        let space = FeatureSpace {
            longest,
            windows: vec![Window::Whole, Window::Signs],
            counts_again: false,
        };
        let class = Class {
            name: task.to_owned(),
            step: 0.0,
            bias: 0.1,
            slope: 2.0,
            offset: 0.0,
            from: 0.5,
        };
        let mut post = Characters::new("", word);
        post.set_signs(signs());
        let known = space.runs(&post).into_iter().flatten();
        let weighed = known.map(|(hash, _)| Weighed {
            hash,
            rarity: 2.0,
            weights: vec![weight],
        });
        let known = weighed.collect();
        Classifier::pack(task, space, vec![class], known)
    }

    fn signs() -> Signs {
        let mut signs = Signs::default();
        signs.add(&["group", "N3"]);
        signs
    }

    #[test]
    fn together_they_say_what_each_says_alone() {
        let (one, other) = (
            classifier("a", 2, "欠薪", 2.0),
            classifier("b", 2, "薪水", -1.0),
        );
        let bundle = Bundle::new(vec![one.clone(), other.clone()]).expect("one space");
        let mut post = Characters::new("", "工地欠薪水");
        post.set_signs(signs());
        let alone = vec![one.probabilities(&post), other.probabilities(&post)];
        assert_eq!(bundle.probabilities(&post), alone);
    }

    #[test]
    fn another_feature_space_is_refused() {
        let both = vec![
            classifier("a", 2, "欠薪", 2.0),
            classifier("b", 3, "欠薪", 2.0),
        ];
        assert_eq!(Bundle::new(both).expect_err("two spaces"), "b");
    }
}

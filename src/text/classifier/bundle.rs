//! 分类器组 — classifiers of one feature space, asked together: the runs of a post are made and looked up once for all.

use super::table::Table;
use super::{Characters, Classifier, FeatureSpace};

/// Marks a hash that a classifier does not know.
const UNKNOWN: u32 = u32::MAX;

/// Classifiers of one feature space.
pub struct Bundle {
    classifiers: Vec<Classifier>,
    /// The hashes that any of them knows.
    table: Table,
    /// Number of each known hash in each classifier: `numbers[number * classifiers + classifier]`.
    numbers: Vec<u32>,
}

impl Bundle {
    /// Takes classifiers together; `Err`: the first one whose feature space is not that of the others.
    pub fn new(classifiers: Vec<Classifier>) -> Result<Bundle, Classifier> {
        let space = classifiers.first().map(|first| first.space.clone());
        let mut classifiers = classifiers;
        if let Some(other) = (classifiers.iter()).position(|one| Some(&one.space) != space.as_ref())
        {
            return Err(classifiers.swap_remove(other));
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
            post.for_each_hash(*window, space.longest, field, |hash| {
                found.extend(self.table.find(hash));
            });
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

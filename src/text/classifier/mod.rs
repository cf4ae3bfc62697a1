//! 分类器 — title and text → how far a post lies on each class's side: a linear model over runs of characters. Reads and
//! writes the file that `yuqing train` makes; training itself is in `train`.

mod file;
mod pieces;
mod table;
mod windows;

pub use windows::{Characters, Window};

use pieces::for_each_run;
use serde::{Deserialize, Serialize};
use table::Table;

/// How a post becomes features; a model knows it by its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureSpace {
    /// Longest run of characters.
    pub longest: usize,
    /// What is read, each part by itself.
    pub windows: Vec<Window>,
    /// What occurs again counts more (`1 + ln n`).
    pub counts_again: bool,
}

impl FeatureSpace {
    /// Hashes of the runs seen through each window, in order, each once, with what they count.
    pub fn runs(&self, post: &Characters) -> Vec<Vec<(u32, f32)>> {
        (0..)
            .zip(&self.windows)
            .map(|(field, window)| {
                let characters = post.seen_through(*window);
                let mut hashes = Vec::with_capacity(characters.len() * self.longest);
                for_each_run(characters, self.longest, field, |hash, _, _| {
                    hashes.push(hash)
                });
                self.counted(hashes)
            })
            .collect()
    }

    fn counted(&self, mut found: Vec<u32>) -> Vec<(u32, f32)> {
        found.sort_unstable();
        let again = |count: usize| match self.counts_again {
            true => 1.0 + (count as f32).ln(),
            false => 1.0,
        };
        found
            .chunk_by(|one, next| one == next)
            .map(|same| (same[0], again(same.len())))
            .collect()
    }
}

/// 分类器 — a plane for each class in the space of features. Every window's features are brought to length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// What is told apart: `about`, `news`, `weibo`.
    pub task: String,
    /// How a post becomes features.
    pub space: FeatureSpace,
    /// Classes, by their names in the training rows.
    pub classes: Vec<Class>,
    /// The hashes that the model knows.
    table: Table,
    /// Weights of all classes for each known hash: `weights[number * classes + class]`, in steps of `Class::step`.
    weights: Vec<i8>,
    /// Rarity of each known hash, 255 the highest. Only their proportions count.
    rarity: Vec<u8>,
}

/// One class of a classifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Value of one step of a weight.
    pub step: f32,
    /// Added to every sum.
    pub bias: f32,
    /// Margin → probability: `1 / (1 + exp(-(slope * margin + offset)))` (Platt, 1999).
    pub slope: f32,
    /// See `slope`.
    pub offset: f32,
    /// From this probability on the class is taken, whatever the others say; over 1: never so.
    pub from: f32,
}

impl Class {
    /// Probability at a distance from the plane.
    pub fn probability(&self, margin: f32) -> f32 {
        1.0 / (1.0 + (-(self.slope * margin + self.offset)).exp())
    }
}

/// What a known hash says, in full precision.
pub struct Weighed {
    /// The hash of a run.
    pub hash: u32,
    /// How rare it is.
    pub rarity: f32,
    /// One weight per class.
    pub weights: Vec<f32>,
}

impl Classifier {
    /// Packs weights into bytes. `classes` come without their steps.
    pub fn pack(
        task: &str,
        space: FeatureSpace,
        mut classes: Vec<Class>,
        mut known: Vec<Weighed>,
    ) -> Classifier {
        known.sort_by_key(|weighed| weighed.hash);
        for (number, class) in classes.iter_mut().enumerate() {
            class.step = largest(known.iter().map(|one| one.weights[number])) / f32::from(i8::MAX);
        }
        let rarity_step = largest(known.iter().map(|one| one.rarity)) / f32::from(u8::MAX);
        let steps: Vec<f32> = classes.iter().map(|class| class.step).collect();
        let packed = |one: &Weighed| -> Vec<i8> {
            let weights = one.weights.iter().zip(&steps);
            weights
                .map(|(weight, step)| (weight / step).round() as i8)
                .collect()
        };
        Classifier {
            task: task.to_owned(),
            space,
            classes,
            weights: known.iter().flat_map(packed).collect(),
            rarity: known
                .iter()
                .map(|one| (one.rarity / rarity_step).round() as u8)
                .collect(),
            table: Table::new(known.iter().map(|one| one.hash).collect()),
        }
    }

    /// Distance to each class's plane; positive is inside.
    pub fn margins(&self, post: &Characters) -> Vec<f32> {
        let count = self.classes.len();
        let mut margins: Vec<f32> = self.classes.iter().map(|class| class.bias).collect();
        for (field, window) in (0..).zip(&self.space.windows) {
            let mut known = Vec::new();
            let characters = post.seen_through(*window);
            for_each_run(characters, self.space.longest, field, |hash, _, _| {
                known.extend(self.table.find(hash));
            });
            let mut sums = vec![0.0_f32; count];
            let mut square = 0.0_f32;
            for (number, times) in self.space.counted(known) {
                let number = number as usize;
                let value = f32::from(self.rarity[number]) * times;
                square += value * value;
                let weights = &self.weights[number * count..(number + 1) * count];
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += value * f32::from(*weight);
                }
            }
            let length = square.sqrt().max(f32::MIN_POSITIVE);
            for ((margin, sum), class) in margins.iter_mut().zip(sums).zip(&self.classes) {
                *margin += sum * class.step / length;
            }
        }
        margins
    }

    /// Probability of each class.
    pub fn probabilities(&self, post: &Characters) -> Vec<f32> {
        let margins = self.margins(post).into_iter().zip(&self.classes);
        margins
            .map(|(margin, class)| class.probability(margin))
            .collect()
    }

    /// The runs of characters that speak most for a class, as they stand in the text; none overlaps another.
    pub fn telling(&self, post: &Characters, class: usize, count: usize) -> Vec<String> {
        let characters = post.seen_through(Window::Whole);
        let Some(field) = (0..)
            .zip(&self.space.windows)
            .find(|(_, one)| **one == Window::Whole)
        else {
            return Vec::new();
        };
        let mut runs: Vec<(f32, usize, usize)> = Vec::new();
        for_each_run(
            characters,
            self.space.longest,
            field.0,
            |hash, start, end| {
                let is_word =
                    end - start >= 2 && characters[start..end].iter().all(|c| c.is_alphabetic());
                let Some(number) = self.table.find(hash).filter(|_| is_word) else {
                    return;
                };
                let number = number as usize;
                let weight = self.weights[number * self.classes.len() + class];
                let value = f32::from(weight) * f32::from(self.rarity[number]);
                if value > 0.0 {
                    runs.push((value, start, end));
                }
            },
        );
        runs.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut chosen: Vec<(usize, usize)> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for (_, start, end) in runs {
            let overlaps = chosen.iter().any(|(from, to)| start < *to && *from < end);
            let word: String = characters[start..end].iter().collect();
            if !overlaps && !words.contains(&word) {
                chosen.push((start, end));
                words.push(word);
            }
            if words.len() == count {
                break;
            }
        }
        words
    }
}

/// The class that probabilities stand for: the first whose own reaches its `from`, else the most probable. `None`: there
/// is one class only, and it is not reached.
pub fn decide(classes: &[Class], probabilities: &[f32]) -> Option<usize> {
    let both = || classes.iter().zip(probabilities).enumerate();
    let reached = both().find(|(_, (class, probability))| **probability >= class.from);
    if let Some((number, _)) = reached {
        return Some(number);
    }
    let best = both().max_by(|one, other| one.1.1.total_cmp(other.1.1));
    best.map(|(number, _)| number).filter(|_| classes.len() > 1)
}

fn largest(values: impl Iterator<Item = f32>) -> f32 {
    let largest = values.fold(0.0_f32, |most, value| most.max(value.abs()));
    largest.max(f32::MIN_POSITIVE)
}

#[cfg(test)]
mod tests;

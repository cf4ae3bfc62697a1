//! 分类器 — title and text → how far a post lies on each class's side: a linear model over runs of characters. Reads and
//! writes the file that `yuqing train` makes; training itself is in `train`.

mod bundle;
mod file;
mod pieces;
mod signs;
mod table;
mod windows;

pub use bundle::Bundle;
pub use signs::Signs;
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
                let mut hashes = Vec::new();
                post.hashes(*window, self.longest, field, &mut hashes);
                self.counted(&mut hashes).collect()
            })
            .collect()
    }

    /// Each once, with what it counts.
    fn counted<'f>(&self, found: &'f mut [u32]) -> impl Iterator<Item = (u32, f32)> + use<'f> {
        found.sort_unstable();
        let counts_again = self.counts_again;
        let same = found.chunk_by(|one, next| one == next);
        same.map(move |same| match counts_again {
            true => (same[0], 1.0 + (same.len() as f32).ln()),
            false => (same[0], 1.0),
        })
    }
}

/// 分类器 — a plane for each class in the space of features. Every window's features are brought to length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    /// What is told apart: `about`, `news`, `weibo`, `examples.topic` …
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

    /// How far a post lies on each class's side: distance to its plane, positive inside.
    pub fn margins(&self, post: &Characters) -> Vec<f32> {
        let mut margins: Vec<f32> = self.classes.iter().map(|class| class.bias).collect();
        let mut numbers = Vec::new();
        for (field, window) in (0..).zip(&self.space.windows) {
            numbers.clear();
            post.hashes(*window, self.space.longest, field, &mut numbers);
            self.table.number(&mut numbers);
            let counted = self.space.counted(&mut numbers);
            self.add_window(*window, counted, &mut margins);
        }
        margins
    }

    /// Adds what one window says: the numbers of its runs, each once, with what they count.
    fn add_window(
        &self,
        window: Window,
        counted: impl Iterator<Item = (u32, f32)>,
        margins: &mut [f32],
    ) {
        let count = self.classes.len();
        let mut sums = vec![0.0_f32; count];
        let mut square = 0.0_f32;
        for (number, times) in counted {
            let number = number as usize;
            let value = f32::from(self.rarity[number]) * times;
            square += value * value;
            let weights = &self.weights[number * count..(number + 1) * count];
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * f32::from(*weight);
            }
        }
        let length = square.sqrt().max(f32::MIN_POSITIVE) / window.share();
        for ((margin, sum), class) in margins.iter_mut().zip(sums).zip(&self.classes) {
            *margin += sum * class.step / length;
        }
    }

    /// Probability of each class.
    pub fn probabilities(&self, post: &Characters) -> Vec<f32> {
        let margins = self.margins(post).into_iter().zip(&self.classes);
        margins
            .map(|(margin, class)| class.probability(margin))
            .collect()
    }

    /// The runs of characters that speak most for a class, as they stand in the post; none overlaps another.
    pub fn telling(&self, post: &Characters, class: usize, count: usize) -> Vec<String> {
        let characters = post.seen_through(Window::Whole);
        let mut chosen: Vec<Telling> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for run in self.speaking_for(class, post) {
            let letters = &characters[run.start..run.end];
            let overlaps = (chosen.iter()).any(|one| run.start < one.end && one.start < run.end);
            if overlaps || !letters.iter().all(|letter| letter.is_alphabetic()) {
                continue;
            }
            let word: String = letters.iter().collect();
            if !words.contains(&word) {
                chosen.push(run);
                words.push(word);
            }
            if words.len() == count {
                break;
            }
        }
        words
    }

    /// Known runs of the whole post that speak for a class, the strongest first.
    fn speaking_for(&self, class: usize, post: &Characters) -> Vec<Telling> {
        let mut runs = Vec::new();
        let fields = (0..).zip(&self.space.windows);
        for (field, window) in fields.filter(|(_, window)| **window == Window::Whole) {
            let characters = post.seen_through(*window);
            for_each_run(characters, self.space.longest, field, |hash, start, end| {
                let Some(number) = self.table.find(hash).filter(|_| end - start >= MIN_WORD) else {
                    return;
                };
                let weight = self.weights[number as usize * self.classes.len() + class];
                let value = i32::from(weight) * i32::from(self.rarity[number as usize]);
                if value > 0 {
                    runs.push(Telling { value, start, end });
                }
            });
        }
        runs.sort_by_key(|run| (-run.value, run.start));
        runs
    }
}

/// A run that speaks for a class: how strongly, and where it stands.
struct Telling {
    value: i32,
    start: usize,
    end: usize,
}

/// One character is no word to show.
const MIN_WORD: usize = 2;

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

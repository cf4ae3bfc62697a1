//! 训练 — labelled rows → classifiers with the scores they reach on rows they were not trained with. Pure: rows in,
//! models out.

mod fit;
mod rows;
mod scores;
mod solver;

pub use rows::{Labelled, SetFile, Task, TrainingFile, read};
pub use scores::{ClassScore, Scores};

use crate::text::classifier::{Characters, Class, Classifier, decide};
use crate::text::fingerprint::fingerprint;
use fit::{Fitted, Rows, Windows};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Parts into which the rows are cut: each is scored by a model that was trained with the others.
const FOLDS: usize = 5;

/// A feature of fewer rows says nothing.
const MIN_ROWS: usize = 2;

/// A classifier and what it is worth.
pub struct Trained {
    /// Trained with all rows.
    pub classifier: Classifier,
    /// On rows that were left out, set by set.
    pub scores: Vec<Scores>,
}

/// Trains and scores the classifier of a task.
pub fn train(task: &Task, labelled: &[Labelled]) -> Trained {
    let rows = featured(task, labelled);
    let folds: Vec<usize> = labelled.iter().map(fold_of).collect();
    // The last one is trained with all.
    let left_out: Vec<usize> = (0..=FOLDS).collect();
    let mut fitted = in_parallel(&left_out, |fold| {
        Fitted::of(&rows, |row| folds[row] != *fold)
    });
    let whole = fitted.pop().expect("one more than the folds");
    let margins: Vec<Vec<f32>> = rows
        .windows
        .iter()
        .zip(&folds)
        .map(|(windows, fold)| fitted[*fold].margins(windows))
        .collect();
    let mut classes: Vec<Class> = (0..task.classes.len())
        .map(|class| calibrated(&rows, &margins, class))
        .collect();
    let decided: Vec<Option<usize>> = margins
        .iter()
        .map(|margins| {
            let margins = margins.iter().zip(&classes);
            let probabilities: Vec<f32> = margins
                .map(|(margin, class)| class.probability(*margin))
                .collect();
            decide(&classes, &probabilities)
        })
        .collect();
    for (number, class) in classes.iter_mut().enumerate() {
        class.bias = whole.bias(number);
    }
    let known = whole.weighed(&rows.vocabulary);
    Trained {
        classifier: Classifier::pack(&task.name, task.features.clone(), classes, known),
        scores: scores::by_set(task, labelled, &decided),
    }
}

/// Rows as features that at least a few of them share.
fn featured<'t>(task: &'t Task, labelled: &'t [Labelled]) -> Rows<'t> {
    let hashed: Vec<Windows> = in_parallel(labelled, |row| {
        let mut post = Characters::new(&row.title, &row.text);
        post.set_signs(row.signs.clone());
        task.features.runs(&post)
    });
    let every = hashed.iter().flatten().flatten();
    let mut all: Vec<u32> = every.map(|(hash, _)| *hash).collect();
    all.sort_unstable();
    let vocabulary: Vec<u32> = all
        .chunk_by(|one, next| one == next)
        .filter(|same| same.len() >= MIN_ROWS)
        .map(|same| same[0])
        .collect();
    drop(all);
    let windows = in_parallel(&hashed, |windows| {
        let numbered = |(hash, times): &(u32, f32)| {
            let number = vocabulary.binary_search(hash).ok()?;
            Some((number as u32, *times))
        };
        let of_window = |window: &Vec<(u32, f32)>| window.iter().filter_map(numbered).collect();
        windows.iter().map(of_window).collect()
    });
    Rows {
        task,
        labelled,
        windows,
        vocabulary,
    }
}

/// A class with its probabilities and the probability from which it is taken, by rows that its planes had not seen.
fn calibrated(rows: &Rows<'_>, margins: &[Vec<f32>], class: usize) -> Class {
    let is_scored = |row: &usize| rows.task.set[rows.labelled[*row].set].is_scored;
    let known = (0..margins.len())
        .filter(|row| rows.knows(*row, class))
        .filter(is_scored);
    let points: Vec<(f32, bool)> = known
        .map(|row| (margins[row][class], rows.labelled[row].class == Some(class)))
        .collect();
    let (slope, offset) = scores::calibrate(&points);
    let mut calibrated = Class {
        name: rows.task.classes[class].clone(),
        step: 0.0,
        bias: 0.0,
        slope,
        offset,
        from: 2.0,
    };
    // Only the first class has a threshold of its own: it is the one that must not be missed.
    if class == 0 {
        let points: Vec<(f32, bool)> = points
            .into_iter()
            .map(|(margin, is_inside)| (calibrated.probability(margin), is_inside))
            .collect();
        calibrated.from = scores::best_threshold(&points);
    }
    calibrated
}

/// The same text is always in the same fold, near copies mostly are.
fn fold_of(row: &Labelled) -> usize {
    let start: String = row.title.chars().chain(row.text.chars()).take(30).collect();
    (fingerprint(&start) % FOLDS as u64) as usize
}

/// `work` for each, on all cores, in order.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        while let Some((number, item)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            items.get(number).map(|item| (number, item))
        } {
            done.push((number, work(item)));
        }
        done
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(share)).collect();
        let ended = workers.into_iter().map(|worker| worker.join());
        ended
            .flat_map(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

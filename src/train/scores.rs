//! What margins are worth: F1 and accuracy against labels, and the step from a margin to a probability.

use super::{Labelled, Task};
use serde::Serialize;

/// Scores of one set, by a model that had not seen the rows it was asked about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// The set's file.
    pub set: String,
    /// Rows.
    pub row_count: usize,
    /// Share of rows whose class is right; `None` where the task has one class.
    pub accuracy: Option<f64>,
    /// Class by class.
    pub classes: Vec<ClassScore>,
}

/// Scores of one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScore {
    /// Its name.
    pub name: String,
    /// 准确率.
    pub precision: f64,
    /// 召回率.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

impl Scores {
    /// Scores of rows: the class of each, and the one that was found; `None` is no class.
    pub fn of(set: &str, classes: &[String], rows: &[(Option<usize>, Option<usize>)]) -> Scores {
        let right = (rows.iter())
            .filter(|(wanted, found)| wanted == found)
            .count();
        Scores {
            set: set.to_owned(),
            row_count: rows.len(),
            accuracy: (classes.len() > 1).then(|| right as f64 / rows.len().max(1) as f64),
            classes: (classes.iter().enumerate())
                .map(|(class, name)| class_score(name, class, rows))
                .collect(),
        }
    }
}

/// Scores set by set.
pub(super) fn by_set(task: &Task, rows: &[Labelled], decided: &[Option<usize>]) -> Vec<Scores> {
    let sets = task.set.iter().enumerate().filter(|(_, set)| set.is_scored);
    sets.map(|(number, set)| {
        let rows: Vec<(Option<usize>, Option<usize>)> = rows
            .iter()
            .zip(decided)
            .filter(|(row, _)| row.set == number)
            .map(|(row, decided)| (row.class, *decided))
            .collect();
        Scores::of(&set.file, &task.classes, &rows)
    })
    .collect()
}

fn class_score(name: &str, class: usize, rows: &[(Option<usize>, Option<usize>)]) -> ClassScore {
    let count = |wanted: bool, found: bool| {
        let is_both = |row: &&(Option<usize>, Option<usize>)| {
            (row.0 == Some(class)) == wanted && (row.1 == Some(class)) == found
        };
        rows.iter().filter(is_both).count() as f64
    };
    let (hits, alarms, misses) = (count(true, true), count(false, true), count(true, false));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    ClassScore {
        name: name.to_owned(),
        precision: share(hits, hits + alarms),
        recall: share(hits, hits + misses),
        f1: share(2.0 * hits, 2.0 * hits + alarms + misses),
    }
}

/// The probability from which on a class should be taken for the best F1; the middle of those that are as good to a
/// thousandth.
pub(super) fn best_threshold(points: &[(f32, bool)]) -> f32 {
    let inside = points.iter().filter(|(_, is_inside)| *is_inside).count() as f64;
    let f1_from = |threshold: f32| {
        let taken = points
            .iter()
            .filter(|(probability, _)| *probability >= threshold);
        let (mut count, mut hits) = (0.0, 0.0);
        for (_, is_inside) in taken {
            count += 1.0;
            hits += f64::from(u8::from(*is_inside));
        }
        2.0 * hits / (count + inside).max(1.0)
    };
    let thresholds = (20..=80).map(|percent| percent as f32 / 100.0);
    let scored: Vec<(f32, f64)> = thresholds.map(|from| (from, f1_from(from))).collect();
    let best = scored.iter().fold(0.0_f64, |best, (_, f1)| best.max(*f1));
    let good: Vec<f32> = (scored.iter())
        .filter(|(_, f1)| *f1 >= best - 0.001)
        .map(|(from, _)| *from)
        .collect();
    good[good.len() / 2]
}

/// Steps of the descent; the two numbers no longer change then.
const STEPS: usize = 2000;

/// Slope and offset of `1 / (1 + exp(-(slope * margin + offset)))` that fit the points best (Platt, 1999).
pub(super) fn calibrate(points: &[(f32, bool)]) -> (f32, f32) {
    let count = points.len().max(1) as f64;
    let (mut slope, mut offset) = (1.0_f64, 0.0_f64);
    for _step in 0..STEPS {
        let (mut by_slope, mut by_offset) = (0.0, 0.0);
        let (mut curve_slope, mut curve_offset) = (1e-3, 1e-3);
        for (margin, is_inside) in points {
            let margin = f64::from(*margin);
            let share = 1.0 / (1.0 + (-(slope * margin + offset)).exp());
            let error = share - f64::from(u8::from(*is_inside));
            by_slope += error * margin;
            by_offset += error;
            curve_slope += share * (1.0 - share) * margin * margin;
            curve_offset += share * (1.0 - share);
        }
        // Half of Newton's step in each direction: the two are not independent.
        let (next_slope, next_offset) = (
            slope - 0.5 * by_slope / curve_slope,
            offset - 0.5 * by_offset / curve_offset,
        );
        let change = (next_slope - slope).abs() + (next_offset - offset).abs();
        (slope, offset) = (next_slope, next_offset);
        if change < 1e-6 * count.ln() {
            break;
        }
    }
    (slope as f32, offset as f32)
}

#[cfg(test)]
mod tests {
    use super::{best_threshold, calibrate};

    #[test]
    fn a_margin_becomes_the_share_that_is_inside() {
        let points: Vec<(f32, bool)> = (0..1000)
            .map(|n| {
                let margin = (n % 10) as f32 / 10.0 - 0.45;
                (margin, n / 10 % 10 < n % 10)
            })
            .collect();
        let (slope, offset) = calibrate(&points);
        let share = |margin: f32| 1.0 / (1.0 + (-(slope * margin + offset)).exp());
        assert!((share(0.0) - 0.45).abs() < 0.05, "{slope} {offset}");
        assert!(share(0.45) > 0.85 && share(-0.45) < 0.1);
    }

    #[test]
    fn the_threshold_separates_where_it_can() {
        let points = [(0.1, false), (0.3, false), (0.5, true), (0.9, true)];
        let from = best_threshold(&points);
        assert!(from > 0.3 && from <= 0.5, "{from}");
    }
}

//! Rows of a task → planes over the features that say most.

use super::rows::{Labelled, Task};
use super::solver::{Plane, Row, Settings, solve};
use crate::text::classifier::Weighed;

/// Passes over the rows at most.
const MAX_PASSES: usize = 100;

/// What a post holds, window by window: numbers in the vocabulary, with what they count.
pub type Windows = Vec<Vec<(u32, f32)>>;

/// All rows of a task as features, and the hashes that the numbers stand for.
pub struct Rows<'t> {
    pub task: &'t Task,
    pub labelled: &'t [Labelled],
    pub windows: Vec<Windows>,
    pub vocabulary: Vec<u32>,
}

/// Planes of all classes.
pub struct Fitted {
    /// What each window counts.
    shares: Vec<f32>,
    /// By number in the vocabulary; 0: not kept.
    rarity: Vec<f32>,
    planes: Vec<Plane>,
}

impl Fitted {
    /// Trains with the rows for which `is_taught` says so: once with all features, then with those that were of use.
    pub fn of(rows: &Rows<'_>, is_taught: impl Fn(usize) -> bool) -> Fitted {
        let taught: Vec<usize> = (0..rows.labelled.len())
            .filter(|row| is_taught(*row))
            .collect();
        let mut rarity = rows.rarity(&taught);
        if rows.task.by_ratio {
            rows.play_down_the_common(&taught, &mut rarity);
        }
        let first = Fitted::with(rows, &taught, rarity);
        let kept = first.most_telling(rows.task.keep);
        if kept.len() == first.rarity.len() {
            return first;
        }
        let mut rarity = vec![0.0; first.rarity.len()];
        for number in kept {
            rarity[number] = first.rarity[number];
        }
        Fitted::with(rows, &taught, rarity)
    }

    fn with(rows: &Rows<'_>, taught: &[usize], rarity: Vec<f32>) -> Fitted {
        let values: Vec<Row> = taught
            .iter()
            .map(|row| rows.values(*row, &rarity))
            .collect();
        let planes = (0..rows.task.classes.len())
            .map(|class| rows.plane(taught, &values, class))
            .collect();
        Fitted {
            shares: rows.shares(),
            rarity,
            planes,
        }
    }

    /// Numbers of the features whose weights are largest.
    fn most_telling(&self, count: usize) -> Vec<usize> {
        let telling = |number: usize| {
            let weights = self.planes.iter().map(|plane| plane.weights[number].abs());
            self.rarity[number] * weights.fold(0.0_f32, f32::max)
        };
        let mut numbers: Vec<(f32, usize)> = (0..self.rarity.len())
            .map(|number| (telling(number), number))
            .filter(|(telling, _)| *telling > 0.0)
            .collect();
        numbers.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        numbers.truncate(count);
        numbers.into_iter().map(|(_, number)| number).collect()
    }

    /// Distance of a post to each plane.
    pub fn margins(&self, windows: &Windows) -> Vec<f32> {
        let row = Row::new(values_of(windows, &self.shares, &self.rarity));
        self.planes.iter().map(|plane| plane.margin(&row)).collect()
    }

    /// Bias of a class.
    pub fn bias(&self, class: usize) -> f32 {
        self.planes[class].bias
    }

    /// What the kept features say.
    pub fn weighed(&self, vocabulary: &[u32]) -> Vec<Weighed> {
        let numbered = vocabulary.iter().enumerate();
        let kept = numbered.filter(|(number, _)| self.rarity[*number] > 0.0);
        kept.map(|(number, hash)| Weighed {
            hash: *hash,
            rarity: self.rarity[number],
            weights: self
                .planes
                .iter()
                .map(|plane| plane.weights[number])
                .collect(),
        })
        .collect()
    }
}

impl Rows<'_> {
    fn is_inside(&self, row: usize, class: usize) -> bool {
        self.labelled[row].class == Some(class)
    }

    /// False where the row's set does not tell the class apart.
    pub fn knows(&self, row: usize, class: usize) -> bool {
        let set = &self.task.set[self.labelled[row].set];
        !set.silent_about.contains(&self.task.classes[class])
    }

    /// Inverse document frequency: `ln((1 + rows) / (1 + rows with it)) + 1`.
    fn rarity(&self, taught: &[usize]) -> Vec<f32> {
        let mut counts = vec![0_u32; self.vocabulary.len()];
        for (number, _) in taught
            .iter()
            .flat_map(|row| self.windows[*row].iter().flatten())
        {
            counts[*number as usize] += 1;
        }
        let all = (taught.len() + 1) as f32;
        let of = |count: u32| (all / (count + 1) as f32).ln() + 1.0;
        counts.into_iter().map(of).collect()
    }

    /// Times the logarithm of how much more often a feature stands in rows of the one class than in others (Wang and
    /// Manning, ACL 2012).
    fn play_down_the_common(&self, taught: &[usize], rarity: &mut [f32]) {
        let mut counts = [vec![1.0_f32; rarity.len()], vec![1.0_f32; rarity.len()]];
        for row in taught {
            let counts = &mut counts[usize::from(self.is_inside(*row, 0))];
            for (number, _) in self.windows[*row].iter().flatten() {
                counts[*number as usize] += 1.0;
            }
        }
        let [outside, inside] = counts;
        let (all_outside, all_inside) = (outside.iter().sum::<f32>(), inside.iter().sum::<f32>());
        for ((rarity, outside), inside) in rarity.iter_mut().zip(outside).zip(inside) {
            *rarity *= ((inside / all_inside) / (outside / all_outside)).ln().abs();
        }
    }

    /// A row as the solver takes it. Rows of a domain hold everything twice: what is true everywhere, and what is true
    /// there (Daumé, ACL 2007).
    fn values(&self, row: usize, rarity: &[f32]) -> Row {
        let mut entries = values_of(&self.windows[row], &self.shares(), rarity);
        if let Some(domain) = self.domain(row) {
            let start = (self.vocabulary.len() * (domain + 1)) as u32;
            let there: Vec<(u32, f32)> = entries
                .iter()
                .map(|(number, value)| (number + start, *value))
                .collect();
            entries.extend(there);
        }
        Row::new(entries)
    }

    fn shares(&self) -> Vec<f32> {
        let windows = self.task.features.windows.iter();
        windows.map(|window| window.share()).collect()
    }

    fn domains(&self) -> Vec<&str> {
        let mut domains: Vec<&str> = Vec::new();
        for domain in self.task.set.iter().filter_map(|set| set.domain.as_deref()) {
            if !domains.contains(&domain) {
                domains.push(domain);
            }
        }
        domains
    }

    fn domain(&self, row: usize) -> Option<usize> {
        let domain = self.task.set[self.labelled[row].set].domain.as_deref()?;
        self.domains().iter().position(|known| *known == domain)
    }

    /// Rows inside and outside a class. A set that is only of help may hold any number of either: it tips no balance.
    fn counts(&self, taught: &[usize], class: usize) -> (f64, f64) {
        let is_counted = |row: &&usize| {
            self.knows(**row, class) && self.task.set[self.labelled[**row].set].is_scored
        };
        let counted = || taught.iter().filter(is_counted);
        let inside = counted()
            .filter(|row| self.is_inside(**row, class))
            .count()
            .max(1);
        let outside = (counted().count() - inside.min(counted().count())).max(1);
        (inside as f64, outside as f64)
    }

    /// The plane of one class. Whoever asks it later does not know the domain: what domains say is averaged.
    fn plane(&self, taught: &[usize], values: &[Row], class: usize) -> Plane {
        let (mut rows, mut labels, mut importance) = (Vec::new(), Vec::new(), Vec::new());
        for (row, values) in taught.iter().zip(values) {
            if self.knows(*row, class) {
                rows.push(values);
                labels.push(self.is_inside(*row, class));
                importance.push(self.task.set[self.labelled[*row].set].importance);
            }
        }
        if self.task.is_balanced {
            let (inside, outside) = self.counts(taught, class);
            let all = inside + outside;
            for (importance, is_inside) in importance.iter_mut().zip(&labels) {
                *importance *= all / 2.0 / if *is_inside { inside } else { outside };
            }
        }
        let (size, domains) = (self.vocabulary.len(), self.domains().len());
        let settings = Settings {
            size: size * (domains + 1),
            cost: self.task.cost,
            max_passes: MAX_PASSES,
        };
        let mut plane = solve(&rows, &labels, &importance, settings);
        for number in 0..size {
            let there: f32 = (1..=domains)
                .map(|domain| plane.weights[size * domain + number])
                .sum();
            plane.weights[number] += there / domains.max(1) as f32;
        }
        plane.weights.truncate(size);
        plane
    }
}

/// Every window's features brought to the length of its share.
fn values_of(windows: &Windows, shares: &[f32], rarity: &[f32]) -> Vec<(u32, f32)> {
    let mut entries = Vec::new();
    for (window, share) in windows.iter().zip(shares) {
        let start = entries.len();
        let values = window
            .iter()
            .map(|(number, times)| (*number, times * rarity[*number as usize]));
        entries.extend(values.filter(|(_, value)| *value > 0.0));
        let square: f32 = entries[start..]
            .iter()
            .map(|(_, value)| value * value)
            .sum();
        let length = square.sqrt().max(f32::MIN_POSITIVE) / share;
        entries[start..]
            .iter_mut()
            .for_each(|(_, value)| *value /= length);
    }
    entries
}

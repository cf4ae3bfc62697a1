//! Labelled rows → weights: L2-regularised linear classification by dual coordinate descent, the method of LIBLINEAR
//! (Hsieh et al., ICML 2008, L2-loss support vector machine; Yu, Huang and Lin, Machine Learning 85, 2011, logistic regression). The same rows give the
//! same weights, whatever the machine.

/// One text: its features, each once, with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    features: Box<[u32]>,
    values: Box<[f32]>,
}

impl Row {
    /// A row of features and their values.
    pub fn new(entries: Vec<(u32, f32)>) -> Row {
        let (features, values): (Vec<u32>, Vec<f32>) = entries.into_iter().unzip();
        Row {
            features: features.into(),
            values: values.into(),
        }
    }

    /// Features with their values.
    pub fn entries(&self) -> impl Iterator<Item = (usize, f32)> + '_ {
        let features = self.features.iter().map(|feature| *feature as usize);
        features.zip(self.values.iter().copied())
    }
}

/// What to solve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Positions in the table of weights.
    pub size: usize,
    /// Cost of a mistake, against the size of the weights.
    pub cost: f64,
    /// Passes over the rows at most.
    pub max_passes: usize,
}

/// Weights and bias of a separating plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// One per position.
    pub weights: Vec<f32>,
    /// Added to every sum.
    pub bias: f32,
}

impl Plane {
    /// Which side of the plane, and how far.
    pub fn margin(&self, row: &Row) -> f32 {
        let entries = row.entries();
        let sum: f32 = entries
            .map(|(feature, value)| self.weights[feature] * value)
            .sum();
        sum + self.bias
    }
}

/// Passes end when no step would change a multiplier by more.
const TOLERANCE: f64 = 0.02;

/// Separates rows (`true` against `false`); `importance` of a row multiplies its cost.
pub fn solve(rows: &[&Row], labels: &[bool], importance: &[f64], settings: Settings) -> Plane {
    let mut plane = Plane {
        weights: vec![0.0; settings.size],
        bias: 0.0,
    };
    let mut multipliers = vec![0.0_f64; rows.len()];
    let squares: Vec<f64> = rows
        .iter()
        .map(|row| {
            let square = |(_, value): (usize, f32)| value * value;
            f64::from(row.entries().map(square).sum::<f32>()) + 1.0
        })
        .collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut shuffle = Shuffle(0x9e37_79b9_7f4a_7c15);
    for _pass in 0..settings.max_passes {
        shuffle.mix(&mut order);
        let mut largest = 0.0_f64;
        for &position in &order {
            let row = rows[position];
            let sign = if labels[position] { 1.0 } else { -1.0 };
            // L2-loss: the multiplier has no upper bound, its square costs.
            let softness = 0.5 / (settings.cost * importance[position]);
            let multiplier = multipliers[position];
            let gradient = sign * f64::from(plane.margin(row)) - 1.0 + softness * multiplier;
            let projected = if multiplier == 0.0 {
                gradient.min(0.0)
            } else {
                gradient
            };
            largest = largest.max(projected.abs());
            if projected.abs() < 1e-12 {
                continue;
            }
            let next = (multiplier - gradient / (squares[position] + softness)).max(0.0);
            let change = ((next - multiplier) * sign) as f32;
            multipliers[position] = next;
            for (feature, value) in row.entries() {
                plane.weights[feature] += change * value;
            }
            plane.bias += change;
        }
        if largest < TOLERANCE {
            break;
        }
    }
    plane
}

/// xorshift64*: an order that is the same everywhere.
struct Shuffle(u64);

impl Shuffle {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn mix(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            let other = (self.next() >> 33) as usize % (last + 1);
            order.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Settings, solve};

    fn row(features: &[u32]) -> Row {
        let value = 1.0 / (features.len() as f32).sqrt();
        Row::new(features.iter().map(|feature| (*feature, value)).collect())
    }

    #[test]
    fn what_only_one_side_has_decides() {
        let rows = [row(&[0, 1]), row(&[0, 2]), row(&[3, 1]), row(&[3, 2])];
        let rows: Vec<&Row> = rows.iter().collect();
        let settings = Settings {
            size: 4,
            cost: 1.0,
            max_passes: 100,
        };
        let plane = solve(&rows, &[true, true, false, false], &[1.0; 4], settings);
        assert!(plane.weights[0] > 0.3 && plane.weights[3] < -0.3);
        assert!(plane.weights[1].abs() < 0.05 && plane.weights[2].abs() < 0.05);
        assert!(plane.margin(&row(&[0])) > 0.0 && plane.margin(&row(&[3])) < 0.0);
    }

    #[test]
    fn the_same_rows_give_the_same_plane() {
        let rows: Vec<Row> = (0..50)
            .map(|n| row(&[n % 7, 7 + n % 11, 18 + n % 3]))
            .collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let labels: Vec<bool> = (0..50).map(|n| n % 7 < 3).collect();
        let settings = Settings {
            size: 21,
            cost: 0.5,
            max_passes: 20,
        };
        let importance = vec![1.0; 50];
        let once = solve(&rows, &labels, &importance, settings);
        assert_eq!(once, solve(&rows, &labels, &importance, settings));
    }
}

//! 坐标轴 — round figures from zero to just above the largest value.

/// Axis of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Lowest value; 0 unless there are negative ones.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Between two marks.
    pub step: f64,
}

impl Scale {
    /// An axis that takes all `values`, with four to six marks; counts get no fractions.
    pub fn around(values: impl Iterator<Item = f64> + Clone) -> Scale {
        let largest = values.clone().fold(0.0, f64::max);
        let smallest = values.clone().fold(0.0, f64::min);
        let span = if largest > smallest {
            largest - smallest
        } else {
            1.0
        };
        let has_fractions = values.clone().any(|value| value.fract() != 0.0);
        let mut step = round_step(span / 4.0);
        if !has_fractions {
            step = step.max(1.0);
        }
        let high = (largest / step).ceil().max(1.0) * step;
        let high = if smallest < 0.0 && largest == 0.0 {
            0.0
        } else {
            high
        };
        let low = (smallest / step).floor() * step;
        Scale { low, high, step }
    }

    /// Share of the axis below `value`.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// Values with a mark.
    pub fn marks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        (0..=count)
            .map(|mark| self.low + mark as f64 * self.step)
            .collect()
    }
}

/// The next of 1, 2, 5, 10, 20, … from `rough` on.
fn round_step(rough: f64) -> f64 {
    let magnitude = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * magnitude >= rough * 0.999);
    factor.unwrap_or(10.0) * magnitude
}

/// `1280`, `3.5`.
pub fn figure(value: f64) -> String {
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::{Scale, figure};

    #[test]
    fn axes_begin_at_zero_and_end_at_a_round_figure() {
        let ends = |values: &[f64]| {
            let scale = Scale::around(values.iter().copied());
            (scale.low, scale.high, scale.step)
        };
        assert_eq!(ends(&[]), (0.0, 1.0, 1.0));
        assert_eq!(ends(&[0.0, 0.0]), (0.0, 1.0, 1.0));
        assert_eq!(ends(&[3.0]), (0.0, 3.0, 1.0));
        assert_eq!(ends(&[17.0, 29.0]), (0.0, 30.0, 10.0));
        assert_eq!(ends(&[25_000.0]), (0.0, 30_000.0, 10_000.0));
        assert_eq!(ends(&[1.5]), (0.0, 1.5, 0.5));
        assert_eq!(ends(&[-4.0, 6.0]), (-5.0, 10.0, 5.0));
    }

    #[test]
    fn figures_have_decimals_only_where_there_are_some() {
        assert_eq!([figure(1280.0), figure(3.46)], ["1280", "3.5"]);
    }
}

//! 环比、同比 — one figure against the same of another period, in words.

use crate::stats::Figures;

/// `+12%`, `-3%`, `持平`; of shares in percent `+1.5个百分点`; `—` where there is nothing to compare with.
pub fn change(key: &str, now: Option<f64>, before: Option<f64>) -> String {
    let (Some(now), Some(before)) = (now, before) else {
        return "—".to_owned();
    };
    if is_share(key) {
        let points = ((now - before) * 10.0).round() / 10.0;
        return match points {
            0.0 => "持平".to_owned(),
            points => format!("{points:+.1}个百分点"),
        };
    }
    if now == before {
        return "持平".to_owned();
    }
    if before == 0.0 {
        return "—".to_owned();
    }
    let percent = ((now / before - 1.0) * 100.0).round();
    match percent {
        0.0 => "持平".to_owned(),
        percent => format!("{percent:+.0}%"),
    }
}

/// A figure of a period: what was not counted there did not happen; a share, a median, a mean of nothing is none. `None`, too,
/// where nothing is on record of the period.
pub fn value(key: &str, figures: Option<&Figures>) -> Option<f64> {
    let is_measured = key.ends_with("_minutes") || key.ends_with(".mean") || is_share(key);
    figures?.get(key).or((!is_measured).then_some(0.0))
}

/// In percent already.
fn is_share(key: &str) -> bool {
    key.ends_with("rate") || key == "negative_share"
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn figures_are_compared_in_percent_and_shares_in_points() {
        for (key, now, before, expected) in [
            ("posts", Some(112.0), Some(100.0), "+12%"),
            ("posts", Some(0.0), Some(4.0), "-100%"),
            ("posts", Some(4.0), Some(0.0), "—"),
            ("posts", Some(0.0), Some(0.0), "持平"),
            ("posts", Some(1.0), None, "—"),
            ("negative_share", Some(39.0), Some(40.5), "-1.5个百分点"),
            ("answered.rate", Some(50.0), Some(50.0), "持平"),
        ] {
            assert_eq!(
                change(key, now, before),
                expected,
                "{key} {now:?} {before:?}"
            );
        }
    }
}

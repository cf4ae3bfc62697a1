//! Numbers as people write them → whole numbers: `1,234`, `1.2万`, `10万+`, `3分20秒`.

use crate::text::normalize::fold;
use regex::Regex;
use std::sync::LazyLock;

static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(\d{1,15}(?:\.\d{1,6})?)(万|亿|w|k)?\+?(?:次|条|人)?$")
        .expect("the pattern is part of the program")
});

static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:(\d{1,2})(?:小时|时|:|h))?(?:(\d{1,3})(?:分钟|分|:|'|′|m))?(?:(\d{1,5})(?:秒钟|秒|"|''|′′|s)?)?$"#)
        .expect("the pattern is part of the program")
});

/// The store keeps whole numbers as `i64`.
const MAX_COUNT: f64 = 9_000_000_000_000_000_000.0;

/// A number of people or clicks; `None` for anything else, and for more than the store can keep.
pub fn count(written: &str) -> Option<u64> {
    let plain: String = fold(written)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != ',')
        .collect();
    let found = COUNT.captures(&plain)?;
    let number: f64 = found[1].parse().ok()?;
    let unit = match found.get(2).map(|unit| unit.as_str()) {
        Some("万" | "w") => 10_000.0,
        Some("亿") => 100_000_000.0,
        Some("k") => 1_000.0,
        _ => 1.0,
    };
    Some(number * unit)
        .filter(|count| *count <= MAX_COUNT)
        .map(|count| count.round() as u64)
}

/// 时长 in seconds: `3分20秒`, `200秒`, `200`, `3:20`, `1:02:03`.
pub fn seconds(written: &str) -> Option<u64> {
    let plain: String = fold(written)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    if let Some((minutes, seconds)) = plain.split_once(':')
        && !seconds.contains(':')
    {
        let minutes = minutes.parse::<u32>().ok()?;
        let seconds = seconds.parse::<u32>().ok()?;
        return Some(u64::from(minutes) * 60 + u64::from(seconds));
    }
    let found = LENGTH.captures(&plain).filter(|_| !plain.is_empty())?;
    let part = |group| {
        found
            .get(group)
            .map_or(Ok(0), |part| part.as_str().parse::<u64>())
    };
    Some(part(1).ok()? * 3600 + part(2).ok()? * 60 + part(3).ok()?)
}

/// `3分20秒`.
pub fn length_in_words(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut words = String::new();
    for (number, unit) in [(hours, "小时"), (minutes, "分"), (seconds, "秒")] {
        if number > 0 {
            words += &format!("{number}{unit}");
        }
    }
    if words.is_empty() {
        return "0秒".to_owned();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{count, length_in_words, seconds};

    #[test]
    fn counts_with_separators_and_units() {
        for (written, number) in [
            ("1,234", 1234),
            ("１２３４", 1234),
            ("1.2万", 12_000),
            ("10万+", 100_000),
            ("3次", 3),
            ("1234.0", 1234),
        ] {
            assert_eq!(count(written), Some(number), "{written}");
        }
        for written in ["", "很多", "-3", "1.2.3", "--", "999999999999999亿"] {
            assert_eq!(count(written), None, "{written}");
        }
    }

    #[test]
    fn lengths_in_every_usual_form() {
        for written in [
            "3分20秒",
            "3:20",
            "200",
            "200秒",
            "3'20\"",
            "3′20″",
            "0:03:20",
            "３分２０秒",
        ] {
            assert_eq!(seconds(written), Some(200), "{written}");
        }
        assert_eq!(seconds("1小时2分"), Some(3720));
        assert_eq!(seconds("14秒"), Some(14));
        for written in [
            "",
            "很长",
            "3分x",
            "1:18446744073709551615",
            "307445734561825860:50",
        ] {
            assert_eq!(seconds(written), None, "{written}");
        }
        assert_eq!(
            [200, 3720, 0].map(length_in_words),
            ["3分20秒", "1小时2分", "0秒"]
        );
    }
}

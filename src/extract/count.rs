//! Numbers as sites print them → counts: `1,204`, `1.2万`, `10万+`, `3k`.

use regex::Regex;
use std::sync::LazyLock;

static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(\d[\d,，]*)(\.\d+)?\s*(亿|千万|百万|十万|万|千|[wWkK])?")
        .expect("the pattern is part of the program")
});

/// The store keeps whole numbers as `i64`; what is larger is no number of readers.
const MAX_COUNT: u64 = i64::MAX as u64;

/// The first number of `text`; `None` where there is none, and for one that nobody can have counted.
pub fn parse_count(text: &str) -> Option<u64> {
    let found = COUNT.captures(text)?;
    let whole: String = found[1].chars().filter(char::is_ascii_digit).collect();
    let factor: u64 = match found.get(3).map_or("", |unit| unit.as_str()) {
        "亿" => 100_000_000,
        "千万" => 10_000_000,
        "百万" => 1_000_000,
        "十万" => 100_000,
        "千" => 1_000,
        "万" | "w" | "W" => 10_000,
        "k" | "K" => 1_000,
        _ => 1,
    };
    let fraction: f64 = found
        .get(2)
        .map_or("0", |digits| digits.as_str())
        .parse()
        .ok()?;
    let whole: u64 = whole.parse().ok()?;
    let part = (fraction * factor as f64).round() as u64;
    let count = whole.checked_mul(factor)?.checked_add(part)?;
    (count <= MAX_COUNT).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::parse_count;

    #[test]
    fn counts_are_read_as_printed() {
        for (text, count) in [
            ("1204", Some(1204)),
            ("1,204 次", Some(1204)),
            ("阅读 1.2万", Some(12_000)),
            ("10万+", Some(100_000)),
            ("3k", Some(3000)),
            ("2.5千", Some(2500)),
            ("3百万", Some(3_000_000)),
            ("转发", None),
            ("99999999999999999999999", None),
            ("9999999999999亿", None),
            ("18446744073709551615.9", None),
            ("9223372036854775808", None),
            ("9223372036854775807", Some(9_223_372_036_854_775_807)),
        ] {
            assert_eq!(parse_count(text), count, "{text}");
        }
    }
}

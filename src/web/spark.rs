//! 走势小图 — a picture as large as a word: one bar for each step of time, its numbers in words for who cannot see it.

use std::fmt::Write;

/// Height of the picture.
const HEIGHT: u64 = 18;
/// Width of a bar, the gap beside it included.
const BAR: usize = 5;

/// `<svg>`; a template shows it with `|safe`: it holds numbers and what `caption`, a sentence of ours, says of them. Empty
/// where nothing happened.
pub fn spark(values: &[u64], caption: &str) -> String {
    let most = values.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return String::new();
    }
    let width = values.len() * BAR;
    let said: Vec<String> = values.iter().map(u64::to_string).collect();
    let mut svg = format!(
        "<svg class=\"spark\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" height=\"{HEIGHT}\" \
         role=\"img\" aria-label=\"{caption}：{}\">",
        said.join("、")
    );
    for (step, value) in values.iter().enumerate() {
        // A step without anything is a line, so that the length of the silence is seen.
        let height = (value * HEIGHT).div_ceil(most).max(1);
        let (x, y, bar) = (step * BAR, HEIGHT - height, BAR - 1);
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{bar}\" height=\"{height}\"/>"
        );
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::spark;

    #[test]
    fn a_quiet_time_has_no_picture_and_a_loud_one_says_its_numbers() {
        assert_eq!(spark(&[0, 0], "每小时"), "");
        let svg = spark(&[0, 1, 2], "每小时");
        assert!(svg.contains("aria-label=\"每小时：0、1、2\""), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3);
    }
}

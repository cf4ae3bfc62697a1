//! 走势 — how many posts an event had on each of its latest days, in a picture as large as a word.

use crate::model::Timestamp;
use std::fmt::Write;

/// Days drawn, the day of the latest post the last of them.
const DAYS: usize = 14;
/// Width of a day and height of the picture, in pixels.
const DAY: usize = 6;
const HEIGHT: usize = 22;

/// `<svg>` with one column a day, its figures as its name; `moments` are in the order of time. Nothing of it comes from
/// outside, so a template shows it with `|safe`.
pub fn spark(moments: &[Timestamp]) -> String {
    let Some(last) = moments.last() else {
        return String::new();
    };
    let mut counts = [0_usize; DAYS];
    for moment in moments {
        let ago = (last.date_naive() - moment.date_naive()).num_days();
        let column = usize::try_from(ago)
            .ok()
            .and_then(|ago| DAYS.checked_sub(ago + 1));
        if let Some(column) = column {
            counts[column] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let words: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let mut picture = format!(
        "<svg class=\"spark\" role=\"img\" width=\"{width}\" height=\"{HEIGHT}\" viewBox=\"0 0 {width} {HEIGHT}\" \
         aria-label=\"至{}的{DAYS}天每日信息数：{}\">",
        last.format("%Y-%m-%d"),
        words.join("、"),
        width = DAYS * DAY,
    );
    for (column, count) in counts.iter().enumerate() {
        // A day without posts is a line, so that the length of the silence is seen.
        let height = (count * HEIGHT).div_ceil(most).max(1);
        write!(
            picture,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\" fill=\"currentColor\"/>",
            column * DAY,
            HEIGHT - height,
            DAY - 1,
        )
        .expect("memory takes words");
    }
    picture + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::spark;
    use crate::model::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(text).expect("test time")
    }

    #[test]
    fn a_day_is_a_column_and_what_is_older_is_left_out() {
        let drawn = spark(&[
            at("2017-03-01T09:00:00+08:00"),
            at("2017-04-13T23:59:00+08:00"),
            at("2017-04-14T00:00:00+08:00"),
            at("2017-04-14T09:00:00+08:00"),
        ]);
        assert!(
            drawn.contains(
                "至2017-04-14的14天每日信息数：0、0、0、0、0、0、0、0、0、0、0、0、1、2\""
            ),
            "{drawn}"
        );
        assert_eq!(drawn.matches("<rect").count(), 14);
        assert_eq!(spark(&[]), "");
    }
}

//! Moments as sites print them. No clock: the world's time is an argument.

use crate::model::Timestamp;

/// `2017-04-14 13:58`.
pub fn minute(at: &Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// `2017年4月14日 星期五`.
pub fn chinese_day(at: Timestamp) -> String {
    const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let weekday = WEEKDAYS[chrono::Datelike::weekday(&at).num_days_from_monday() as usize];
    format!("{} 星期{weekday}", at.format("%Y年%-m月%-d日"))
}

/// As forums print it: `3 分钟前`, `今天 09:12`, `昨天 21:40`, `前天 08:05`, `2017-4-10 09:12`.
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let minutes = (now - at).num_minutes();
    let days = (now.date_naive() - at.date_naive()).num_days();
    match (days, minutes) {
        (_, 0) => "刚刚".to_owned(),
        (_, 1..60) => format!("{minutes} 分钟前"),
        (0, _) => at.format("今天 %H:%M").to_string(),
        (1, _) => at.format("昨天 %H:%M").to_string(),
        (2, _) => at.format("前天 %H:%M").to_string(),
        _ => at.format("%Y-%-m-%-d %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::relative;
    use crate::demo::post::parse_local_minute;

    #[test]
    fn forum_times_grow_coarser_with_age() {
        let now = parse_local_minute("2017-04-14 08:30").expect("a minute");
        let shown = |at| relative(parse_local_minute(at).expect("a minute"), now);
        assert_eq!(shown("2017-04-14 08:30"), "刚刚");
        assert_eq!(shown("2017-04-14 08:27"), "3 分钟前");
        assert_eq!(shown("2017-04-13 21:40"), "昨天 21:40");
        assert_eq!(shown("2017-04-12 08:05"), "前天 08:05");
        assert_eq!(shown("2017-04-10 09:12"), "2017-4-10 09:12");
    }
}

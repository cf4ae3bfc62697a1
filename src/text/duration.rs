//! A length of time as officials write it.

use chrono::TimeDelta;

/// `8分钟`, `3小时5分钟`, `3天6小时`.
pub fn duration(delta: TimeDelta) -> String {
    let minutes = delta.num_minutes();
    let rounded = (minutes + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}分钟"),
        (48.., _) if rounded % 24 == 0 => format!("{}天", rounded / 24),
        (48.., _) => format!("{}天{}小时", rounded / 24, rounded % 24),
        (hours, 0) => format!("{hours}小时"),
        (hours, minutes) => format!("{hours}小时{minutes}分钟"),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;
    use chrono::TimeDelta;

    #[test]
    fn durations_are_said_in_the_unit_that_fits() {
        let said: Vec<String> = [8, 60, 185, 2880, 4665]
            .map(|minutes| duration(TimeDelta::minutes(minutes)))
            .to_vec();
        let expected = ["8分钟", "1小时", "3小时5分钟", "2天", "3天6小时"];
        assert_eq!(said, expected);
    }
}

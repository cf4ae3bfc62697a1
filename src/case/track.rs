//! 上期转办跟踪 — where the 转办件 of the period before stand → a sentence each.

use crate::model::CaseTrack;
use crate::text::wording::{day, exact_moment};
use chrono::Datelike;

/// One sentence per case, in the order given; none where there were none.
pub fn tracking(tracks: &[CaseTrack]) -> Vec<String> {
    tracks.iter().map(sentence).collect()
}

/// `省人社厅“关于…的转办函”（豫人社转〔2017〕12号），承办：劳动监察支队。4月12日反馈，现为反馈。`
fn sentence(track: &CaseTrack) -> String {
    let number = match &track.document_no {
        Some(number) => format!("（{number}）"),
        None => String::new(),
    };
    let office = match track.office.as_str() {
        "" => String::new(),
        office => format!("，承办：{office}"),
    };
    let year = track.due_at.year();
    let stands = match track.answered_at {
        Some(at) if track.is_overdue => format!("{}反馈，超期", day(at, year)),
        Some(at) => format!("{}按时反馈", day(at, year)),
        None if track.is_overdue => {
            format!("时限{}已过，尚未反馈", exact_moment(track.due_at, year))
        }
        None => format!("尚未反馈，时限{}", exact_moment(track.due_at, year)),
    };
    format!(
        "{}“{}”{number}{office}。{stands}，现为{}。",
        track.from,
        track.title,
        track.state.label()
    )
}

#[cfg(test)]
mod tests {
    use super::tracking;
    use crate::model::{CaseId, CaseState, CaseTrack, Timestamp};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(text).expect("test time")
    }

    #[test]
    fn what_became_of_each_case_is_said_in_a_sentence() {
        let track = |answered: Option<&str>, is_overdue, state| CaseTrack {
            id: CaseId(1),
            from: "省人社厅".to_owned(),
            document_no: None,
            title: "某工地欠薪".to_owned(),
            office: "劳动监察支队".to_owned(),
            due_at: at("2017-04-12T17:00:00+08:00"),
            state,
            answered_at: answered.map(at),
            is_overdue,
        };
        let answered = "2017-04-11T09:00:00+08:00";
        for (track, said) in [
            (
                track(Some(answered), false, CaseState::Archived),
                "4月11日按时反馈，现为归档。",
            ),
            (
                track(Some(answered), true, CaseState::Answered),
                "4月11日反馈，超期，现为反馈。",
            ),
            (
                track(None, false, CaseState::Undertaken),
                "尚未反馈，时限4月12日17:00，现为承办。",
            ),
            (
                track(None, true, CaseState::Undertaken),
                "时限4月12日17:00已过，尚未反馈，现为承办。",
            ),
        ] {
            let told = tracking(&[track]);
            assert_eq!(
                told,
                [format!("省人社厅“某工地欠薪”，承办：劳动监察支队。{said}")]
            );
        }
    }
}

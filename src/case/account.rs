//! 转办与回应 — the figures of some cases and replies → the sentences of a weekly or monthly issue.

use crate::model::{CaseFigures, ReplyCounts};

/// Sentences with figures only; none where nothing is on record.
pub fn account(figures: &CaseFigures, replies: &ReplyCounts) -> Vec<String> {
    let mut sentences = Vec::new();
    if figures.received > 0 {
        sentences.push(cases(figures));
    }
    if replies.total > 0 {
        let channels = replies.by_channel.iter();
        let channels: Vec<String> = channels
            .map(|(channel, count)| format!("{}{count}", channel.label()))
            .collect();
        sentences.push(format!(
            "答复网友{}件（{}）。",
            replies.total,
            channels.join("、")
        ));
    }
    sentences
}

fn cases(figures: &CaseFigures) -> String {
    let transferred = figures.received - figures.emergencies;
    let origins = figures.by_from.iter();
    let origins: Vec<String> = origins
        .map(|from| format!("{}{}", from.from, from.count))
        .collect();
    let mut text = match transferred {
        0 => String::new(),
        _ => format!("上级转办{transferred}件（{}）。", origins.join("、")),
    };
    let mut among = Vec::new();
    if figures.judged > 0 {
        let (judged, on_time) = (figures.judged, figures.on_time);
        among.push(format!("已反馈或已到期{judged}件，按时反馈{on_time}件"));
    }
    if figures.closed_unanswered > 0 {
        among.push(format!("未反馈即归档{}件", figures.closed_unanswered));
    }
    if !among.is_empty() {
        text += &format!("其中{}。", among.join("，"));
    }
    if figures.emergencies > 0 {
        text += &format!("应急处置{}起。", figures.emergencies);
    }
    text += &format!("已办结{}件", figures.closed);
    if let Some(days) = figures.mean_working_days {
        text += &format!("，平均用时{days:.1}个工作日");
    }
    if !figures.overdue.is_empty() {
        text += &format!("；超期{}件", figures.overdue.len());
    }
    text + "。"
}

#[cfg(test)]
mod tests {
    use super::account;
    use crate::model::{CaseFigures, CaseId, Channel, FromCount, ReplyCounts};

    #[test]
    fn what_was_handled_is_told_in_figures() {
        let from = |from: &str, count| FromCount {
            from: from.to_owned(),
            count,
            overdue: 0,
        };
        let figures = CaseFigures {
            received: 3,
            emergencies: 1,
            closed: 2,
            judged: 2,
            on_time: 1,
            closed_unanswered: 0,
            overdue: vec![CaseId(4)],
            mean_working_days: Some(1.94),
            by_from: vec![from("省人社厅", 1), from("市互联网舆情办公室", 1)],
        };
        let replies = ReplyCounts {
            total: 126,
            by_channel: vec![(Channel::MessageBoard, 126)],
            ..ReplyCounts::default()
        };
        assert_eq!(
            account(&figures, &replies),
            [
                "上级转办2件（省人社厅1、市互联网舆情办公室1）。其中已反馈或已到期2件，按时反馈1件。\
                 应急处置1起。已办结2件，平均用时1.9个工作日；超期1件。",
                "答复网友126件（政民留言126）。",
            ]
        );
        assert!(account(&CaseFigures::default(), &ReplyCounts::default()).is_empty());
    }

    #[test]
    fn a_case_closed_without_an_answer_is_told_as_such() {
        let figures = |judged, on_time| CaseFigures {
            received: 2,
            closed: 1,
            judged,
            on_time,
            closed_unanswered: 1,
            by_from: vec![FromCount {
                from: "省人社厅".to_owned(),
                count: 2,
                overdue: 0,
            }],
            ..CaseFigures::default()
        };
        for (judged, among) in [
            (0, "其中未反馈即归档1件。"),
            (1, "其中已反馈或已到期1件，按时反馈1件，未反馈即归档1件。"),
        ] {
            assert_eq!(
                account(&figures(judged, judged), &ReplyCounts::default()),
                [format!("上级转办2件（省人社厅2）。{among}已办结1件。")]
            );
        }
    }
}

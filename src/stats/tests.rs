use super::{Figures, Members, Offices, figures, group_of, groups, is_post_figure, keys, label};
use crate::model::{
    Adoption, Channel, Cited, Corrects, CountedAs, CountedPost, DigestKind, Entry, EventId, Facts,
    Intent, Issue, IssueContent, IssueId, IssueNumber, IssueState, Jurisdiction, LedgerCases,
    LedgerEvent, Level, Masthead, Overview, Period, Section, Sentiment, Series, Signature,
    SourceHealth, Timestamp, Topic,
};
use crate::stats::{Compared, Earlier, LedgerPeriod, PostCount, Records, compile};
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::Arc;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("test time")
}

fn facts(standing: CountedAs, topics: &[Topic]) -> Facts {
    Facts {
        channel: Channel::Forum,
        standing,
        level: Level::Yellow,
        sentiment: Sentiment::Negative,
        intent: Intent::Complaint,
        jurisdiction: Jurisdiction::District,
        place: "金水区".to_owned(),
        topics: topics.to_vec(),
    }
}

fn records(cells: Vec<(Facts, usize)>) -> Records {
    let posts: Vec<CountedPost> = (cells.into_iter())
        .flat_map(|(facts, count)| {
            let post = CountedPost {
                facts,
                outlet: "某论坛".to_owned(),
                delay_ms: None,
            };
            std::iter::repeat_n(post, count)
        })
        .collect();
    let posts = Arc::new(PostCount::of(&posts));
    Records {
        period: Period {
            from: at("2017-01-01T00:00:00+08:00"),
            to: at("2018-01-01T00:00:00+08:00"),
        },
        steps: vec![("1月".to_owned(), Arc::clone(&posts))],
        posts,
        issues: Vec::new(),
        zero_reports: BTreeMap::new(),
        events: Vec::new(),
        adoption: Adoption::default(),
        sources: SourceHealth::default(),
        cases: LedgerCases::default(),
        digest_titles: BTreeMap::new(),
    }
}

/// A signed issue with two entries.
fn issue(number: u32, digest: &str, kind: DigestKind) -> Issue {
    let entry = Entry {
        title: "反映社保大厅排队时间长".to_owned(),
        level: Level::Blue,
        summary: String::new(),
        summary_note: String::new(),
        spread: String::new(),
        judgement: String::new(),
        advice: String::new(),
        note: String::new(),
        posts: Vec::new(),
    };
    let period = Period {
        from: at("2017-04-13T08:00:00+08:00"),
        to: at("2017-04-14T08:00:00+08:00"),
    };
    Issue {
        id: IssueId(i64::from(number)),
        number: Some(IssueNumber {
            year: 2017,
            number,
            total_number: number,
        }),
        state: IssueState::Signed,
        drafted_at: period.to,
        signed: Some(Signature {
            by: "签发人".to_owned(),
            at: at("2017-04-14T09:00:00+08:00"),
            approver: String::new(),
            editor: String::new(),
        }),
        revision: 0,
        content: IssueContent {
            digest: digest.to_owned(),
            kind,
            series: Series::Main,
            occasion: String::new(),
            subject: String::new(),
            express: None,
            corrects: None,
            masthead: Masthead {
                title: "人社舆情专报".to_owned(),
                publisher: String::new(),
                notice: String::new(),
                report_to: String::new(),
                copy_to: String::new(),
                issue_to: String::new(),
                copies: 1,
            },
            period,
            overview: Overview::default(),
            survey: None,
            sections: vec![Section {
                title: "重点舆情".to_owned(),
                entries: vec![entry.clone(), entry],
            }],
            note: String::new(),
        },
    }
}

/// One of every kind, a void one, a supplement, and a correction of the first.
fn issues() -> Vec<Issue> {
    let mut void = issue(3, "daily", DigestKind::Daily);
    void.state = IssueState::Void;
    let mut supplement = issue(1, "daily", DigestKind::Daily);
    supplement.content.series = Series::Supplement;
    let mut correction = issue(4, "daily", DigestKind::Daily);
    correction.content.corrects = Some(Corrects {
        cited: Cited {
            issue: IssueId(1),
            number: "2017年第1期".to_owned(),
        },
        reason: "人数有误".to_owned(),
    });
    vec![
        issue(1, "daily", DigestKind::Daily),
        void,
        supplement,
        correction,
        issue(1, "express", DigestKind::Express),
        // Known by its kind, whatever the operator calls it.
        issue(1, "zhoubao", DigestKind::Weekly),
        issue(1, "monthly", DigestKind::Monthly),
        issue(1, "special", DigestKind::Special),
    ]
}

fn counted(records: &Records) -> Figures {
    figures(records, &Offices::new())
}

/// A14: one post, two matters.
#[test]
fn a_post_of_two_topics_is_one_post_and_two_matters() {
    let both = facts(CountedAs::Judged, &[Topic::Jf, Topic::Px]);
    let none = facts(CountedAs::Judged, &[]);
    let counted = counted(&records(vec![(both, 1), (none, 2)]));
    assert_eq!(
        (counted.count("posts"), counted.count("sub_matters")),
        (3, 4)
    );
    assert_eq!(counted.count("by_topic.JF"), 1);
    assert_eq!(counted.count("by_topic.PX"), 0);
    assert_eq!(counted.count("by_matter.PX"), 1);
    assert_eq!(counted.count("by_topic.none"), 2);
}

#[test]
fn every_post_is_counted_once_and_removed_ones_by_reason() {
    let cells = CountedAs::ALL
        .iter()
        .map(|standing| (facts(*standing, &[]), 2));
    let counted = counted(&records(cells.collect()));
    let sum = ["posts", "removed", "official", "waiting"].map(|key| counted.count(key));
    assert_eq!(counted.count("collected"), sum.iter().sum::<u64>());
    assert_eq!(counted.count("removed"), 6);
    assert_eq!(counted.count("spread"), 4, "judged posts and their copies");
    assert_eq!(counted.get("negative_share"), Some(100.0));
}

#[test]
fn events_without_an_answer_miss_the_48_hours() {
    let found_at = at("2017-04-14T14:00:00+08:00");
    let event = |id, level, hours: Option<i64>| LedgerEvent {
        id: EventId(id),
        level,
        found_at,
        answered_at: hours.map(|hours| found_at + TimeDelta::hours(hours)),
    };
    let events = vec![
        event(1, Level::Red, Some(7)),
        event(2, Level::Yellow, Some(48)),
        event(3, Level::Yellow, Some(49)),
        event(4, Level::Orange, None),
        event(5, Level::Blue, Some(1)),
    ];
    let counted = counted(&Records {
        events,
        ..records(Vec::new())
    });
    let numbers = [
        "events",
        "answered.events",
        "answered.count",
        "answered.in_time",
    ];
    assert_eq!(numbers.map(|key| counted.count(key)), [5, 4, 3, 2]);
    assert_eq!(counted.get("answered.rate"), Some(50.0));
    assert_eq!(counted.get("answered.median_minutes"), Some(48.0 * 60.0));
    assert_eq!(counted.count("authority.in_time"), 0);
}

#[test]
fn an_entry_is_counted_in_one_issue_and_corrections_apart() {
    let records = Records {
        issues: issues().into_iter().map(Arc::new).collect(),
        ..records(Vec::new())
    };
    let counted = counted(&records);
    let numbers = [
        "issues",
        "entries",
        "summary_issues",
        "corrections",
        "void_issues",
    ];
    assert_eq!(numbers.map(|key| counted.count(key)), [4, 6, 2, 1, 1]);
    assert_eq!(counted.count("issues_by_digest.daily"), 2);
    assert_eq!(counted.count("entries_by_digest.special"), 2);
    assert_eq!(counted.count("entries_by_level.blue"), 6);
    assert_eq!(counted.count("issues_by_channel.other"), 4);
    let year = LedgerPeriod::year("2017").expect("a year");
    let compared = Compared {
        previous: Earlier {
            figures: counted.clone(),
            is_frozen: true,
        },
        year_before: Earlier::default(),
    };
    let now = at("2018-01-02T09:00:00+08:00");
    let ledger = compile(year, &records, compared, &Offices::new(), now);
    assert_eq!(ledger.entry_list.len(), 6, "those of 入刊条数");
    assert_eq!(ledger.entry_list[2].issue, "2017年增刊第1期");
    assert_eq!(
        (ledger.previous.as_ref(), ledger.year_before.as_ref()),
        (Some(&counted), None)
    );
    assert_eq!(
        ledger.compared_headings(),
        ["上期（已冻结）", "环比", "上年同期", "同比"]
    );
}

#[test]
fn cases_are_counted_with_what_is_overdue() {
    let cases = LedgerCases {
        transferred_by_origin: [("省人社厅".to_owned(), 3), ("市委网信办".to_owned(), 2)].into(),
        closed: 4,
        closed_on_time: 3,
        minutes_to_close: vec![60, 600, 120, 240],
        overdue: vec!["豫人社函〔2018〕1号".to_owned()],
        replies_by_channel: [("message_board".to_owned(), 26)].into(),
        rated_replies: 3,
        mean_satisfaction: Some(13.0 / 3.0),
        ..LedgerCases::default()
    };
    let counted = counted(&Records {
        cases,
        ..records(Vec::new())
    });
    let numbers = ["cases", "cases_closed", "cases_overdue", "replies"];
    assert_eq!(numbers.map(|key| counted.count(key)), [5, 4, 1, 26]);
    assert_eq!(counted.get("cases_rate"), Some(75.0));
    assert_eq!(counted.get("closed_after.median_minutes"), Some(120.0));
    assert_eq!(counted.count("satisfaction.rated"), 3);
    assert_eq!(counted.get("satisfaction.mean"), Some(4.3));
}

#[test]
fn every_figure_stands_in_a_table_that_says_how_it_is_counted() {
    let offices: Offices = [(Topic::Qx, "劳动监察支队".to_owned())].into();
    let mut all = Vec::new();
    for standing in CountedAs::ALL {
        all.extend(keys(&facts(*standing, &[Topic::Qx]), &offices));
    }
    for key in &all {
        assert!(is_post_figure(key), "{key}");
    }
    let counted = counted(&records(Vec::new()));
    all.extend(counted.iter().map(|(key, _)| key.to_owned()));
    for key in all {
        let is_detail = key.ends_with(".count") || key.ends_with("_minutes");
        assert!(group_of(&key).is_some() || is_detail, "{key}");
    }
    for group in groups() {
        assert!(group.definition.ends_with('。'), "{}", group.title);
        if let Members::Named(members) = group.members {
            for (key, name) in members {
                assert_eq!(label(key, &BTreeMap::new()), *name);
            }
        }
    }
}

use super::{days, tables};
use crate::digest::fixture::{Case, case, drafted, issue_of, shipped};
use crate::digest::layout::layout;
use crate::document::Block;
use crate::model::{Basis, DigestKind, Dimension, Period, Survey, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("a time")
}

/// The sample's posts in their week.
fn week() -> Case {
    let mut case = case("sample");
    case.period = Period {
        from: at("2017-11-20T00:00:00+08:00"),
        to: at("2017-11-27T00:00:00+08:00"),
    };
    case.signed_at = Some(at("2017-11-27T10:40:00+08:00"));
    case
}

/// The words of a page, tables and charts row by row.
fn words(blocks: &[Block]) -> String {
    let line = |block: &Block| match block {
        Block::Table {
            caption,
            columns,
            rows,
        } => {
            let headings: Vec<&str> = columns.iter().map(|it| it.heading.as_str()).collect();
            let rows: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
            format!("{caption}\n{}\n{}", headings.join(" | "), rows.join("\n"))
        }
        Block::Chart(chart) => {
            let series: Vec<String> = chart
                .series
                .iter()
                .map(|series| format!("{}：{:?}", series.name, series.values))
                .collect();
            format!(
                "{}\n{}\n{}",
                chart.title,
                chart.labels.join(" | "),
                series.join("\n")
            )
        }
        Block::Number(text) | Block::Section(text) | Block::Masthead(text) => text.clone(),
        Block::Paragraph { lead, text } => format!("{lead}{text}"),
        Block::Entry {
            number, tag, title, ..
        } => format!("{number}{tag}{title}"),
        _ => String::new(),
    };
    let lines: Vec<String> = blocks
        .iter()
        .map(line)
        .filter(|it| !it.is_empty())
        .collect();
    lines.join("\n") + "\n"
}

fn surveyed(before: Option<&Case>) -> (Survey, Basis) {
    let draft = drafted(&week(), &shipped(DigestKind::Weekly), before).expect("there are posts");
    (draft.content.survey.expect("a survey"), draft.basis)
}

#[test]
fn every_table_adds_up_to_what_was_judged() {
    let (survey, _) = surveyed(None);
    for table in &survey.tables {
        let sum: u64 = table.rows.iter().map(|row| row.count).sum();
        assert_eq!(sum, 7, "{:?}", table.dimension);
    }
    assert_eq!(survey.days.iter().map(|day| day.count).sum::<u64>(), 7);
    assert_eq!(survey.days.len(), 7);
}

#[test]
fn without_a_period_before_nothing_is_compared() {
    let (survey, basis) = surveyed(None);
    assert_eq!((survey.judged_before, basis.before.len()), (None, 0));
    assert!(survey.outlook.iter().all(|said| !said.contains("上期")));
}

#[test]
fn a_rise_is_told_with_both_figures() {
    let mut before = week();
    before.posts.truncate(1);
    let (survey, basis) = surveyed(Some(&before));
    assert_eq!(survey.judged_before, Some(1));
    let said = survey.outlook.concat();
    assert!(said.contains("上期"), "{said}");
    assert_eq!(tables(&basis.now, &basis.before), survey.tables);
}

#[test]
fn small_topics_are_one_row() {
    let (_, basis) = surveyed(None);
    let mut now = Vec::new();
    for (position, topic) in crate::model::Topic::ALL.iter().enumerate().take(8) {
        for _ in 0..=position {
            let mut counted = basis.now[0].clone();
            (counted.topic, counted.is_removed) = (Some(*topic), false);
            now.push(counted);
        }
    }
    let tables = tables(&now, &[]);
    let topics = tables.iter().find(|it| it.dimension == Dimension::Topic);
    let rows = &topics.expect("a table of topics").rows;
    assert_eq!(rows.len(), 6);
    assert_eq!(
        (rows[0].count, rows[5].label.as_str(), rows[5].count),
        (8, "其他", 6)
    );
}

#[test]
fn days_without_posts_are_counted() {
    let period = week().period;
    let days = days(&[], period);
    assert!(days.iter().all(|day| day.count == 0));
    assert_eq!(days[0].day, period.from.date_naive());
}

#[test]
fn a_week_without_entries_is_an_issue_all_the_same_and_one_without_posts_is_none() {
    let digest = shipped(DigestKind::Weekly);
    let mut quiet = week();
    quiet.posts.retain(|post| post.id == 6);
    let draft = drafted(&quiet, &digest, None).expect("a post");
    assert_eq!(draft.content.entries().count(), 0);
    assert!(!draft.content.is_empty());
    quiet.posts.clear();
    assert_eq!(drafted(&quiet, &digest, None), None);
}

/// Compares with `tests/fixtures/digest/weekly.txt`; `YUQING_BLESS=1` writes it anew.
#[test]
fn the_sample_week_reads_as_the_office_prints_it() {
    let mut before = week();
    before.posts.truncate(2);
    let draft = drafted(&week(), &shipped(DigestKind::Weekly), Some(&before)).expect("posts");
    let issue = issue_of(&week(), draft.content);
    let text = words(&layout(&issue));
    let path = crate::digest::fixture::path("weekly.txt");
    if std::env::var_os("YUQING_BLESS").is_some() {
        std::fs::write(&path, &text).expect("fixtures can be written");
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == wanted,
        "weekly.txt differs; the issue now reads:\n{text}"
    );
}

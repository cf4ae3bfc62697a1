//! 版式 — an Issue → the blocks of its page, in order (`spec.md` 1.3). Every word, number and mark is decided here, so
//! that all renditions say the same; a renderer only knows how a block looks.

mod entry;
mod express;
mod overview;
mod survey;

use crate::digest::express::part_name;
use crate::document::{Block, tag};
use crate::model::{Entry, Issue, IssueState, Level, Masthead, Series, Signature, Timestamp};
use crate::text::wording::{chinese_number, clock, date, printable};
use chrono::{Datelike, FixedOffset};

/// Sources that the overview and an entry name before `等N个`.
const NAMED: usize = 5;

/// 版式 — the blocks of an issue. Times are printed in the zone of its period.
pub fn layout(issue: &Issue) -> Vec<Block> {
    let mut blocks = front(issue);
    blocks.extend(correction(issue));
    match (&issue.content.express, &issue.content.survey) {
        (Some(express), _) => blocks.extend(express::page(issue, express)),
        (None, Some(survey)) => blocks.extend(survey::pages(issue, survey)),
        (None, None) => {
            blocks.push(Block::Label("【本期要目】".to_owned()));
            blocks.extend(issue.content.entries().map(contents_line));
            blocks.push(Block::Paragraph {
                lead: "【监测概况】".to_owned(),
                text: overview::overview(issue),
            });
            blocks.extend(sections(issue, 0));
        }
    }
    if !issue.content.note.is_empty() {
        blocks.push(Block::Paragraph {
            lead: "附注：".to_owned(),
            text: printable(&issue.content.note),
        });
    }
    blocks.push(colophon(issue));
    blocks
}

/// 栏目 with their entries, numbered after `before` others.
fn sections(issue: &Issue, before: usize) -> Vec<Block> {
    let content = &issue.content;
    let mut blocks = Vec::new();
    let mut entry_number = 0;
    for (position, section) in content.sections.iter().enumerate() {
        let number = chinese_number(before + position + 1);
        blocks.push(Block::Section(printable(&format!(
            "{number}、{}",
            section.title
        ))));
        for entry in &section.entries {
            if entry.level == Level::None {
                blocks.extend(entry::news(entry, content.period.to));
            } else {
                entry_number += 1;
                blocks.extend(entry::opinion(entry, entry_number, content.period.to));
            }
        }
    }
    blocks
}

fn front(issue: &Issue) -> Vec<Block> {
    let content = &issue.content;
    let masthead = &content.masthead;
    let mut blocks = vec![
        Block::Header {
            notice: printable(&masthead.notice),
            serial: serial(issue),
        },
        Block::Masthead(printable(&masthead.title)),
        Block::Number(headline(issue)),
    ];
    if !content.subject.is_empty() {
        blocks.push(Block::Number(printable(&content.subject)));
    }
    if let Some(span) = survey::span_line(issue) {
        blocks.push(Block::Number(span));
    }
    blocks.extend([
        Block::Imprint {
            publisher: format!("{}　编", printable(&masthead.publisher)),
            date: imprint_date(issue),
        },
        Block::RedRule,
    ]);
    blocks
}

/// The number line; a 快报 says that it is urgent, until its 终报.
fn headline(issue: &Issue) -> String {
    let is_urgent = (issue.content.express.as_ref()).is_some_and(|express| !express.is_final);
    let urgent = if is_urgent { "（急）" } else { "" };
    format!("{}{urgent}", number_line(issue))
}

/// `2017年11月21日`; of a 快报 with the clock: several may come on one day.
fn imprint_date(issue: &Issue) -> String {
    let at = dated_at(issue);
    match issue.content.express {
        Some(_) => format!("{}{}", date(at), clock(at)),
        None => date(at),
    }
}

/// 更正: which issue is put right, and why.
fn correction(issue: &Issue) -> Option<Block> {
    let corrects = issue.content.corrects.as_ref()?;
    let reason = printable(&corrects.reason);
    let reason = reason.trim_end_matches('。');
    Some(Block::Paragraph {
        lead: "【更正】".to_owned(),
        text: format!("{}：{reason}。以本期为准。", corrects.cited.number),
    })
}

/// Day of the signature, of a draft the day it was made.
pub fn dated_at(issue: &Issue) -> Timestamp {
    let at = issue
        .signed
        .as_ref()
        .map_or(issue.drafted_at, |signature| signature.at);
    at.with_timezone(&zone(issue))
}

fn zone(issue: &Issue) -> FixedOffset {
    *issue.content.period.to.offset()
}

fn serial(issue: &Issue) -> String {
    issue.number.map_or(String::new(), |number| {
        let series = match issue.content.series {
            Series::Main => "",
            Series::Supplement => "增",
        };
        format!("编号：{series}{:04}", number.number)
    })
}

/// `2017年第168期（总第431期）`, `2017年增刊第1期`, `2017年第17期续报一`; without a number yet, room for one.
pub fn number_line(issue: &Issue) -> String {
    let series = series_word(issue);
    let part = part_word(issue);
    let Some(number) = issue.number else {
        let state = match issue.state {
            IssueState::Approved => "送审稿",
            IssueState::Void => "作废",
            IssueState::Draft | IssueState::Signed => "草稿",
        };
        return format!(
            "{}年{series}第　期{part}（{state}）",
            dated_at(issue).year()
        );
    };
    let mut line = cited_number(issue).unwrap_or_default();
    if issue.content.series == Series::Main && issue.content.express.is_none() {
        line += &format!("（总第{}期）", number.total_number);
    }
    if issue.state == IssueState::Void {
        return format!("{line}（作废）");
    }
    line
}

/// How other issues cite this one: `2017年第168期`; `None` before its signature.
pub fn cited_number(issue: &Issue) -> Option<String> {
    let number = issue.number?;
    Some(format!(
        "{}年{}第{}期{}",
        number.year,
        series_word(issue),
        number.number,
        part_word(issue)
    ))
}

fn series_word(issue: &Issue) -> &'static str {
    match issue.content.series {
        Series::Main => "",
        Series::Supplement => "增刊",
    }
}

fn part_word(issue: &Issue) -> String {
    issue
        .content
        .express
        .as_ref()
        .map_or_else(String::new, part_name)
}

fn contents_line(entry: &Entry) -> Block {
    Block::Contents {
        level: entry.level,
        tag: tag(entry.level),
        title: printable(&entry.title),
    }
}

fn colophon(issue: &Issue) -> Block {
    let masthead: &Masthead = &issue.content.masthead;
    let recipients = [
        ("报", &masthead.report_to),
        ("送", &masthead.copy_to),
        ("发", &masthead.issue_to),
    ];
    Block::Colophon {
        recipients: recipients
            .iter()
            .filter(|(_, to)| !to.trim().is_empty())
            .map(|(label, to)| format!("{label}：{}", printable(to)))
            .collect(),
        hands: match &issue.signed {
            Some(signature) => hands(signature),
            None => "编辑：　　　　审核：　　　　签发：".to_owned(),
        },
        copies: format!("（共印{}份）", masthead.copies),
    }
}

/// `编辑：某某　审核：某某　签发：某某`; who is not on record is left out.
fn hands(signature: &Signature) -> String {
    let hands = [
        ("编辑", &signature.editor),
        ("审核", &signature.approver),
        ("签发", &signature.by),
    ];
    let known = hands.iter().filter(|(_, name)| !name.is_empty());
    let named: Vec<String> = known
        .map(|(deed, name)| format!("{deed}：{}", printable(name)))
        .collect();
    named.join("　")
}

/// `甲、乙、丙等7个信源`.
fn names(sources: &[String]) -> String {
    if sources.len() <= NAMED {
        return sources.join("、");
    }
    format!("{}等{}个信源", sources[..NAMED].join("、"), sources.len())
}

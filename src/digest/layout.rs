//! 版式 — an Issue → the blocks of its page, in order (`spec.md` 1.3). Every word, number and mark is decided here, so
//! that all renditions say the same; a renderer only knows how a block looks.

mod entry;
mod overview;

use crate::digest::wording::{chinese_number, date, printable};
use crate::model::{Entry, Issue, IssueState, Level, Masthead, Timestamp};
use chrono::{Datelike, FixedOffset};

/// Sources that the overview and an entry name before `等N个`.
const NAMED: usize = 5;

/// 版式块 — one piece of a page; its text is ready for print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// 报头: notice on the left, serial number on the right (empty before the signature).
    Header {
        /// `内部资料　注意保存`.
        notice: String,
        /// `编号：0168`.
        serial: String,
    },
    /// 简报名称, large, red, centred.
    Masthead(String),
    /// 期号, centred.
    Number(String),
    /// Publisher on the left, date on the right.
    Imprint {
        /// 编发单位.
        publisher: String,
        /// 签发日期, of a draft the day it was made.
        date: String,
    },
    /// 红线.
    RedRule,
    /// A heading without number: `【本期要目】`.
    Label(String),
    /// One line of the contents.
    Contents {
        /// Colour of the mark.
        level: Level,
        /// `【黄】`.
        tag: String,
        /// Title of the entry.
        title: String,
    },
    /// A paragraph with a bold lead-in, which may be empty.
    Paragraph {
        /// `主要内容：`.
        lead: String,
        /// The rest.
        text: String,
    },
    /// Title of a section: `一、重点舆情`.
    Section(String),
    /// Title of an entry.
    Entry {
        /// `（一）`.
        number: String,
        /// Colour of the mark.
        level: Level,
        /// `【黄】`.
        tag: String,
        /// Title.
        title: String,
    },
    /// Where and when it was published, with its link.
    Source {
        /// `来源：`.
        lead: String,
        /// `大河论坛　发布：11月20日9:40（监测9:48，时延8分钟）`.
        text: String,
        /// Address, if any; not checked.
        url: Option<String>,
    },
    /// 版记: to whom it goes, who made it, how many copies.
    Colophon {
        /// Lines such as `报：局党组书记、局长`.
        recipients: Vec<String>,
        /// `签发：`.
        hands: String,
        /// `（共印12份）`.
        copies: String,
    },
}

/// 要目、条目 mark of a level: `【黄】`, `【动态】`.
pub fn tag(level: Level) -> String {
    match level {
        Level::None => "【动态】".to_owned(),
        other => format!("【{}】", other.label()),
    }
}

/// 版式 — the blocks of an issue. Times are printed in the zone of its period.
pub fn layout(issue: &Issue) -> Vec<Block> {
    let content = &issue.content;
    let mut blocks = front(issue);
    blocks.push(Block::Label("【本期要目】".to_owned()));
    blocks.extend(content.entries().map(contents_line));
    blocks.push(Block::Paragraph {
        lead: "【监测概况】".to_owned(),
        text: overview::overview(issue),
    });
    let mut entry_number = 0;
    for (position, section) in content.sections.iter().enumerate() {
        let number = chinese_number(position + 1);
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
    blocks.push(colophon(issue));
    blocks
}

fn front(issue: &Issue) -> Vec<Block> {
    let masthead = &issue.content.masthead;
    vec![
        Block::Header {
            notice: printable(&masthead.notice),
            serial: serial(issue),
        },
        Block::Masthead(printable(&masthead.title)),
        Block::Number(number_line(issue)),
        Block::Imprint {
            publisher: format!("{}　编", printable(&masthead.publisher)),
            date: date(dated_at(issue)),
        },
        Block::RedRule,
    ]
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
        format!("编号：{:04}", number.number)
    })
}

/// `2017年第168期（总第431期）`; without a number yet, room for one.
pub fn number_line(issue: &Issue) -> String {
    let Some(number) = issue.number else {
        let state = match issue.state {
            IssueState::Approved => "送审稿",
            IssueState::Void => "作废",
            IssueState::Draft | IssueState::Signed => "草稿",
        };
        return format!("{}年第　期（{state}）", dated_at(issue).year());
    };
    let line = format!(
        "{}年第{}期（总第{}期）",
        number.year, number.number, number.total_number
    );
    if issue.state == IssueState::Void {
        return format!("{line}（作废）");
    }
    line
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
            Some(signature) => format!("签发：{}", printable(&signature.by)),
            None => "编辑：　　　　审核：　　　　签发：".to_owned(),
        },
        copies: format!("（共印{}份）", masthead.copies),
    }
}

/// `甲、乙、丙等7个信源`.
fn names(sources: &[String]) -> String {
    if sources.len() <= NAMED {
        return sources.join("、");
    }
    format!("{}等{}个信源", sources[..NAMED].join("、"), sources.len())
}

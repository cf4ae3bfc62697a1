//! 版式 — an Issue → the blocks of its page, in order (`spec.md` 1.3). Every word, number and mark is decided here, so
//! that all renditions say the same; a renderer only knows how a block looks.

use crate::digest::wording::{
    chinese_number, clock, date, day, duration, exact_moment, is_day_only, moment, percent,
    printable,
};
use crate::model::{Entry, EntryPost, Issue, IssueState, Level, Masthead, Overview, Timestamp};
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
        text: overview(issue),
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
                blocks.extend(news(entry, content.period.to));
            } else {
                entry_number += 1;
                blocks.extend(entry_blocks(entry, entry_number, content.period.to));
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

/// 监测概况 — the period, what was found, what of it is printed, what could not be read.
fn overview(issue: &Issue) -> String {
    let overview = &issue.content.overview;
    let mut text = format!("监测时段：{}。", period(issue));
    text += &found(overview);
    text += &printed(issue);
    if overview.left_out > 0 {
        text += &format!("另有{}条因篇幅所限未刊。", overview.left_out);
    }
    if !overview.failed_sources.is_empty() {
        text += &format!(
            "{}今日未采集成功。",
            printable(&names(&overview.failed_sources))
        );
    }
    text
}

/// `11月20日8:00至11月21日8:00`; both with the year around New Year.
fn period(issue: &Issue) -> String {
    let period = issue.content.period;
    let from = period.from.with_timezone(&zone(issue));
    let end_year = period.to.year();
    let to_year = if from.year() == end_year {
        end_year
    } else {
        from.year()
    };
    let said_from = if from.year() == end_year {
        exact_moment(from, end_year)
    } else {
        format!("{}{}", date(from), clock(from))
    };
    format!("{said_from}至{}", exact_moment(period.to, to_year))
}

fn found(overview: &Overview) -> String {
    let channels: Vec<String> = overview
        .by_channel
        .iter()
        .map(|(channel, count)| format!("{}{count}", channel.label()))
        .collect();
    let channels = if channels.is_empty() {
        String::new()
    } else {
        format!("（{}）", channels.join("、"))
    };
    format!(
        "共监测涉我局信息{}条{channels}，剔除重复、广告{}条，纳入研判{}条；其中负面{}条（{}%）、中性{}条、正面{}条。",
        overview.found,
        overview.removed,
        overview.judged,
        overview.negative,
        percent(overview.negative, overview.judged),
        overview.neutral,
        overview.positive,
    )
}

/// `报送4条：黄1、蓝2、动态1。橙、红0。`: what is absent is said as well.
fn printed(issue: &Issue) -> String {
    let count = |level| {
        issue
            .content
            .entries()
            .filter(|entry| entry.level == level)
            .count()
    };
    let (absent, present): (Vec<Level>, Vec<Level>) =
        [Level::Red, Level::Orange, Level::Yellow, Level::Blue]
            .into_iter()
            .partition(|level| count(*level) == 0);
    let mut counts: Vec<String> = present
        .iter()
        .map(|level| format!("{}{}", level.label(), count(*level)))
        .collect();
    if count(Level::None) > 0 {
        counts.push(format!("动态{}", count(Level::None)));
    }
    let mut text = format!(
        "报送{}条：{}",
        issue.content.entries().count(),
        counts.join("、")
    );
    if !absent.is_empty() {
        let absent: Vec<&str> = absent.iter().rev().map(|level| level.label()).collect();
        text += &format!("。{}0", absent.join("、"));
    }
    text + "。"
}

/// `甲、乙、丙等7个信源`.
fn names(sources: &[String]) -> String {
    if sources.len() <= NAMED {
        return sources.join("、");
    }
    format!("{}等{}个信源", sources[..NAMED].join("、"), sources.len())
}

fn entry_blocks(entry: &Entry, number: usize, local: Timestamp) -> Vec<Block> {
    let mut blocks = vec![
        Block::Entry {
            number: format!("（{}）", chinese_number(number)),
            level: entry.level,
            tag: tag(entry.level),
            title: printable(&entry.title),
        },
        source(&entry.posts, local),
    ];
    let parts = [
        ("主要内容：", &entry.summary),
        ("传播情况：", &entry.spread),
        ("研判：", &entry.judgement),
        ("建议：", &entry.advice),
    ];
    for (lead, text) in parts {
        if !text.trim().is_empty() {
            blocks.push(Block::Paragraph {
                lead: lead.to_owned(),
                text: printable(text),
            });
        }
    }
    blocks
}

fn source(posts: &[EntryPost], local: Timestamp) -> Block {
    let mut sources: Vec<String> = Vec::new();
    for post in posts {
        if !sources.contains(&post.source) {
            sources.push(post.source.clone());
        }
    }
    let mut text = printable(&names(&sources));
    if let Some(published) = posts
        .first()
        .and_then(|first| published(first, posts.len(), local))
    {
        text += &format!("　发布：{published}");
    }
    let url = posts
        .iter()
        .find_map(|post| post.url.as_deref())
        .map(printable);
    if url.is_some() {
        text += "　链接：";
    }
    Block::Source {
        lead: "来源：".to_owned(),
        text,
        url,
    }
}

/// `11月20日9:40（监测9:48，时延8分钟）`, `11月20日19:00起（…）` of several posts.
fn published(first: &EntryPost, post_count: usize, local: Timestamp) -> Option<String> {
    let published_at = first.published_at?.with_timezone(local.offset());
    let seen_at = first.first_seen_at.with_timezone(local.offset());
    let since = if post_count > 1 { "起" } else { "" };
    let said = format!("{}{since}", moment(published_at, local.year()));
    if is_day_only(published_at) || seen_at < published_at {
        return Some(said);
    }
    let seen = if seen_at.date_naive() == published_at.date_naive() {
        clock(seen_at)
    } else {
        exact_moment(seen_at, local.year())
    };
    Some(format!(
        "{said}（监测{seen}，时延{}）",
        duration(seen_at - published_at)
    ))
}

/// 动态 — `映象网11月20日《……》：……`, with the link on a line of its own.
fn news(entry: &Entry, local: Timestamp) -> Vec<Block> {
    let Some(post) = entry.posts.first() else {
        return Vec::new();
    };
    let published_at = post
        .published_at
        .unwrap_or(post.first_seen_at)
        .with_timezone(local.offset());
    let title = if post.title.is_empty() {
        &entry.title
    } else {
        &post.title
    };
    let mut blocks = vec![Block::Paragraph {
        lead: printable(&format!(
            "{}{}《{title}》：",
            post.source,
            day(published_at, local.year())
        )),
        text: printable(&format!("{}{}", entry.summary, entry.judgement)),
    }];
    if let Some(url) = &post.url {
        blocks.push(Block::Source {
            lead: "链接：".to_owned(),
            text: String::new(),
            url: Some(printable(url)),
        });
    }
    blocks
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

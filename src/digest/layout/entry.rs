//! 条 — the blocks of one entry: opinion with its parts, or a report of the media in a paragraph.

use crate::digest::layout::names;
use crate::document::{Block, tag};
use crate::model::{Entry, EntryPost, Timestamp};
use crate::text::duration::duration;
use crate::text::wording::{
    address, chinese_number, clock, day, exact_moment, is_day_only, moment, printable,
};
use chrono::Datelike;

/// Title, source and parts of an entry; parts without text are left out.
pub fn opinion(entry: &Entry, number: usize, local: Timestamp) -> Vec<Block> {
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
        ("附注：", &entry.note),
    ];
    blocks.extend(paragraphs(&parts));
    blocks
}

/// A paragraph for each part that says something.
pub fn paragraphs(parts: &[(&str, &String)]) -> Vec<Block> {
    let told = parts.iter().filter(|(_, text)| !text.trim().is_empty());
    told.map(|(lead, text)| Block::Paragraph {
        lead: (*lead).to_owned(),
        text: printable(text),
    })
    .collect()
}

/// `来源：` with the sources, the time and the link of an entry.
pub fn source(posts: &[EntryPost], local: Timestamp) -> Block {
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
        .map(address);
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
    let delay = seen_at - published_at;
    if delay.num_minutes() == 0 {
        return Some(format!("{said}（监测{seen}）"));
    }
    Some(format!("{said}（监测{seen}，时延{}）", duration(delay)))
}

/// 动态 — `映象网11月20日《……》：……`, with the link on a line of its own.
pub fn news(entry: &Entry, local: Timestamp) -> Vec<Block> {
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
    blocks.extend(paragraphs(&[("附注：", &entry.note)]));
    if let Some(url) = &post.url {
        blocks.push(Block::Source {
            lead: "链接：".to_owned(),
            text: String::new(),
            url: Some(address(url)),
        });
    }
    blocks
}

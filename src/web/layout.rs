//! How values are written on pages: times, lists, posts in a list.

use crate::model::{Analysis, Level, PublishedAt, StoredPost, Timestamp, Topic};
use crate::text::heading::heading;
use serde::{Deserialize, Deserializer};

/// `2017-04-14 13:58`; a dash where unknown.
pub fn minute(at: Option<Timestamp>) -> String {
    at.map_or_else(
        || "—".to_owned(),
        |at| at.format("%Y-%m-%d %H:%M").to_string(),
    )
}

/// No list has so many pages; the store counts posts to skip in 64 bits.
const LAST_PAGE: usize = 1_000_000;

/// A page number of an address; what is no number means the first page.
pub fn page_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number: usize = String::deserialize(deserializer)?.parse().unwrap_or(0);
    Ok(number.min(LAST_PAGE))
}

/// 发布时间 as exactly as the page stated it; a dash where unknown.
pub fn published(published: Option<PublishedAt>) -> String {
    published.map_or_else(|| "—".to_owned(), |published| published.to_string())
}

/// A post in a list.
pub struct PostLine {
    /// Row id.
    pub id: i64,
    /// Code for the colour.
    pub level: &'static str,
    /// Label, empty for none.
    pub level_label: &'static str,
    /// Title, or the beginning of the text.
    pub title: String,
    /// 信源.
    pub source: String,
    /// 发布时间.
    pub published: String,
    /// 主题 labels.
    pub topics: String,
    /// 评 转 赞.
    pub engagement: String,
    /// Why it is flagged.
    pub reason: String,
}

impl PostLine {
    /// The line of one post.
    pub fn of(stored: &StoredPost) -> PostLine {
        let post = &stored.post;
        let analysis = stored.analysis.as_ref();
        let level = analysis.map_or(Level::None, |analysis| analysis.level);
        let reason = analysis.and_then(Analysis::level_reason);
        PostLine {
            id: stored.id.0,
            level: level.code(),
            level_label: if level == Level::None {
                ""
            } else {
                level.label()
            },
            title: heading(&post.title, &post.text),
            source: beginning(&post.source_name),
            published: published(post.published_at),
            topics: topics(analysis.map_or(&[][..], |analysis| &analysis.topics)),
            engagement: engagement(post),
            reason: reason.unwrap_or_default().to_owned(),
        }
    }
}

/// Characters of a source's name in a list: a stranger can make one as long as he likes.
const NAME_CHARS: usize = 30;

fn beginning(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// `社会保障卡、12333与经办大厅窗口服务`.
pub fn topics(scores: &[crate::model::TopicScore]) -> String {
    scores
        .iter()
        .map(|score| Topic::label(score.code))
        .collect::<Vec<_>>()
        .join("、")
}

fn engagement(post: &crate::model::Post) -> String {
    let numbers = post.engagement;
    let parts = [
        ("评", numbers.comments),
        ("转", numbers.reposts),
        ("赞", numbers.likes),
        ("阅", numbers.views),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter_map(|(name, number)| number.map(|number| format!("{name} {number}")))
        .collect();
    shown.join("  ")
}

#[cfg(test)]
mod tests {
    use super::{LAST_PAGE, page_number};
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    #[test]
    fn page_numbers_have_an_end() {
        for (text, expected) in [
            ("", 0),
            ("seven", 0),
            ("-1", 0),
            ("7", 7),
            ("1000001", LAST_PAGE),
            ("9223372036854775807", LAST_PAGE),
        ] {
            let written: StrDeserializer<'_, Error> = text.into_deserializer();
            assert_eq!(page_number(written), Ok(expected), "{text}");
        }
    }
}

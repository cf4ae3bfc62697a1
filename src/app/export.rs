//! 导出 — all hits of a query as a table: read from the store in portions, written as they come.

use super::App;
use super::table::{Cell, Table, TableFormat};
use crate::index::{Query, Sort};
use crate::model::{StoredPost, Topic};
use anyhow::Result;
use std::path::Path;

/// Posts read at a time.
const PORTION: usize = 500;

/// Heading and width of each column.
const COLUMNS: &[(&str, f64)] = &[
    ("编号", 8.0),
    ("发布时间", 17.0),
    ("渠道", 10.0),
    ("信源", 16.0),
    ("媒体", 14.0),
    ("作者", 12.0),
    ("标题", 40.0),
    ("正文", 80.0),
    ("级别", 6.0),
    ("主题", 24.0),
    ("情感", 6.0),
    ("意图", 8.0),
    ("属地", 14.0),
    ("评论", 8.0),
    ("转发", 8.0),
    ("点赞", 8.0),
    ("阅读", 8.0),
    ("转载自编号", 10.0),
    ("网址", 40.0),
];

/// What is exported, and how.
pub struct Export<'q> {
    /// Which posts.
    pub query: &'q Query,
    /// In which order.
    pub sort: Sort,
    /// As what.
    pub format: TableFormat,
    /// 水印 above the headings; empty for none.
    pub watermark: String,
}

impl App {
    /// Writes all hits to a file, which appears when it is whole. How many?
    ///
    /// # Errors
    /// The index or the store refuses; the file cannot be written.
    pub fn export(&self, export: &Export<'_>, path: &Path) -> Result<usize> {
        let ids = (self.index).ids(&self.expanded(export.query), export.sort)?;
        let table = Table {
            columns: COLUMNS,
            format: export.format,
            watermark: &export.watermark,
        };
        table.write(path, |row| {
            for portion in ids.chunks(PORTION) {
                for stored in self.store.posts(portion)? {
                    row(cells(&stored))?;
                }
            }
            Ok(())
        })
    }
}

/// The row of a post; one cell for each of `COLUMNS`.
fn cells(stored: &StoredPost) -> Vec<Cell> {
    let post = &stored.post;
    let analysis = stored.analysis.as_ref();
    let text = |text: &str| Cell::Text(text.to_owned());
    let optional = |value: &Option<String>| Cell::Text(value.clone().unwrap_or_default());
    let topics = analysis.map_or(&[][..], |analysis| &analysis.topics);
    let topics: Vec<&str> = topics
        .iter()
        .map(|topic| Topic::label(topic.code))
        .collect();
    let place = analysis.map_or_else(String::new, |analysis| {
        let regions = &analysis.regions;
        let act = regions
            .act
            .as_ref()
            .map_or("", |region| region.name.as_str());
        format!("{} {act}", regions.jurisdiction.label())
            .trim_end()
            .to_owned()
    });
    vec![
        Cell::Number(u64::try_from(stored.id.0).ok()),
        Cell::Text(
            post.published_at
                .map_or_else(String::new, |at| at.to_string()),
        ),
        text(post.channel.label()),
        text(&post.source_name),
        optional(&post.outlet),
        optional(&post.author),
        text(&post.title),
        text(&post.text),
        text(analysis.map_or("", |analysis| analysis.level.label())),
        Cell::Text(topics.join("、")),
        text(analysis.map_or("", |analysis| analysis.sentiment.label())),
        text(analysis.map_or("", |analysis| analysis.intent.label())),
        Cell::Text(place),
        Cell::Number(post.engagement.comments),
        Cell::Number(post.engagement.reposts),
        Cell::Number(post.engagement.likes),
        Cell::Number(post.engagement.views),
        Cell::Number(stored.repost_of.and_then(|id| u64::try_from(id.0).ok())),
        optional(&post.url),
    ]
}

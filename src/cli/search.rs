//! `yuqing search`: ad-hoc search with marked words.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use crate::app::App;
use crate::index::query::{CodeField, TextField};
use crate::index::{Facets, Query, Sort, snippet};
use crate::model::{Channel, Level, PostId, PublishedAt, Sentiment, StoredPost, Timestamp, Topic};
use crate::pipeline;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Instant;

/// Characters of a snippet.
const SNIPPET_CHARS: usize = 100;

#[derive(Args)]
pub struct Search {
    /// 检索式，例如：欠薪 郑东新区 -招聘 · query; see README, Searching
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// 起始日，如 2017-04-01 · published on or after
    #[arg(long, value_name = "D", value_parser = parse_day)]
    from: Option<NaiveDate>,
    /// 截止日 · published on or before
    #[arg(long, value_name = "D", value_parser = parse_day)]
    to: Option<NaiveDate>,
    /// 渠道，如 论坛贴吧 forum，微博 weibo · channel
    #[arg(long)]
    channel: Option<Channel>,
    /// 主题名称或代码，如 QX · topic
    #[arg(long)]
    topic: Option<Topic>,
    /// 级别：红 red，橙 orange，黄 yellow，蓝 blue，无 none · level
    #[arg(long)]
    level: Option<Level>,
    /// 情感：负面 negative，中性 neutral，正面 positive · sentiment
    #[arg(long)]
    sentiment: Option<Sentiment>,
    /// 属地：名称、区划代码或管辖 · region
    #[arg(long)]
    region: Option<String>,
    /// 信源名称 · source
    #[arg(long)]
    source: Option<String>,
    /// 排序：相关度 relevance，时间 time · order
    #[arg(long, value_enum, default_value = "relevance")]
    sort: SortArgument,
    /// 显示几条 · number of hits
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// 跳过几条 · hits to skip
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// 列出分布 · counts by channel, topic, level …
    #[arg(long)]
    facets: bool,
    /// 只给总数 · the total only
    #[arg(long)]
    count: bool,
    /// 导出 CSV（后续版本） · later version
    #[arg(long, value_name = "F", hide = true)]
    csv: Option<std::path::PathBuf>,
    /// 导出 XLSX（后续版本） · later version
    #[arg(long, value_name = "F", hide = true)]
    xlsx: Option<std::path::PathBuf>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum SortArgument {
    #[value(alias = "相关度")]
    Relevance,
    #[value(alias = "时间")]
    Time,
}

#[derive(Serialize)]
struct Report {
    total: usize,
    took_ms: f64,
    hits: Vec<Hit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<Facets>,
}

#[derive(Serialize)]
struct Hit {
    id: PostId,
    external_id: Option<String>,
    url: Option<String>,
    title: String,
    source: String,
    channel: Channel,
    published_at: Option<Timestamp>,
    #[serde(skip)]
    published: Option<PublishedAt>,
    level: Option<Level>,
    sentiment: Option<Sentiment>,
    topics: Vec<Topic>,
    score: f32,
    snippet: String,
    highlights: Vec<(usize, usize)>,
}

impl Search {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if self.csv.is_some() || self.xlsx.is_some() {
            return Err(Failure::Usage(
                "导出 CSV、XLSX 将在后续版本提供；可用 --json".to_owned(),
            ));
        }
        check_days(self.from, self.to)?;
        let query = self.query()?;
        let app = common.open_app()?;
        // Without a daemon nobody else brings the index up to the store.
        while pipeline::index_once(&app)? > 0 {}
        let report = self.search(&app, &query)?;
        if self.json {
            print_json(&report)?;
        } else if self.count {
            print_text(&format!("{}\n", report.total))?;
        } else {
            print_text(&self.text(&report))?;
        }
        Ok(DONE)
    }

    fn query(&self) -> Result<Query, Failure> {
        let wrong = |error: crate::index::QueryError| Failure::Usage(error.to_string());
        let mut query: Query = self.query.parse().map_err(wrong)?;
        let codes = [
            (CodeField::Channel, self.channel.map(Channel::code)),
            (CodeField::Topic, self.topic.map(Topic::code)),
            (CodeField::Level, self.level.map(Level::code)),
            (CodeField::Sentiment, self.sentiment.map(Sentiment::code)),
            (CodeField::Region, self.region.as_deref()),
        ];
        for (field, code) in codes {
            if let Some(code) = code {
                query = query.and(Query::is(field, code).map_err(wrong)?);
            }
        }
        if let Some(source) = &self.source {
            query = query.and(Query::In(TextField::Source, source.clone()));
        }
        query = query.and(self.from.map_or(Query::All, Query::After));
        Ok(query.and(self.to.map_or(Query::All, Query::Before)))
    }

    fn search(&self, app: &App, query: &Query) -> anyhow::Result<Report> {
        let begin = Instant::now();
        let sort = match self.sort {
            SortArgument::Relevance => Sort::Relevance,
            SortArgument::Time => Sort::Time,
        };
        let limit = if self.count { 0 } else { self.limit };
        let found = app.index.search(query, sort, self.offset, limit)?;
        let ids: Vec<PostId> = found.page.iter().map(|(id, _)| *id).collect();
        let marked = query.marked_strings();
        let mut hits = Vec::with_capacity(ids.len());
        for stored in app.store.posts(&ids)? {
            let score = found
                .page
                .iter()
                .find(|(id, _)| *id == stored.id)
                .map_or(0.0, |(_, score)| *score);
            hits.push(hit(stored, score, &marked));
        }
        let facets = if self.facets {
            Some(app.index.facets(query)?)
        } else {
            None
        };
        let took_ms = begin.elapsed().as_secs_f64() * 1000.0;
        Ok(Report {
            total: found.total,
            took_ms,
            hits,
            facets,
        })
    }

    fn text(&self, report: &Report) -> String {
        let colours = std::io::stdout().is_terminal();
        let mut text = format!("共{}条，{:.1}毫秒\n", report.total, report.took_ms);
        for (number, hit) in report.hits.iter().enumerate() {
            let level = hit.level.filter(|level| *level != Level::None);
            let level = level.map_or(String::new(), |level| format!("【{}】", level.label()));
            let published = hit
                .published
                .map_or_else(|| "时间不详".to_owned(), |at| at.to_string());
            text += &format!(
                "\n{}. {level}{}（#{}）\n   {} {published}  {}\n   {}\n",
                self.offset + number + 1,
                hit.title,
                hit.id.0,
                hit.source,
                hit.url.as_deref().unwrap_or_default(),
                marked(&hit.snippet, &hit.highlights, colours)
            );
        }
        for (name, counts) in report.facets.iter().flatten() {
            let mut counts: Vec<_> = counts.iter().collect();
            counts.sort_by(|left, right| right.1.cmp(left.1).then(left.0.cmp(right.0)));
            let counts: Vec<String> = counts
                .iter()
                .filter_map(|(value, count)| {
                    Some(format!("{}{count}条", facet_value(name, value)?))
                })
                .collect();
            text += &format!("\n{}：{}", facet_name(name), counts.join("，"));
        }
        if report.facets.is_some() {
            text.push('\n');
        }
        text
    }
}

fn facet_name(name: &str) -> &str {
    match name {
        "channel" => "渠道",
        "topic" => "主题",
        "level" => "级别",
        "sentiment" => "情感",
        "region" => "属地",
        "source" => "信源",
        other => other,
    }
}

/// A value as people read it; places are counted by name, by code and by jurisdiction: only the names are shown.
fn facet_value<'v>(name: &str, value: &'v str) -> Option<&'v str> {
    let label = match name {
        "channel" => value.parse().ok().map(Channel::label),
        "topic" => value.parse().ok().map(Topic::label),
        "level" => value.parse().ok().map(Level::label),
        "sentiment" => value.parse().ok().map(Sentiment::label),
        "region" if value.is_ascii() => return None,
        _ => None,
    };
    Some(label.unwrap_or(value))
}

/// Days as people type them.
pub fn parse_day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| format!("“{text}”不是日期，应写作 2017-04-14"))
}

/// A period ends after it begins.
pub fn check_days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(), Failure> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(Failure::Usage(format!(
            "起始日{from}晚于截止日{to}，没有这样的时段；请检查 --from 和 --to"
        ))),
        _ => Ok(()),
    }
}

fn hit(stored: StoredPost, score: f32, marked: &[&str]) -> Hit {
    let post = stored.post;
    // The text shows why, unless only the title does.
    let in_text = snippet(&post.text, marked, SNIPPET_CHARS);
    let shown = if in_text.highlights.is_empty() && !post.title.is_empty() {
        let in_title = snippet(&post.title, marked, SNIPPET_CHARS);
        if in_title.highlights.is_empty() {
            in_text
        } else {
            in_title
        }
    } else {
        in_text
    };
    let analysis = stored.analysis.as_ref();
    Hit {
        id: stored.id,
        external_id: post.external_id,
        url: post.url,
        title: post.title,
        source: post.source_name,
        channel: post.channel,
        published_at: post.published_at.map(|published| published.at),
        published: post.published_at,
        level: analysis.map(|analysis| analysis.level),
        sentiment: analysis.map(|analysis| analysis.sentiment),
        topics: analysis.map_or_else(Vec::new, |analysis| {
            analysis.topics.iter().map(|topic| topic.code).collect()
        }),
        score,
        snippet: shown.text,
        highlights: shown.highlights,
    }
}

/// Marks in red on a terminal, in brackets elsewhere.
fn marked(text: &str, highlights: &[(usize, usize)], colours: bool) -> String {
    let (open, close) = if colours {
        ("\x1b[1;31m", "\x1b[0m")
    } else {
        ("〔", "〕")
    };
    let mut shown = String::new();
    for (position, character) in text.chars().enumerate() {
        if highlights.iter().any(|(from, _)| *from == position) {
            shown += open;
        }
        shown.push(character);
        if highlights.iter().any(|(_, to)| *to == position + 1) {
            shown += close;
        }
    }
    shown
}

//! `/posts/{id}`: one post, why it was flagged, how its reach grew.

use super::Shared;
use super::error::WebError;
use super::layout::{PostLine, minute, published, title, topics};
use crate::model::{PostId, Reading, StoredPost};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

#[derive(Template)]
#[template(path = "post.html", config = "src/web/askama.toml")]
struct PostPage {
    title: String,
    level: &'static str,
    level_label: &'static str,
    facts: Vec<(&'static str, String)>,
    url: Option<String>,
    paragraphs: Vec<String>,
    picture_needs_a_look: bool,
    /// When the page was found gone; empty while it stands.
    deleted_at: String,
    /// When the pages kept as evidence were read.
    evidence: Vec<String>,
    reasons: Vec<(String, String)>,
    readings: Vec<ReadingLine>,
    copies: Vec<PostLine>,
}

struct ReadingLine {
    at: String,
    comments: String,
    reposts: String,
    likes: String,
}

pub async fn page(State(app): Shared, Path(id): Path<String>) -> Result<Html<String>, WebError> {
    let id: i64 = id.parse().map_err(|_| WebError::NotFound)?;
    let page = app
        .on_cpu(move |app| {
            let Some(stored) = app.store.post(PostId(id))? else {
                return Ok(None);
            };
            let readings = app.store.readings(stored.id)?;
            let copies = app.store.copies_of(stored.id)?;
            let mut page = post_page(&stored, &readings, &copies);
            page.deleted_at = app
                .store
                .deleted_at(stored.id)?
                .map(|at| minute(Some(at)))
                .unwrap_or_default();
            let kept = app.store.evidence_of(stored.id)?;
            page.evidence = kept
                .iter()
                .map(|kept| minute(Some(kept.fetched_at)))
                .collect();
            Ok(Some(page))
        })
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

fn post_page(stored: &StoredPost, readings: &[Reading], copies: &[StoredPost]) -> PostPage {
    let (post, line) = (&stored.post, PostLine::of(stored));
    let analysis = stored.analysis.as_ref();
    let reasons = analysis.map_or(&[][..], |analysis| &analysis.reasons);
    PostPage {
        title: title(&post.title, &post.text),
        level: line.level,
        level_label: line.level_label,
        facts: facts(stored),
        // Only what a browser may follow safely; a source could hand us anything.
        url: post
            .url
            .clone()
            .filter(|url| url.starts_with("http://") || url.starts_with("https://")),
        paragraphs: post.text.lines().map(str::to_owned).collect(),
        picture_needs_a_look: analysis.is_some_and(|analysis| analysis.picture_needs_a_look),
        deleted_at: String::new(),
        evidence: Vec::new(),
        reasons: reasons
            .iter()
            .map(|reason| (reason.rule.clone(), reason.text.clone()))
            .collect(),
        readings: readings.iter().map(reading_line).collect(),
        copies: copies.iter().map(PostLine::of).collect(),
    }
}

fn facts(stored: &StoredPost) -> Vec<(&'static str, String)> {
    let post = &stored.post;
    let mut facts = vec![
        ("来源", post.source_name.clone()),
        ("渠道", post.channel.label().to_owned()),
        ("发布", published(post.published_at)),
        ("监测", minute(Some(stored.first_seen_at))),
    ];
    facts.extend(post.outlet.clone().map(|outlet| ("媒体", outlet)));
    facts.extend(post.author.clone().map(|author| ("作者", author)));
    if let Some(analysis) = &stored.analysis {
        let place = analysis
            .regions
            .responsible
            .as_ref()
            .or(analysis.regions.act.as_ref());
        let place = place.map_or(String::new(), |region| format!("（{}）", region.name));
        facts.push(("主题", topics(&analysis.topics)));
        facts.push(("情感", analysis.sentiment.label().to_owned()));
        facts.push(("意图", analysis.intent.label().to_owned()));
        facts.push((
            "管辖",
            format!("{}{place}", analysis.regions.jurisdiction.label()),
        ));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn reading_line(reading: &Reading) -> ReadingLine {
    let number =
        |number: Option<u64>| number.map_or_else(|| "—".to_owned(), |number| number.to_string());
    let numbers = reading.engagement;
    ReadingLine {
        at: minute(Some(reading.at)),
        comments: number(numbers.comments),
        reposts: number(numbers.reposts),
        likes: number(numbers.likes),
    }
}

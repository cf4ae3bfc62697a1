//! `/search`: the query language of the command line.

use super::Shared;
use super::error::WebError;
use super::layout::{PostLine, page_number};
use crate::index::{Query as SearchQuery, Snippet, Sort, snippet};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

/// Hits per page.
const PAGE_SIZE: usize = 20;
/// Characters of a snippet.
const SNIPPET_CHARS: usize = 140;

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "search.html", config = "src/web/askama.toml")]
struct SearchPage {
    q: String,
    by_time: bool,
    mistake: String,
    total: usize,
    hits: Vec<Hit>,
    previous: Option<usize>,
    next: Option<usize>,
}

struct Hit {
    post: PostLine,
    pieces: Vec<Piece>,
}

/// A part of a snippet.
struct Piece {
    text: String,
    is_marked: bool,
}

pub async fn page(
    State(app): Shared,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| search(app, parameters)).await?;
    Ok(Html(page.render()?))
}

fn search(app: &crate::app::App, parameters: Parameters) -> anyhow::Result<SearchPage> {
    let by_time = parameters.sort == "time";
    let mut page = SearchPage {
        q: parameters.q,
        by_time,
        mistake: String::new(),
        total: 0,
        hits: Vec::new(),
        previous: parameters.page.checked_sub(1),
        next: None,
    };
    if page.q.trim().is_empty() {
        return Ok(page);
    }
    let query: SearchQuery = match page.q.parse() {
        Ok(query) => query,
        Err(mistake) => {
            page.mistake = mistake.to_string();
            return Ok(page);
        }
    };
    let sort = if by_time { Sort::Time } else { Sort::Relevance };
    let offset = parameters.page.saturating_mul(PAGE_SIZE);
    let found = app.index.search(&query, sort, offset, PAGE_SIZE)?;
    let ids: Vec<_> = found.page.iter().map(|(id, _)| *id).collect();
    let marked = query.marked_strings();
    page.total = found.total;
    page.next = (offset + found.page.len() < found.total).then_some(parameters.page + 1);
    page.hits = app
        .store
        .posts(&ids)?
        .iter()
        .map(|stored| Hit {
            post: PostLine::of(stored),
            pieces: pieces(&snippet(&stored.post.text, &marked, SNIPPET_CHARS)),
        })
        .collect();
    Ok(page)
}

fn pieces(snippet: &Snippet) -> Vec<Piece> {
    let characters: Vec<char> = snippet.text.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    for (from, to) in &snippet.highlights {
        pieces.push(Piece {
            text: characters[at..*from].iter().collect(),
            is_marked: false,
        });
        pieces.push(Piece {
            text: characters[*from..*to].iter().collect(),
            is_marked: true,
        });
        at = *to;
    }
    pieces.push(Piece {
        text: characters[at..].iter().collect(),
        is_marked: false,
    });
    pieces
}

//! What a page says about itself for machines: JSON-LD, Open Graph, and the `<meta>` names of Chinese government sites.

use crate::extract::html::collapse;
use crate::extract::outline::Outline;
use crate::extract::{dates, html};
use crate::model::{PublishedAt, Timestamp};
use serde_json::Value;

/// Statements of the page about itself, each only if made.
#[derive(Default)]
pub struct Metadata {
    pub title: Option<String>,
    pub author: Option<String>,
    pub outlet: Option<String>,
    pub published_at: Option<PublishedAt>,
    /// The last change: no publication, but a page that shows no year may state it here.
    pub modified_at: Option<PublishedAt>,
    pub section: Option<String>,
    /// The page calls itself an article.
    pub is_article: bool,
}

/// Names of `<meta>` by what they state, in the order they are believed. Lower case.
const TITLES: &[&str] = &["articletitle", "og:title", "twitter:title", "title"];
const TIMES: &[&str] = &[
    "pubdate",
    "article:published_time",
    "publishdate",
    "publish_time",
    "og:release_date",
    "og:published_time",
    "weibo:article:create_at",
    "datepublished",
    "dc.date.issued",
    "release_time",
    "publishtime",
];
const CHANGES: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dateupdate",
    "lastmodified",
    "update_time",
];
const OUTLETS: &[&str] = &["contentsource", "source", "article:source", "mediaid"];
const AUTHORS: &[&str] = &["article:author", "author", "byl"];
const SECTIONS: &[&str] = &["columnname", "article:section"];

/// Collects the statements; JSON-LD fills what `<meta>` leaves open.
pub fn read(outline: &Outline<'_>, now: Timestamp) -> Metadata {
    let named: Vec<(String, String)> = outline
        .named("meta")
        .filter_map(|(_, meta)| {
            let name = ["name", "property", "itemprop"]
                .iter()
                .find_map(|attribute| meta.attr(attribute))?;
            Some((name.to_ascii_lowercase(), collapse(meta.attr("content")?)))
        })
        .filter(|(_, content)| !content.is_empty())
        .collect();
    let find = |names: &[&str]| {
        names.iter().find_map(|wanted| {
            let found = named.iter().find(|(name, _)| name == wanted);
            found.map(|(_, content)| content.clone())
        })
    };
    let linked = linked_data(outline);
    let text = |key: &str| linked.as_ref().and_then(|object| name_of(object.get(key)?));
    let time = |stated: String| dates::parse_published(&stated, now);
    Metadata {
        // Some systems put the markup of a heading into its `content`.
        title: find(TITLES)
            .or_else(|| text("headline"))
            .map(|title| collapse(&html::text_of_markup(&title))),
        author: find(AUTHORS).or_else(|| text("author")),
        outlet: find(OUTLETS),
        published_at: find(TIMES)
            .and_then(time)
            .or_else(|| {
                text("datePublished")
                    .or_else(|| text("pubDate"))
                    .and_then(time)
            })
            .or_else(|| time_element(outline, now)),
        modified_at: find(CHANGES)
            .or_else(|| text("dateModified"))
            .or_else(|| text("upDate"))
            .and_then(time),
        section: find(SECTIONS).or_else(|| text("articleSection")),
        is_article: linked.is_some()
            || find(&["og:type"]).is_some_and(|kind| kind.contains("article") || kind == "news")
            || find(&["articletitle"]).is_some(),
    }
}

/// What a `<time>` states, or an element marked as the time of publication.
fn time_element(outline: &Outline<'_>, now: Timestamp) -> Option<PublishedAt> {
    let mut elements = outline.elements();
    let (_, element) = elements.find(|(_, element)| match element.value().name() {
        "time" => element.attr("datetime").is_some(),
        "meta" | "span" | "div" | "p" | "i" | "em" | "abbr" => {
            html::attribute(*element, "itemprop") == Some("datePublished")
        }
        _ => false,
    })?;
    let stated = element.attr("datetime").or_else(|| element.attr("content"));
    dates::parse_published(
        &stated.map_or_else(|| html::line(element), str::to_owned),
        now,
    )
}

/// The first JSON-LD object that describes an article.
fn linked_data(outline: &Outline<'_>) -> Option<Value> {
    let scripts = outline
        .named("script")
        .filter(|(_, script)| script.attr("type") == Some("application/ld+json"));
    scripts.take(10).find_map(|(_, script)| {
        let written: String = script.text().collect();
        let value = serde_json::from_str(written.trim()).ok()?;
        article_in(value)
    })
}

fn article_in(value: Value) -> Option<Value> {
    match value {
        Value::Array(values) => values.into_iter().find_map(article_in),
        Value::Object(mut object) => {
            if let Some(graph) = object.remove("@graph") {
                return article_in(graph);
            }
            let has_time = object.contains_key("datePublished") || object.contains_key("pubDate");
            let has_title = object.contains_key("headline") || object.contains_key("title");
            (has_time && has_title).then_some(Value::Object(object))
        }
        _ => None,
    }
}

/// A text, or the `name` of an object, or that of the first of several.
fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(collapse(text)).filter(|text| !text.is_empty()),
        Value::Array(values) => values.iter().find_map(name_of),
        Value::Object(object) => match object.get("name")? {
            Value::String(name) => Some(collapse(name)),
            _ => None,
        },
        _ => None,
    }
}

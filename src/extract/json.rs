//! Answers of JSON interfaces → posts, by the paths of the site's rules, else by how microblogs answer.

use crate::extract::count::parse_count;
use crate::extract::html;
use crate::extract::site_rules::{JsonPath, JsonRules, SiteRules};
use crate::extract::{Extraction, Format, Visit, dates};
use crate::model::Post;
use serde_json::Value;
use std::sync::LazyLock;
use url::Url;

/// Ready-made rules, tried in order on interfaces nobody wrote rules for.
static COMMON: LazyLock<Vec<SiteRules>> = LazyLock::new(|| {
    [
        include_str!("builtin/microblog.toml"),
        include_str!("builtin/statuses.toml"),
        include_str!("builtin/records.toml"),
    ]
    .iter()
    .map(|rules| toml::from_str(rules).expect("rules of the program are valid"))
    .collect()
});

/// Adds the posts of the answer to `found`.
pub(super) fn read(visit: Visit<'_>, text: &str, found: &mut Extraction) {
    found.format = Format::Json;
    let answer: Value = match serde_json::from_str(unwrapped(text)) {
        Ok(answer) => answer,
        Err(error) => {
            found.format = Format::Unknown;
            found.warnings.push(format!(
                "JSON 解析失败（{error}），可能被要求登录或接口已变。"
            ));
            return;
        }
    };
    let of_site = visit.rules.and_then(|rules| rules.json.as_ref());
    let candidates: Vec<&JsonRules> = match of_site {
        Some(rules) => vec![rules],
        None => COMMON
            .iter()
            .filter_map(|rules| rules.json.as_ref())
            .collect(),
    };
    for rules in candidates {
        found.posts = posts(visit, &answer, rules);
        if !found.posts.is_empty() {
            found.next_pages = next_page(visit, &answer, rules).into_iter().collect();
            return;
        }
    }
    found
        .warnings
        .push("JSON 中没有找到信息，可能确无内容、被要求登录或接口已变。".to_owned());
}

/// The object in `callback({…});`.
fn unwrapped(text: &str) -> &str {
    let text = text.trim().trim_start_matches('\u{feff}');
    if text.starts_with(['{', '[']) {
        return text;
    }
    match (text.find(['{', '[']), text.rfind(['}', ']'])) {
        (Some(start), Some(end)) if start < end => &text[start..=end],
        _ => text,
    }
}

fn posts(visit: Visit<'_>, answer: &Value, rules: &JsonRules) -> Vec<Post> {
    let Some(path) = rules.posts.as_ref() else {
        return Vec::new();
    };
    let entries = path.0.query(answer);
    entries
        .iter()
        .filter_map(|entry| post(visit, entry, rules))
        .collect()
}

fn post(visit: Visit<'_>, entry: &Value, rules: &JsonRules) -> Option<Post> {
    let mut post = visit.empty_post(&visit.page.url);
    let line = |path: &Option<JsonPath>| line(entry, path.as_ref());
    post.text = line(&rules.text)
        .map(|text| html::text_of_markup(&text))
        .unwrap_or_default();
    post.title = line(&rules.title)
        .map(|title| plain_line(&title))
        .unwrap_or_default();
    if post.text.is_empty() && post.title.is_empty() {
        return None;
    }
    post.external_id = line(&rules.id);
    post.author = line(&rules.author).map(|author| plain_line(&author));
    post.published_at =
        line(&rules.published_at).and_then(|stated| dates::parse_published(&stated, visit.now()));
    let count = |path: &Option<JsonPath>| parse_count(&line(path)?);
    post.engagement.comments = count(&rules.comments);
    post.engagement.reposts = count(&rules.reposts);
    post.engagement.likes = count(&rules.likes);
    post.engagement.views = count(&rules.views);
    post.has_image = is_there(entry, rules.image.as_ref());
    post.has_video = is_there(entry, rules.video.as_ref());
    post.url = own_url(visit, line(&rules.url), post.external_id.as_deref(), rules)
        .map(|url| crate::model::canonical_url(&url));
    Some(post)
}

/// The address the entry states, else the template with its id; an interface's own address is no post's.
fn own_url(
    visit: Visit<'_>,
    stated: Option<String>,
    id: Option<&str>,
    rules: &JsonRules,
) -> Option<Url> {
    let stated = stated.and_then(|stated| html::resolve(&visit.page.url, &stated));
    stated.or_else(|| {
        let template = rules.url_template.as_deref()?;
        html::resolve(&visit.page.url, &template.replace("{id}", id?))
    })
}

fn next_page(visit: Visit<'_>, answer: &Value, rules: &JsonRules) -> Option<Url> {
    let has_more = rules
        .has_more
        .as_ref()
        .and_then(|path| path.0.query(answer).first());
    if has_more.is_some_and(|more| matches!(more, Value::Bool(false)) || more == &Value::from(0)) {
        return None;
    }
    html::resolve(&visit.page.url, &line(answer, rules.next.as_ref())?)
}

/// The first text or number a path leads to.
fn line(entry: &Value, path: Option<&JsonPath>) -> Option<String> {
    let values = path?.0.query(entry);
    values.iter().find_map(|value| match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A path leads to something that is not empty.
fn is_there(entry: &Value, path: Option<&JsonPath>) -> bool {
    let Some(path) = path else { return false };
    path.0.query(entry).iter().any(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Bool(true) => true,
    })
}

fn plain_line(markup: &str) -> String {
    html::text_of_markup(markup).replace('\n', " ")
}

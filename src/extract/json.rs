//! Answers of JSON interfaces → posts, by the paths of the site's rules, else by how microblogs answer. A forward gives
//! two posts, itself and its original.

mod field;
mod next;

use crate::extract::dates::Doubts;
use crate::extract::html;
use crate::extract::site_rules::{JsonPath, JsonRules, SiteRules};
use crate::extract::{Extraction, Format, Visit, count::parse_count};
use crate::model::{Post, canonical_url};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::LazyLock;
use url::Url;

/// Ready-made rules, tried in order on interfaces nobody wrote rules for.
static COMMON: LazyLock<Vec<SiteRules>> = LazyLock::new(|| {
    [
        include_str!("builtin/microblog.toml"),
        include_str!("builtin/mastodon.toml"),
        include_str!("builtin/statuses.toml"),
        include_str!("builtin/comments.toml"),
        include_str!("builtin/records.toml"),
    ]
    .iter()
    .map(|rules| toml::from_str(rules).expect("rules of the program are valid"))
    .collect()
});

/// What a forward says when its author adds nothing.
const BARE_FORWARDS: [&str; 5] = ["转发微博", "转发", "轉發微博", "Repost", "轉發"];

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
        let mut reading = Reading::new(visit, rules);
        reading.read(&answer);
        if !reading.posts.is_empty() {
            found.posts = reading.posts;
            found.next_pages = next::page(visit, &answer, rules).into_iter().collect();
            reading.doubts.complain(found);
            return;
        }
    }
    found.warnings.push(match field::complaint(&answer) {
        Some(said) => format!("JSON 中没有找到信息，接口答复“{said}”。"),
        None => "JSON 中没有找到信息，可能确无内容、被要求登录或接口已变。".to_owned(),
    });
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

/// One answer being read by one set of rules.
struct Reading<'v> {
    visit: Visit<'v>,
    rules: &'v JsonRules,
    posts: Vec<Post>,
    /// Originals are forwarded more than once on a page.
    known: HashSet<String>,
    doubts: Doubts,
}

impl<'v> Reading<'v> {
    fn new(visit: Visit<'v>, rules: &'v JsonRules) -> Self {
        Reading {
            visit,
            rules,
            posts: Vec::new(),
            known: HashSet::new(),
            doubts: Doubts::default(),
        }
    }

    fn read(&mut self, answer: &Value) {
        let Some(paths) = self.rules.posts.as_ref() else {
            return;
        };
        let mut found = paths.0.iter().map(|path| path.query(answer));
        let Some(entries) = found.find(|entries| !entries.is_empty()) else {
            return;
        };
        for entry in entries.iter() {
            let forwarded = field::values(entry, self.rules.forwarded.as_ref());
            let original = forwarded.into_iter().find(|value| value.is_object());
            let original = original.and_then(|original| self.post(original));
            // Of a deleted original a sentence of the site is left, and no author.
            let original = original.filter(|original| original.author.is_some());
            let mut post = self.post(entry);
            if let (Some(forward), Some(original)) = (post.as_mut(), original.as_ref()) {
                mark_forward(forward, original);
            }
            self.keep(post);
            self.keep(original);
        }
    }

    fn keep(&mut self, post: Option<Post>) {
        let Some(post) = post else { return };
        let id = post.external_id.clone().or_else(|| post.url.clone());
        if id.is_none_or(|id| self.known.insert(id)) {
            self.posts.push(post);
        }
    }

    fn post(&mut self, entry: &Value) -> Option<Post> {
        let (visit, rules) = (self.visit, self.rules);
        let mut post = visit.empty_post(&visit.page.url);
        let line = |path: &Option<JsonPath>| field::line(entry, path.as_ref());
        post.text = line(&rules.text)
            .map(|text| field::words(&text))
            .unwrap_or_default();
        post.title = line(&rules.title)
            .map(|title| plain_line(&title))
            .unwrap_or_default();
        post.has_image = field::is_there(entry, rules.image.as_ref());
        post.has_video = field::is_there(entry, rules.video.as_ref());
        let says_something = !post.text.is_empty() || !post.title.is_empty();
        let forwards = field::is_there(entry, rules.forwarded.as_ref());
        if !says_something && !post.has_image && !post.has_video && !forwards {
            return None;
        }
        post.external_id = line(&rules.id)
            .map(|id| html::collapse(&id))
            .filter(|id| !id.is_empty());
        post.author = line(&rules.author)
            .map(|author| plain_line(&author))
            .filter(|author| !author.is_empty());
        post.published_at = line(&rules.published_at)
            .and_then(|stated| self.doubts.read(field::time(&stated), visit.now()));
        let count = |path: &Option<JsonPath>| parse_count(&line(path)?);
        post.engagement.comments = count(&rules.comments);
        post.engagement.reposts = count(&rules.reposts);
        post.engagement.likes = count(&rules.likes);
        post.engagement.views = count(&rules.views);
        post.url = own_url(visit, line(&rules.url), post.external_id.as_deref(), rules)
            .map(|url| canonical_url(&url));
        Some(post)
    }
}

/// Says in the forward whose words it passes on; a forward without words of its own carries them, as people write it
/// by hand: `转发微博//@作者：原文`.
fn mark_forward(forward: &mut Post, original: &Post) {
    let source = original.url.as_ref().or(original.external_id.as_ref());
    if let Some(source) = source {
        forward
            .extra
            .insert("转发自".to_owned(), Value::String(source.clone()));
    }
    let is_bare = forward.text.is_empty()
        || forward.text == original.text
        || BARE_FORWARDS.contains(&forward.text.trim());
    if is_bare {
        let author = original.author.as_deref().unwrap_or_default();
        forward.text = format!("转发微博//@{author}：{}", original.text);
    }
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

fn plain_line(markup: &str) -> String {
    field::words(markup).replace('\n', " ")
}

//! Each folder of `tests/fixtures/extract` is one page, written for this test, with what should be found on it.
//! `YUQING_BLESS=1 cargo test` writes `expected.json` anew: read the difference before committing it.

use crate::extract::{Extraction, SiteRules, Sites, SourceHints, extract};
use crate::model::{Page, Post, SourceKind, Timestamp};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use url::Url;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    url: Url,
    fetched_at: Timestamp,
    content_type: Option<String>,
    kind: Option<SourceKind>,
    /// Shipped rules that apply, from the root of the repository; else `site.toml` beside the page.
    site: Option<PathBuf>,
}

#[test]
fn every_fixture_is_read_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/extract");
    let entries = std::fs::read_dir(&root).expect("the fixtures are part of the repository");
    let folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    assert!(folders.len() >= 14, "fixtures are missing");
    let wrong: Vec<String> = folders
        .iter()
        .filter_map(|folder| difference(folder))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn difference(folder: &Path) -> Option<String> {
    let found = describe(&run(folder));
    let file = folder.join("expected.json");
    let written = serde_json::to_string_pretty(&found).expect("JSON can be written") + "\n";
    if std::env::var_os("YUQING_BLESS").is_some() {
        std::fs::write(&file, &written).expect("the folder can be written to");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    (written != expected).then(|| format!("{}\nfound {written}", folder.display()))
}

fn run(folder: &Path) -> Extraction {
    let text = |name: &str| std::fs::read_to_string(folder.join(name));
    let meta = text("meta.json").expect("each fixture has meta.json");
    let meta: Meta = serde_json::from_str(&meta).expect("meta.json fits");
    let rules = match &meta.site {
        Some(site) => std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(site)),
        None => text("site.toml"),
    };
    let rules = rules.map(|rules| toml::from_str::<SiteRules>(&rules));
    let rules = rules.ok().map(|rules| rules.expect("site.toml fits"));
    let page = ["page.html", "page.xml", "page.json"]
        .iter()
        .find_map(|name| std::fs::read(folder.join(name)).ok());
    let page = Page {
        url: meta.url,
        content_type: meta.content_type,
        bytes: page.expect("each fixture has a page"),
        fetched_at: meta.fetched_at,
    };
    let hints = SourceHints {
        kind: meta.kind,
        ..SourceHints::default()
    };
    extract(&page, &hints, &Sites::new(rules.into_iter().collect()))
}

fn describe(found: &Extraction) -> Value {
    let links = found.links.iter();
    let links: Vec<Value> = links
        .map(|link| match link.modified_at {
            Some(at) => json!({"url": link.url, "title": link.title, "modified_at": at}),
            None => json!({"url": link.url, "title": link.title}),
        })
        .collect();
    json!({
        "format": found.format,
        "charset": found.charset,
        "posts": found.posts.iter().map(describe_post).collect::<Vec<_>>(),
        "links": links,
        "next_pages": found.next_pages,
        "warnings": found.warnings,
    })
}

/// A post as in the contract, without what it does not have.
fn describe_post(post: &Post) -> Value {
    let published = post.published_at;
    let all = json!({
        "url": post.url,
        "external_id": post.external_id,
        "title": post.title,
        "text": post.text,
        "author": post.author,
        "outlet": post.outlet,
        "published_at": published.map(|published| published.at.to_rfc3339()),
        "published_precision": published.map(|published| published.precision),
        "is_inferred": published.filter(|published| published.is_inferred).map(|_| true),
        "engagement": Some(post.engagement).filter(|engagement| !engagement.is_unknown()),
        "has_image": Some(true).filter(|_| post.has_image),
        "has_video": Some(true).filter(|_| post.has_video),
        "floor": post.floor,
        "extra": Some(&post.extra).filter(|extra| !extra.is_empty()),
    });
    let Value::Object(fields) = all else {
        return Value::Null;
    };
    let stated: Map<String, Value> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    Value::Object(stated)
}

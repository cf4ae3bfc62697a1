//! What belongs to no site: the overview at the bare address, the page that says 404, and the one picture.

use crate::demo::sites::answer::Answer;
use crate::demo::sites::{Visit, shown};
use crate::demo::sources::{DemoSource, sources};
use crate::model::SourceKind;
use askama::Template;
use axum::http::StatusCode;
use url::Url;

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>样例世界</title>
<style>body{font:16px/1.7 sans-serif;max-width:46em;margin:2em auto;padding:0 1em;color:#222}
a{color:#0b57a4}td{padding:.2em 1.2em .2em 0}small{color:#777}</style></head>
<body><h1>样例世界</h1>
<p>这些网站只在本机上，文字都是为演示写的。此刻是 <b>{{ now }}</b>。</p>
<table>{% for source in sources %}
<tr><td><a href="{{ self::front_page(source) }}">{{ source.name }}</a></td>
<td><small>{{ source.kind.label() }}　{{ source.channel.label() }}</small></td></tr>{% endfor %}
</table></body></html>
"#
)]
struct Overview {
    now: String,
    sources: Vec<DemoSource>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>页面不存在</title></head>
<body><h1>404</h1><p>您访问的页面不存在或者已被删除。</p><p><a href="/">返回首页</a></p></body></html>
"#
)]
struct NotFound;

/// A grey rectangle stands for every picture of the world.
const PICTURE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200"><rect width="320" height="200" fill="#dde3e8"/><text x="160" y="108" text-anchor="middle" font-size="24" fill="#7a8791">图片</text></svg>"##;

/// The overview, under any host that is no site.
pub fn page(visit: &Visit) -> Option<Answer> {
    let overview = Overview {
        now: shown::minute(&visit.now),
        sources: sources(visit.port),
    };
    (visit.path == "/").then(|| Answer::html(&overview))
}

/// The page of an address that leads nowhere, or not yet.
pub fn not_found() -> Answer {
    Answer::html(&NotFound).with_status(StatusCode::NOT_FOUND)
}

/// Every picture.
pub fn picture() -> Answer {
    Answer::ok("image/svg+xml", PICTURE)
}

/// A feed is its own front page; the other sites have one for people.
fn front_page(source: &DemoSource) -> String {
    let entry = Url::parse(&source.url).expect("addresses of the world are written here");
    let path = if source.kind == SourceKind::Feed {
        entry.path()
    } else {
        "/"
    };
    entry
        .join(path)
        .map_or_else(|_| source.url.clone(), String::from)
}

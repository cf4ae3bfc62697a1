//! Three feeds: 中部在线 (RSS in GB2312), 国家日报网 (RSS in UTF-8), 绿城生活家 (Atom); and the page of each entry.

use crate::demo::post::SamplePost;
use crate::demo::sites::answer::{Answer, rendered};
use crate::demo::sites::{Visit, shown};
use crate::demo::world::{newest_first, published};
use askama::Template;

/// Entries of one feed; older ones drop out at its end.
const FEED_SIZE: usize = 12;

#[derive(Template)]
#[template(
    ext = "xml",
    escape = "html",
    source = r#"<?xml version="1.0" encoding="{{ encoding }}"?>
<rss version="2.0"><channel><title>{{ title }}</title><link>{{ home }}</link><description>{{ title }}</description><language>zh-cn</language>{% for entry in entries %}
<item><title>{{ entry.post.title }}</title><link>{{ entry.address }}</link><guid isPermaLink="true">{{ entry.address }}</guid>
<author>{{ entry.post.author }}</author><category>{{ entry.post.section }}</category><pubDate>{{ entry.post.at.to_rfc2822() }}</pubDate>
<description><![CDATA[{% for paragraph in entry.post.paragraphs() %}<p>　　{{ paragraph }}</p>{% endfor %}]]></description></item>{% endfor %}
</channel></rss>
"#
)]
struct Rss<'a> {
    encoding: &'static str,
    title: &'static str,
    home: String,
    entries: Vec<FeedEntry<'a>>,
}

#[derive(Template)]
#[template(
    ext = "xml",
    escape = "html",
    source = r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>{{ title }}</title><id>{{ home }}</id><link href="{{ home }}"/>
<updated>{{ updated }}</updated>{% for entry in entries %}
<entry><title>{{ entry.post.title }}</title><id>{{ entry.address }}</id><link rel="alternate" href="{{ entry.address }}"/>
<author><name>{{ entry.post.author }}</name></author><published>{{ entry.post.at.to_rfc3339() }}</published><updated>{{ entry.post.at.to_rfc3339() }}</updated>
<content type="html">{% for paragraph in entry.post.paragraphs() %}&lt;p&gt;{{ paragraph }}&lt;/p&gt;{% endfor %}</content></entry>{% endfor %}
</feed>
"#
)]
struct Atom<'a> {
    title: &'static str,
    home: String,
    updated: String,
    entries: Vec<FeedEntry<'a>>,
}

struct FeedEntry<'a> {
    post: &'a SamplePost,
    address: String,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ site }}</title>
<style>body{font:16px/1.8 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}a{color:#0b57a4}small{color:#888}</style></head>
<body><p><a href="/">订阅源</a></p><h1>{{ site }}</h1>{% for post in posts %}
<h2>{{ post.title }}</h2><small>{{ shown::minute(post.at) }}　{{ post.author }}</small>{% for paragraph in post.paragraphs() %}
<p>{{ paragraph }}</p>{% endfor %}{% endfor %}</body></html>
"#
)]
struct EntryPage<'a> {
    site: &'static str,
    posts: Vec<&'a SamplePost>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>订阅源</title></head><body><h1>订阅源</h1><ul>
<li><a href="/rss.xml">中部在线</a></li><li><a href="/central.xml">国家日报网</a></li><li><a href="/atom.xml">绿城生活家</a></li>
</ul></body></html>
"#
)]
struct Front;

/// A feed or the page of one entry.
pub fn page(visit: &Visit) -> Option<Answer> {
    match visit.path {
        "/" => Some(Answer::html(&Front)),
        "/rss.xml" => Some(provincial(visit)),
        "/central.xml" => {
            let feed = rss(visit, "utf-8", "国家日报网", "central");
            Some(Answer::ok(
                "application/rss+xml; charset=utf-8",
                rendered(&feed),
            ))
        }
        "/atom.xml" => Some(lifestyle(visit)),
        _ => entry_page(visit),
    }
}

/// Name of the site and its posts, by the folder of its pages.
fn site<'a>(visit: &Visit<'a>, folder: &str) -> Option<(&'static str, &'a [SamplePost])> {
    match folder {
        "rss" => Some(("中部在线", &visit.world.rss)),
        "central" => Some(("国家日报网", &visit.world.central)),
        "atom" => Some(("绿城生活家", &visit.world.atom)),
        _ => None,
    }
}

fn provincial(visit: &Visit) -> Answer {
    let feed = rendered(&rss(visit, "GB2312", "中部在线", "rss"));
    let (bytes, _, _) = encoding_rs::GB18030.encode(&feed);
    // The header tells nothing: only the first line of the file names the character set.
    Answer::ok("text/xml", bytes)
}

fn rss<'a>(
    visit: &Visit<'a>,
    encoding: &'static str,
    title: &'static str,
    folder: &str,
) -> Rss<'a> {
    Rss {
        encoding,
        title,
        home: visit.address("/"),
        entries: entries(visit, folder),
    }
}

fn lifestyle(visit: &Visit) -> Answer {
    let entries = entries(visit, "atom");
    let updated = entries
        .first()
        .map_or(visit.world.begin(), |entry| entry.post.at);
    let feed = Atom {
        title: "绿城生活家",
        home: visit.address("/"),
        updated: updated.to_rfc3339(),
        entries,
    };
    Answer::ok("application/atom+xml; charset=utf-8", rendered(&feed))
}

fn entries<'a>(visit: &Visit<'a>, folder: &str) -> Vec<FeedEntry<'a>> {
    let (_, posts) = site(visit, folder).unwrap_or(("", &[]));
    let newest = newest_first(posts, visit.now).into_iter().take(FEED_SIZE);
    newest
        .map(|post| FeedEntry {
            post,
            address: visit.address(&format!("/{folder}/{}.html", post.id)),
        })
        .collect()
}

fn entry_page(visit: &Visit) -> Option<Answer> {
    let (folder, file) = visit.path.strip_prefix('/')?.split_once('/')?;
    let (site, posts) = site(visit, folder)?;
    let id = file.strip_suffix(".html")?.parse().ok()?;
    let posts = vec![published(posts, id, visit.now)?];
    Some(Answer::html(&EntryPage { site, posts }))
}

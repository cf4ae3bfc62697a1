//! 绿城晨报: a daily edition in the layout most Chinese e-papers share; out at six in the morning.

use crate::demo::post::SamplePost;
use crate::demo::sites::answer::Answer;
use crate::demo::sites::{Visit, shown};
use crate::demo::world::newest_first;
use askama::Template;
use chrono::NaiveDate;

const STYLE: &str = "body{font:14px/1.8 SimSun,serif;width:900px;margin:0 auto}\
.font01{font-size:24px;font-weight:bold}.font02{font-size:16px;color:#555}a{color:#900;text-decoration:none}\
.masthead{font:bold 40px KaiTi,serif;color:#900;border-bottom:2px solid #900}";

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>绿城晨报</title><style>{{ style }}</style></head><body>
<div class="masthead">绿城晨报</div><p>往期报纸</p><ul>{% for day in days %}
<li><a href="/html/{{ day.format("%Y-%m/%d") }}/node_2.htm">{{ day }}</a></li>{% endfor %}
</ul></body></html>
"#
)]
struct Archive {
    style: &'static str,
    days: Vec<NaiveDate>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>绿城晨报 {{ name }}</title><style>{{ style }}</style></head><body>
<div class="masthead">绿城晨报</div>
<table width="900"><tr><td width="160" class="px12">{{ name }}</td><td>{{ day }}</td><td><a href="/">往期回顾</a></td></tr></table>
<table width="900"><tr><td valign="top" width="300"><b>版面导航</b><table>{% for (number, name) in pages %}
<tr><td class="default"><a id="pageLink" href="node_{{ number }}.htm">{{ name }}</a></td></tr>{% endfor %}
</table></td><td valign="top"><b>本版标题</b><ul class="title-list">{% for post in posts %}
<li><a href="content_{{ post.id }}.htm">{{ post.title }}</a></li>{% endfor %}
</ul></td></tr></table></body></html>
"#
)]
struct EditionPage<'a> {
    style: &'static str,
    day: String,
    name: &'a str,
    pages: Vec<(usize, &'a str)>,
    posts: Vec<&'a SamplePost>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ post.title }}-绿城晨报</title><style>{{ style }}</style></head><body>
<div class="masthead">绿城晨报</div>
<table width="900"><tr><td width="160" class="px12">{{ post.section }}</td><td>{{ day }}</td><td><a href="{{ node }}">返回本版</a></td></tr></table>
<table width="600" align="center">
<tr><td class="font01" align="center">{{ post.title }}</td></tr>
<tr><td class="font02" align="center">{{ post.subtitle }}</td></tr>
<tr><td><div id="ozoom"><founder-content>{% for number in 0..post.images %}
<p><img src="/img/{{ post.id }}-{{ number }}.svg"></p>{% endfor %}{% for paragraph in post.paragraphs() %}
<p>　　{{ paragraph }}</p>{% endfor %}
</founder-content></div></td></tr></table></body></html>
"#
)]
struct ContentPage<'a> {
    style: &'static str,
    post: &'a SamplePost,
    day: String,
    node: String,
}

/// The archive, a page of an edition, or one report of it.
pub fn page(visit: &Visit) -> Option<Answer> {
    if visit.path == "/" {
        return Some(archive(visit));
    }
    let (folder, file) = visit.path.strip_prefix("/html/")?.rsplit_once('/')?;
    let day = NaiveDate::parse_from_str(folder, "%Y-%m/%d").ok()?;
    let edition = edition(visit, day);
    let (kind, number) = file.strip_suffix(".htm")?.split_once('_')?;
    match kind {
        "node" => edition_page(&edition, number.parse().ok()?),
        "content" => content_page(&edition, number.parse().ok()?),
        _ => None,
    }
}

fn archive(visit: &Visit) -> Answer {
    let mut days: Vec<NaiveDate> = newest_first(&visit.world.epaper, visit.now)
        .iter()
        .map(|post| post.at.date_naive())
        .collect();
    days.dedup();
    Answer::html(&Archive { style: STYLE, days })
}

/// The reports of one day in the order of the paper.
fn edition<'a>(visit: &Visit<'a>, day: NaiveDate) -> Vec<&'a SamplePost> {
    let mut posts = newest_first(&visit.world.epaper, visit.now);
    posts.retain(|post| post.at.date_naive() == day);
    posts.sort_by_key(|post| (&post.section, post.id));
    posts
}

/// 版 — the first one is `node_2.htm`, as everywhere.
fn pages_of<'a>(edition: &[&'a SamplePost]) -> Vec<(usize, &'a str)> {
    let mut names: Vec<&str> = edition.iter().map(|post| post.section.as_str()).collect();
    names.dedup();
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| (index + 2, name))
        .collect()
}

fn edition_page(edition: &[&SamplePost], number: usize) -> Option<Answer> {
    let pages = pages_of(edition);
    let (_, name) = *pages.iter().find(|(page, _)| *page == number)?;
    let posts: Vec<_> = edition
        .iter()
        .copied()
        .filter(|post| post.section == name)
        .collect();
    let day = shown::chinese_day(posts.first()?.at);
    Some(Answer::html(&EditionPage {
        style: STYLE,
        day,
        name,
        pages,
        posts,
    }))
}

fn content_page(edition: &[&SamplePost], id: u32) -> Option<Answer> {
    let post = *edition.iter().find(|post| post.id == id)?;
    let pages = pages_of(edition);
    let (number, _) = pages.iter().find(|(_, name)| *name == post.section)?;
    Some(Answer::html(&ContentPage {
        style: STYLE,
        post,
        day: shown::chinese_day(post.at),
        node: format!("node_{number}.htm"),
    }))
}

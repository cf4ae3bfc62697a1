//! 政民留言: letters to the city's offices in a table, each with a page of its own and, later, an answer.

use crate::demo::post::{SamplePost, SampleReply};
use crate::demo::sites::answer::Answer;
use crate::demo::sites::{Visit, shown};
use crate::demo::world::{newest_first, published};
use askama::Template;

const STYLE: &str = "body{font:15px/1.8 sans-serif;width:900px;margin:0 auto;color:#333}\
.banner{background:#b71c1c;color:#fff;font-size:26px;padding:14px 20px}a{color:#174a7c;text-decoration:none}\
table{width:100%;border-collapse:collapse}td,th{border-bottom:1px dashed #ccc;padding:6px;text-align:left}\
.answer{background:#f4f6f8;padding:10px 16px;margin-top:16px}";

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>来信列表-政民留言</title><style>{{ style }}</style></head><body>
<div class="banner">政民留言</div><table class="letters"><tr><th>来信主题</th><th>来信日期</th><th>状态</th></tr>{% for post in posts %}
<tr><td class="subject"><a href="/liuyan/{{ post.id }}.html">{{ post.title }}</a></td><td>{{ post.at.format("%Y-%m-%d") }}</td><td>{% if is_answered(post) %}已答复{% else %}办理中{% endif %}</td></tr>{% endfor %}
</table></body></html>
"#
)]
struct Letters<'a> {
    style: &'static str,
    posts: Vec<&'a SamplePost>,
    now: crate::model::Timestamp,
}

impl Letters<'_> {
    fn is_answered(&self, post: &SamplePost) -> bool {
        !post.visible_replies(self.now).is_empty()
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ post.title }}-政民留言</title><style>{{ style }}</style></head><body>
<div class="banner"><a href="/" style="color:#fff">政民留言</a></div>
<h2 class="subject">{{ post.title }}</h2>
<p>来信人：<span class="writer">{{ post.author }}</span>　来信时间：<span class="written-at">{{ shown::minute(post.at) }}</span>　受理单位：{{ post.section }}</p>
<div class="letter">{% for paragraph in post.paragraphs() %}<p>{{ paragraph }}</p>{% endfor %}</div>{% for answer in answers %}
<div class="answer"><b>答复单位：{{ answer.author }}</b>　{{ shown::minute(answer.at) }}<p>{{ answer.text }}</p></div>{% endfor %}
</body></html>
"#
)]
struct Letter<'a> {
    style: &'static str,
    post: &'a SamplePost,
    answers: &'a [SampleReply],
}

/// The list of letters or one letter.
pub fn page(visit: &Visit) -> Option<Answer> {
    if visit.path == "/" || visit.path == "/liuyan/list-1.html" {
        return Some(Answer::html(&Letters {
            style: STYLE,
            posts: newest_first(&visit.world.gov, visit.now),
            now: visit.now,
        }));
    }
    let id = visit.number("/liuyan/", ".html")?;
    let post = published(&visit.world.gov, id, visit.now)?;
    Some(Answer::html(&Letter {
        style: STYLE,
        post,
        answers: post.visible_replies(visit.now),
    }))
}

//! 商城论坛: a Discuz-like board whose threads grow and whose times are relative.

use crate::demo::post::SamplePost;
use crate::demo::sites::answer::Answer;
use crate::demo::sites::{Visit, shown};
use crate::demo::world::published;
use crate::model::Timestamp;
use askama::Template;

/// Threads on one page of the board.
const PAGE_SIZE: usize = 20;

const STYLE: &str = "body{font:14px/1.6 sans-serif;width:960px;margin:0 auto;color:#444}a{color:#336699;text-decoration:none}\
#hd{border-bottom:2px solid #e4a000;padding:10px 0;font-size:24px;color:#e4a000}table{width:100%;border-collapse:collapse}\
th,td{border-bottom:1px solid #eee;padding:6px;text-align:left;vertical-align:top}.pls{width:150px;background:#f7f7f0}\
.authi em,.by,.num{color:#999;font-size:12px;font-style:normal}.by cite,.by em,.num span,.num em{display:block;font-style:normal}.t_f{border:0;font-size:15px}";

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>城市杂谈 - 商城论坛 - Powered by Discuz!</title><style>{{ style }}</style></head>
<body id="nv_forum"><div id="hd"><a href="/">商城论坛</a></div>
<div id="pt"><a href="/">论坛</a> › <a href="/forum-2-1.html">城市杂谈</a></div>
<table summary="forum_2" id="threadlisttableid"><tr><td>标题</td><td class="by">作者</td><td class="num">回复/查看</td><td class="by">最后发表</td></tr>{% for thread in threads %}
<tbody id="normalthread_{{ thread.post.id }}"><tr><th class="new"><a href="/thread-{{ thread.post.id }}-1-1.html" class="s xst">{{ thread.post.title }}</a></th>
<td class="by"><cite>{{ thread.post.author }}</cite><em><span>{{ thread.posted }}</span></em></td>
<td class="num"><span class="xi2">{{ thread.reply_count }}</span><em>{{ thread.view_count }}</em></td>
<td class="by"><em>{{ thread.touched }}</em></td></tr></tbody>{% endfor %}
</table><div class="pg">{% if page > 1 %}<a class="prev" href="/forum-2-{{ page - 1 }}.html">上一页</a>{% endif %}<strong>{{ page }}</strong>{% if has_next %}<a class="nxt" href="/forum-2-{{ page + 1 }}.html">下一页</a>{% endif %}</div>
<div id="ft">Powered by Discuz! X3.2　商城论坛</div></body></html>
"#
)]
struct BoardPage<'a> {
    style: &'static str,
    threads: Vec<ThreadLine<'a>>,
    page: usize,
    has_next: bool,
}

struct ThreadLine<'a> {
    post: &'a SamplePost,
    posted: String,
    touched: String,
    reply_count: usize,
    view_count: u64,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{ post.title }} - 城市杂谈 - 商城论坛 - Powered by Discuz!</title><style>{{ style }}</style></head>
<body id="nv_forum" class="pg_viewthread"><div id="hd"><a href="/">商城论坛</a></div>
<div id="pt"><a href="/">论坛</a> › <a href="/forum-2-1.html">城市杂谈</a> › {{ post.title }}</div>
<div id="postlist"><table><tr><td class="pls"><div class="hm"><span class="xg1">查看:</span> <span class="xi1" id="views">{{ view_count }}</span><span class="pipe">|</span><span class="xg1">回复:</span> <span class="xi1" id="replies">{{ reply_count }}</span></div></td>
<td class="plc"><h1 class="ts"><span id="thread_subject">{{ post.title }}</span></h1></td></tr></table>{% for floor in floors %}
<div id="post_{{ floor.id }}"><table id="pid{{ floor.id }}" class="plhin"><tr><td class="pls"><div class="authi"><a class="xw1">{{ floor.author }}</a></div></td>
<td class="plc"><div class="pi"><strong><a id="postnum{{ floor.id }}"><em>{{ floor.number }}</em><sup>#</sup></a></strong><div class="authi"><em id="authorposton{{ floor.id }}">发表于 {{ floor.posted }}</em></div></div>
<div class="pct"><table><tr><td class="t_f" id="postmessage_{{ floor.id }}">{% for line in floor.text.lines() %}{{ line }}<br />
{% endfor %}{% for number in 0..floor.images %}<img src="/img/{{ floor.id }}-{{ number }}.svg" class="zoom" alt="" />{% endfor %}</td></tr></table></div></td></tr></table></div>{% endfor %}
</div><div id="ft">Powered by Discuz! X3.2　商城论坛</div></body></html>
"#
)]
struct ThreadPage<'a> {
    style: &'static str,
    post: &'a SamplePost,
    floors: Vec<Floor<'a>>,
    reply_count: usize,
    view_count: u64,
}

struct Floor<'a> {
    id: u32,
    number: usize,
    author: &'a str,
    posted: String,
    text: &'a str,
    images: u32,
}

/// A page of the board or one thread.
pub fn page(visit: &Visit) -> Option<Answer> {
    if visit.path == "/" {
        return board(visit, 1);
    }
    if let Some(number) = visit.number("/forum-2-", ".html") {
        return board(visit, number as usize);
    }
    let id = visit.number("/thread-", "-1-1.html")?;
    let post = published(&visit.world.bbs, id, visit.now)?;
    Some(thread(post, visit.now))
}

fn board(visit: &Visit, page: usize) -> Option<Answer> {
    let now = visit.now;
    let mut posts: Vec<&SamplePost> = visit
        .world
        .bbs
        .iter()
        .filter(|post| post.is_visible(now))
        .collect();
    posts.sort_by_key(|post| std::cmp::Reverse((post.touched_at(now), post.id)));
    let page_count = posts.len().div_ceil(PAGE_SIZE).max(1);
    let first = page.checked_sub(1).filter(|_| page <= page_count)? * PAGE_SIZE;
    let threads = posts.into_iter().skip(first).take(PAGE_SIZE);
    Some(Answer::html(&BoardPage {
        style: STYLE,
        threads: threads.map(|post| thread_line(post, now)).collect(),
        page,
        has_next: page < page_count,
    }))
}

fn thread_line(post: &SamplePost, now: Timestamp) -> ThreadLine<'_> {
    ThreadLine {
        post,
        posted: shown::relative(post.at, now),
        touched: shown::relative(post.touched_at(now), now),
        reply_count: post.visible_replies(now).len(),
        view_count: post.view_count(now),
    }
}

fn thread(post: &SamplePost, now: Timestamp) -> Answer {
    let first = Floor {
        id: post.id * 100,
        number: 1,
        author: &post.author,
        posted: shown::relative(post.at, now),
        text: &post.text,
        images: post.images,
    };
    let replies = post.visible_replies(now);
    let rest = (2..).zip(replies).map(|(number, reply)| Floor {
        id: post.id * 100 + number as u32 - 1,
        number,
        author: &reply.author,
        posted: shown::relative(reply.at, now),
        text: &reply.text,
        images: 0,
    });
    Answer::html(&ThreadPage {
        style: STYLE,
        post,
        floors: std::iter::once(first).chain(rest).collect(),
        reply_count: replies.len(),
        view_count: post.view_count(now),
    })
}

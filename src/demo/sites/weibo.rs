//! 小微博: a JSON interface whose numbers grow between two visits, and a page per post for people.

use crate::demo::curve::Counts;
use crate::demo::post::SamplePost;
use crate::demo::sites::answer::Answer;
use crate::demo::sites::{Visit, shown};
use crate::demo::world::{newest_first, published};
use crate::model::Timestamp;
use askama::Template;
use regex::{Captures, Regex};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::sync::LazyLock;

/// Cards on one page of the interface.
const PAGE_SIZE: usize = 20;
/// From this 互动指数 on a post is pinned above the newest.
const HOT_WEIGHT: u64 = 1000;
/// So many posts are pinned at most.
const HOT_COUNT: usize = 3;
/// After so many days a hot post is gone from the search.
const HOT_DAYS: i64 = 7;
/// After so many days any other post is.
const PLAIN_DAYS: i64 = 4;

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>小微博</title>
<style>body{font:16px/1.7 sans-serif;max-width:38em;margin:0 auto;background:#f2f2f5;color:#333}
.card{background:#fff;margin:.8em 0;padding:1em}.card b{color:#eb7350}.card small{color:#999}a{color:#5c7ba8;text-decoration:none}
img{width:120px;margin-right:6px}</style></head><body><h2><a href="/">小微博</a></h2>{% for card in cards %}
<div class="card"><b>{{ card.post.author }}</b><br><small><a href="/status/{{ card.post.id }}">{{ card.posted }}</a></small>
<div class="weibo-text">{{ card.html|safe }}</div>{% for number in 0..card.post.images %}<img src="/img/{{ card.post.id }}-{{ number }}.svg" alt="">{% endfor %}
<small>转发 {{ card.counts.reposts }}　评论 {{ card.counts.comments }}　赞 {{ card.counts.likes }}</small></div>{% endfor %}
</body></html>
"#
)]
struct Timeline<'a> {
    cards: Vec<Card<'a>>,
}

struct Card<'a> {
    post: &'a SamplePost,
    posted: String,
    html: String,
    counts: Counts,
}

/// The interface, the timeline for people, or one post.
pub fn page(visit: &Visit) -> Option<Answer> {
    match visit.path {
        // Topics and accounts have no pages of their own here.
        "/" | "/k/topic" | "/n/account" => {
            let posts = search_results(visit);
            Some(Answer::html(&timeline(&posts, visit.now)))
        }
        "/api/container/getIndex" => Some(interface(visit)),
        _ => {
            let id = visit.number("/status/", "")?;
            let post = published(&visit.world.weibo, id, visit.now)?;
            Some(Answer::html(&timeline(&[post], visit.now)))
        }
    }
}

fn interface(visit: &Visit) -> Answer {
    let page = page_number(visit.query);
    let posts = search_results(visit);
    let cards: Vec<Value> = posts
        .iter()
        .skip((page - 1).saturating_mul(PAGE_SIZE))
        .take(PAGE_SIZE)
        .map(|post| card(post, visit))
        .collect();
    let answer = if cards.is_empty() {
        json!({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}})
    } else {
        json!({"ok": 1, "data": {"cardlistInfo": {"total": posts.len()}, "cards": cards}})
    };
    Answer::ok("application/json; charset=utf-8", answer.to_string())
}

/// 综合 — a few hot posts first, then the newest.
fn search_results<'a>(visit: &Visit<'a>) -> Vec<&'a SamplePost> {
    let now = visit.now;
    let mut posts = newest_first(&visit.world.weibo, now);
    posts.retain(|post| (now - post.at).num_days() < days_shown(post, now));
    let mut hot = posts.clone();
    hot.retain(|post| is_hot(post, now));
    hot.sort_by_key(|post| Reverse(post.counts(now).weight()));
    hot.truncate(HOT_COUNT);
    posts.retain(|post| hot.iter().all(|pinned| pinned.id != post.id));
    hot.extend(posts);
    hot
}

fn is_hot(post: &SamplePost, now: Timestamp) -> bool {
    post.counts(now).weight() >= HOT_WEIGHT
}

fn days_shown(post: &SamplePost, now: Timestamp) -> i64 {
    if is_hot(post, now) {
        HOT_DAYS
    } else {
        PLAIN_DAYS
    }
}

fn card(post: &SamplePost, visit: &Visit) -> Value {
    let counts = post.counts(visit.now);
    let address = visit.address(&format!("/status/{}", post.id));
    let pictures: Vec<Value> = (0..post.images)
        .map(|number| {
            let picture = visit.address(&format!("/img/{}-{number}.svg", post.id));
            json!({"pid": format!("{}-{number}", post.id), "url": picture})
        })
        .collect();
    let mut mblog = json!({
        "id": post.id.to_string(),
        "url": address,
        "created_at": post.at.format("%a %b %d %H:%M:%S %z %Y").to_string(),
        "text": html(&post.text),
        "user": {"id": author_id(&post.author), "screen_name": post.author},
        "comments_count": counts.comments,
        "reposts_count": counts.reposts,
        "attitudes_count": counts.likes,
    });
    if !pictures.is_empty() {
        mblog["pics"] = Value::Array(pictures);
    }
    if post.video {
        mblog["page_info"] = json!({"type": "video", "media_info": {"duration": 14}});
    }
    json!({"card_type": 9, "scheme": address, "mblog": mblog})
}

fn timeline<'a>(posts: &[&'a SamplePost], now: Timestamp) -> Timeline<'a> {
    let cards = posts.iter().map(|post| Card {
        post,
        counts: post.counts(now),
        posted: shown::minute(&post.at),
        html: html(&post.text),
    });
    Timeline {
        cards: cards.collect(),
    }
}

/// Emoticons, topics and accounts as the interface marks them up.
fn html(text: &str) -> String {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\[(?<face>\p{Han}{1,4}|doge)\]|#(?<topic>[^#\s]{2,30})#|@(?<account>[\p{Han}\w-]{2,20})")
            .expect("the pattern is written here")
    });
    let escaped = text
        .trim()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('\n', "<br />");
    MARKS.replace_all(&escaped, marked_up).into_owned()
}

fn marked_up(marks: &Captures) -> String {
    let whole = &marks[0];
    if marks.name("face").is_some() {
        return format!(r#"<i class="face face_1">{whole}</i>"#);
    }
    if marks.name("topic").is_some() {
        return format!(r#"<a class="k" href="/k/topic">{whole}</a>"#);
    }
    format!(r#"<a href="/n/account">{whole}</a>"#)
}

/// The same account has the same number.
fn author_id(author: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(author.as_bytes()) % 9_000_000_000 + 1_000_000_000
}

fn page_number(query: &str) -> usize {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == "page")
        .and_then(|(_, page)| page.parse().ok())
        .filter(|page| *page > 0)
        .unwrap_or(1)
}

//! 传播情况 — one sentence with figures: what the pages showed, who else wrote, and when that was read.

use crate::digest::count::is_by_an_authority;
use crate::digest::entry::{Candidate, source};
use crate::digest::group::{Group, is_day_only};
use crate::digest::title::is_media_report;
use crate::model::{Engagement, Timestamp};
use crate::text::wording::exact_moment;
use chrono::Datelike;

/// 传播情况: what the pages showed, who else wrote, and when that was read.
pub fn spread(candidate: &Candidate, local: Timestamp) -> String {
    let posts = &candidate.posts;
    let mut parts = vec![engagement(posts)];
    let sources = sources(posts);
    if sources.len() > 1 {
        parts.push(format!("涉及信源{}个{}", sources.len(), first(posts)));
    }
    let copies = posts
        .iter()
        .filter(|stored| stored.repost_of.is_some())
        .count();
    if copies > 0 {
        parts.push(format!("相同内容转载{copies}条，已归并"));
    }
    parts.push(media(&candidate.known));
    parts.extend(answer(posts, &candidate.known));
    let read_at = posts
        .iter()
        .map(|stored| stored.post.fetched_at)
        .max()
        .expect("a group has a post");
    format!(
        "{}。截至{}。",
        parts.join("；"),
        exact_moment(read_at.with_timezone(local.offset()), local.year())
    )
}

/// `，首发新浪微博`, where the times prove it: not before a paper of the same day, of which no hour is known.
fn first(posts: &Group) -> String {
    let first = posts[0];
    let first_at = first.post.effective_at();
    let is_proven = !is_day_only(first)
        && posts
            .iter()
            .all(|stored| !is_day_only(stored) || stored.post.effective_at() >= first_at);
    if !is_proven {
        return String::new();
    }
    format!("，首发{}", source(&first.post))
}

/// `评论66、转发5、点赞20`, summed over the posts; numbers that no page showed are left out.
fn engagement(posts: &Group) -> String {
    let sum = |number: fn(&Engagement) -> Option<u64>| {
        let known = posts
            .iter()
            .filter_map(|stored| number(&stored.post.engagement));
        known.reduce(u64::saturating_add)
    };
    let numbers = [
        ("阅读", sum(|engagement| engagement.views)),
        ("评论", sum(|engagement| engagement.comments)),
        ("转发", sum(|engagement| engagement.reposts)),
        ("点赞", sum(|engagement| engagement.likes)),
    ];
    let known: Vec<String> = numbers
        .iter()
        .filter_map(|(label, number)| Some(format!("{label}{}", (*number)?)))
        .collect();
    if known.is_empty() {
        return "页面未显示互动数".to_owned();
    }
    known.join("、")
}

/// `郑州人社已发布官方信息`, where an authority spoke after the matter began.
fn answer(posts: &Group, known: &Group) -> Option<String> {
    let began_at = posts[0].post.effective_at();
    let mut answers: Group = (known.iter().copied())
        .filter(|stored| is_by_an_authority(stored) && stored.post.effective_at() > began_at)
        .collect();
    answers.sort_by_key(|stored| (stored.post.effective_at(), stored.id));
    let first = answers.first()?;
    Some(format!("{}已发布官方信息", source(&first.post)))
}

/// Distinct sources, earliest first.
fn sources<'p>(posts: &Group<'p>) -> Vec<&'p str> {
    let mut sources = Vec::new();
    for stored in posts {
        let source = source(&stored.post);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    sources
}

fn media(posts: &Group) -> String {
    let reports: Group = posts
        .iter()
        .copied()
        .filter(|stored| is_media_report(&stored.post) && !is_by_an_authority(stored))
        .collect();
    match sources(&reports).as_slice() {
        [] => "暂未监测到媒体报道".to_owned(),
        [only] => format!("{only}已报道"),
        [first, ..] => format!("{first}等{}家媒体已报道", sources(&reports).len()),
    }
}

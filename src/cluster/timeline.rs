//! 脉络 — what happened in an event and when, and how loud it is. Pure: its posts in, moments and figures out; every
//! figure can be counted again from the posts it names.

use crate::model::{Member, PostId, Timestamp};
use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// Days are counted up to here back from the latest post.
const MOST_DAYS: usize = 60;

/// 脉络.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timeline {
    /// 热度 — posts, copies included, and what readers did with them (评论 + 转发 + 0.2 × 点赞), together.
    pub heat: f64,
    /// Posts, copies included.
    pub post_count: usize,
    /// 转载 among them.
    pub copy_count: usize,
    /// Places that published it, the first publisher first.
    pub sources: Vec<String>,
    /// 首发 → 发现, in minutes.
    pub found_after_minutes: i64,
    /// 发现 → 首次回应, in minutes; `None` before an official post.
    pub answered_after_minutes: Option<i64>,
    /// Posts of each day from the first one on.
    pub days: Vec<DayCount>,
    /// 节点, in the order of time.
    pub nodes: Vec<Node>,
}

/// Posts of one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayCount {
    /// `2017-04-14`.
    pub day: String,
    /// Posts published on it.
    pub count: u32,
}

/// 节点 — a moment at which the event changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Node {
    /// When.
    pub at: Timestamp,
    /// The post that did it.
    pub post: PostId,
    /// What it was: 首发, 升为橙色, 官方说明, 此后24小时最多, 最新.
    pub what: String,
}

/// The timeline of posts (at least one), in any order.
pub fn timeline(posts: &[Member]) -> Timeline {
    let mut posts: Vec<&Member> = posts.iter().collect();
    posts.sort_by_key(|post| (post.at, post.id));
    let first_at = posts[0].at;
    let found_at = posts.iter().map(|post| post.first_seen_at).min();
    let found_at = found_at.expect("an event has a post");
    let answer = posts.iter().find(|post| post.is_of_authority());
    let weights = posts.iter().map(|post| post.engagement.weight());
    Timeline {
        heat: posts.len() as f64 + weights.sum::<f64>(),
        post_count: posts.len(),
        copy_count: posts.iter().filter(|post| post.repost_of.is_some()).count(),
        sources: sources(&posts),
        found_after_minutes: (found_at - first_at).num_minutes(),
        answered_after_minutes: answer.map(|answer| (answer.at - found_at).num_minutes()),
        days: days(&posts),
        nodes: nodes(&posts),
    }
}

fn sources(posts: &[&Member]) -> Vec<String> {
    let mut seen = HashSet::new();
    let first_of = posts.iter().filter(|post| seen.insert(&post.source));
    first_of.map(|post| post.source.clone()).collect()
}

fn days(posts: &[&Member]) -> Vec<DayCount> {
    let mut counts: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    for post in posts {
        *counts.entry(post.at.date_naive()).or_default() += 1;
    }
    let (Some((first, _)), Some((last, _))) = (counts.first_key_value(), counts.last_key_value())
    else {
        return Vec::new();
    };
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| day <= last).collect();
    let shown = days.len().saturating_sub(MOST_DAYS);
    let counted = days[shown..].iter().map(|day| DayCount {
        day: day.to_string(),
        count: counts.get(day).copied().unwrap_or_default(),
    });
    counted.collect()
}

fn nodes(posts: &[&Member]) -> Vec<Node> {
    let mut nodes = vec![node(posts[0], "首发".to_owned())];
    let mut highest = posts[0].level;
    let mut is_answered = false;
    for post in posts.iter().skip(1) {
        if post.is_of_authority() && !is_answered {
            is_answered = true;
            nodes.push(node(post, "官方说明".to_owned()));
        }
        if post.level > highest {
            highest = post.level;
            nodes.push(node(post, format!("升为{}色", highest.label())));
        }
    }
    if let Some(busiest) = busiest(posts) {
        nodes.push(busiest);
    }
    if let [_, .., last] = posts {
        nodes.push(node(last, "最新".to_owned()));
    }
    nodes.sort_by_key(|node| (node.at, node.post));
    nodes
}

/// The post with the most posts in the 24 hours that begin with it, the first of several; none where they are fewer than
/// three. `posts` are in the order of time.
fn busiest(posts: &[&Member]) -> Option<Node> {
    let at = |number: usize| posts[number].at;
    let (mut end, mut busiest) = (0, (0, 0));
    for first in 0..posts.len() {
        while end < posts.len() && at(end) - at(first) < TimeDelta::hours(24) {
            end += 1;
        }
        if end - first > busiest.0 {
            busiest = (end - first, first);
        }
    }
    let (most, first) = busiest;
    (most >= 3).then(|| node(posts[first], format!("此后24小时最多，{most}条")))
}

fn node(post: &Member, what: String) -> Node {
    Node {
        at: post.at,
        post: post.id,
        what,
    }
}

#[cfg(test)]
mod tests {
    use super::timeline;
    use crate::cluster::tests::post;
    use crate::model::{Level, Member};
    use chrono::TimeDelta;

    /// `spec.md` 9.2, A1: yellow, orange, an answer, red, repair.
    fn event() -> Vec<Member> {
        let told = [
            (1, 0, Level::Yellow, false),
            (2, 152, Level::Orange, false),
            (3, 300, Level::None, true),
            (4, 1300, Level::Red, false),
            (5, 4400, Level::None, false),
        ];
        let stored = told.map(|(id, minutes, level, is_official)| {
            let mut stored = post(id, "社保大厅窗口太低，群众只能蹲着办事").stored;
            let published = stored.post.published_at.as_mut().expect("given");
            published.at += TimeDelta::minutes(minutes - id);
            stored.first_seen_at = published.at + TimeDelta::minutes(15);
            stored.post.is_official = is_official;
            stored.post.engagement.comments = Some(10);
            stored.post.engagement.likes = Some(5);
            stored.analysis.as_mut().expect("judged").level = level;
            Member::of(&stored)
        });
        stored.into()
    }

    #[test]
    fn the_busiest_day_begins_with_its_first_post() {
        let at = [0, 1, 1500, 1600, 2900, 2939, 3040];
        let stored = (1..).zip(at).map(|(id, minutes)| {
            let mut stored = post(id, "社保大厅窗口太低").stored;
            let published = stored.post.published_at.as_mut().expect("given");
            published.at += TimeDelta::minutes(minutes - id);
            Member::of(&stored)
        });
        let told = timeline(&stored.collect::<Vec<_>>());
        let busiest = told.nodes.iter().find(|node| node.what.contains("最多"));
        let busiest = busiest.expect("four in a day");
        // The post 24 hours later belongs to the next day.
        let told = (busiest.post.0, busiest.what.as_str());
        assert_eq!(told, (3, "此后24小时最多，4条"));
    }

    #[test]
    fn the_timeline_tells_rise_answer_and_figures() {
        let mut posts = event();
        posts.reverse();
        let told = timeline(&posts);
        let nodes: Vec<(i64, &str)> = (told.nodes.iter())
            .map(|node| (node.post.0, node.what.as_str()))
            .collect();
        assert_eq!(
            nodes,
            [
                (1, "首发"),
                (1, "此后24小时最多，4条"),
                (2, "升为橙色"),
                (3, "官方说明"),
                (4, "升为红色"),
                (5, "最新")
            ]
        );
        assert_eq!((told.heat, told.post_count, told.copy_count), (60.0, 5, 0));
        assert_eq!(
            (told.found_after_minutes, told.answered_after_minutes),
            (15, Some(285))
        );
        let counts: Vec<u32> = told.days.iter().map(|day| day.count).collect();
        assert_eq!(counts, [3, 1, 0, 1]);
        assert_eq!(told.sources[0], "论坛1");
    }
}

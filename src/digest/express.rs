//! 快报、续报、终报 — one matter → a page of at most 500 characters (`spec.md` 1.5). A 续报 tells only what is otherwise
//! than in the issue before.

use crate::digest::count::{counted, is_by_an_authority, overview};
use crate::digest::entry::{entry, source, whole};
use crate::digest::select::{Context, Draft, blank, is_ours};
use crate::digest::{DigestSettings, MAX_TITLE_CHARS};
use crate::model::{
    Basis, Cited, Engagement, Entry, Event, Express, IssueId, Period, PostId, Section, Standing,
    StoredPost, Timestamp,
};
use crate::text::summary::plain;
use crate::text::wording::{chinese_number, exact_moment, printable};
use chrono::Datelike;
use std::collections::HashSet;

/// 建议 of a 终报: nothing follows it.
const FINAL_ADVICE: &str = "按程序办结归档，开展复盘。";
/// Characters of a 快报 at most, its title and labels aside (`spec.md` 1.1).
pub const MAX_CHARS: usize = 500;
/// New posts that a 续报 names.
const NAMED: usize = 3;

/// What a 快报 is about.
pub struct Matter<'a> {
    /// Its posts, new ones among them.
    pub posts: &'a [StoredPost],
    /// 事件, where it is one.
    pub event: Option<&'a Event>,
    /// `event:5`, `post:7`: the same for all issues of the matter.
    pub key: &'a str,
    /// What was reported before, for a 续报.
    pub earlier: Option<Earlier<'a>>,
    /// 终报.
    pub is_final: bool,
}

/// 上一报.
pub struct Earlier<'a> {
    /// How it is cited.
    pub cited: Cited,
    /// Where the matter stood.
    pub standing: &'a Standing,
    /// The first issue of the matter: its number is borne.
    pub first: IssueId,
    /// Ordinal of the new one: 1 for 续报一.
    pub ordinal: u32,
}

/// Drafts a 快报, or the 续报 that follows; `None` where the matter has no post of ours.
pub fn express(digest: &DigestSettings, matter: &Matter, context: &Context) -> Option<Draft> {
    let all = whole(matter.posts, matter.event)?;
    let now = context.now;
    let first_seen_at = all.posts.iter().map(|stored| stored.first_seen_at).min();
    let earlier = matter.earlier.as_ref();
    let period = Period {
        from: earlier.map_or(first_seen_at?, |earlier| earlier.standing.at),
        to: now,
    };
    let standing = Standing {
        at: now,
        level: all.level,
        posts: all.posts.iter().map(|stored| stored.id).collect(),
        sources: distinct_sources(&all.posts),
        comments: sum(&all.posts, |it| it.comments),
        reposts: sum(&all.posts, |it| it.reposts),
        likes: sum(&all.posts, |it| it.likes),
    };
    let mut entry = entry(&all, digest, period, context);
    let changes = earlier.map_or_else(Vec::new, |earlier| {
        changes(earlier.standing, &standing, matter.posts)
    });
    if let Some(earlier) = earlier {
        only_what_changed(&mut entry, earlier, matter, period);
    }
    if matter.is_final {
        FINAL_ADVICE.clone_into(&mut entry.advice);
    }
    let told: usize = changes.iter().map(|said| said.chars().count()).sum();
    shorten(&mut entry, MAX_CHARS.saturating_sub(told));
    let rows = counted(matter.posts, period);
    let ordinal = earlier.map_or(0, |earlier| earlier.ordinal);
    let mut content = blank(digest, period);
    content.occasion = format!("{}/{ordinal}", matter.key);
    content.overview = overview(&rows, &[]);
    content.express = Some(Express {
        event: matter.event.map(|event| event.id),
        ordinal,
        is_final: matter.is_final,
        first: earlier.map(|earlier| earlier.first),
        earlier: earlier.map(|earlier| earlier.cited.clone()),
        standing,
        changes,
    });
    content.sections = vec![Section {
        title: String::new(),
        entries: vec![entry],
    }];
    let basis = Basis {
        now: rows,
        before: Vec::new(),
    };
    Some(Draft { content, basis })
}

/// `续报一`, `终报`; nothing for the first issue.
pub fn part_name(express: &Express) -> String {
    match (express.ordinal, express.is_final) {
        (0, false) => String::new(),
        (_, true) => "终报".to_owned(),
        (ordinal, false) => format!("续报{}", chinese_number(ordinal as usize)),
    }
}

/// A 续报 cites new posts only, and its summary is of them.
fn only_what_changed(entry: &mut Entry, earlier: &Earlier, matter: &Matter, period: Period) {
    let known: HashSet<PostId> = earlier.standing.posts.iter().copied().collect();
    let new: Vec<StoredPost> = matter
        .posts
        .iter()
        .filter(|stored| !known.contains(&stored.id))
        .cloned()
        .collect();
    let since = exact_moment(
        earlier.standing.at.with_timezone(period.to.offset()),
        period.to.year(),
    );
    match whole(&new, None) {
        Some(candidate) => {
            let longest = candidate
                .posts
                .iter()
                .rev()
                .max_by_key(|stored| stored.post.text.chars().count());
            let post = &longest.expect("a candidate has a post").post;
            let told = crate::text::summary::summarize(
                &post.title,
                &post.text,
                crate::text::summary::MAX_CHARS,
            );
            entry.summary = printable(&told);
            entry.posts.retain(|cited| !known.contains(&cited.id));
        }
        None if has_answer(matter.posts, earlier.standing.at) => {
            entry.summary = format!("{since}以来未监测到新的反映，官方已发布信息。");
        }
        None => entry.summary = format!("{since}以来未监测到新增信息。"),
    }
    let name = match matter.is_final {
        true => "（终报）".to_owned(),
        false => format!("（续报{}）", chinese_number(earlier.ordinal as usize)),
    };
    let plain_title = entry.title.replace("（续报）", "");
    if plain_title.chars().count() + name.chars().count() <= MAX_TITLE_CHARS {
        entry.title = plain_title + &name;
    }
}

/// Has an authority spoken since?
fn has_answer(posts: &[StoredPost], since: Timestamp) -> bool {
    let mut answers = posts.iter().filter(|stored| is_by_an_authority(stored));
    answers.any(|stored| stored.first_seen_at > since)
}

/// 变化: level, posts, sources, reactions, official words, new posts – each with the figure before and now.
fn changes(before: &Standing, now: &Standing, posts: &[StoredPost]) -> Vec<String> {
    let mut said = Vec::new();
    if before.level != now.level {
        said.push(format!(
            "级别由{}色{}为{}色。",
            before.level.label(),
            if now.level > before.level {
                "升"
            } else {
                "降"
            },
            now.level.label()
        ));
    }
    let (count_before, count) = (before.posts.len() as u64, now.posts.len() as u64);
    let figures = [
        moved("信息", Some(count_before), Some(count), "条"),
        moved("信源", Some(before.sources), Some(now.sources), "个"),
        moved("评论", before.comments, now.comments, "条"),
        moved("转发", before.reposts, now.reposts, "次"),
        moved("点赞", before.likes, now.likes, "次"),
    ];
    let figures: Vec<String> = figures.into_iter().flatten().collect();
    if figures.is_empty() {
        said.push("信息、信源和互动数未见变化。".to_owned());
    } else {
        said.push(format!("{}。", figures.join("，")));
    }
    let known: HashSet<PostId> = before.posts.iter().copied().collect();
    let is_new =
        |stored: &&StoredPost| !known.contains(&stored.id) && stored.first_seen_at > before.at;
    let answers: Vec<&StoredPost> = posts
        .iter()
        .filter(|stored| is_by_an_authority(stored))
        .filter(is_new)
        .collect();
    for answer in answers.iter().take(NAMED) {
        said.push(format!("官方发布：{}。", named(answer)));
    }
    let new: Vec<&StoredPost> = posts
        .iter()
        .filter(|stored| is_ours(stored) && stored.repost_of.is_none())
        .filter(is_new)
        .collect();
    if !new.is_empty() {
        let names: Vec<String> = new.iter().take(NAMED).map(|it| named(it)).collect();
        let more = match new.len() {
            more if more > NAMED => format!("等{more}条"),
            _ => String::new(),
        };
        said.push(format!("新增：{}{more}。", names.join("；")));
    }
    said
}

/// `评论由66条增至358条`; nothing where the number is not known or the same.
fn moved(what: &str, before: Option<u64>, now: Option<u64>, unit: &str) -> Option<String> {
    let now = now?;
    match before {
        Some(before) if before == now => None,
        Some(before) => {
            let verb = if now > before { "增至" } else { "减至" };
            Some(format!("{what}由{before}{unit}{verb}{now}{unit}"))
        }
        None => Some(format!("{what}{now}{unit}")),
    }
}

/// `大河论坛《……》`; of a post without a title its source and first words.
fn named(stored: &StoredPost) -> String {
    let post = &stored.post;
    let words = if post.title.is_empty() {
        plain(&post.text).into_owned()
    } else {
        post.title.clone()
    };
    let words: Vec<char> = printable(&words).chars().collect();
    let said: String = words.iter().take(MAX_TITLE_CHARS).collect();
    let dots = if words.len() > MAX_TITLE_CHARS {
        "……"
    } else {
        ""
    };
    format!("{}“{said}{dots}”", printable(source(post)))
}

/// 信源N个 of posts.
pub fn distinct_sources(posts: &[&StoredPost]) -> u64 {
    let names: HashSet<&str> = posts.iter().map(|stored| source(&stored.post)).collect();
    names.len() as u64
}

fn sum(posts: &[&StoredPost], of: fn(&Engagement) -> Option<u64>) -> Option<u64> {
    let known = posts
        .iter()
        .filter_map(|stored| of(&stored.post.engagement));
    known.reduce(u64::saturating_add)
}

/// One page: what is too long loses its last sentences, the judgement before the summary; nothing is cut in a sentence
/// or between quotation marks. `most` is what the changes leave of the page.
fn shorten(entry: &mut Entry, most: usize) {
    let length = |entry: &Entry| {
        let parts = [
            &entry.summary,
            &entry.spread,
            &entry.judgement,
            &entry.advice,
        ];
        parts.iter().map(|part| part.chars().count()).sum::<usize>()
    };
    while length(entry) > most {
        match without_last_sentence(&entry.judgement) {
            Some(shorter) => entry.judgement = shorter,
            None => break,
        }
    }
    while length(entry) > most {
        match without_last_sentence(&entry.summary) {
            Some(shorter) => entry.summary = shorter,
            None => return,
        }
    }
}

/// `None` where only one sentence is left; what stands between quotation marks or brackets is part of its sentence.
fn without_last_sentence(text: &str) -> Option<String> {
    let (mut depth, mut ended, mut last) = (0_usize, false, None);
    for (position, character) in text.char_indices() {
        let closes = "”’）》」』".contains(character);
        let ends = "。！？".contains(character);
        if ended && !closes && !ends {
            if depth == 0 {
                last = Some(position);
            }
            ended = false;
        }
        if "“‘（《「『".contains(character) {
            depth += 1;
        } else if closes {
            depth = depth.saturating_sub(1);
        }
        ended |= ends;
    }
    let kept = text[..last?].trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// 截至 of a standing, as a page prints it.
pub fn until(at: Timestamp, local: Timestamp) -> String {
    exact_moment(at.with_timezone(local.offset()), local.year())
}

#[cfg(test)]
mod tests;

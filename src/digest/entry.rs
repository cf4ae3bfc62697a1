//! 条 — a group of posts → one entry of the draft: title, summary, spread, and for yellow and above a proposed
//! judgement and advice. Proposals come from the rules' reasons and the office table; an editor has the last word.

use crate::digest::DigestSettings;
use crate::digest::advice::{advice, judgement};
use crate::digest::group::Group;
use crate::digest::select::{Context, is_ours, raised_by_gathering};
use crate::digest::spread::spread;
use crate::digest::title::{MAX_CHARS, gathering_title, title};
use crate::model::{Analysis, Entry, EntryPost, Event, Level, Period, Post, Sentiment, StoredPost};
use crate::text::summary::{self, summarize};
use crate::text::wording::printable;

/// 动态 are told in a line or two.
const NEWS_SUMMARY_CHARS: usize = 100;
/// A post below this length says too little to stand for its group.
const TELLING_CHARS: usize = 40;
/// Longest title of a report that is cited whole.
const MAX_CITED_CHARS: usize = 60;
/// Marks an entry of a matter that an earlier issue printed.
const CONTINUED: &str = "（续报）";

/// A group as the selection sees it.
pub struct Candidate<'p> {
    /// Posts to print, earliest first; never empty.
    pub posts: Group<'p>,
    /// Everything stored of the matter, printed earlier or said by an authority too: what is told of its course is true of
    /// all of it.
    pub known: Group<'p>,
    /// 级别 of the entry.
    pub level: Level,
    /// 事件 the group belongs to.
    pub event: Option<&'p Event>,
    /// An earlier issue printed other posts of the group.
    pub is_continued: bool,
}

/// The entry as drafted.
pub fn entry(
    candidate: &Candidate,
    digest: &DigestSettings,
    period: Period,
    context: &Context,
) -> Entry {
    let lead = lead(&candidate.posts);
    let lead_analysis = analysis(lead);
    let is_serious = candidate.level >= Level::Yellow;
    let is_news = candidate.level == Level::None;
    let summary_chars = if is_news {
        NEWS_SUMMARY_CHARS
    } else {
        summary::MAX_CHARS
    };
    Entry {
        title: entry_title(candidate, lead),
        level: candidate.level,
        summary: printable(&summarize(&lead.post.title, &lead.post.text, summary_chars)),
        summary_note: String::new(),
        spread: spread(candidate, period.to),
        judgement: match (is_serious, is_news) {
            (true, _) => judgement(candidate, lead_analysis, period.to),
            (_, true) => stance(lead_analysis).to_owned(),
            _ => String::new(),
        },
        advice: if is_news {
            String::new()
        } else {
            advice(candidate, lead, digest, period, context)
        },
        note: String::new(),
        posts: candidate.posts.iter().map(|stored| cited(stored)).collect(),
    }
}

/// The entry of a matter that an editor adds or a 快报 reports, whatever was printed of it; `None` without a post that
/// is ours. `known` is all that is stored of its event.
pub fn one_entry(
    posts: &[StoredPost],
    known: &[StoredPost],
    event: Option<&Event>,
    digest: &DigestSettings,
    period: Period,
    context: &Context,
) -> Option<Entry> {
    let mut candidate = whole(posts, event)?;
    candidate.known = posts.iter().chain(known).collect();
    Some(entry(&candidate, digest, period, context))
}

/// All posts of a matter that are ours, as one candidate.
pub fn whole<'p>(posts: &'p [StoredPost], event: Option<&'p Event>) -> Option<Candidate<'p>> {
    let mut group: Group = posts.iter().filter(|stored| is_ours(stored)).collect();
    group.sort_by_key(|stored| (stored.post.effective_at(), stored.id));
    let highest = group.iter().map(|stored| analysis(stored).level).max()?;
    Some(Candidate {
        posts: group,
        known: posts.iter().collect(),
        level: raised_by_gathering(highest, event),
        event,
        is_continued: false,
    })
}

/// The post whose words an entry's summary was taken from, among the posts that the issue was drafted from.
pub fn lead_of<'p>(entry: &Entry, posts: &'p [StoredPost]) -> Option<&'p StoredPost> {
    let cited = entry.posts.iter();
    let group: Group = cited
        .filter_map(|cited| posts.iter().find(|stored| stored.id == cited.id))
        .collect();
    (!group.is_empty()).then(|| lead(&group))
}

/// 研判 of a candidate's post.
pub fn analysis(stored: &StoredPost) -> &Analysis {
    stored
        .analysis
        .as_ref()
        .expect("the selection takes judged posts only")
}

/// Of the posts that carry the level – the highest, and of those the negative ones – the earliest original that tells
/// enough; else the longest of them.
fn lead<'p>(posts: &Group<'p>) -> &'p StoredPost {
    let chars =
        |stored: &StoredPost| stored.post.title.chars().count() + stored.post.text.chars().count();
    let weight = |stored: &StoredPost| {
        let analysis = analysis(stored);
        (analysis.level, analysis.sentiment == Sentiment::Negative)
    };
    let heaviest = posts.iter().map(|stored| weight(stored)).max();
    let carriers: Group<'p> = (posts.iter().copied())
        .filter(|stored| Some(weight(stored)) == heaviest)
        .collect();
    let mut originals = carriers.iter().copied();
    let telling =
        originals.find(|stored| stored.repost_of.is_none() && chars(stored) >= TELLING_CHARS);
    let longest = carriers.iter().copied().rev();
    telling
        .or_else(|| longest.max_by_key(|stored| chars(stored)))
        .expect("a group has a post")
}

fn entry_title(candidate: &Candidate, lead: &StoredPost) -> String {
    let gathering = candidate.event.filter(|event| event.is_gathering);
    let title = match gathering {
        Some(event) => gathering_title(&candidate.posts, event),
        None => title(&lead.post, analysis(lead)),
    };
    let title = printable(&title);
    let continued = format!("{title}{CONTINUED}");
    if candidate.is_continued && continued.chars().count() <= MAX_CHARS {
        return continued;
    }
    title
}

/// 倾向 of a report, where nothing else is to be judged.
fn stance(analysis: &Analysis) -> &'static str {
    match analysis.sentiment {
        Sentiment::Positive => "正面报道。",
        Sentiment::Neutral => "客观报道。",
        Sentiment::Negative => "负面报道。",
    }
}

fn cited(stored: &StoredPost) -> EntryPost {
    let post = &stored.post;
    EntryPost {
        id: stored.id,
        external_id: post.external_id.clone(),
        source: printable(source(post)),
        channel: post.channel,
        url: post.url.clone(),
        title: cut(&printable(&post.title)),
        published_at: post.published_at.map(|published| published.at),
        first_seen_at: stored.first_seen_at,
    }
}

/// A title of the media as an issue cites it.
fn cut(title: &str) -> String {
    match title.char_indices().nth(MAX_CITED_CHARS) {
        Some((end, _)) => format!("{}……", &title[..end]),
        None => title.to_owned(),
    }
}

/// Who published: the outlet where the page names it, else the place we read.
pub fn source(post: &Post) -> &str {
    post.outlet.as_deref().unwrap_or(&post.source_name)
}

#[cfg(test)]
mod tests;

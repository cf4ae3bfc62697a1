//! 条 — a group of posts → one entry of the draft: title, summary, spread, and for yellow and above a proposed
//! judgement and advice. Proposals come from the rules' reasons and the office table; an editor has the last word.

use crate::digest::DigestSettings;
use crate::digest::group::Group;
use crate::digest::select::Context;
use crate::digest::title::{MAX_CHARS, is_media_report, title};
use crate::digest::wording::{exact_moment, moment, printable};
use crate::model::{
    Analysis, Channel, Engagement, Entry, EntryPost, Event, Jurisdiction, Level, Period, Post,
    Sentiment, StoredPost, Timestamp,
};
use crate::text::summary::summarize;
use chrono::Datelike;

/// 摘要 of at most this many characters (`spec.md` 1.2).
const SUMMARY_CHARS: usize = 200;
/// 动态 are told in a line or two.
const NEWS_SUMMARY_CHARS: usize = 100;
/// A post below this length says too little to stand for its group.
const TELLING_CHARS: usize = 40;
/// Reasons that one judgement repeats.
const MAX_REASONS: usize = 4;
/// Marks an entry of a matter that an earlier issue printed.
const CONTINUED: &str = "（续报）";

/// A group as the selection sees it.
pub struct Candidate<'p> {
    /// Posts to print, earliest first; never empty.
    pub posts: Group<'p>,
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
        SUMMARY_CHARS
    };
    Entry {
        title: entry_title(lead, candidate.is_continued),
        level: candidate.level,
        summary: printable(&summarize(&lead.post.title, &lead.post.text, summary_chars)),
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
        posts: candidate.posts.iter().map(|stored| cited(stored)).collect(),
    }
}

fn analysis(stored: &StoredPost) -> &Analysis {
    stored
        .analysis
        .as_ref()
        .expect("the selection takes judged posts only")
}

/// The earliest original that tells enough; else the longest post.
fn lead<'p>(posts: &Group<'p>) -> &'p StoredPost {
    let chars =
        |stored: &StoredPost| stored.post.title.chars().count() + stored.post.text.chars().count();
    let telling = posts
        .iter()
        .find(|stored| stored.repost_of.is_none() && chars(stored) >= TELLING_CHARS);
    telling
        .or_else(|| posts.iter().rev().max_by_key(|stored| chars(stored)))
        .expect("a group has a post")
}

fn entry_title(lead: &StoredPost, is_continued: bool) -> String {
    let title = printable(&title(&lead.post, analysis(lead)));
    let continued = format!("{title}{CONTINUED}");
    if is_continued && continued.chars().count() <= MAX_CHARS {
        return continued;
    }
    title
}

/// 传播情况: what the pages showed, who else wrote, and when that was read.
fn spread(candidate: &Candidate, local: Timestamp) -> String {
    let posts = &candidate.posts;
    let mut parts = vec![engagement(posts)];
    let sources = sources(posts);
    if sources.len() > 1 {
        parts.push(format!("涉及信源{}个，首发{}", sources.len(), sources[0]));
    }
    let copies = posts
        .iter()
        .filter(|stored| stored.repost_of.is_some())
        .count();
    if copies > 0 {
        parts.push(format!("相同内容转载{copies}条，已归并"));
    }
    parts.push(media(posts));
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

/// Who published: the outlet where the page names it, else the place we read.
fn source(post: &Post) -> &str {
    post.outlet.as_deref().unwrap_or(&post.source_name)
}

fn media(posts: &Group) -> String {
    let reports: Group = posts
        .iter()
        .copied()
        .filter(|stored| is_media_report(&stored.post))
        .collect();
    match sources(&reports).as_slice() {
        [] => "暂未监测到媒体报道".to_owned(),
        [only] => format!("{only}已报道"),
        [first, ..] => format!("{first}等{}家媒体已报道", sources(&reports).len()),
    }
}

/// 研判: what it is, why the rules raised it, where it stands.
fn judgement(candidate: &Candidate, lead: &Analysis, local: Timestamp) -> String {
    let topic = lead
        .primary_topic()
        .map_or("人社业务", |topic| topic.label());
    let mut text = format!(
        "属{topic}方面的{}类信息，按判级规则定为{}色。",
        lead.intent.label(),
        candidate.level.label()
    );
    let reasons = reasons(candidate);
    if !reasons.is_empty() {
        text += &format!("依据：{}。", reasons.join("；"));
    }
    if let Some(region) = &lead.regions.responsible {
        text += &format!("责任属地：{}。", region.name);
    }
    if let Some(event) = candidate.event.filter(|event| event.post_count > 1) {
        text += &development(event, local);
    }
    if candidate
        .posts
        .iter()
        .any(|stored| analysis(stored).picture_needs_a_look)
    {
        text += "图片内容待人工核看。";
    }
    printable(&text)
}

fn development(event: &Event, local: Timestamp) -> String {
    format!(
        "该事件自{}以来累计信息{}条、信源{}个，处于{}阶段。",
        moment(event.first_at.with_timezone(local.offset()), local.year()),
        event.post_count,
        event.source_count,
        event.phase.label()
    )
}

/// Sentences of the level rules (`R1` … `Y8`) behind the most serious posts.
fn reasons(candidate: &Candidate) -> Vec<String> {
    let highest = candidate
        .posts
        .iter()
        .map(|stored| analysis(stored).level)
        .max();
    let mut sentences = Vec::new();
    for stored in &candidate.posts {
        let analysis = analysis(stored);
        if Some(analysis.level) != highest {
            continue;
        }
        for reason in analysis
            .reasons
            .iter()
            .filter(|reason| is_level_rule(&reason.rule))
        {
            let sentence = reason.text.trim().trim_end_matches(['。', '；']).to_owned();
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
    }
    sentences.truncate(MAX_REASONS);
    sentences
}

fn is_level_rule(rule: &str) -> bool {
    let number = rule.strip_prefix(['R', 'O', 'Y', 'B']);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// 倾向 of a report, where nothing else is to be judged.
fn stance(analysis: &Analysis) -> &'static str {
    match analysis.sentiment {
        Sentiment::Positive => "正面报道。",
        Sentiment::Neutral => "客观报道。",
        Sentiment::Negative => "负面报道。",
    }
}

/// 建议: who, what, by when (`spec.md` 2.1: 48 hours for an answer, 2 hours for a report on what is urgent).
fn advice(
    candidate: &Candidate,
    lead: &StoredPost,
    digest: &DigestSettings,
    period: Period,
    context: &Context,
) -> String {
    let who = responsible(lead, context);
    let deadline = deadline(candidate, digest, period);
    let whom = asker(&lead.post);
    match candidate.level {
        Level::Orange | Level::Red => format!(
            "1．请{who}立即核实处置，2小时内书面报告进展；2．统一答复口径，{deadline}按程序回应；3．办公室安排专人监测，情况有变随时续报。"
        ),
        Level::Yellow => format!(
            "1．请{who}核实情况、提出答复口径，{deadline}报办公室并答复{whom}；2．办公室持续监测，情况有变随时续报。"
        ),
        _ => format!("请{who}核实情况并答复{whom}。"),
    }
}

fn responsible(lead: &StoredPost, context: &Context) -> String {
    let analysis = analysis(lead);
    let office = analysis
        .primary_topic()
        .map(|topic| (context.office)(topic, lead.post.effective_at()));
    let office = office
        .filter(|office| !office.is_empty())
        .unwrap_or_else(|| "有关处室".to_owned());
    match &analysis.regions.responsible {
        Some(region) if analysis.regions.jurisdiction == Jurisdiction::District => {
            format!("{office}会同{}人社局", region.name)
        }
        _ => office,
    }
}

/// `11月22日9时前`, the full hour before the time is up; `立即`, where it is up when the issue appears.
fn deadline(candidate: &Candidate, digest: &DigestSettings, period: Period) -> String {
    let first_seen_at = candidate
        .posts
        .iter()
        .map(|stored| stored.first_seen_at)
        .min();
    let due_at = first_seen_at.expect("a group has a post") + digest.answer_within;
    if due_at <= period.to {
        return "立即".to_owned();
    }
    let due_at = due_at.with_timezone(period.to.offset());
    let day = crate::digest::wording::day(due_at, period.to.year());
    format!("{day}{}时前", due_at.format("%-H"))
}

fn asker(post: &Post) -> &'static str {
    match post.channel {
        Channel::Hotline => "来电群众",
        Channel::Transfer => "来文单位",
        _ if is_media_report(post) => "媒体",
        _ => "网民",
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
        title: printable(&post.title),
        published_at: post.published_at.map(|published| published.at),
        first_seen_at: stored.first_seen_at,
    }
}

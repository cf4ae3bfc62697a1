//! 研判、建议 — what the draft of a yellow entry or above proposes, from the rules' reasons and the office table. A
//! proposal: the editor has the last word.

use crate::digest::DigestSettings;
use crate::digest::entry::{Candidate, analysis};
use crate::digest::select::Context;
use crate::digest::title::is_media_report;
use crate::model::{
    Analysis, Channel, Event, Jurisdiction, Level, Period, Post, StoredPost, Timestamp,
};
use crate::text::wording::{day, moment, printable};
use chrono::{Datelike, DurationRound, TimeDelta, Timelike};

/// Reasons that one judgement repeats.
const MAX_REASONS: usize = 4;

/// 研判: what it is, why the rules raised it, where it stands.
pub fn judgement(candidate: &Candidate, lead: &Analysis, local: Timestamp) -> String {
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
    if let Some(old) = candidate
        .posts
        .iter()
        .find_map(|stored| stored.old_news.as_ref())
    {
        text += &format!("{}。", old.reason);
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
        for reason in analysis.reasons.iter().filter(|reason| reason.sets_level()) {
            let sentence = reason.text.trim().trim_end_matches(['。', '；']).to_owned();
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
    }
    let gathering = candidate.event.filter(|event| event.is_gathering);
    if let Some(event) = gathering.filter(|event| !event.level_reason.is_empty()) {
        sentences.insert(0, event.level_reason.clone());
    }
    sentences.truncate(MAX_REASONS);
    sentences
}

/// 编发单位's own part.
const OFFICE: &str = "办公室";

/// 建议: who, what, by when (`spec.md` 2.1: 48 hours for an answer, 2 hours for a report on what is urgent).
pub fn advice(
    candidate: &Candidate,
    lead: &StoredPost,
    digest: &DigestSettings,
    period: Period,
    context: &Context,
) -> String {
    let who = responsible(lead, context);
    let deadline = deadline(candidate, digest, period, context.now);
    let answer = answer(&lead.post);
    // Nobody reports to itself.
    let report_to = if who == OFFICE { "局领导" } else { OFFICE };
    match candidate.level {
        Level::Orange | Level::Red => format!(
            "1．{who}立即核实处置，2小时内向{report_to}书面报告进展；2．办公室会同有关单位统一口径，{deadline}作出回应；3．办公室安排专人监测，情况有变随时续报。"
        ),
        Level::Yellow => format!(
            "1．{who}核实情况、拟定口径，{deadline}报{report_to}并{answer}；2．办公室持续监测，情况有变随时续报。"
        ),
        _ => format!("{who}核实情况并{answer}。"),
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

/// `11月22日9时前`, the full hour before the time is up; `立即`, where that hour is over when the draft is made.
fn deadline(
    candidate: &Candidate,
    digest: &DigestSettings,
    period: Period,
    now: Timestamp,
) -> String {
    let first_seen_at = candidate
        .posts
        .iter()
        .map(|stored| stored.first_seen_at)
        .min();
    let due_at = first_seen_at.expect("a group has a post") + digest.answer_within;
    let due_at = due_at.with_timezone(period.to.offset());
    let full_hour = due_at.duration_trunc(TimeDelta::hours(1)).unwrap_or(due_at);
    if full_hour <= now.max(period.to) {
        return "立即".to_owned();
    }
    let day = day(due_at, period.to.year());
    format!("{day}{}时前", due_at.hour())
}

/// What is owed to whom: an answer to the public, a report to an authority, a word to what a medium asked.
fn answer(post: &Post) -> &'static str {
    match post.channel {
        Channel::Hotline => "答复来电群众",
        Channel::Transfer => "反馈来文单位",
        _ if is_media_report(post) => "回应媒体关切",
        _ => "答复网民",
    }
}

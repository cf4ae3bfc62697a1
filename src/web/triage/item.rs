//! One post in the list: when, where, how grave and why, how far it went, and what can be done.

use crate::app::App;
use crate::model::{
    Analysis, Field, IssueId, Judgement, Level, Permission, PostId, Reading, StoredPost, Visitor,
};
use crate::web::layout::{PostLine, minute};
use crate::web::posts::marked::{self, Piece};
use crate::web::spark::spark;
use anyhow::Result;
use std::collections::HashSet;

/// Characters of the passage that stands in the list.
const LEAD_CHARS: usize = 110;
/// Readings in the small picture.
const READINGS: usize = 24;
/// Reasons shown in the list.
const REASONS: usize = 4;

/// 一条信息.
pub struct Item {
    pub id: i64,
    pub line: PostLine,
    pub channel: &'static str,
    /// When we first saw it.
    pub seen: String,
    pub intent: &'static str,
    pub sentiment: &'static str,
    /// Why it is flagged.
    pub reasons: Vec<String>,
    /// Who decided about the level, or what the machine suggests.
    pub remark: String,
    pub lead: Vec<Piece>,
    pub paragraphs: Vec<Vec<Piece>>,
    pub copies: u64,
    /// Of which post it is a copy, and who said so.
    pub copy_of: Option<(i64, String)>,
    /// Whether that can be taken back.
    pub is_copy_by_hand: bool,
    /// Its event: number and title.
    pub event: Option<(i64, String)>,
    /// Engagement over time.
    pub spark: String,
    /// From the first reading to the last.
    pub growth: String,
    /// Only what a browser may follow safely; a source could hand us anything.
    pub url: Option<String>,
    /// When the pages kept as evidence were read.
    pub evidence: Vec<String>,
    pub deleted_at: String,
    /// The old post it repeats, and why we say so.
    pub old_news: Option<(i64, String)>,
    pub picture_needs_a_look: bool,
    /// There is a correction that can be taken back.
    pub can_undo: bool,
    /// It is in the draft beside the list.
    pub is_printed: bool,
    /// That draft.
    pub issue: Option<i64>,
    pub levels: Vec<LevelButton>,
    /// Words unfolded.
    pub is_open: bool,
    pub may_edit: bool,
    pub may_unmask: bool,
    pub csrf: String,
    /// The page it stands on.
    pub back: String,
    /// What the last deed has to say.
    pub said: String,
    pub is_refused: bool,
    /// How the key `u` takes that deed back.
    pub way_back: WayBack,
    /// It takes its place by itself, beside the answer about another one.
    pub is_beside: bool,
}

/// How a deed on a post is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// Nothing was done.
    None,
    /// The deed was refused.
    Refused,
    /// It took another one back.
    Taken,
    /// By this deed on this post.
    By(PostId, &'static str),
    /// Not here; the sentence says where.
    Elsewhere(&'static str),
}

/// A button that sets a level.
pub struct LevelButton {
    pub key: char,
    pub code: &'static str,
    pub label: &'static str,
    pub stands: bool,
}

/// What items of one page have in common.
pub struct Maker<'a> {
    pub app: &'a App,
    pub visitor: &'a Visitor,
    /// The draft beside the list, with the posts it cites.
    pub draft: Option<(IssueId, HashSet<PostId>)>,
    pub back: String,
    pub is_open: bool,
}

impl Maker<'_> {
    /// The item of one post.
    pub fn item(&self, stored: &StoredPost) -> Result<Item> {
        let (app, id) = (self.app, stored.id);
        let judgement = app.store.judgement(id)?;
        let readings = app.store.readings(id)?;
        let by_hand = app.store.copy_by_hand(id)?;
        let event = stored
            .event
            .map(|event| app.store.event(event))
            .transpose()?;
        let analysis = stored.analysis.as_ref();
        let level = analysis.map_or(Level::None, |analysis| analysis.level);
        let words = judgement.as_ref().map_or_else(Vec::new, |judgement| {
            marked::quoted(&judgement.machine.reasons)
        });
        let post = &stored.post;
        let kept = app.store.evidence_of(id)?;
        Ok(Item {
            id: id.0,
            line: PostLine::of(stored),
            channel: post.channel.label(),
            seen: minute(Some(stored.first_seen_at)),
            intent: analysis.map_or("", |analysis| analysis.intent.label()),
            sentiment: analysis.map_or("", |analysis| analysis.sentiment.label()),
            reasons: reasons(analysis),
            remark: judgement.as_ref().map_or_else(String::new, remark),
            lead: marked::passage(&post.text, &words, LEAD_CHARS),
            paragraphs: (post.text.lines())
                .filter(|line| !line.trim().is_empty())
                .map(|line| marked::whole(line, &words))
                .collect(),
            copies: app.store.copy_count(id)?,
            copy_of: stored.repost_of.map(|first| {
                let by = by_hand.as_ref().map_or_else(String::new, |said| {
                    format!("（{}，{}）", said.by, minute(Some(said.at)))
                });
                (first.0, by)
            }),
            is_copy_by_hand: by_hand.is_some(),
            event: event.flatten().map(|event| (event.id.0, event.title)),
            spark: spark(&weights(&readings), "历次互动量"),
            growth: growth(&readings),
            url: safe_url(post.url.as_deref()),
            evidence: (kept.iter())
                .map(|kept| minute(Some(kept.fetched_at)))
                .collect(),
            deleted_at: (app.store.deleted_at(id)?)
                .map(|at| minute(Some(at)))
                .unwrap_or_default(),
            old_news: stored.old_news.clone().map(|old| (old.of.0, old.reason)),
            picture_needs_a_look: analysis.is_some_and(|analysis| analysis.picture_needs_a_look),
            can_undo: judgement.is_some_and(|judgement| !judgement.said.is_empty()),
            is_printed: (self.draft.as_ref()).is_some_and(|(_, printed)| printed.contains(&id)),
            issue: self.draft.as_ref().map(|(issue, _)| issue.0),
            levels: level_buttons(level),
            is_open: self.is_open,
            may_edit: self.visitor.may(Permission::Edit),
            may_unmask: self.visitor.may(Permission::Unmask),
            csrf: self.visitor.csrf.clone(),
            back: self.back.clone(),
            said: String::new(),
            is_refused: false,
            way_back: WayBack::None,
            is_beside: false,
        })
    }
}

impl Item {
    /// It is what its page is about, and named there.
    pub fn is_alone(&self) -> bool {
        self.back.starts_with("/posts/")
    }

    /// As it is sent beside another one.
    pub fn beside(mut self) -> Item {
        self.is_beside = true;
        self
    }

    /// What the script is told of the deed: what came of it, and with it the post, the deed that takes it back or the
    /// sentence that says how.
    pub fn deed_marks(&self) -> (&'static str, String, &'static str) {
        match self.way_back {
            WayBack::None => ("", String::new(), ""),
            WayBack::Refused => ("refused", String::new(), ""),
            WayBack::Taken => ("taken", String::new(), ""),
            WayBack::By(post, deed) => ("done", post.0.to_string(), deed),
            WayBack::Elsewhere(sentence) => ("done", String::new(), sentence),
        }
    }

    /// `/posts/7/label`, of which the form stands on the page or is asked for.
    pub fn path(&self, deed: &str) -> String {
        format!("/posts/{}/{deed}", self.id)
    }
}

fn level_buttons(level: Level) -> Vec<LevelButton> {
    [
        ('1', Level::Red),
        ('2', Level::Orange),
        ('3', Level::Yellow),
        ('4', Level::Blue),
        ('0', Level::None),
    ]
    .map(|(key, known)| LevelButton {
        key,
        code: known.code(),
        label: known.label(),
        stands: known == level,
    })
    .into()
}

/// What set the level first; of a post without one the first things the machine noticed.
fn reasons(analysis: Option<&Analysis>) -> Vec<String> {
    let all = analysis.map_or(&[][..], |analysis| &analysis.reasons);
    let (mut first, rest): (Vec<_>, Vec<_>) = all.iter().partition(|reason| reason.sets_level());
    first.extend(rest);
    let texts = first.into_iter().take(REASONS);
    texts.map(|reason| reason.text.clone()).collect()
}

fn remark(judgement: &Judgement) -> String {
    let said = judgement.remark(Field::Level);
    let suggested = judgement.suggestion().filter(|_| said.is_none());
    match (said, suggested) {
        (Some(said), _) => said,
        (None, Some(level)) => format!("机器建议降为{}，待人工确定", level.label()),
        (None, None) => String::new(),
    }
}

fn weights(readings: &[Reading]) -> Vec<u64> {
    let from = readings.len().saturating_sub(READINGS);
    let weights = readings[from..].iter();
    let weights: Vec<u64> = weights
        .map(|reading| reading.engagement.weight().round() as u64)
        .collect();
    if weights.len() < 2 {
        Vec::new()
    } else {
        weights
    }
}

/// `互动指数 12→860（14日13:58—14日14:13，2次读数）`; empty where there is nothing to compare.
fn growth(readings: &[Reading]) -> String {
    let (Some(first), Some(last)) = (readings.first(), readings.last()) else {
        return String::new();
    };
    if readings.len() < 2 {
        return String::new();
    }
    let at = |reading: &Reading| reading.at.format("%d日%H:%M").to_string();
    format!(
        "互动指数{:.0}→{:.0}（{}至{}，{}次读数）",
        first.engagement.weight(),
        last.engagement.weight(),
        at(first),
        at(last),
        readings.len()
    )
}

/// An address that a browser may follow.
pub fn safe_url(url: Option<&str>) -> Option<String> {
    let url = url?;
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    is_web.then(|| url.to_owned())
}

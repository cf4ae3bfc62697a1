//! 规则试算 — the stored posts of some time, judged with the present and with new rules: what would change. Writes
//! nothing, and holds one batch at a time.

use super::{judge_one, on_all_cores};
use crate::analyze::Rules;
use crate::app::App;
use crate::model::{
    Analysis, Field, Jurisdiction, Label, Level, PostId, Sentiment, Timestamp, Topic,
};
use crate::store::PostToAnalyze;
use crate::text::heading::heading;
use crate::text::mask::mask;
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Posts judged at a time.
const BATCH: usize = 1000;

/// 试算结果.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lab {
    /// Posts published since then.
    pub since: Timestamp,
    /// Posts judged.
    pub posts: u64,
    /// Version of the present rules.
    pub present_version: String,
    /// Version of the new rules.
    pub new_version: String,
    /// How many posts change, by kind of change.
    pub counts: Counts,
    /// What people said of these posts, and how often each set of rules says the same.
    pub labelled: LabelledPosts,
    /// Posts that change, in the order they were stored; at most as many as asked for.
    pub changes: Vec<Change>,
    /// Changes that are counted but not listed.
    pub unlisted: u64,
    /// There were more posts than were to be judged; the earliest stored were.
    #[serde(default)]
    pub is_cut: bool,
}

/// How far a trial goes.
#[derive(Clone, Copy, Debug)]
pub struct LabBounds {
    /// Changes listed at most.
    pub changes: usize,
    /// Posts judged at most, in whole batches.
    pub posts: u64,
}

/// A post may count several times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Flagged by the present rules.
    pub flagged_now: u64,
    /// Flagged by the new rules.
    pub flagged_then: u64,
    /// Not flagged now, flagged then.
    pub added: u64,
    /// Flagged now, no longer then.
    pub lost: u64,
    /// Flagged by both, at a higher level.
    pub raised: u64,
    /// Flagged by both, at a lower level.
    pub lowered: u64,
    /// Another relevance.
    pub relevance: u64,
    /// Another primary topic.
    pub topic: u64,
    /// Another sentiment.
    pub sentiment: u64,
    /// Another jurisdiction.
    pub jurisdiction: u64,
}

/// Posts with a person's word in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelledPosts {
    /// How many posts.
    pub posts: u64,
    /// Fields people said something of.
    pub fields: u64,
    /// Said alike by the present rules.
    pub present_agrees: u64,
    /// Said alike by the new rules.
    pub new_agrees: u64,
}

/// One post that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Row id.
    pub id: PostId,
    /// Title, or the beginning of the text; masked.
    pub title: String,
    /// When it was published, or read where that is unknown.
    pub at: Timestamp,
    /// With the present rules.
    pub old: Verdict,
    /// With the new rules.
    pub new: Verdict,
    /// Rules that fire now and would not.
    pub rules_gone: Vec<String>,
    /// Rules that would fire and do not now.
    pub rules_new: Vec<String>,
    /// A person has spoken: what people see would not change in those fields.
    pub is_labelled: bool,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Ours.
    pub relevant: bool,
    /// 级别.
    pub level: Level,
    /// Primary topic.
    pub topic: Option<Topic>,
    /// 情感.
    pub sentiment: Sentiment,
    /// 管辖.
    pub jurisdiction: Jurisdiction,
}

impl Verdict {
    fn of(analysis: &Analysis) -> Verdict {
        Verdict {
            relevant: analysis.relevant,
            level: analysis.level,
            topic: analysis.primary_topic(),
            sentiment: analysis.sentiment,
            jurisdiction: analysis.regions.jurisdiction,
        }
    }

    /// What neither set of rules takes for ours is nobody's concern.
    fn differs_from(self, other: Verdict) -> bool {
        (self.relevant || other.relevant) && self != other
    }
}

impl Change {
    /// Flagged then and not now.
    pub fn is_added(&self) -> bool {
        self.old.level == Level::None && self.new.level > Level::None
    }

    /// Flagged now and no longer then.
    pub fn is_lost(&self) -> bool {
        self.old.level > Level::None && self.new.level == Level::None
    }
}

/// Judges what was published since a moment with the rules in force and with others.
///
/// # Errors
/// The store refuses.
pub fn compare_rules(app: &App, new: &Rules, since: Timestamp, bounds: LabBounds) -> Result<Lab> {
    let present = &app.rules();
    let mut lab = Lab {
        since,
        posts: 0,
        present_version: present.version().to_owned(),
        new_version: new.version().to_owned(),
        counts: Counts::default(),
        labelled: LabelledPosts::default(),
        changes: Vec::new(),
        unlisted: 0,
        is_cut: false,
    };
    let mut after = PostId(0);
    loop {
        let posts = app.store.originals_since(since, after, BATCH)?;
        let Some(last) = posts.last() else {
            return Ok(lab);
        };
        if lab.posts >= bounds.posts {
            lab.is_cut = true;
            return Ok(lab);
        }
        after = last.id;
        let compared = on_all_cores(&posts, |post| {
            let (old, new) = (judge_one(post, present), judge_one(post, new));
            Compared::of(post, &old, &new)
        });
        for post in compared {
            lab.count(post, bounds.changes);
        }
    }
}

/// What is kept of one post.
struct Compared {
    old: Verdict,
    new: Verdict,
    change: Option<Change>,
    labelled: LabelledPosts,
}

impl Compared {
    fn of(post: &PostToAnalyze, old: &Analysis, new: &Analysis) -> Compared {
        let verdicts = (Verdict::of(old), Verdict::of(new));
        let labelled = labelled(post, old, new);
        let is_changed = verdicts.0.differs_from(verdicts.1);
        let rules = |analysis: &Analysis| -> BTreeSet<String> {
            let reasons = analysis.reasons.iter();
            reasons.map(|reason| reason.rule.clone()).collect()
        };
        let change = is_changed.then(|| {
            let (before, after) = (rules(old), rules(new));
            Change {
                id: post.id,
                title: heading(&mask(&post.post.title), &mask(&post.post.text)),
                at: post.post.effective_at(),
                old: verdicts.0,
                new: verdicts.1,
                rules_gone: before.difference(&after).cloned().collect(),
                rules_new: after.difference(&before).cloned().collect(),
                is_labelled: labelled.posts > 0,
            }
        });
        Compared {
            old: verdicts.0,
            new: verdicts.1,
            change,
            labelled,
        }
    }
}

fn labelled(post: &PostToAnalyze, old: &Analysis, new: &Analysis) -> LabelledPosts {
    let label = post.judgement.as_ref().map(|known| known.label());
    let Some(label) = label.filter(|label| !label.is_empty()) else {
        return LabelledPosts::default();
    };
    let fields = label.fields();
    let agrees = |analysis: &Analysis| {
        let said = Label::of(analysis);
        let alike = |field: &&Field| label.agrees(&said, **field);
        fields.iter().filter(alike).count() as u64
    };
    LabelledPosts {
        posts: 1,
        fields: fields.len() as u64,
        present_agrees: agrees(old),
        new_agrees: agrees(new),
    }
}

impl Lab {
    fn count(&mut self, post: Compared, limit: usize) {
        let (old, new, counts) = (post.old, post.new, &mut self.counts);
        let is_flagged = |verdict: Verdict| verdict.level > Level::None;
        let is_ours = old.relevant || new.relevant;
        let stays_flagged = is_flagged(old) && is_flagged(new);
        for (count, holds) in [
            (&mut counts.flagged_now, is_flagged(old)),
            (&mut counts.flagged_then, is_flagged(new)),
            (&mut counts.added, !is_flagged(old) && is_flagged(new)),
            (&mut counts.lost, is_flagged(old) && !is_flagged(new)),
            (&mut counts.raised, stays_flagged && new.level > old.level),
            (&mut counts.lowered, stays_flagged && new.level < old.level),
            (&mut counts.relevance, new.relevant != old.relevant),
            (&mut counts.topic, is_ours && new.topic != old.topic),
            (
                &mut counts.sentiment,
                is_ours && new.sentiment != old.sentiment,
            ),
            (
                &mut counts.jurisdiction,
                is_ours && new.jurisdiction != old.jurisdiction,
            ),
        ] {
            *count += u64::from(holds);
        }
        self.posts += 1;
        self.labelled.posts += post.labelled.posts;
        self.labelled.fields += post.labelled.fields;
        self.labelled.present_agrees += post.labelled.present_agrees;
        self.labelled.new_agrees += post.labelled.new_agrees;
        match post.change {
            Some(change) if self.changes.len() < limit => self.changes.push(change),
            Some(_) => self.unlisted += 1,
            None => {}
        }
    }
}

//! 差异 — a frozen ledger against the records as they are now: which figures would be others, and because of which posts.

use crate::model::{Facts, PostId};
use crate::stats::{Figures, label};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// 差异.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// Figures that would be others.
    pub figures: Vec<ChangedFigure>,
    /// Posts that are counted otherwise now, by id.
    pub posts: Vec<ChangedPost>,
}

/// A figure that would be another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangedFigure {
    /// Key.
    pub figure: String,
    /// Name.
    pub label: String,
    /// As signed for.
    pub frozen: Option<f64>,
    /// As counted now.
    pub live: Option<f64>,
}

/// A post that is counted otherwise now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangedPost {
    /// Which.
    pub post: PostId,
    /// What changed; empty where the post came or went as a whole.
    pub changes: Vec<FieldChange>,
    /// Found since the ledger was frozen.
    pub is_added: bool,
    /// No longer stored, or published in another period by what is known now.
    pub is_gone: bool,
}

/// `级别：蓝 → 黄`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// 级别.
    pub field: &'static str,
    /// 蓝.
    pub frozen: String,
    /// 黄.
    pub live: String,
}

/// What would change. Figures that measure the machine, not the period, are left out: visits are forgotten after some time.
pub fn difference(
    frozen: (&Figures, &[(PostId, Facts)]),
    live: (&Figures, &[(PostId, Facts)]),
    digest_titles: &BTreeMap<String, String>,
) -> Difference {
    let ((frozen_figures, frozen_rows), (live_figures, live_rows)) = (frozen, live);
    let keys: BTreeSet<&str> = (frozen_figures.iter())
        .chain(live_figures.iter())
        .map(|(key, _)| key)
        .filter(|key| !key.starts_with("sources."))
        .collect();
    let changed = keys.into_iter().filter_map(|key| {
        let (frozen, live) = (frozen_figures.get(key), live_figures.get(key));
        let is_same = frozen.unwrap_or(0.0) == live.unwrap_or(0.0);
        (!is_same).then(|| ChangedFigure {
            figure: key.to_owned(),
            label: label(key, digest_titles),
            frozen,
            live,
        })
    });
    Difference {
        figures: changed.collect(),
        posts: changed_posts(frozen_rows, live_rows),
    }
}

fn changed_posts(frozen: &[(PostId, Facts)], live: &[(PostId, Facts)]) -> Vec<ChangedPost> {
    let by_id =
        |rows: &[(PostId, Facts)]| -> BTreeMap<PostId, Facts> { rows.iter().cloned().collect() };
    let (frozen, live) = (by_id(frozen), by_id(live));
    let ids: BTreeSet<PostId> = frozen.keys().chain(live.keys()).copied().collect();
    let changed = ids.into_iter().filter_map(|post| {
        let (before, now) = (frozen.get(&post), live.get(&post));
        let changes = match (before, now) {
            (Some(before), Some(now)) => field_changes(before, now),
            _ => Vec::new(),
        };
        let (is_added, is_gone) = (before.is_none(), now.is_none());
        (is_added || is_gone || !changes.is_empty()).then_some(ChangedPost {
            post,
            changes,
            is_added,
            is_gone,
        })
    });
    changed.collect()
}

fn field_changes(before: &Facts, now: &Facts) -> Vec<FieldChange> {
    let topics = |facts: &Facts| {
        let names: Vec<&str> = facts.topics.iter().map(|topic| topic.label()).collect();
        if names.is_empty() {
            "无".to_owned()
        } else {
            names.join("、")
        }
    };
    let place = |facts: &Facts| match facts.place.as_str() {
        "" => "无".to_owned(),
        place => place.to_owned(),
    };
    let words = |label: &'static str| label.to_owned();
    let fields = [
        (
            "级别",
            words(before.level.label()),
            words(now.level.label()),
        ),
        (
            "归类",
            words(before.standing.label()),
            words(now.standing.label()),
        ),
        ("主题", topics(before), topics(now)),
        (
            "情感",
            words(before.sentiment.label()),
            words(now.sentiment.label()),
        ),
        (
            "意图",
            words(before.intent.label()),
            words(now.intent.label()),
        ),
        (
            "管辖",
            words(before.jurisdiction.label()),
            words(now.jurisdiction.label()),
        ),
        ("属地", place(before), place(now)),
        (
            "渠道",
            words(before.channel.label()),
            words(now.channel.label()),
        ),
    ];
    let changed = fields.into_iter().filter(|(_, before, now)| before != now);
    changed
        .map(|(field, frozen, live)| FieldChange {
            field,
            frozen,
            live,
        })
        .collect()
}

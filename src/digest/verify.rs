//! 核对 — counts every printed figure of an issue again: from its 计数依据, and from what the store says of those posts
//! now. What a person corrected after the draft is told apart from what does not add up.

use crate::digest::count::overview;
use crate::digest::express::distinct_sources;
use crate::digest::select::raised_by_gathering;
use crate::digest::survey::{days, tables};
use crate::model::{Basis, Counted, Event, Express, Issue, Level, PostId, StoredPost};
use serde::Serialize;
use std::collections::HashMap;

/// What the counting found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recount {
    /// Figures counted again.
    pub figures: usize,
    /// 对不上.
    pub wrong: Vec<Mismatch>,
    /// Printed figures that cannot be counted again: the pages that showed them have moved on.
    pub not_counted: Vec<&'static str>,
    /// 起草后更正: posts that would count otherwise today.
    pub changed: Vec<ChangedPost>,
}

/// A printed figure that is not what the records say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// `纳入研判`.
    pub figure: String,
    /// As printed.
    pub printed: String,
    /// As counted.
    pub counted: String,
}

/// A post that would count otherwise today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedPost {
    /// Row id.
    pub post: PostId,
    /// `级别：蓝→黄`.
    pub change: String,
}

/// Counts an issue again. `today` is what the posts of the basis, and others of the period, count for now.
pub fn recount(issue: &Issue, basis: &Basis, today: &[Counted], missing: &[PostId]) -> Recount {
    let mut recount = Recount::default();
    let content = &issue.content;
    let has_basis = !basis.now.is_empty() || content.overview.found == 0;
    if !has_basis {
        recount.compare("计数依据", "有", "无（本期由旧版本起草，未存计数依据）");
        return recount;
    }
    let printed = &content.overview;
    let counted = overview(&basis.now, &[]);
    let figures = [
        ("监测信息", printed.found, counted.found),
        ("剔除", printed.removed, counted.removed),
        ("纳入研判", printed.judged, counted.judged),
        ("负面", printed.negative, counted.negative),
        ("中性", printed.neutral, counted.neutral),
        ("正面", printed.positive, counted.positive),
    ];
    for (figure, printed, counted) in figures {
        recount.compare(figure, printed, counted);
    }
    let by_channel = |list: &[(crate::model::Channel, u64)]| {
        let counts: Vec<String> = (list.iter())
            .map(|(channel, count)| format!("{}{count}", channel.label()))
            .collect();
        counts.join("、")
    };
    recount.compare(
        "渠道",
        by_channel(&printed.by_channel),
        by_channel(&counted.by_channel),
    );
    if content.survey.is_some() {
        recount.survey(issue, basis);
    }
    recount.standing(issue, basis);
    if content.entries().any(|entry| !entry.spread.is_empty()) {
        recount.not_counted.push("互动数");
    }
    for post in missing {
        recount.compare(&format!("第{}号信息", post.0), "在库", "不在库中");
    }
    recount.changed = changed(&basis.now, today);
    recount
}

impl Recount {
    /// Does everything add up?
    pub fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }

    /// 级别 and 信源N个 of a 快报. An event may have become graver, or less grave, since: where the level came from it and
    /// not from the posts, it can be counted again only while it is what it was.
    pub fn matter(
        &mut self,
        express: &Express,
        basis: &Basis,
        posts: &[StoredPost],
        event: Option<&Event>,
    ) {
        let standing = &express.standing;
        let stood: Vec<&StoredPost> = posts.iter().collect();
        self.compare("快报信源", standing.sources, distinct_sources(&stood));
        let of_posts = (basis.now.iter())
            .filter(|counted| standing.posts.contains(&counted.post))
            .map(|counted| counted.level)
            .max()
            .unwrap_or(Level::None);
        let printed = standing.level;
        let is_from_event = express.event.is_some() && printed > of_posts;
        if is_from_event && raised_by_gathering(of_posts, event) != printed {
            self.not_counted.push("聚集定级");
            return;
        }
        let counted = if is_from_event { printed } else { of_posts };
        self.compare("快报级别", printed.label(), counted.label());
    }

    fn compare<T: ToString, U: ToString>(&mut self, figure: &str, printed: T, counted: U) {
        self.figures += 1;
        let (printed, counted) = (printed.to_string(), counted.to_string());
        if printed != counted {
            self.wrong.push(Mismatch {
                figure: figure.to_owned(),
                printed,
                counted,
            });
        }
    }

    fn survey(&mut self, issue: &Issue, basis: &Basis) {
        let Some(survey) = &issue.content.survey else {
            return;
        };
        let counted = tables(&basis.now, &basis.before);
        for (printed, counted) in survey.tables.iter().zip(&counted) {
            for (printed_row, counted_row) in printed.rows.iter().zip(&counted.rows) {
                let figure = format!("{}·{}", printed.dimension.label(), printed_row.label);
                let said = |row: &crate::model::FigureRow| {
                    format!("{}{}（上期{}）", row.label, row.count, row.before)
                };
                self.compare(&figure, said(printed_row), said(counted_row));
            }
            let figure = format!("{}表行数", printed.dimension.label());
            self.compare(&figure, printed.rows.len(), counted.rows.len());
        }
        self.compare("表数", survey.tables.len(), counted.len());
        let counted = days(&basis.now, issue.content.period);
        self.compare("天数", survey.days.len(), counted.len());
        for (printed, counted) in survey.days.iter().zip(&counted) {
            let said = |count: &crate::model::DayCount| {
                format!("{}条，负面{}条", count.count, count.negative)
            };
            self.compare(&printed.day.to_string(), said(printed), said(counted));
        }
        if let Some(before) = survey.judged_before {
            let counted = overview(&basis.before, &[]);
            self.compare("上期纳入研判", before, counted.judged);
            self.compare(
                "上期负面",
                survey.negative_before.unwrap_or(0),
                counted.negative,
            );
        }
    }

    /// 信息N条 of a 快报: each of its posts is in the basis, once.
    fn standing(&mut self, issue: &Issue, basis: &Basis) {
        let Some(express) = &issue.content.express else {
            return;
        };
        let posts = &express.standing.posts;
        let stood = basis.now.iter().filter(|it| posts.contains(&it.post));
        self.compare("快报信息", posts.len(), stood.count());
    }
}

/// Posts that would count otherwise today, by their ids.
fn changed(basis: &[Counted], today: &[Counted]) -> Vec<ChangedPost> {
    let now: HashMap<PostId, &Counted> = today.iter().map(|it| (it.post, it)).collect();
    let known: HashMap<PostId, &Counted> = basis.iter().map(|it| (it.post, it)).collect();
    let mut found: Vec<ChangedPost> = basis
        .iter()
        .filter_map(|then| {
            let change = match now.get(&then.post) {
                Some(now) => difference(then, now)?,
                None => "起草时计入，现不计入".to_owned(),
            };
            Some(ChangedPost {
                post: then.post,
                change,
            })
        })
        .collect();
    let added = today.iter().filter(|it| !known.contains_key(&it.post));
    found.extend(added.map(|it| ChangedPost {
        post: it.post,
        change: "起草时未计入，现计入".to_owned(),
    }));
    found.sort_by_key(|changed| changed.post);
    found
}

/// `级别：蓝→黄；情感：中→负`.
fn difference(then: &Counted, now: &Counted) -> Option<String> {
    let topic = |counted: &Counted| {
        counted
            .topic
            .map_or("未归类", |topic| topic.label())
            .to_owned()
    };
    let removed = |counted: &Counted| {
        if counted.is_removed {
            "剔除"
        } else {
            "纳入"
        }
    };
    let fields = [
        (
            "级别",
            then.level.label().to_owned(),
            now.level.label().to_owned(),
        ),
        (
            "情感",
            then.sentiment.label().to_owned(),
            now.sentiment.label().to_owned(),
        ),
        ("主题", topic(then), topic(now)),
        ("属地", then.region.clone(), now.region.clone()),
        (
            "渠道",
            then.channel.label().to_owned(),
            now.channel.label().to_owned(),
        ),
        ("研判", removed(then).to_owned(), removed(now).to_owned()),
    ];
    let changes: Vec<String> = fields
        .iter()
        .filter(|(_, then, now)| then != now)
        .map(|(field, then, now)| format!("{field}：{then}→{now}"))
        .collect();
    (!changes.is_empty()).then(|| changes.join("；"))
}

#[cfg(test)]
mod tests;

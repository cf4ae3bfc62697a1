//! 专题: the saved queries, ready to be matched, and how often each was hit.

use super::App;
use crate::config::{Config, DeclaredWatch};
use crate::index::{Query, Sort};
use crate::model::{AlertPolicy, Schedule, StoredPost, Timestamp, Watch, WatchActivity};
use crate::store::Store;
use crate::watch::{Matcher, Reader};
use anyhow::Result;
use chrono::TimeDelta;
use serde::Serialize;
use std::sync::OnceLock;

/// A watch without a hit for so long is pointed out.
const IDLE: TimeDelta = TimeDelta::days(30);

/// What is watched. Most commands match nothing, so that queries are compiled when the first post comes.
pub struct Watching {
    /// Since when, for each active watch in the order of the file.
    since: Vec<Timestamp>,
    matcher: OnceLock<Matcher>,
}

/// Matches posts, one after the other.
pub struct WatchReader<'a> {
    watches: Vec<(&'a Watch, Timestamp)>,
    reader: Reader<'a>,
}

impl Watching {
    /// Tells the store what is watched from now on.
    ///
    /// # Errors
    /// The store refuses.
    pub fn begin(config: &Config, store: &Store, now: Timestamp) -> Result<Watching> {
        let watches: Vec<_> = (config.active_watches())
            .map(|declared| (declared.watch.id.as_str(), declared.watch.query.as_str()))
            .collect();
        Ok(Watching {
            since: store.register_watches(&watches, now)?,
            matcher: OnceLock::new(),
        })
    }
}

impl WatchReader<'_> {
    /// Watches that a post matches, without those that began after it was first seen: a new watch does not answer for
    /// the past.
    pub fn matching(&mut self, stored: &StoredPost) -> impl Iterator<Item = &Watch> {
        let matching = self.reader.matching(stored).iter();
        matching
            .map(|place| &self.watches[*place])
            .filter(|(_, since)| stored.first_seen_at >= *since)
            .map(|(watch, _)| *watch)
    }
}

impl App {
    /// Matches posts against the active watches; `None` where there are none.
    pub fn watch_reader(&self) -> Option<WatchReader<'_>> {
        if self.watching.since.is_empty() {
            return None;
        }
        let active = self.config.active_watches();
        let matcher = (self.watching.matcher).get_or_init(|| {
            let queries = self.config.active_watches();
            let queries: Vec<Query> = queries
                .map(|declared| self.expanded(&declared.query))
                .collect();
            Matcher::new(&queries)
        });
        Some(WatchReader {
            watches: (active.map(|declared| &declared.watch))
                .zip(self.watching.since.iter().copied())
                .collect(),
            reader: matcher.reader(),
        })
    }

    /// Every declared watch, in the order of the file.
    ///
    /// # Errors
    /// The store or the index refuses.
    pub fn watch_reports(&self) -> Result<Vec<WatchReport>> {
        let now = self.now();
        let mut activity = self.store.watch_activity(now)?;
        let holds_a_month = (self.store.first_seen()?).is_some_and(|first| first <= now - IDLE);
        let mut reports = Vec::new();
        for declared in &self.config.watches {
            let known = activity.remove(&declared.watch.id).unwrap_or_default();
            let is_idle = self.is_idle(declared, known, holds_a_month, now)?;
            reports.push(WatchReport::of(&declared.watch, known, is_idle));
        }
        Ok(reports)
    }

    /// Did nothing match for 30 days? Of a watch that is younger, the index tells what would have.
    fn is_idle(
        &self,
        declared: &DeclaredWatch,
        known: WatchActivity,
        holds_a_month: bool,
        now: Timestamp,
    ) -> Result<bool> {
        let Some(since) = known.since.filter(|_| known.hits_30d == 0) else {
            return Ok(false);
        };
        if since <= now - IDLE || !holds_a_month {
            return Ok(since <= now - IDLE);
        }
        let lately = Query::After((now - IDLE).date_naive());
        let query = self.expanded(&declared.query).and(lately);
        Ok(self.index.search(&query, Sort::Time, 0, 0)?.total == 0)
    }
}

/// 专题 with its hits; JSON of `yuqing watch list`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WatchReport {
    /// 代号.
    pub id: String,
    /// 名称.
    pub name: String,
    /// 检索式.
    pub query: String,
    /// 备注.
    pub note: String,
    /// 收件人.
    pub recipients: Vec<String>,
    /// 预警方式.
    pub alert: AlertPolicy,
    /// 预警方式, for people.
    pub alert_label: &'static str,
    /// When hits are to be sent together.
    pub schedule: Option<String>,
    /// Is it matched?
    pub is_active: bool,
    /// Hits in the last 7 days.
    pub hits_7d: u64,
    /// Hits in the last 30 days.
    pub hits_30d: u64,
    /// 最近命中.
    pub last_hit: Option<Timestamp>,
    /// Since when posts are matched against this query.
    pub since: Option<Timestamp>,
    /// What to know, if anything.
    pub message: &'static str,
}

impl WatchReport {
    fn of(watch: &Watch, known: WatchActivity, is_idle: bool) -> WatchReport {
        let message = match (watch.is_active, is_idle) {
            (false, _) => "已暂停",
            (true, true) => "30天无命中，请检查检索式",
            (true, false) => "",
        };
        WatchReport {
            id: watch.id.clone(),
            name: watch.name.clone(),
            query: watch.query.clone(),
            note: watch.note.clone(),
            recipients: watch.recipients.clone(),
            alert: watch.alert,
            alert_label: watch.alert.label(),
            schedule: watch
                .schedule
                .as_ref()
                .map(|one| Schedule::line(one).to_owned()),
            is_active: watch.is_active,
            hits_7d: known.hits_7d,
            hits_30d: known.hits_30d,
            last_hit: known.last_hit,
            since: known.since,
            message,
        }
    }
}

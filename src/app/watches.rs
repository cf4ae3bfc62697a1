//! 专题: the saved queries, ready to be matched, and how often each was hit.

use super::App;
use crate::config::{
    Config, DeclaredWatch, EditedWatch, WATCHES_FILE, WatchMistake, parse_watches,
    watch_file_problems,
};
use crate::index::{Query, Sort};
use crate::model::{AlertPolicy, Problem, Schedule, StoredPost, Timestamp, Watch, WatchActivity};
use crate::store::Store;
use crate::watch::{Matcher, Reader};
use anyhow::Result;
use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::Serialize;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use utoipa::ToSchema;

/// A watch without a hit for so long is pointed out.
const IDLE: TimeDelta = TimeDelta::days(30);

/// What is watched, and the file that says so.
pub struct Watching {
    watched: RwLock<Arc<Watched>>,
    /// What the file held when it was last looked at, and whether that was taken over.
    seen: Mutex<(String, bool)>,
}

/// Watches as they are matched. Most commands match nothing, so that queries are compiled when the first post comes.
pub struct Watched {
    /// All, in the order of the file.
    pub declared: Vec<DeclaredWatch>,
    /// Since when, for each active one.
    since: Vec<Timestamp>,
    matcher: OnceLock<Matcher>,
}

/// Matches posts, one after the other.
pub struct WatchReader<'a> {
    watches: Vec<(&'a Watch, Timestamp)>,
    reader: Reader<'a>,
}

impl Watched {
    fn new(
        declared: Vec<DeclaredWatch>,
        register: impl FnOnce(&[(&str, &str)]) -> Result<Vec<Timestamp>>,
    ) -> Result<Watched> {
        let mut watched = Watched {
            declared,
            since: Vec::new(),
            matcher: OnceLock::new(),
        };
        watched.since = register(&watched.ids_and_queries())?;
        Ok(watched)
    }

    /// Tells the store that this is all that is watched. For whoever holds the data folder.
    ///
    /// # Errors
    /// The store refuses.
    pub fn register_all(&self, app: &App) -> Result<()> {
        (app.store).register_watches(&self.ids_and_queries(), app.now())?;
        Ok(())
    }

    /// Of the active ones.
    fn ids_and_queries(&self) -> Vec<(&str, &str)> {
        self.active()
            .map(|declared| (declared.watch.id.as_str(), declared.watch.query.as_str()))
            .collect()
    }

    fn active(&self) -> impl Iterator<Item = &DeclaredWatch> {
        let is_active = |declared: &&DeclaredWatch| declared.watch.is_active;
        self.declared.iter().filter(is_active)
    }

    /// Matches posts against the active watches; `None` where there are none.
    pub fn reader(&self, app: &App) -> Option<WatchReader<'_>> {
        if self.since.is_empty() {
            return None;
        }
        let matcher = self.matcher.get_or_init(|| {
            let queries = self.active().map(|declared| app.expanded(&declared.query));
            Matcher::new(&queries.collect::<Vec<Query>>())
        });
        Some(WatchReader {
            watches: (self.active().map(|declared| &declared.watch))
                .zip(self.since.iter().copied())
                .collect(),
            reader: matcher.reader(),
        })
    }
}

impl Watching {
    /// Watches what the configuration declares.
    ///
    /// # Errors
    /// The store refuses.
    pub fn begin(config: &Config, store: &Store, now: Timestamp) -> Result<Watching> {
        let declared = config.watches.clone();
        let watched = Watched::new(declared, |watches| store.add_watches(watches, now))?;
        Ok(Watching {
            watched: RwLock::new(Arc::new(watched)),
            seen: Mutex::default(),
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
    /// What is watched at this moment.
    pub fn watched(&self) -> Arc<Watched> {
        let watched = self.watching.watched.read();
        Arc::clone(&watched.unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what was changed in the file of watches, so that a new one is matched without a restart: when two looks in
    /// a row find the same, for a file may be caught while it is written. A file with mistakes changes nothing, which is told
    /// once; nor does one that is gone. For whoever holds the data folder.
    ///
    /// # Errors
    /// The store refuses.
    pub fn renew_watches(&self) -> Result<()> {
        let Some(folder) = &self.config.folder else {
            return Ok(());
        };
        let Ok(text) = std::fs::read_to_string(folder.join(WATCHES_FILE)) else {
            return Ok(());
        };
        let mut seen = (self.watching.seen.lock()).unwrap_or_else(PoisonError::into_inner);
        if seen.0 != text {
            *seen = (text, false);
            return Ok(());
        }
        if !std::mem::replace(&mut seen.1, true) {
            self.take_over(parse_watches(&text))?;
        }
        Ok(())
    }

    fn take_over(&self, declared: Result<Vec<DeclaredWatch>, Vec<Problem>>) -> Result<()> {
        match declared {
            Ok(declared) if declared == self.watched().declared => {}
            Ok(declared) => {
                let count = declared.len();
                let watched = Watched::new(declared, |watches| {
                    self.store.register_watches(watches, self.now())
                })?;
                let mut slot =
                    (self.watching.watched.write()).unwrap_or_else(PoisonError::into_inner);
                *slot = Arc::new(watched);
                tracing::info!(count, "Read {WATCHES_FILE} again: {count} watches");
            }
            Err(problems) => {
                for problem in problems {
                    tracing::warn!("专题仍按原来的比对：{problem}");
                }
            }
        }
        Ok(())
    }

    /// Every declared watch, in the order of the file.
    ///
    /// # Errors
    /// The store or the index refuses.
    pub fn watch_reports(&self) -> Result<Vec<WatchReport>> {
        self.reports_of(&self.watched().declared)
    }

    /// So many of them from `offset` on.
    ///
    /// # Errors
    /// The store or the index refuses.
    pub fn watch_reports_from(&self, offset: usize, limit: usize) -> Result<Vec<WatchReport>> {
        let watched = self.watched();
        let rest = watched.declared.get(offset..).unwrap_or_default();
        self.reports_of(&rest[..limit.min(rest.len())])
    }

    /// One of them; `None` where nothing of this id is declared.
    ///
    /// # Errors
    /// The store or the index refuses.
    pub fn watch_report(&self, id: &str) -> Result<Option<WatchReport>> {
        let watched = self.watched();
        let of_id = |declared: &&DeclaredWatch| declared.watch.id == id;
        let found = watched.declared.iter().find(of_id);
        let reports = self.reports_of(found.map_or(&[], std::slice::from_ref))?;
        Ok(reports.into_iter().next())
    }

    fn reports_of(&self, watches: &[DeclaredWatch]) -> Result<Vec<WatchReport>> {
        let now = self.now();
        let holds_a_month = (self.store.first_seen()?).is_some_and(|first| first <= now - IDLE);
        let mut reports = Vec::with_capacity(watches.len());
        for declared in watches {
            let known = self.store.watch_activity(&declared.watch.id, now)?;
            let known = known.unwrap_or_default();
            let is_idle = self.is_idle(declared, known, holds_a_month, now)?;
            reports.push(WatchReport::of(&declared.watch, known, is_idle));
        }
        Ok(reports)
    }

    /// Changes the operator's file of watches and watches what it says from now on. For whoever holds the data folder.
    ///
    /// # Errors
    /// There is no such file to write, or `edit` refuses; then all stays as it was.
    pub fn edit_watches(
        &self,
        edit: impl FnOnce(&Path) -> Result<EditedWatch, WatchMistake>,
    ) -> Result<EditedWatch, WatchMistake> {
        let folder = self.config.folder.as_ref().ok_or(WatchMistake::NoFolder)?;
        let mut seen = (self.watching.seen.lock()).unwrap_or_else(PoisonError::into_inner);
        let edited = edit(folder)?;
        *seen = (edited.text.clone(), true);
        self.take_over(Ok(edited.declared.clone()))?;
        Ok(edited)
    }

    /// What is wrong with the operator's file of watches: while there is anything, watches go on as they were.
    pub fn watch_problems(&self) -> Vec<Problem> {
        (self.config.folder.as_deref()).map_or_else(Vec::new, watch_file_problems)
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
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
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
    pub last_hit: Option<DateTime<FixedOffset>>,
    /// Since when posts are matched against this query.
    pub since: Option<DateTime<FixedOffset>>,
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

//! 已计信息数 — what was counted of the posts of every day, month and year that was asked for, kept until a post of it changes.

use crate::model::{Period, revision_days};
use crate::stats::{LedgerPeriod, PostCount};
use crate::store::Store;
use anyhow::Result;
use chrono_tz::Tz;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Days, months and years kept: some ten years of them.
const MAX_KEPT: usize = 4000;

/// 已计信息数.
#[derive(Default)]
pub struct CountedDays(Mutex<HashMap<Period, Kept>>);

/// Parts of a period in order, each with its name and its posts.
type Steps = Vec<(String, Arc<PostCount>)>;

struct Kept {
    revision: u64,
    count: Arc<PostCount>,
}

/// One look at the store: the counts of before with how often every day was changed since.
struct Look<'a> {
    store: &'a Store,
    zone: Tz,
    kept: &'a mut HashMap<Period, Kept>,
    revisions: BTreeMap<i64, u64>,
}

impl CountedDays {
    /// The posts of a calendar month or year, and of its steps.
    ///
    /// # Errors
    /// The store refuses.
    pub fn count(
        &self,
        store: &Store,
        zone: Tz,
        period: LedgerPeriod,
    ) -> Result<(Arc<PostCount>, Steps)> {
        // Whoever asks at the same time waits, and finds it counted.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut look = Look::begin(store, zone, period, &mut kept)?;
        let whole = look.count(period)?;
        let steps = (period.steps(zone).into_iter())
            .map(|(label, step)| Ok((label, look.step(period, step)?)));
        Ok((whole, steps.collect::<Result<Vec<_>>>()?))
    }

    /// The days of a calendar month or year with their posts, the last one first.
    ///
    /// # Errors
    /// The store refuses.
    pub fn days_back(
        &self,
        store: &Store,
        zone: Tz,
        period: LedgerPeriod,
    ) -> Result<Vec<(Period, Arc<PostCount>)>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut look = Look::begin(store, zone, period, &mut kept)?;
        let mut days = Vec::new();
        for (_, step) in period.steps(zone).into_iter().rev() {
            let month = period.month_of(step).unwrap_or(period);
            let steps = match period.is_year() {
                true => month.steps(zone),
                false => vec![(String::new(), step)],
            };
            for (_, day) in steps.into_iter().rev() {
                days.push((day, look.step(month, day)?));
            }
        }
        Ok(days)
    }
}

impl<'a> Look<'a> {
    fn begin(
        store: &'a Store,
        zone: Tz,
        period: LedgerPeriod,
        kept: &'a mut HashMap<Period, Kept>,
    ) -> Result<Look<'a>> {
        if kept.len() > MAX_KEPT {
            kept.clear();
        }
        // Read before anything is counted: what changes in between is counted again next time.
        let revisions = store.day_revisions(period.bounds(zone))?;
        Ok(Look {
            store,
            zone,
            kept,
            revisions,
        })
    }

    fn count(&mut self, period: LedgerPeriod) -> Result<Arc<PostCount>> {
        let steps = period.steps(self.zone);
        self.kept_or(period.bounds(self.zone), |look| {
            let parts = (steps.into_iter())
                .map(|(_, step)| look.step(period, step))
                .collect::<Result<Vec<_>>>()?;
            Ok(PostCount::sum(parts.iter().map(AsRef::as_ref)))
        })
    }

    /// A month of a year, a day of a month.
    fn step(&mut self, period: LedgerPeriod, step: Period) -> Result<Arc<PostCount>> {
        match period.month_of(step) {
            Some(month) => self.count(month),
            None => self.kept_or(step, |look| {
                Ok(PostCount::of(&look.store.counted_posts(step)?))
            }),
        }
    }

    fn kept_or(
        &mut self,
        period: Period,
        count: impl FnOnce(&mut Self) -> Result<PostCount>,
    ) -> Result<Arc<PostCount>> {
        let days = self.revisions.range(revision_days(period));
        let revision = days.map(|(_, revision)| revision).sum();
        match self.kept.get(&period) {
            Some(kept) if kept.revision == revision => return Ok(Arc::clone(&kept.count)),
            _ => {}
        }
        let count = Arc::new(count(self)?);
        let kept = Kept {
            revision,
            count: Arc::clone(&count),
        };
        self.kept.insert(period, kept);
        Ok(count)
    }
}

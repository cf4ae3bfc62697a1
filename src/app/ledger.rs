//! 台账 — gathers what is on record of a period, counts it, freezes what somebody signs for, and finds the posts behind a
//! figure.

use super::App;
use crate::model::{
    Adoption, Correction, Facts, FrozenLedger, LedgerCases, Period, PostId, Topic, opinions,
};
use crate::stats::{
    self, Compared, Difference, Earlier, Ledger, LedgerPeriod, Offices, Records, difference, keys,
    ledger_cases,
};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::ops::Range;

/// A ledger with what is known of its signature.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LedgerReport {
    /// The figures.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub ledger: Ledger,
    /// 冻结; `None`: counted just now.
    #[schema(value_type = Option<Object>)]
    pub frozen: Option<FrozenMark>,
    /// 底数 of a frozen ledger.
    #[serde(skip)]
    pub rows: Option<Vec<(PostId, Facts)>>,
}

/// 冻结 — who signed for a ledger, and when.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FrozenMark {
    /// When.
    pub at: crate::model::Timestamp,
    /// Who.
    pub by: String,
    /// Why once more; empty for the first time.
    pub reason: String,
    /// SHA-256 of the ledger.
    pub hash: String,
}

impl App {
    /// The ledger as the records are now; earlier periods that somebody signed for keep their figures.
    ///
    /// # Errors
    /// The store refuses, or a frozen ledger that it is compared with was changed.
    pub fn live_ledger(&self, period: LedgerPeriod) -> Result<LedgerReport> {
        let corrections = self.store.corrections()?;
        let current = self.records(period, &corrections)?;
        let previous = self.earlier(period.previous(), &corrections)?;
        let year_before = match period.year_before() == period.previous() {
            true => previous.clone(),
            false => self.earlier(period.year_before(), &corrections)?,
        };
        let compared = Compared {
            previous,
            year_before,
        };
        let ledger = stats::compile(
            period,
            &current,
            compared,
            &self.offices(period),
            self.now(),
        );
        Ok(LedgerReport {
            ledger,
            frozen: None,
            rows: None,
        })
    }

    /// Counts the running year, so that whoever opens 统计 first does not wait for it.
    ///
    /// # Errors
    /// The store refuses.
    pub fn count_ahead(&self) -> Result<()> {
        let today = self.now().with_timezone(&self.zone());
        if let Some(year) = LedgerPeriod::year(&today.format("%Y").to_string()) {
            self.live_ledger(year)?;
        }
        Ok(())
    }

    /// The figures of a period that another one is compared with.
    fn earlier(&self, period: LedgerPeriod, corrections: &[Correction]) -> Result<Earlier> {
        if let Some((content, hash)) = self.store.frozen_content(&period.to_string())? {
            return Ok(Earlier {
                figures: unsealed(period, &content, &hash)?.figures,
                is_frozen: true,
            });
        }
        let records = self.records(period, corrections)?;
        Ok(Earlier {
            figures: stats::figures(&records, &self.offices(period)),
            is_frozen: false,
        })
    }

    /// The ledger somebody signed for last; `None` where nobody did.
    ///
    /// # Errors
    /// The store refuses, or what it holds was changed.
    pub fn frozen_ledger(&self, period: LedgerPeriod) -> Result<Option<LedgerReport>> {
        let Some(frozen) = self.store.frozen_ledger(&period.to_string())? else {
            return Ok(None);
        };
        let ledger = unsealed(period, &frozen.content, &frozen.hash)?;
        Ok(Some(LedgerReport {
            ledger,
            frozen: Some(FrozenMark {
                at: frozen.at,
                by: frozen.by,
                reason: frozen.reason,
                hash: frozen.hash,
            }),
            rows: Some(frozen.rows),
        }))
    }

    /// Counts the period and keeps the ledger for good. `false`: it is frozen already, and no reason was given.
    ///
    /// # Errors
    /// The store refuses.
    pub fn freeze_ledger(&self, period: LedgerPeriod, by: &str, reason: &str) -> Result<bool> {
        // A post that comes in between would be a row without a figure: it waits for the next look.
        let rows = self.store.facts_by_post(period.bounds(self.zone()))?;
        let report = self.live_ledger(period)?;
        ensure!(
            rows.len() as u64 == report.ledger.figures.count("collected"),
            "统计期间又有信息入库，请再冻结一次"
        );
        let content = serde_json::to_string(&report.ledger).context("write a ledger as JSON")?;
        self.store.freeze_ledger(&FrozenLedger {
            period: period.to_string(),
            at: self.now(),
            by: by.to_owned(),
            reason: reason.to_owned(),
            hash: stats::hash(&content),
            content,
            rows,
        })
    }

    /// What would change in a frozen ledger if it were counted now.
    ///
    /// # Errors
    /// The store refuses.
    pub fn ledger_difference(
        &self,
        period: LedgerPeriod,
        frozen: &LedgerReport,
    ) -> Result<Difference> {
        let live = self.live_ledger(period)?.ledger;
        let rows = self.store.facts_by_post(period.bounds(self.zone()))?;
        let frozen_rows = frozen.rows.as_deref().unwrap_or_default();
        Ok(difference(
            (&frozen.ledger.figures, frozen_rows),
            (&live.figures, &rows),
            &live.digest_titles,
        ))
    }

    /// The posts behind a figure, by id; of a frozen ledger those it was counted from.
    ///
    /// # Errors
    /// The store refuses.
    pub fn posts_behind(
        &self,
        period: LedgerPeriod,
        report: &LedgerReport,
        figure: &str,
    ) -> Result<Vec<PostId>> {
        let offices = self.offices(period);
        let live;
        let rows = match &report.rows {
            Some(rows) => rows,
            None => {
                live = self.store.facts_by_post(period.bounds(self.zone()))?;
                &live
            }
        };
        let is_behind = |facts: &Facts| keys(facts, &offices).iter().any(|key| key == figure);
        let behind = rows.iter().filter(|(_, facts)| is_behind(facts));
        Ok(behind.map(|(id, _)| *id).collect())
    }

    /// How many posts are behind a figure of a ledger, and so many of them, newest day first. Of a day without such a post
    /// nothing is read.
    ///
    /// # Errors
    /// The store refuses.
    pub fn page_behind(
        &self,
        period: LedgerPeriod,
        report: &LedgerReport,
        figure: &str,
        page: Range<usize>,
    ) -> Result<(usize, Vec<PostId>)> {
        if report.rows.is_some() {
            let ids = self.posts_behind(period, report, figure)?;
            let shown = ids.iter().rev().skip(page.start).take(page.len());
            return Ok((ids.len(), shown.copied().collect()));
        }
        let offices = self.offices(period);
        let (mut passed, mut shown) = (0, Vec::new());
        for (day, posts) in (self.counted_days).days_back(&self.store, self.zone(), period)? {
            let count = stats::count_behind(&posts, figure, &offices);
            let is_on_page = passed < page.end && passed + count > page.start;
            if is_on_page {
                let rows = self.store.facts_by_post(day)?;
                let behind = rows
                    .into_iter()
                    .rev()
                    .filter(|(_, facts)| keys(facts, &offices).iter().any(|key| key == figure));
                let skipped = page.start.saturating_sub(passed);
                let ids = behind.map(|(id, _)| id).skip(skipped);
                shown.extend(ids.take(page.len() - shown.len()));
            }
            passed += count;
        }
        Ok((passed, shown))
    }

    /// 办理件与答复 of the period, as far as it is over.
    fn ledger_cases(&self, period: Period) -> Result<LedgerCases> {
        let cases = self.store.cases()?;
        let levels = self.store.levels_of_cases()?;
        let replies = self.store.reply_counts(period.from, period.to)?;
        let counted = ledger_cases(&cases, &levels, &replies, period, self.now());
        Ok(LedgerCases {
            rated_replies: replies.rated,
            mean_satisfaction: replies.mean_satisfaction,
            uptakes: self.store.uptake_counts(period.from, period.to)?,
            ..counted
        })
    }

    /// 承办处室 of every topic at the end of the period.
    fn offices(&self, period: LedgerPeriod) -> Offices {
        let last = period.bounds(self.zone()).to - chrono::TimeDelta::milliseconds(1);
        let rules = self.rules();
        let office = |topic: &Topic| (*topic, rules.office(*topic, last).to_owned());
        Topic::ALL.iter().map(office).collect()
    }

    fn records(&self, asked: LedgerPeriod, corrections: &[Correction]) -> Result<Records> {
        let store = &self.store;
        let period = asked.bounds(self.zone());
        let (posts, steps) = self.counted_days.count(store, self.zone(), asked)?;
        let digests = self.config.digests.iter();
        Ok(Records {
            period,
            posts,
            steps,
            issues: self.signed_issues.of(store, period)?,
            zero_reports: store.zero_reports_in(period)?,
            events: store.events_begun_in(period)?,
            adoption: adoption(corrections, period),
            sources: store.source_health(period)?,
            cases: self.ledger_cases(period)?,
            digest_titles: digests
                .map(|digest| (digest.code.clone(), digest.title.clone()))
                .collect(),
        })
    }
}

/// The ledger that was frozen, if it is still what was signed for.
fn unsealed(period: LedgerPeriod, content: &str, hash: &str) -> Result<Ledger> {
    ensure!(
        stats::hash(content) == hash,
        "{}冻结的台账与其校验值不符，数据库被改动或已损坏，请从备份恢复",
        period.title()
    );
    serde_json::from_str(content).with_context(|| format!("{}冻结的台账读不出来", period.title()))
}

/// 采纳 of what people said in the period.
fn adoption(corrections: &[Correction], period: Period) -> Adoption {
    let mut by_post: BTreeMap<PostId, Vec<Correction>> = BTreeMap::new();
    for correction in corrections {
        if period.from <= correction.at && correction.at < period.to {
            by_post
                .entry(correction.post)
                .or_default()
                .push(correction.clone());
        }
    }
    let mut adoption = Adoption::default();
    for said in by_post.values() {
        for (_, agrees, _) in opinions(said) {
            adoption.count(agrees);
        }
    }
    adoption
}

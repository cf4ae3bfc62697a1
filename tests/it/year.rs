//! 示例年: a year of generated posts lived through day by day – read before the cut-off, drafted at half past eight,
//! approved and signed – as the bureau would have.

use crate::site::{at, config};
use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;
use yuqing::app::{App, Clock};
use yuqing::demo::year::{YearPost, year};
use yuqing::model::{IssueId, Timestamp};
use yuqing::pipeline::{Drafted, ImportOrder, digest_once, import_file, process_all};
use yuqing::stats::{Figures, LedgerPeriod};
use yuqing::store::IssueFilter;

/// A year, lived through.
pub struct LivedYear {
    pub app: Arc<App>,
    pub zero_reports: u64,
    folder: TempDir,
}

/// Lives through the first `days` of 2017 with a share of `count` posts a year.
pub async fn live(count: u64, days: u64) -> LivedYear {
    let folder = TempDir::new().expect("a temporary folder");
    let begin = at("2017-01-01T07:00:00+08:00");
    let mut config = config(Vec::new());
    // The daily digest alone: what other digests sum up stood in it before.
    config.digests.retain(|digest| digest.code == "daily");
    let app = App::open(
        config,
        &folder.path().join("data"),
        Clock::standing_at(begin),
    );
    let mut lived = LivedYear {
        app: app.expect("an empty folder is enough"),
        zero_reports: 0,
        folder,
    };
    let mut posts = year(2017, count).into_iter().peekable();
    let first = NaiveDate::from_ymd_opt(2017, 1, 1).expect("a day");
    for day in first
        .iter_days()
        .take(usize::try_from(days).expect("small"))
    {
        let morning = moment(day, 7, 50);
        let mut found = Vec::new();
        while let Some(post) = posts.next_if(|post| post.fetched_at <= morning) {
            found.push(post);
        }
        lived.read(&found, morning);
        let is_off = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        if !is_off {
            lived.issue(moment(day, 8, 30)).await;
        }
    }
    lived
}

fn moment(day: NaiveDate, hour: u32, minute: u32) -> Timestamp {
    let time = NaiveTime::from_hms_opt(hour, minute, 0).expect("a time");
    let offset = *at("2017-01-01T00:00:00+08:00").offset();
    let moment = day.and_time(time).and_local_timezone(offset);
    moment.single().expect("a fixed offset")
}

impl LivedYear {
    fn read(&self, posts: &[YearPost], now: Timestamp) {
        self.app.clock.set(now);
        if posts.is_empty() {
            return;
        }
        let lines: Vec<String> = (posts.iter())
            .map(|post| serde_json::to_string(post).expect("JSON"))
            .collect();
        let path = self.folder.path().join("posts.jsonl");
        std::fs::write(&path, lines.join("\n")).expect("room");
        let imported = import_file(&self.app, &path, &ImportOrder::default()).expect("stores");
        assert_eq!(imported.new, posts.len() as u64, "{:?}", imported.error);
        process_all(&self.app).expect("the steps work");
    }

    async fn issue(&mut self, now: Timestamp) {
        self.app.clock.set(now);
        for drafted in digest_once(&self.app).await.expect("drafts") {
            match drafted {
                Drafted::Issue { id, .. } => self.sign(id, now),
                Drafted::Zero { .. } => self.zero_reports += 1,
                Drafted::Nothing { .. } => {}
            }
        }
    }

    fn sign(&self, id: IssueId, now: Timestamp) {
        let store = &self.app.store;
        store.approve_issue(id, "审核员", now).expect("a draft");
        store.sign_issue(id, "签发人", &[], now).expect("not empty");
    }
}

/// Counts what was signed in 2017 again, in SQL over the file.
pub fn recount_issues(lived: &LivedYear, figures: &Figures) {
    let path = lived.folder.path().join("data/yuqing.db");
    let database = rusqlite::Connection::open(path).expect("the database");
    let counted = database.query_row(
        "SELECT count(*), coalesce(sum(entries), 0)
         FROM (SELECT (SELECT sum(json_array_length(section.value, '$.entries'))
                       FROM json_each(issues.content, '$.sections') AS section) AS entries
               FROM issues
               WHERE state = 'signed' AND corrects IS NULL
                   AND content ->> '$.kind' IN ('daily', 'express')
                   AND strftime('%Y', signed_at / 1000, 'unixepoch', '+8 hours') = '2017')",
        [],
        |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?)),
    );
    let (issues, entries) = counted.expect("SQL");
    assert_eq!(
        (figures.count("issues"), figures.count("entries")),
        (issues, entries)
    );
}

/// By hand, in release: `cargo test --release --test it -- --ignored year::`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "lives through a year of 25,000 posts: minutes"]
async fn a_year_yields_190_to_260_issues_and_a_ledger_within_two_seconds() {
    let lived = live(25_000, 366).await;
    let app = &lived.app;
    let filter = IssueFilter {
        limit: 1000,
        ..IssueFilter::default()
    };
    let issues = app.store.issues(filter).expect("reads");
    let entries: usize = issues
        .iter()
        .map(|issue| issue.content.entries().count())
        .sum();
    let period = LedgerPeriod::year("2017").expect("a year");
    let begun = Instant::now();
    let ledger = app.live_ledger(period).expect("counts").ledger;
    let taken = begun.elapsed();
    eprintln!(
        "{} issues, {entries} entries, {} zero reports; {} posts, {} flagged, {} yellow and above; stats year in {taken:?}",
        issues.len(),
        lived.zero_reports,
        ledger.figures.count("posts"),
        ledger.figures.count("flagged"),
        ledger.figures.count("flagged_yellow"),
    );
    assert!(
        issues
            .iter()
            .all(|issue| issue.content.entries().next().is_some())
    );
    assert!((190..=260).contains(&issues.len()), "{}", issues.len());
    assert!(taken.as_secs_f64() < 2.0, "{taken:?}");
    crate::stats::recount(app, period, &ledger.figures);
    recount_issues(&lived, &ledger.figures);
}

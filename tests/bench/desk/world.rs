//! 示例年 behind the bench: the posts, and a year of issues, alerts and cases made from them.

use chrono::{Datelike, TimeDelta, Weekday};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use yuqing::app::App;
use yuqing::demo::year::year;
use yuqing::model::{CaseKind, PostId, Timestamp};
use yuqing::pipeline::{
    CaseOrder, Drafted, ImportOrder, alert_once, digest_once, import_file, process_all,
    rebuild_once, register_case,
};
use yuqing::store::IssueFilter;

/// Posts imported at a time.
const BATCH: usize = 50_000;
/// One entry in so many becomes a case: some 250 a year.
const ENTRIES_PER_CASE: usize = 4;

/// Fills the folder with `count` posts, then lives through the working mornings of 2017.
pub async fn fill(app: &Arc<App>, count: u64) {
    let begin = Instant::now();
    let say = |what: &str| eprintln!("{:6.0} s: {what}", begin.elapsed().as_secs_f64());
    if app.store.post_count().expect("a count") < count * 9 / 10 {
        import(app, count, say);
    } else {
        // A folder that an earlier program filled has an index of an earlier form.
        process_all(app).expect("the steps work");
        while rebuild_once(app).expect("the index works") > 0 {}
    }
    say("posts stored, judged, indexed");
    let any = IssueFilter {
        limit: 2,
        ..IssueFilter::default()
    };
    if app.store.issues(any).expect("reads").is_empty() {
        live_through(app).await;
        say("a year of issues, alerts and cases");
    }
}

fn import(app: &App, count: u64, say: impl Fn(&str)) {
    let file = tempfile::NamedTempFile::with_suffix(".jsonl").expect("a file");
    for batch in year(2017, count).chunks(BATCH) {
        let lines: Vec<String> = (batch.iter())
            .map(|post| serde_json::to_string(post).expect("JSON"))
            .collect();
        write(file.path(), &lines);
        import_file(app, file.path(), &ImportOrder::default()).expect("stores");
        process_all(app).expect("the steps work");
        say(&format!(
            "{} posts",
            app.store.post_count().expect("a count")
        ));
    }
}

fn write(path: &Path, lines: &[String]) {
    std::fs::write(path, lines.join("\n")).expect("room");
}

async fn live_through(app: &Arc<App>) {
    let end = app.now();
    let mut morning = end - TimeDelta::days(360);
    let mut entries = 0;
    while morning < end {
        app.clock.set(morning);
        alert_once(app).expect("alerts");
        if !matches!(morning.weekday(), Weekday::Sat | Weekday::Sun) {
            for drafted in digest_once(app).await.expect("drafts") {
                let Drafted::Issue { id, .. } = drafted else {
                    continue;
                };
                app.store
                    .approve_issue(id, "审核员", morning)
                    .expect("a draft");
                app.store
                    .sign_issue(id, "签发人", &[], morning)
                    .expect("not empty");
                let issue = app.store.issue(id).expect("reads").expect("just signed");
                for entry in issue.content.entries() {
                    entries += 1;
                    if let (0, Some(post)) = (entries % ENTRIES_PER_CASE, entry.posts.first()) {
                        register(app, post.id, morning);
                    }
                }
            }
        }
        morning += TimeDelta::days(1);
    }
    app.clock.set(end);
    digest_once(app).await.expect("drafts");
}

fn register(app: &App, post: PostId, now: Timestamp) {
    let order = CaseOrder {
        kind: Some(CaseKind::Emergency),
        received_at: Some(now),
        posts: vec![post],
        ..CaseOrder::default()
    };
    register_case(app, order, "编辑员").expect("a post is enough");
}

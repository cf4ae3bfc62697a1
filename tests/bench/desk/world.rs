//! 示例年 behind the bench: the posts, and a year of issues, alerts and cases made from them.

use chrono::{Datelike, TimeDelta};
use std::sync::Arc;
use std::time::Instant;
use yuqing::app::App;
use yuqing::demo::year::year;
use yuqing::model::{CaseKind, PostId, Timestamp};
use yuqing::pipeline::{
    CaseOrder, Drafted, ImportOrder, alert_once, digest_once, import_file, process_all,
    rebuild_once, register_case,
};

/// One entry in so many becomes a case: some 250 a year.
const ENTRIES_PER_CASE: usize = 4;

/// Fills the folder with `count` posts, morning by morning of 2017: what was found since is stored and judged, alerts are
/// raised, what is due is drafted, approved and signed.
pub async fn fill(app: &Arc<App>, count: u64) {
    let begin = Instant::now();
    let end = app.now();
    if app.store.post_count().expect("a count") < count * 9 / 10 {
        let mut posts = year(2017, count).into_iter().peekable();
        let mut morning = end - TimeDelta::days(363);
        let mut entries = 0;
        while morning <= end {
            app.clock.set(morning);
            let mut found = Vec::new();
            while let Some(post) = posts.next_if(|post| post.fetched_at <= morning) {
                found.push(serde_json::to_string(&post).expect("JSON"));
            }
            import(app, &found);
            alert_once(app).expect("alerts");
            for drafted in digest_once(app).await.expect("drafts") {
                entries = sign(app, drafted, entries);
            }
            if morning.ordinal().is_multiple_of(30) {
                let stored = app.store.post_count().expect("a count");
                eprintln!("{:6.0} s: {stored} posts", begin.elapsed().as_secs_f64());
            }
            morning += TimeDelta::days(1);
        }
        app.clock.set(end);
    }
    // A folder that an earlier program filled has an index of an earlier form.
    process_all(app).expect("the steps work");
    while rebuild_once(app).expect("the index works") > 0 {}
}

fn import(app: &App, lines: &[String]) {
    let file = tempfile::NamedTempFile::with_suffix(".jsonl").expect("a file");
    std::fs::write(file.path(), lines.join("\n")).expect("room");
    import_file(app, file.path(), &ImportOrder::default()).expect("stores");
    process_all(app).expect("the steps work");
}

/// Approves and signs a draft, and makes cases of some of its entries, counting on from `entries`.
fn sign(app: &App, drafted: Drafted, mut entries: usize) -> usize {
    let Drafted::Issue { id, .. } = drafted else {
        return entries;
    };
    let now = app.now();
    (app.store.approve_issue(id, "审核员", now)).expect("a draft");
    (app.store.sign_issue(id, "签发人", &[], now)).expect("not empty");
    let issue = app.store.issue(id).expect("reads").expect("just signed");
    for entry in issue.content.entries() {
        entries += 1;
        if let (0, Some(post)) = (entries % ENTRIES_PER_CASE, entry.posts.first()) {
            register(app, post.id, now);
        }
    }
    entries
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

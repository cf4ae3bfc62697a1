//! The work, step by step. Each step takes what waits as rows, does one stage and leaves rows for the next; it may run
//! twice, may be killed at any point, and returns when nothing waits (or a bounded share of it is done).

mod alerts;
mod cases;
mod crawl;
mod deliveries;
mod draft;
mod draft_request;
mod entry;
mod events;
mod evidence;
mod import;
mod inbox;
mod issues;
mod lab;
mod labels;
mod looks;
mod probe;
mod reading;
mod reminders;
mod rule_change;
mod source_change;
mod special;
mod summaries;
mod triage;
mod unmerge;
mod watches;

pub use alerts::{Alerted, alert_once, burst_name};
pub use cases::{
    CaseOrder, CaseRefusal, DueSaid, deadline_of, masked_text, masked_words, register_case,
    review_case,
};
pub use crawl::{CrawlReport, Crawler, Wanted, crawl_once, resting_sources, rhythm};
pub use deliveries::{Delivered, deliver_once, deliver_these, queue_issue, send_test};
pub use draft::{Drafted, digest_once, draft_now};
pub use draft_request::{
    MatterId, RequestError, Scope, SpecialOrder, draft_correction, draft_express, draft_special,
    draft_supplement,
};
pub use entry::{
    Entered, EntryRefusal, MAX_UPLOAD_BYTES, UploadedFile, attach_to_case, enter_post,
    read_attachment,
};
pub use events::{EventError, bursts_now, known_event, merge_events, split_event};
pub use evidence::{EVIDENCE_BATCH, evidence_once, housekeep_once};
pub use import::{ImportOrder, Imported, import_file, import_upload, list_refused};
pub use inbox::{inbox_folders, inbox_once, note_of_folders};
pub use issues::{
    CheckedRendition, EditOrder, EditRefusal, SealState, Verification, edit_issue, freeze_issue,
    freeze_now_or_later, freeze_once, verify_issue,
};
pub use lab::{Change, Counts, Lab, LabBounds, LabelledPosts, Verdict, compare_rules};
pub use labels::{LabelError, label_post, training_rows, withdraw_label};
pub use looks::{LookError, Looker, is_entitled_by_role, permit_look, permit_look_of_role};
pub use probe::{
    Followed, Guess, ProbeOrder, Probed, Prober, gave_no_text, guess_source, probe, said_once,
};
pub use reminders::remind_once;
pub use rule_change::{
    RuleFile, RuleRefusal, Trial, apply_change, draft_change, drop_change, rule_file, rule_files,
    try_change,
};
pub use source_change::{
    NewSource, SavedSource, SourceEdit, SourceRefusal, add_source, check_new_source, crawl_soon,
    edit_source, one_address, rules_file, save_source, sources_mark, with_free_id,
};
pub use special::{About, OrderMistake, special_days, special_order};
pub use triage::{join_event, say_label, unsay_label};
pub use unmerge::{merged_from, unmerge_event};

use crate::analyze::{Rules, Spread, analyze};
use crate::app::App;
use crate::cluster;
use crate::model::{Analysis, Engagement, Post, PostId, StoredPost};
use crate::store::{Discovered, NewPost, PostToAnalyze, Store};
use crate::text::fingerprint::fingerprint;
use crate::text::mask::{mask, mask_author};
use anyhow::Result;
use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::PoisonError;
use std::thread;

/// Posts judged per transaction.
const ANALYZE_BATCH: usize = 1000;
/// Posts placed among copies and events per transaction.
const CLUSTER_BATCH: usize = 2000;

/// Posts put at a time into an index that is being built: what is written at once is merged least.
const REBUILD_BATCH: usize = 10_000;

/// What one round of [`process_once`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Posts judged.
    pub analyzed: usize,
    /// Posts placed among copies and events.
    pub clustered: usize,
    /// Posts indexed.
    pub indexed: usize,
    /// Posts matched against the watches.
    pub watched: usize,
    /// Pages behind flagged posts put into the archive.
    pub archived: usize,
    /// A step took as much as it may in one round: more may wait.
    pub is_full: bool,
}

/// Judge → place → index → match watches → keep evidence: one bounded share of what waits in the store.
///
/// # Errors
/// The store or the index refuses.
pub fn process_once(app: &App) -> Result<Progress> {
    let analyzed = analyze_once(app)?;
    // What waits for its judgement goes into the index once, with it. With more to judge than one round may, what the
    // round before placed is indexed meanwhile; the last round leaves nothing behind.
    let (clustered, indexed) = if analyzed == ANALYZE_BATCH {
        both(
            || cluster_once(app),
            || index_from(app, Store::placed_after),
        )
    } else {
        (cluster_once(app), index_from(app, Store::judged_after))
    };
    let (clustered, fresh) = (clustered?, indexed?);
    let indexed = fresh.indexed;
    let watched = watches::watch_once(app, &fresh)?;
    let archived = evidence_once(app)?;
    Ok(Progress {
        analyzed,
        clustered,
        indexed,
        watched,
        archived,
        is_full: analyzed == ANALYZE_BATCH
            || clustered == CLUSTER_BATCH
            || indexed == app.config.settings.index.batch.get()
            || watched == watches::WATCH_BATCH
            || archived == EVIDENCE_BATCH,
    })
}

/// [`process_once`] until nothing waits.
///
/// # Errors
/// The store or the index refuses.
pub fn process_all(app: &App) -> Result<()> {
    while process_once(app)? != Progress::default() {}
    Ok(())
}

/// Judges posts whose judgement is missing or out of date, at most a batch. How many?
///
/// # Errors
/// The store refuses.
pub fn analyze_once(app: &App) -> Result<usize> {
    let waiting = app.store.posts_to_analyze(ANALYZE_BATCH)?;
    if waiting.is_empty() {
        return Ok(0);
    }
    // One set of rules for the whole round, whatever is switched on meanwhile.
    let rules = app.rules();
    let analyses: Vec<_> = on_all_cores(&waiting, |post| {
        (post.id, post.revision, judge_one(post, &rules))
    });
    // Readings first: killed in between, the posts are judged again, and nothing is forgotten.
    let due: Vec<_> = waiting
        .iter()
        .zip(&analyses)
        .filter_map(|(post, (_, _, analysis))| reading::due_reading(app, post, analysis))
        .collect();
    app.store.schedule_readings(&due, app.now())?;
    app.store
        .save_analyses(&analyses, rules.version(), app.now())?;
    Ok(analyses.len())
}

/// Does two things at a time.
fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        (
            one,
            other
                .join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic)),
        )
    })
}

/// Does the same with every post, on all cores; the order stays.
fn on_all_cores<T: Send>(
    posts: &[PostToAnalyze],
    work: impl Fn(&PostToAnalyze) -> T + Sync,
) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = posts.len().div_ceil(cores).max(1);
    let work = &work;
    thread::scope(|scope| {
        let parts: Vec<_> = posts
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<_>>()))
            .collect();
        parts
            .into_iter()
            .flat_map(|part| {
                part.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}

/// A post that breaks the judgement must not hold up all others: it gets none, with a reason, and a person sees it.
fn judge_one(waiting: &PostToAnalyze, rules: &Rules) -> Analysis {
    let judged = panic::catch_unwind(AssertUnwindSafe(|| {
        let spread = Spread::of_readings(&waiting.post, &waiting.readings);
        analyze(&waiting.post, &spread.with_voices(&waiting.voices), rules)
    }));
    judged.unwrap_or_else(|_panic| {
        tracing::error!(
            post = waiting.id.0,
            "Post {} could not be judged",
            waiting.id.0
        );
        Analysis::unjudged("研判程序出错，请人工判断此条，并将编号告知信息员")
    })
}

/// Finds copies and events among judged posts, at most a batch. How many posts were placed?
///
/// # Errors
/// The store refuses.
pub fn cluster_once(app: &App) -> Result<usize> {
    let settings = &app.config.settings.cluster;
    let waiting = app.store.posts_to_cluster(CLUSTER_BATCH)?;
    let (Some(first), Some(last)) = (waiting.first(), waiting.last()) else {
        return Ok(0);
    };
    let from = first.stored.post.effective_at() - settings.memory();
    let to = last.stored.post.effective_at() + settings.memory();
    // A panic while the memory was held left it whole: it is changed by single insertions only.
    let mut memory = (app.cluster_memory.lock()).unwrap_or_else(PoisonError::into_inner);
    let candidates = app.store.cluster_candidates(from, to)?;
    let fresh = app.store.clustered_posts(&memory.unknown(&candidates))?;
    let known = memory.recall(&candidates, fresh);
    let waiting: Vec<_> = (waiting.into_iter())
        .map(|post| memory.candidate(post))
        .collect();
    let events = app.store.events_between(from, to)?;
    let clusters = cluster::cluster(&waiting, &known, &events, settings);
    let copies: HashSet<PostId> = clusters.copies.iter().map(|(copy, _)| *copy).collect();
    let originals = waiting
        .iter()
        .filter(|new| !copies.contains(&new.post.stored.id));
    events::look_for_old_news(app, &memory, &originals.collect::<Vec<_>>())?;
    app.store
        .save_clusters(&clusters.settled, &clusters.copies, &clusters.events)?;
    memory.keep(&waiting);
    Ok(waiting.len())
}

/// Brings the index closer to the store by at most a batch. How many posts went in? 0 as well while another process
/// writes the index.
///
/// # Errors
/// The store or the index refuses.
pub fn index_once(app: &App) -> Result<usize> {
    Ok(index_from(app, Store::changed_after)?.indexed)
}

/// Posts after a revision, at most so many, each with its own.
type Changes = fn(&Store, u64, usize) -> Result<Vec<(u64, StoredPost)>>;

/// Posts read for the index.
#[derive(Default)]
struct Fresh {
    /// All that changed after this revision, and may be read, up to the last of them.
    after: u64,
    /// In order.
    revisions: Vec<u64>,
    /// In the same order.
    posts: Vec<StoredPost>,
    /// How many of them went in: all or none.
    indexed: usize,
}

fn index_from(app: &App, changes: Changes) -> Result<Fresh> {
    let batch = app.config.settings.index.batch;
    let mut fresh = Fresh::read(app, changes, app.index.cursor()?, batch.get())?;
    if let Some(cursor) = fresh.revisions.last()
        && app.index.update(&fresh.posts, *cursor)?
    {
        fresh.indexed = fresh.posts.len();
    }
    Ok(fresh)
}

impl Fresh {
    fn read(app: &App, changes: Changes, after: u64, limit: usize) -> Result<Fresh> {
        let changed = changes(&app.store, after, limit)?;
        let (revisions, posts) = changed.into_iter().unzip();
        Ok(Fresh {
            after,
            revisions,
            posts,
            indexed: 0,
        })
    }
}

/// Builds the next index by at most a batch, where the one that answers comes from another program or dictionary. How many
/// posts went in? When none is left, the next one answers. For whoever holds the data folder: the one that answers is
/// removed in the end, and nobody else may be writing it.
///
/// # Errors
/// The store or the index refuses.
pub fn rebuild_once(app: &App) -> Result<usize> {
    let begun = app.index.next_cursor();
    let cursor = match begun {
        Some(cursor) => cursor,
        None if app.index.is_outdated() => {
            app.index.begin_next()?;
            tracing::info!("词库或程序已变更，正在重建检索索引，其间检索照常");
            app.index.next_cursor().unwrap_or(0)
        }
        None => return Ok(0),
    };
    let changed = app.store.changed_after(cursor, REBUILD_BATCH)?;
    let Some((cursor, _)) = changed.last() else {
        if app.index.adopt_next()? {
            tracing::info!("检索索引已重建");
        }
        return Ok(0);
    };
    let cursor = *cursor;
    let posts: Vec<_> = changed.into_iter().map(|(_, post)| post).collect();
    let is_written = app.index.extend_next(&posts, cursor)?;
    Ok(if is_written { posts.len() } else { 0 })
}

/// A post with what may be shown of it; `None` for a post without a word.
pub fn discovered(mut post: Post) -> Option<Discovered> {
    if post.title.trim().is_empty() && post.text.trim().is_empty() {
        return None;
    }
    for value in post.extra.values_mut() {
        mask_strings(value);
    }
    post.engagement = believable(post.engagement);
    let masked = NewPost {
        title: mask(&post.title),
        text: mask(&post.text),
        author: post.author.as_deref().map(mask_author),
        fingerprint: fingerprint(&format!("{}{}", post.title, post.text)),
    };
    Some(Discovered {
        original: post,
        masked,
    })
}

/// No post was ever read a trillion times: such a number is a mistake, and would not fit the database.
fn believable(shown: Engagement) -> Engagement {
    let sane = |number: Option<u64>| number.filter(|number| *number < 1_000_000_000_000);
    Engagement {
        comments: sane(shown.comments),
        reposts: sane(shown.reposts),
        likes: sane(shown.likes),
        views: sane(shown.views),
    }
}

/// Unknown keys of an export may hold anything: a caller's telephone number, say.
fn mask_strings(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = mask(text),
        serde_json::Value::Number(number) => {
            let text = number.to_string();
            let masked = mask(&text);
            if masked != text {
                *value = masked.into();
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(mask_strings),
        serde_json::Value::Object(map) => map.values_mut().for_each(mask_strings),
        _ => {}
    }
}

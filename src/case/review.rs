//! 复盘 — an emergency and its posts → when what was published, found, raised and answered (`spec.md` 3.4). Every moment can
//! be looked up again at the post or the step it comes from.

use crate::model::{CaseFile, CaseState, Level, LevelChange, PostId, StoredPost, Timestamp};
use serde::Serialize;

/// 复盘要素, as far as posts and steps tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CaseReview {
    /// 首发时间.
    pub first_published_at: Option<Timestamp>,
    /// 首次发现.
    pub first_seen_at: Option<Timestamp>,
    /// 时延, in minutes.
    pub found_after_minutes: Option<i64>,
    /// 升级节点, oldest first.
    pub rises: Vec<Rise>,
    /// 首次回应: the step, else the first official post.
    pub answered_at: Option<Timestamp>,
    /// 发现 → 回应, in minutes.
    pub answered_after_minutes: Option<i64>,
    /// 发布 → 回应, in minutes: how long it stood unanswered.
    pub exposed_minutes: Option<i64>,
}

/// 升级节点 — a level that rose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rise {
    /// When.
    pub at: Timestamp,
    /// The post.
    pub post: PostId,
    /// To which level.
    pub to: Level,
}

/// What is known of a case, its posts and the changes of their levels, in any order.
pub fn review(file: &CaseFile, posts: &[StoredPost], changes: &[LevelChange]) -> CaseReview {
    let form = &file.case.form;
    // A letter or a person may know better than the posts that were linked.
    let published = posts.iter().map(|stored| stored.post.effective_at());
    let first_published_at = published.chain(form.published_at).min();
    let seen = posts.iter().map(|stored| stored.first_seen_at);
    let first_seen_at = seen.chain(form.discovered_at).min();
    let answered_at = responded(file).or_else(|| official(posts));
    let minutes =
        |from: Option<Timestamp>, to: Option<Timestamp>| Some((to? - from?).num_minutes());
    CaseReview {
        first_published_at,
        first_seen_at,
        found_after_minutes: minutes(first_published_at, first_seen_at),
        rises: rises(posts, changes),
        answered_at,
        answered_after_minutes: minutes(first_seen_at, answered_at),
        exposed_minutes: minutes(first_published_at, answered_at),
    }
}

fn responded(file: &CaseFile) -> Option<Timestamp> {
    let mut taken = file.steps.iter().filter(|step| !step.is_skipped);
    let step = taken.find(|step| step.state == CaseState::Responded)?;
    Some(step.at)
}

fn official(posts: &[StoredPost]) -> Option<Timestamp> {
    let official = posts.iter().filter(|stored| stored.post.is_official);
    official.map(|stored| stored.post.effective_at()).min()
}

/// Where the highest level so far was passed: what the event as a whole went through.
fn rises(posts: &[StoredPost], changes: &[LevelChange]) -> Vec<Rise> {
    let changes = changes.iter().filter(|change| !change.is_suggestion);
    let mut levels: Vec<Rise> = changes
        .clone()
        .map(|change| Rise {
            at: change.at,
            post: change.post,
            to: change.to,
        })
        .collect();
    for stored in posts {
        let mut own = changes.clone().filter(|change| change.post == stored.id);
        let now = stored.analysis.as_ref().map(|analysis| analysis.level);
        // The first judgement is no change: it is what the first change began with, or what stands still.
        let first = own.next().map(|change| change.from).or(now);
        levels.extend(first.map(|to| Rise {
            at: stored.first_seen_at,
            post: stored.id,
            to,
        }));
    }
    levels.sort_by_key(|rise| (rise.at, rise.post, rise.to));
    let mut highest = Level::None;
    levels.retain(|rise| {
        let is_rise = rise.to > highest;
        highest = highest.max(rise.to);
        is_rise
    });
    levels
}

#[cfg(test)]
mod tests {
    use super::{Rise, review};
    use crate::case::sheet::tests::transferred;
    use crate::model::{
        CaseFile, CaseKind, CaseLinks, CaseState, CaseStep, Channel, Level, LevelChange, Post,
        PostId, Precision, PublishedAt, StoredPost, Timestamp,
    };

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_from_rfc3339(&format!("{text}:00+08:00")).expect("test time")
    }

    fn seen(id: i64, time: &str) -> StoredPost {
        let mut post = Post::bare(Channel::Weibo, "新浪微博", at(time));
        post.text = "社保大厅窗口太低".to_owned();
        StoredPost::fresh(PostId(id), post)
    }

    fn change(post: i64, time: &str, from: Level, to: Level) -> LevelChange {
        LevelChange {
            post: PostId(post),
            at: at(time),
            from,
            to,
            is_suggestion: false,
            by: None,
            reasons: Vec::new(),
            rules_version: String::new(),
        }
    }

    fn emergency() -> CaseFile {
        let mut case = transferred();
        case.form.kind = CaseKind::Emergency;
        let step = |state, time, is_skipped| CaseStep {
            from: None,
            state,
            at: at(time),
            by: "张三".to_owned(),
            note: String::new(),
            is_skipped,
            recorded_at: at(time),
        };
        CaseFile {
            case,
            steps: vec![
                step(CaseState::Reported, "2017-04-14T14:20", false),
                step(CaseState::Responded, "2017-04-14T15:00", true),
                step(CaseState::Responded, "2017-04-14T20:13", false),
            ],
            notes: Vec::new(),
            deadlines: Vec::new(),
            links: CaseLinks::default(),
        }
    }

    /// `spec.md` 9.2, A1.
    #[test]
    fn delay_rises_and_answer_are_reckoned_from_posts_and_steps() {
        let mut first = seen(1, "2017-04-14T14:13");
        first.post.published_at = Some(PublishedAt {
            at: at("2017-04-14T13:58"),
            precision: Precision::Minute,
            is_inferred: false,
        });
        let posts = [first, seen(2, "2017-04-15T08:00")];
        let changes = [
            change(2, "2017-04-15T09:00", Level::Orange, Level::Red),
            change(1, "2017-04-14T14:30", Level::Yellow, Level::Orange),
        ];
        let told = review(&emergency(), &posts, &changes);
        assert_eq!(told.found_after_minutes, Some(15));
        assert_eq!(told.answered_at, Some(at("2017-04-14T20:13")));
        assert_eq!(
            (told.answered_after_minutes, told.exposed_minutes),
            (Some(360), Some(375))
        );
        let rise = |post, time, to| Rise {
            at: at(time),
            post: PostId(post),
            to,
        };
        assert_eq!(
            told.rises,
            [
                rise(1, "2017-04-14T14:13", Level::Yellow),
                rise(1, "2017-04-14T14:30", Level::Orange),
                rise(2, "2017-04-15T09:00", Level::Red)
            ]
        );
    }

    #[test]
    fn nothing_linked_tells_nothing_but_the_answer() {
        let told = review(&emergency(), &[], &[]);
        assert_eq!(
            (told.first_published_at, told.found_after_minutes),
            (None, None)
        );
        assert_eq!(told.answered_at, Some(at("2017-04-14T20:13")));
    }
}

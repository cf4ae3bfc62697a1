//! Test cases of the digest: `tests/fixtures/digest/<case>.json` → posts and context → the issue they make.

use crate::digest::select::{Context, Draft, compile};
use crate::digest::survey::Surroundings;
use crate::digest::{DigestSettings, DigestsFile};
use crate::model::{
    Analysis, Channel, DigestKind, Engagement, Event, EventId, Intent, Issue, IssueContent,
    IssueId, IssueNumber, IssueState, Jurisdiction, Level, OutletTier, Period, Phase, Post, PostId,
    Precision, PublishedAt, Reason, Region, Regions, Sentiment, Signature, StoredPost, Timestamp,
    Topic, TopicScore,
};
use serde::Deserialize;
use std::collections::HashSet;
use std::path::PathBuf;

/// One case, as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub period: Period,
    #[serde(default)]
    pub number: Option<IssueNumber>,
    #[serde(default)]
    pub signed_at: Option<Timestamp>,
    #[serde(default)]
    pub failed_sources: Vec<String>,
    #[serde(default)]
    pub already_printed: HashSet<PostId>,
    #[serde(default)]
    pub events: Vec<CaseEvent>,
    pub posts: Vec<CasePost>,
}

/// An event, its figures only.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseEvent {
    id: i64,
    level: Level,
    phase: Phase,
    first_at: Timestamp,
    post_count: u64,
    source_count: u64,
}

/// A post with its judgement; what a case leaves out is the commonest value.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasePost {
    pub id: i64,
    pub channel: Channel,
    pub source: String,
    #[serde(default = "netizen")]
    pub tier: OutletTier,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub title: String,
    pub text: String,
    pub at: Timestamp,
    #[serde(default = "minute")]
    pub precision: Precision,
    #[serde(default)]
    pub seen: Option<Timestamp>,
    #[serde(default)]
    pub read: Option<Timestamp>,
    #[serde(default)]
    pub comments: Option<u64>,
    #[serde(default)]
    pub reposts: Option<u64>,
    #[serde(default)]
    pub likes: Option<u64>,
    #[serde(default)]
    pub repost_of: Option<i64>,
    #[serde(default)]
    pub event: Option<i64>,
    #[serde(default = "yes")]
    pub relevant: bool,
    #[serde(default)]
    pub topic: Option<Topic>,
    #[serde(default = "negative")]
    pub sentiment: Sentiment,
    #[serde(default = "complaint")]
    pub intent: Intent,
    #[serde(default = "blue")]
    pub level: Level,
    #[serde(default)]
    pub score: u8,
    #[serde(default)]
    pub district: Option<String>,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    #[serde(default)]
    pub keywords: Vec<String>,
}

fn netizen() -> OutletTier {
    OutletTier::T5
}

fn minute() -> Precision {
    Precision::Minute
}

fn yes() -> bool {
    true
}

fn negative() -> Sentiment {
    Sentiment::Negative
}

fn complaint() -> Intent {
    Intent::Complaint
}

fn blue() -> Level {
    Level::Blue
}

/// The 专报 that the project ships.
pub fn daily() -> DigestSettings {
    shipped(DigestKind::Daily)
}

/// The digest of a kind that the project ships.
pub fn shipped(kind: DigestKind) -> DigestSettings {
    let file: DigestsFile = toml::from_str(include_str!("../../config/digests.toml"))
        .expect("the shipped configuration is right");
    file.digest
        .into_iter()
        .find(|digest| digest.kind == kind)
        .expect("one digest of each kind is shipped")
}

pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/digest")
        .join(name)
}

pub fn case(name: &str) -> Case {
    let text = std::fs::read_to_string(path(&format!("{name}.json"))).expect("the case has a file");
    serde_json::from_str(&text).expect("the case is well formed")
}

/// Compiles a case with the shipped digest.
pub fn compiled(case: &Case) -> Option<IssueContent> {
    Some(drafted(case, &daily(), None)?.content)
}

/// Compiles a case with any digest; `before` is the period before.
pub fn drafted(case: &Case, digest: &DigestSettings, before: Option<&Case>) -> Option<Draft> {
    let before_posts: Option<(Period, Vec<StoredPost>)> =
        before.map(|case| (case.period, case.posts.iter().map(stored).collect()));
    let posts: Vec<StoredPost> = case.posts.iter().map(stored).collect();
    let events: Vec<Event> = case.events.iter().map(event).collect();
    let context = Context {
        now: case.period.to + chrono::TimeDelta::minutes(30),
        before: (before_posts.as_ref()).map(|(period, posts)| (*period, posts.as_slice())),
        around: Surroundings::default(),
        failed_sources: &case.failed_sources,
        office: &|topic, _| office(topic).to_owned(),
        events: &events,
        already_printed: &case.already_printed,
    };
    compile(digest, case.period, &posts, &context)
}

/// The issue of a case: signed where the case has a number.
pub fn issue(case: &Case) -> Issue {
    issue_of(case, compiled(case).expect("the case makes an issue"))
}

/// The same with other content.
pub fn issue_of(case: &Case, content: IssueContent) -> Issue {
    let signature = |at| Signature {
        by: "某某".to_owned(),
        at,
        approver: String::new(),
        editor: String::new(),
    };
    Issue {
        id: IssueId(7),
        number: case.number,
        state: if case.number.is_some() {
            IssueState::Signed
        } else {
            IssueState::Draft
        },
        drafted_at: case.period.to + chrono::TimeDelta::minutes(30),
        signed: case.signed_at.map(signature),
        revision: 0,
        content,
    }
}

pub fn office(topic: Topic) -> &'static str {
    match topic {
        Topic::Sy => "失业保险处",
        Topic::Fw | Topic::Jf => "社保局",
        Topic::Px => "职业能力建设处",
        Topic::Qx => "劳动监察支队",
        _ => "",
    }
}

pub fn stored(case: &CasePost) -> StoredPost {
    let seen_at = case.seen.unwrap_or(case.at);
    StoredPost {
        first_seen_at: seen_at,
        analysis: Some(analysis(case)),
        repost_of: case.repost_of.map(PostId),
        event: case.event.map(EventId),
        ..StoredPost::fresh(PostId(case.id), post(case, seen_at))
    }
}

fn post(case: &CasePost, seen_at: Timestamp) -> Post {
    Post {
        url: case.url.clone(),
        outlet_tier: case.tier,
        title: case.title.clone(),
        text: case.text.clone(),
        published_at: Some(PublishedAt {
            at: case.at,
            precision: case.precision,
            is_inferred: false,
        }),
        engagement: Engagement {
            comments: case.comments,
            reposts: case.reposts,
            likes: case.likes,
            views: None,
        },
        ..Post::bare(case.channel, &case.source, case.read.unwrap_or(seen_at))
    }
}

fn analysis(case: &CasePost) -> Analysis {
    let region = |name: &String| Region {
        code: String::new(),
        name: name.clone(),
    };
    Analysis {
        about: true,
        relevant: case.relevant,
        relevance: 1.0,
        topics: case
            .topic
            .map(|code| TopicScore { code, score: 1.0 })
            .into_iter()
            .collect(),
        sentiment: case.sentiment,
        sentiment_score: 0.0,
        intent: case.intent,
        regions: Regions {
            act: case.district.as_ref().map(region),
            responsible: case.district.as_ref().map(region),
            jurisdiction: if case.district.is_some() {
                Jurisdiction::District
            } else {
                Jurisdiction::City
            },
        },
        level: case.level,
        score: case.score,
        picture_needs_a_look: false,
        reasons: case.reasons.clone(),
        keywords: case.keywords.clone(),
    }
}

pub fn event(case: &CaseEvent) -> Event {
    Event {
        id: EventId(case.id),
        title: String::new(),
        level: case.level,
        level_reason: String::new(),
        is_gathering: true,
        phase: case.phase,
        topic: None,
        first_at: case.first_at,
        last_at: case.first_at,
        post_count: case.post_count,
        source_count: case.source_count,
    }
}

/// An event of many complaints about one topic.
pub fn gathering(topic: Topic) -> Event {
    let at = daily().period_ending(Timestamp::default()).to;
    Event {
        topic: Some(topic),
        ..event(&CaseEvent {
            id: 1,
            level: Level::Yellow,
            phase: Phase::Spreading,
            first_at: at,
            post_count: 3,
            source_count: 3,
        })
    }
}

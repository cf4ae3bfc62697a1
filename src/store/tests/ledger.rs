//! What a ledger counts by: the effective judgement in columns, kept for good once somebody signed.

use super::*;
use crate::model::{
    CountedAs, Facts, FrozenLedger, Jurisdiction, Label, Period, Phase, Precision, PublishedAt,
    Region, Topic, TopicScore,
};
use crate::store::migrate::MIGRATIONS;
use crate::store::{Act, EventDraft};

fn april() -> Period {
    Period {
        from: at("2017-04-01T00:00:00+08:00"),
        to: at("2017-05-01T00:00:00+08:00"),
    }
}

fn act() -> Act {
    Act {
        by: "李四".to_owned(),
        note: String::new(),
        at: friday(),
    }
}

fn district() -> Analysis {
    let score = |code| TopicScore { code, score: 1.0 };
    Analysis {
        topics: vec![score(Topic::Qx), score(Topic::Fw)],
        regions: Regions {
            act: Some(Region {
                code: "410105".to_owned(),
                name: "金水区".to_owned(),
            }),
            responsible: None,
            jurisdiction: Jurisdiction::District,
        },
        ..analysis(Level::Blue, true)
    }
}

/// Posts judged by the machine, by a person, by neither.
fn some_posts() -> (TempDir, Store) {
    let (folder, store) = store();
    for number in 1..=5 {
        save(&store, post(&format!("https://a.cn/{number}")));
    }
    judge(&store, PostId(1), district(), "v1");
    judge(&store, PostId(2), district(), "v1");
    judge(&store, PostId(3), analysis(Level::None, false), "v1");
    judge(&store, PostId(4), district(), "v1");
    for (id, label) in [
        (
            2,
            Label {
                level: Some(Level::Yellow),
                ..Label::default()
            },
        ),
        (
            2,
            Label {
                topics: Some(vec![Topic::Ka]),
                sentiment: Some(Sentiment::Neutral),
                ..Label::default()
            },
        ),
        (
            4,
            Label {
                topics: Some(Vec::new()),
                intent: Some(Intent::Ad),
                jurisdiction: Some(Jurisdiction::City),
                ..Label::default()
            },
        ),
    ] {
        let said = store.correct(PostId(id), label, &act()).expect("writes");
        assert!(said.is_some());
    }
    (folder, store)
}

#[test]
fn a_ledger_counts_what_people_said_before_the_machine() {
    let (_folder, store) = some_posts();
    let rows = store.facts_by_post(april()).expect("reads");
    let facts = |id| -> Facts {
        let row = rows.iter().find(|(post, _)| *post == PostId(id));
        row.expect("counted").1.clone()
    };
    assert_eq!(
        (facts(1).standing, facts(1).level, facts(1).place.as_str()),
        (CountedAs::Judged, Level::Blue, "金水区")
    );
    assert_eq!(facts(1).topics, [Topic::Qx, Topic::Fw]);
    assert_eq!(
        (facts(2).level, facts(2).sentiment),
        (Level::Yellow, Sentiment::Neutral)
    );
    assert_eq!(facts(2).topics, [Topic::Ka]);
    assert_eq!(facts(3).standing, CountedAs::Irrelevant);
    assert_eq!(
        (facts(4).standing, facts(4).place.as_str()),
        (CountedAs::Ad, "")
    );
    assert_eq!(facts(4).topics, []);
    assert_eq!(facts(5).standing, CountedAs::Waiting);
    let counted = store.counted_posts(april()).expect("reads");
    assert_eq!(counted.len(), 5);
    for (_, facts) in &rows {
        assert!(counted.iter().any(|post| post.facts == *facts));
    }
}

#[test]
fn whatever_changes_a_count_changes_its_day_and_nothing_else_does() {
    let (_folder, store) = some_posts();
    let revision = || -> u64 {
        let days = store.day_revisions(april()).expect("reads");
        days.values().sum()
    };
    let mut before = revision();
    assert!(before > 0);
    let mut is_changed = || {
        let now = revision();
        std::mem::replace(&mut before, now) < now
    };
    save(&store, post("https://a.cn/6"));
    assert!(is_changed(), "a post more");
    judge(&store, PostId(6), district(), "v1");
    assert!(is_changed(), "its judgement");
    let level = |level| Label {
        level: Some(level),
        ..Label::default()
    };
    let said = store.correct(PostId(6), level(Level::Yellow), &act());
    assert!(
        said.expect("writes").is_some() && is_changed(),
        "a word on it"
    );
    store
        .save_clusters(&[], &[(PostId(6), PostId(1))], &[])
        .expect("saves");
    assert!(is_changed(), "a copy");
    save(&store, post("https://a.cn/6"));
    assert!(!is_changed(), "the same page again");
    let lost =
        store.write(|transaction| Ok(transaction.execute("DELETE FROM posts WHERE id = 6", [])?));
    assert!(lost.expect("SQL") == 1 && is_changed(), "a post less");
}

#[test]
fn an_advertisement_is_removed_as_such_even_where_it_is_a_copy() {
    let (_folder, store) = store();
    for number in 1..=3 {
        save(&store, post(&format!("https://a.cn/{number}")));
        judge(&store, PostId(number), district(), "v1");
    }
    let copies = [(PostId(2), PostId(1)), (PostId(3), PostId(1))];
    store.save_clusters(&[], &copies, &[]).expect("saves");
    let advertisement = Label {
        intent: Some(Intent::Ad),
        ..Label::default()
    };
    let said = store.correct(PostId(3), advertisement, &act());
    said.expect("writes");
    let rows = store.facts_by_post(april()).expect("reads");
    let standings: Vec<CountedAs> = rows.iter().map(|(_, facts)| facts.standing).collect();
    assert_eq!(
        standings,
        [CountedAs::Judged, CountedAs::Copy, CountedAs::Ad]
    );
}

/// Saves a post of a moment in April and judges it.
fn speak(store: &Store, id: i64, channel: Channel, moment: &str) {
    let spoken = Post {
        url: Some(format!("https://a.cn/{id}")),
        channel,
        published_at: Some(PublishedAt {
            at: at(moment),
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..post("")
    };
    save(store, spoken);
    judge(store, PostId(id), analysis(Level::Yellow, true), "v1");
}

#[test]
fn only_what_an_authority_says_afterwards_is_an_answer() {
    let (_folder, store) = store();
    speak(&store, 1, Channel::Government, "2017-04-10T09:00:00+08:00");
    speak(&store, 2, Channel::Forum, "2017-04-12T09:00:00+08:00");
    speak(&store, 3, Channel::Government, "2017-04-13T15:00:00+08:00");
    speak(&store, 4, Channel::Government, "2017-04-11T09:00:00+08:00");
    speak(&store, 5, Channel::Forum, "2017-04-12T10:00:00+08:00");
    let event = |members: &[i64]| EventDraft {
        id: None,
        representative: PostId(members[0]),
        title: "社保大厅排队".to_owned(),
        level: Level::Yellow,
        level_reason: String::new(),
        phase: Phase::Emerging,
        topic: None,
        is_gathering: false,
        members: members.iter().copied().map(PostId).collect(),
    };
    let drafts = [event(&[1, 2, 3]), event(&[4, 5])];
    store.save_clusters(&[], &[], &drafts).expect("saves");
    let begun = store.events_begun_in(april()).expect("reads");
    let answers: Vec<_> = begun.iter().map(|event| event.answered_at).collect();
    assert_eq!(answers, [Some(at("2017-04-13T15:00:00+08:00")), None]);
    assert!(begun.iter().all(|event| event.found_at == friday()));
}

#[test]
fn an_older_store_is_brought_to_the_same_columns() {
    let (_folder, store) = some_posts();
    let before = store.facts_by_post(april()).expect("reads");
    let statement = MIGRATIONS[17]
        .split_once("INSERT INTO effective_judgements")
        .and_then(|(_, rest)| rest.split_once(';'))
        .map(|(statement, _)| format!("INSERT INTO effective_judgements{statement}"))
        .expect("the migration fills the table");
    let filled = store.write(|transaction| {
        transaction.execute("DELETE FROM effective_judgements", [])?;
        Ok(transaction.execute(&statement, [])?)
    });
    assert_eq!(filled.expect("SQL"), 4);
    assert_eq!(store.facts_by_post(april()).expect("reads"), before);
}

#[test]
fn a_frozen_ledger_stays_and_is_frozen_again_for_a_reason_only() {
    let (_folder, store) = some_posts();
    let ledger = |content: &str, reason: &str| FrozenLedger {
        period: "2017-04".to_owned(),
        at: friday(),
        by: "张三".to_owned(),
        reason: reason.to_owned(),
        content: content.to_owned(),
        hash: "h".to_owned(),
        rows: store.facts_by_post(april()).expect("reads"),
    };
    let first = ledger("一", "");
    assert!(store.freeze_ledger(&first).expect("writes"));
    assert!(!store.freeze_ledger(&ledger("二", "")).expect("writes"));
    let kept = || store.frozen_ledger("2017-04").expect("reads");
    assert_eq!(kept(), Some(first));
    assert!(
        store
            .freeze_ledger(&ledger("三", "漏了一期"))
            .expect("writes")
    );
    assert_eq!(kept().map(|kept| kept.content), Some("三".to_owned()));
    let content = store.frozen_content("2017-04").expect("reads");
    assert_eq!(content, Some(("三".to_owned(), "h".to_owned())));
    assert_eq!(store.frozen_ledger("2017").expect("reads"), None);
    assert_eq!(store.frozen_content("2017").expect("reads"), None);
    let deleted = store.write(|transaction| Ok(transaction.execute("DELETE FROM ledgers", [])?));
    assert!(deleted.is_err(), "ledgers are kept");
}

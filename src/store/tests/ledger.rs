//! What a ledger counts by: the effective judgement in columns, kept for good once somebody signed.

use super::*;
use crate::model::{
    CountedAs, Facts, FrozenLedger, Jurisdiction, Label, Period, Region, Topic, TopicScore,
};
use crate::store::Act;
use crate::store::migrate::MIGRATIONS;

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
    let counted = store.counted_facts(april()).expect("reads");
    let sum: u64 = counted.iter().map(|(_, count)| count).sum();
    assert_eq!(sum, 5);
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
    assert_eq!(store.frozen_ledger("2017").expect("reads"), None);
    let deleted = store.write(|transaction| Ok(transaction.execute("DELETE FROM ledgers", [])?));
    assert!(deleted.is_err(), "ledgers are kept");
}

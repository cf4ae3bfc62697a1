//! What is drafted again: nothing twice, nothing lost with a void issue; and what editors paste is masked.

use super::{complain, done, drafted_daily, entries, id_of, issue, kept, played, sign, sign_it};
use crate::site::TestApp;
use chrono::TimeDelta;
use yuqing::model::{Channel, Post, Precision, PublishedAt};
use yuqing::pipeline::{Drafted, discovered, draft_now};

/// A complaint that has nothing in common with those about wages.
fn complain_of_the_counter(test: &TestApp) {
    let now = test.app.now();
    let post = Post {
        url: Some("http://bbs.example.cn/t/counter".to_owned()),
        title: "郑州社保大厅窗口工作人员态度恶劣".to_owned(),
        text: "今天去郑州市金水区社保大厅办退休手续，窗口的工作人员态度恶劣，一句话把人打发走，投诉电话一直占线。"
            .to_owned(),
        published_at: Some(PublishedAt {
            at: now - TimeDelta::minutes(30),
            precision: Precision::Minute,
            is_inferred: false,
        }),
        ..Post::bare(Channel::Forum, "示例问政", now)
    };
    let found = discovered(post).expect("it has words");
    test.app
        .store
        .save_posts(&[found], now)
        .expect("the store works");
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_of_an_issue_voided_late_are_printed_after_all() {
    let test = played();
    complain(&test, 1);
    let first = drafted_daily(&test).await;
    let first = sign_it(&test, first);
    test.later(TimeDelta::hours(1));
    complain_of_the_counter(&test);
    let second = drafted_daily(&test).await;
    sign_it(&test, second);
    let now = test.app.now();
    test.app
        .store
        .void_issue(first.id, "丙", "标题有误", now)
        .expect("signed");
    let third = drafted_daily(&test).await;
    let third = kept(&test, third);
    let cited = |issue: &yuqing::model::Issue| -> Vec<_> {
        let posts = issue.content.entries().flat_map(|entry| &entry.posts);
        posts.map(|post| post.id).collect()
    };
    assert_eq!(cited(&third), cited(&first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_that_is_not_over_makes_no_zero_report() {
    let test = played();
    test.process().await;
    let daily = test.app.config.digests[0].clone();
    let zeros = || {
        let reports = test.app.store.zero_reports(Some("daily"), 9);
        reports.expect("reads").len()
    };
    let over = draft_now(&test.app, &daily).await.expect("drafts");
    assert!(matches!(over, Drafted::Zero { .. }), "{over:?}");
    for _ in 0..3 {
        test.later(TimeDelta::minutes(5));
        let since = draft_now(&test.app, &daily).await.expect("drafts");
        assert!(matches!(since, Drafted::Nothing { .. }), "{since:?}");
    }
    assert_eq!(zeros(), 1);
}

#[test]
fn what_editors_paste_is_masked() {
    let desk = super::desk_with(&super::hostile_titles()[..1]);
    let id = id_of(&done(&desk, &["draft", "daily"]));
    let number = "13812345678";
    let (summary, note) = (
        format!("当事人电话{number}，望回复。"),
        format!("已联系{number}。"),
    );
    let edited = done(
        &desk,
        &[
            "edit",
            &id,
            "--by",
            "甲",
            "--entry",
            "1",
            "--summary",
            &summary,
            "--note",
            &note,
        ],
    );
    let words = entries(&edited)[0].to_string();
    assert!(
        words.contains("望回复") && !words.contains(number),
        "{words}"
    );
    let whole = done(&desk, &["edit", &id, "--by", "甲", "--note", &note]);
    assert!(!whole.to_string().contains(number), "{whole}");
    sign(&desk, &id);
    let again = issue(&desk, &["draft", "daily"]);
    assert!(
        again.code == Some(0) && !again.out.contains(number),
        "{}",
        again.out
    );
    let reason = format!("电话写成了{number}");
    let correction = done(&desk, &["correct", &id, "--by", "甲", "--reason", &reason]);
    assert!(!correction.to_string().contains(number), "{correction}");
    let history = done(&desk, &["history", &id]);
    assert!(!history.to_string().contains(number), "{history}");
}

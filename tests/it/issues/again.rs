//! What is drafted again: nothing twice, nothing lost with a void issue; and what editors paste is masked.

use super::{complain, done, drafted_daily, entries, id_of, issue, kept, played, sign, sign_it};
use crate::site::TestApp;
use chrono::TimeDelta;
use yuqing::model::{Channel, DigestKind, Post, PostId, Precision, PublishedAt};
use yuqing::pipeline::{
    Drafted, EditOrder, MatterId, discovered, draft_express, draft_now, edit_issue,
};

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
    let over = draft_now(&test.app, &daily, "").await.expect("drafts");
    assert!(matches!(over, Drafted::Zero { .. }), "{over:?}");
    for _ in 0..3 {
        test.later(TimeDelta::minutes(5));
        let since = draft_now(&test.app, &daily, "").await.expect("drafts");
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

#[test]
fn a_hand_that_drafts_is_on_record_and_reasons_are_masked() {
    let desk = super::desk_with(&super::hostile_titles()[..1]);
    let id = id_of(&done(&desk, &["draft", "daily", "--by", "起草人"]));
    done(&desk, &["approve", &id, "--by", "丙"]);
    let reason = ["--reason", "当事人13812345678来电更正"];
    done(
        &desk,
        &[&["return", &id, "--by", "丙"], &reason[..]].concat(),
    );
    done(&desk, &["edit", &id, "--by", "甲", "--note", "已核实。"]);
    let stale = ["edit", &id, "--by", "乙", "--drop", "1", "--revision", "0"];
    assert_eq!(issue(&desk, &stale).code, Some(2));
    done(&desk, &[&["void", &id, "--by", "丙"], &reason[..]].concat());
    let history = issue(&desk, &["history", &id]).out;
    assert!(!history.contains("13812345678"), "{history}");
    let at = |words: &str| {
        history
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {history}"))
    };
    let order = [
        at("起草人起草"),
        at("丙退回"),
        at("甲改本期附注（第1次修订）"),
        at("（未采纳）"),
        at("丙作废"),
    ];
    assert!(order.is_sorted(), "{history}");
}

#[test]
fn a_move_without_a_place_names_both_options() {
    let desk = super::desk_with(&super::hostile_titles()[..1]);
    let id = id_of(&done(&desk, &["draft", "daily"]));
    for half in ["--move", "--to"] {
        let refused = issue(&desk, &["edit", &id, "--by", "甲", half, "1"]);
        assert!(
            refused.code == Some(2) && refused.err.contains("--move 3 --to 1"),
            "{}",
            refused.err
        );
    }
}

#[test]
fn a_correction_that_corrects_nothing_is_not_approved() {
    let desk = super::desk_with(&super::hostile_titles()[..1]);
    let first = id_of(&done(&desk, &["draft", "daily"]));
    sign(&desk, &first);
    let correct = ["correct", &first, "--by", "甲", "--reason", "标题有误"];
    let made = issue(&desk, &correct).out;
    assert!(made.contains("已起草更正稿"), "{made}");
    let again = issue(&desk, &correct);
    assert!(again.out.contains("已有更正稿"), "{}", again.out);
    let second = id_of(&done(&desk, &correct));
    let refused = issue(&desk, &["approve", &second, "--by", "乙"]);
    assert!(
        refused.code == Some(2) && refused.err.contains(&format!("issue edit {second}")),
        "{}",
        refused.err
    );
    let title = ["--entry", "1", "--title", "网民反映大厅窗口服务问题"];
    done(
        &desk,
        &[&["edit", &second, "--by", "甲"], &title[..]].concat(),
    );
    done(&desk, &["approve", &second, "--by", "乙"]);
    let signed = done(&desk, &["sign", &second, "--by", "乙"]);
    assert_eq!(signed["hint"], "审核与签发为同一人（乙）");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_is_not_ours_is_told_from_one_that_is_not_there() {
    let test = played();
    complain(&test, 1);
    let now = test.app.now();
    let chat = Post {
        url: Some("http://bbs.example.cn/t/chat".to_owned()),
        title: "周末去看荷花".to_owned(),
        text: "天气真好，公园里的荷花开了，拍了许多照片。".to_owned(),
        ..Post::bare(Channel::Forum, "示例论坛", now)
    };
    let found = discovered(chat).expect("it has words");
    (test.app.store.save_posts(&[found], now)).expect("the store works");
    let id = drafted_daily(&test).await;
    let add = |post: i64| {
        let order = EditOrder::AddPost(PostId(post));
        let refused = edit_issue(&test.app, id, None, "甲", &[order]);
        refused.expect_err("nothing to add").to_string()
    };
    let (not_ours, not_there) = (add(2), add(404));
    assert!(not_ours.contains("先更正研判"), "{not_ours}");
    assert!(not_there.contains("没有编号为404的信息"), "{not_there}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_final_report_waits_for_what_it_follows() {
    let test = played();
    complain(&test, 1);
    let daily = drafted_daily(&test).await;
    let post = kept(&test, daily)
        .content
        .entries()
        .next()
        .expect("one")
        .posts[0]
        .id;
    let digests = &test.app.config.digests;
    let express = digests.iter().find(|it| it.kind == DigestKind::Express);
    let express = express.expect("shipped");
    let draft = async |is_final| {
        draft_express(&test.app, express, MatterId::Post(post), is_final, "甲").await
    };
    let first = draft(false).await.expect("drafts");
    assert!(
        matches!(first, Drafted::Issue { is_new: true, .. }),
        "{first:?}"
    );
    let again = draft(false).await.expect("drafts");
    assert!(
        matches!(again, Drafted::Issue { is_new: false, .. }),
        "{again:?}"
    );
    let early = draft(true).await.expect_err("not signed").to_string();
    assert!(
        early.contains("还没有签发") && early.contains("请先签发"),
        "{early}"
    );
}

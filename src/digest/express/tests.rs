use super::{Earlier, MAX_CHARS, Matter, express, without_last_sentence};
use crate::digest::fixture::{CasePost, case, issue_of, office, shipped, stored};
use crate::digest::render::render;
use crate::digest::select::{Context, Draft};
use crate::digest::survey::Surroundings;
use crate::document::Format;
use crate::model::{Cited, DigestKind, IssueId, Level, Standing, StoredPost, Timestamp};
use std::collections::HashSet;

fn posts(keep: &[i64]) -> Vec<StoredPost> {
    let case = case("sample");
    let kept = case.posts.iter().filter(|post| keep.contains(&post.id));
    kept.map(|post: &CasePost| stored(post)).collect()
}

fn reported(posts: &[StoredPost], earlier: Option<Earlier>, is_final: bool) -> Option<Draft> {
    let now: Timestamp = case("sample").period.to;
    let context = Context {
        now,
        failed_sources: &[],
        office: &|topic, _| office(topic).to_owned(),
        events: &[],
        already_printed: &HashSet::new(),
        before: None,
        around: Surroundings::default(),
    };
    let matter = Matter {
        posts,
        event: None,
        key: "event:5",
        earlier,
        is_final,
    };
    express(&shipped(DigestKind::Express), &matter, &context)
}

fn standing() -> Standing {
    let draft = reported(&posts(&[1]), None, false).expect("ours");
    Standing {
        at: case("sample").period.from,
        ..draft.content.express.expect("a 快报").standing
    }
}

fn followed(standing: &Standing, posts: &[StoredPost], is_final: bool) -> Draft {
    let earlier = Earlier {
        cited: Cited {
            issue: IssueId(1),
            number: "人社舆情快报2017年第17期".to_owned(),
        },
        standing,
        first: IssueId(1),
        ordinal: 1,
    };
    reported(posts, Some(earlier), is_final).expect("ours")
}

fn text(draft: &Draft) -> String {
    let issue = issue_of(&case("sample"), draft.content.clone());
    String::from_utf8(render(&issue, Format::Text).expect("renders")).expect("text")
}

#[test]
fn a_page_has_at_most_five_hundred_characters() {
    let mut posts = posts(&[1, 2, 3]);
    posts[0].post.text = "失业金11月还没到账，电话也打不通。".repeat(200);
    let draft = reported(&posts, None, false).expect("ours");
    let entry = draft.content.entries().next().expect("one");
    let parts = [
        &entry.summary,
        &entry.spread,
        &entry.judgement,
        &entry.advice,
    ];
    let chars: usize = parts.iter().map(|part| part.chars().count()).sum();
    assert!(chars <= MAX_CHARS, "{chars}");
    let text = text(&draft);
    assert!(
        text.contains("事由：") && text.contains("已电话报告："),
        "{text}"
    );
}

#[test]
fn a_page_is_never_cut_between_quotation_marks() {
    let shorter = |text: &str| without_last_sentence(text);
    assert_eq!(
        shorter("网民称：“没人管。电话不接。”他很急！请查。").as_deref(),
        Some("网民称：“没人管。电话不接。”他很急！")
    );
    assert_eq!(
        shorter("已登记。网民称：“没人管。电话不接。”").as_deref(),
        Some("已登记。")
    );
    assert_eq!(shorter("“没人管。电话不接。”"), None);
    assert_eq!(shorter(""), None);
}

#[test]
fn only_official_words_are_no_new_complaints() {
    let mut all = posts(&[1, 2]);
    all[1].post.is_official = true;
    let draft = followed(&standing(), &all, false);
    let said = draft
        .content
        .express
        .as_ref()
        .expect("a 快报")
        .changes
        .concat();
    assert!(
        said.contains("官方发布：") && !said.contains("新增："),
        "{said}"
    );
    let entry = draft.content.entries().next().expect("one");
    assert!(
        entry.summary.contains("官方已发布信息"),
        "{}",
        entry.summary
    );
    assert!(text(&draft).contains("（急）"));
}

#[test]
fn nothing_of_ours_is_no_matter() {
    assert_eq!(reported(&posts(&[11]), None, false), None);
    assert_eq!(reported(&[], None, false), None);
}

#[test]
fn a_follow_up_tells_what_changed_since() {
    let mut before = standing();
    before.level = Level::Blue;
    let draft = followed(&before, &posts(&[1, 2, 3]), false);
    let express = draft.content.express.as_ref().expect("a 快报");
    assert_eq!((express.ordinal, express.first), (1, Some(IssueId(1))));
    let said = express.changes.concat();
    assert!(said.contains("级别由蓝色升为黄色。"), "{said}");
    assert!(said.contains("信息由1条增至3条"), "{said}");
    assert!(said.contains("信源由1个增至2个"), "{said}");
    let cited: Vec<i64> = draft
        .content
        .entries()
        .flat_map(|it| &it.posts)
        .map(|it| it.id.0)
        .collect();
    assert!(!cited.contains(&1) && !cited.is_empty(), "{cited:?}");
    let text = text(&draft);
    assert!(
        text.contains("续报一") && text.contains("上一报：人社舆情快报2017年第17期"),
        "{text}"
    );
}

#[test]
fn a_matter_at_rest_says_that_nothing_is_new() {
    let draft = followed(&standing(), &posts(&[1]), true);
    let express = draft.content.express.as_ref().expect("a 快报");
    assert_eq!(express.changes, ["信息、信源和互动数未见变化。"]);
    let entry = draft.content.entries().next().expect("one");
    assert!(
        entry.summary.contains("未监测到新增信息"),
        "{}",
        entry.summary
    );
    assert!(text(&draft).contains("终报"));
}

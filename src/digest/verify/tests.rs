use super::{Recount, recount};
use crate::digest::fixture::{case, daily, drafted, issue_of, shipped, stored};
use crate::digest::select::Draft;
use crate::model::{DigestKind, Express, Issue, Level, PostId, Standing};

fn sample(kind: DigestKind) -> (Issue, Draft) {
    let case = case("sample");
    let digest = match kind {
        DigestKind::Daily => daily(),
        kind => shipped(kind),
    };
    let draft = drafted(&case, &digest, Some(&case)).expect("the case makes an issue");
    (issue_of(&case, draft.content.clone()), draft)
}

#[test]
fn what_was_printed_is_what_is_counted() {
    for kind in [DigestKind::Daily, DigestKind::Weekly] {
        let (issue, draft) = sample(kind);
        let found = recount(&issue, &draft.basis, &draft.basis.now, &[]);
        assert!(found.is_right() && found.changed.is_empty(), "{found:?}");
        assert!(found.figures >= 7);
    }
}

#[test]
fn a_figure_that_does_not_add_up_is_named() {
    let (mut issue, draft) = sample(DigestKind::Weekly);
    issue.content.overview.negative += 1;
    let survey = issue.content.survey.as_mut().expect("a survey");
    survey.tables[0].rows[2].count += 1;
    survey.days[0].count += 1;
    let found = recount(&issue, &draft.basis, &draft.basis.now, &[PostId(404)]);
    let named: Vec<&str> = found.wrong.iter().map(|it| it.figure.as_str()).collect();
    assert_eq!(named[0], "负面");
    assert!(
        named.contains(&"级别·黄") && named.contains(&"第404号信息"),
        "{named:?}"
    );
    assert_eq!(named.len(), 4);
}

#[test]
fn a_later_correction_is_told_apart_from_a_wrong_figure() {
    let (issue, draft) = sample(DigestKind::Daily);
    let mut today = draft.basis.now.clone();
    let changed = today
        .iter_mut()
        .find(|counted| counted.level == Level::Blue)
        .expect("a blue post");
    changed.level = Level::Yellow;
    let id = changed.post;
    let found = recount(&issue, &draft.basis, &today, &[]);
    assert!(found.is_right());
    assert_eq!(found.changed.len(), 1);
    assert_eq!(
        (found.changed[0].post, found.changed[0].change.as_str()),
        (id, "级别：蓝→黄")
    );
}

#[test]
fn an_issue_without_a_basis_says_so() {
    let (issue, _) = sample(DigestKind::Daily);
    let found = recount(&issue, &crate::model::Basis::default(), &[], &[]);
    assert!(!found.is_right() && found.wrong[0].figure == "计数依据");
}

#[test]
fn level_and_sources_of_an_express_are_counted_again() {
    let (_, draft) = sample(DigestKind::Daily);
    let posts: Vec<_> = case("sample").posts.iter().take(1).map(stored).collect();
    let level = posts[0].analysis.as_ref().expect("judged").level;
    let mut express = Express {
        event: None,
        ordinal: 0,
        is_final: false,
        first: None,
        earlier: None,
        standing: Standing {
            at: case("sample").period.to,
            level,
            posts: vec![posts[0].id],
            sources: 1,
            comments: None,
            reposts: None,
            likes: None,
        },
        changes: Vec::new(),
    };
    let wrong = |express: &Express| -> Vec<String> {
        let mut found = Recount::default();
        found.matter(express, &draft.basis, &posts, None);
        found.wrong.into_iter().map(|it| it.figure).collect()
    };
    assert_eq!(wrong(&express), Vec::<String>::new());
    express.standing.level = Level::Red;
    express.standing.sources = 2;
    assert_eq!(wrong(&express), ["快报信源", "快报级别"]);
}

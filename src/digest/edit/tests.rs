use super::{Edit, EditMistake, Part, apply};
use crate::digest::fixture::{case, compiled, daily};
use crate::model::{IssueContent, Level};

fn sample() -> IssueContent {
    compiled(&case("sample")).expect("the case makes an issue")
}

fn titles(content: &IssueContent) -> Vec<String> {
    content.entries().map(|entry| entry.title.clone()).collect()
}

fn edited(edit: Edit) -> IssueContent {
    let digest = daily();
    let (content, changes) = apply(&sample(), &[edit], Some(&digest)).expect("it fits");
    assert_eq!(changes.len(), 1);
    content
}

fn mistake(edit: Edit) -> EditMistake {
    apply(&sample(), &[edit], Some(&daily())).expect_err("it does not fit")
}

fn reword(entry: usize, part: Part, text: &str) -> Edit {
    Edit::Reword {
        entry,
        part,
        text: text.to_owned(),
    }
}

#[test]
fn a_dropped_entry_takes_its_empty_section_with_it() {
    let content = edited(Edit::Drop(1));
    assert_eq!(titles(&content), titles(&sample())[1..]);
    assert_eq!(content.sections[0].title, "一般舆情");
}

#[test]
fn an_entry_moves_into_the_section_where_it_comes_to_stand() {
    let before = titles(&sample());
    let content = edited(Edit::Move { from: 3, to: 1 });
    let after = titles(&content);
    assert_eq!([&after[0], &after[1]], [&before[2], &before[0]]);
    assert_eq!(content.sections[0].entries.len(), 2);
    let content = edited(Edit::Move { from: 1, to: 5 });
    assert_eq!(titles(&content)[4], before[0], "to the very end");
}

#[test]
fn an_added_entry_joins_the_section_of_its_level() {
    let entry = sample().sections[0].entries[0].clone();
    let digest = daily();
    let without = edited(Edit::Drop(1));
    let (content, _) =
        apply(&without, &[Edit::Add(Box::new(entry))], Some(&digest)).expect("it fits");
    assert_eq!(content, sample(), "the section is made anew in its place");
}

#[test]
fn a_post_stands_in_one_entry_only() {
    let entry = sample().sections[1].entries[0].clone();
    assert_eq!(
        mistake(Edit::Add(Box::new(entry))),
        EditMistake::AlreadyThere(2)
    );
}

#[test]
fn words_are_made_ready_for_print() {
    let content = edited(reword(
        2,
        Part::Summary,
        "  工资\u{202e}拖欠\u{0}\u{200b},急! ",
    ));
    let entry = content.entries().nth(1).expect("the second");
    assert_eq!(entry.summary, "工资拖欠，急！");
}

#[test]
fn a_report_of_the_media_prints_the_title_it_is_given_and_no_advice() {
    let place = 1 + sample()
        .entries()
        .position(|entry| entry.level == Level::None)
        .expect("the case has one");
    let content = edited(reword(place, Part::Title, "招聘周开场"));
    let entry = content.entries().nth(place - 1).expect("it stays");
    assert_eq!(
        (entry.title.as_str(), entry.posts[0].title.as_str()),
        ("招聘周开场", "招聘周开场")
    );
    assert_eq!(
        mistake(reword(place, Part::Advice, "请答复。")),
        EditMistake::NoAdvice(place)
    );
}

#[test]
fn new_words_take_the_note_on_the_old_ones_away() {
    let mut content = sample();
    content.sections[0].entries[0].summary_note = "代写".to_owned();
    content.overview.left_out = 1;
    let words = reword(1, Part::Summary, "改写的摘要。");
    let (content, _) = apply(&content, &[words], None).expect("it fits");
    assert_eq!(content.summary_notes().count(), 0);
    let entry = content.sections[0].entries[0].clone();
    let back = [Edit::Drop(1), Edit::Add(Box::new(entry))];
    let (content, _) = apply(&content, &back, Some(&daily())).expect("they fit");
    assert_eq!(content.overview.left_out, 0);
}

#[test]
fn what_does_not_fit_is_refused() {
    let long = "长".repeat(10_000);
    assert!(matches!(
        mistake(reword(1, Part::Title, &long)),
        EditMistake::TooLong {
            chars: 10_000,
            most: 28,
            ..
        }
    ));
    assert!(matches!(
        mistake(reword(1, Part::Note, &long)),
        EditMistake::TooLong { most: 2000, .. }
    ));
    assert_eq!(
        mistake(reword(1, Part::Title, " \u{200b} ")),
        EditMistake::NoTitle(1)
    );
    for place in [0, 6, usize::MAX] {
        assert_eq!(
            mistake(Edit::Drop(place)),
            EditMistake::NoEntry {
                asked: place,
                entries: 5
            }
        );
    }
}

#[test]
fn a_change_tells_the_words_before_and_after() {
    let edits = [
        reword(1, Part::Advice, "请失业保险处今日答复。"),
        Edit::Note("另附说明一份。".to_owned()),
        Edit::Drop(2),
    ];
    let (content, changes) = apply(&sample(), &edits, None).expect("they fit");
    assert_eq!(changes[0].before, sample().sections[0].entries[0].advice);
    assert_eq!(changes[0].after, "请失业保险处今日答复。");
    assert_eq!(content.note, "另附说明一份。");
    assert!(
        changes[2].before.contains("伏牛路社保大厅"),
        "{:?}",
        changes[2]
    );
}

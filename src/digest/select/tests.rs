use crate::digest::fixture::{Case, case, compiled};
use crate::model::{Channel, Entry, Intent, IssueContent, Level, PostId, Precision};

fn issue(case: &Case) -> IssueContent {
    compiled(case).expect("the case makes an issue")
}

fn ids(entry: &Entry) -> Vec<i64> {
    entry.posts.iter().map(|post| post.id.0).collect()
}

fn printed(content: &IssueContent) -> Vec<Vec<i64>> {
    content.entries().map(ids).collect()
}

/// The sample with some of its posts only.
fn sample(keep: &[i64]) -> Case {
    let mut case = case("sample");
    case.posts.retain(|post| keep.contains(&post.id));
    case
}

#[test]
fn an_event_and_its_reposts_make_one_entry_first_publisher_first() {
    assert_eq!(printed(&issue(&sample(&[3, 2, 1]))), [[1, 2, 3]]);
}

#[test]
fn copies_without_an_event_are_merged_as_well() {
    let mut case = sample(&[1, 3]);
    case.posts.iter_mut().for_each(|post| post.event = None);
    assert_eq!(printed(&issue(&case)), [[1, 3]]);
}

#[test]
fn a_period_without_blue_or_above_makes_no_issue() {
    assert_eq!(compiled(&sample(&[])), None);
    assert_eq!(compiled(&sample(&[6, 7, 8, 9, 10, 11])), None);
}

#[test]
fn advertisements_other_places_and_official_accounts_are_not_printed() {
    let mut case = sample(&[4, 8, 9, 11]);
    case.posts
        .iter_mut()
        .for_each(|post| post.level = Level::Blue);
    assert_eq!(printed(&issue(&case)), [[4]]);
}

#[test]
fn the_overview_counts_what_concerns_us_and_what_was_removed() {
    let overview = issue(&case("sample")).overview;
    assert_eq!(
        (overview.found, overview.removed, overview.judged),
        (9, 2, 7)
    );
    assert_eq!(
        (overview.negative, overview.neutral, overview.positive),
        (4, 2, 1)
    );
    assert_eq!(
        overview
            .by_channel
            .iter()
            .map(|(_, count)| count)
            .sum::<u64>(),
        9
    );
}

#[test]
fn the_overview_leaves_out_other_places_and_authorities_and_adds_up() {
    for name in ["sample", "busy", "hostile"] {
        let overview = issue(&case(name)).overview;
        assert_eq!(overview.found, overview.removed + overview.judged, "{name}");
        assert_eq!(
            overview.judged,
            overview.negative + overview.neutral + overview.positive,
            "{name}"
        );
    }
    let overview = issue(&sample(&[4, 9, 11])).overview;
    assert_eq!((overview.found, overview.judged), (1, 1));
}

#[test]
fn what_an_earlier_issue_printed_is_left_out() {
    let mut case = sample(&[4, 5]);
    case.already_printed = [PostId(4)].into();
    assert_eq!(printed(&issue(&case)), [[5]]);
}

#[test]
fn a_repost_of_what_was_printed_is_left_out() {
    let mut case = sample(&[3, 4]);
    case.already_printed = [PostId(1)].into();
    assert_eq!(printed(&issue(&case)), [[4]]);
}

#[test]
fn new_posts_of_a_printed_event_are_a_continuation() {
    let mut case = sample(&[1, 2]);
    case.already_printed = [PostId(1)].into();
    let content = issue(&case);
    let entry = content.entries().next().expect("an entry");
    assert_eq!(
        (entry.title.as_str(), ids(entry)),
        ("网民集中反映失业金问题（续报）", vec![2])
    );
}

#[test]
fn a_gathering_lends_its_posts_its_level() {
    let mut case = sample(&[2]);
    assert_eq!(issue(&case).sections[0].title, "重点舆情");
    case.events.clear();
    assert_eq!(issue(&case).sections[0].title, "一般舆情");
}

#[test]
fn entries_stand_by_level_then_score_then_time() {
    let content = issue(&case("busy"));
    let levels: Vec<Level> = content.entries().map(|entry| entry.level).collect();
    assert!(
        levels.is_sorted_by(|left, right| left >= right),
        "{levels:?}"
    );
    assert_eq!(printed(&content)[..5], [[4], [12], [8], [25], [24]]);
}

#[test]
fn a_busy_day_is_cut_and_says_so() {
    let content = issue(&case("busy"));
    assert_eq!(
        (content.entries().count(), content.overview.left_out),
        (8, 17)
    );
}

#[test]
fn yellow_and_above_carry_judgement_and_advice() {
    let content = issue(&case("sample"));
    let (serious, light): (Vec<&Entry>, Vec<&Entry>) = content
        .entries()
        .partition(|entry| entry.level >= Level::Yellow);
    assert!(
        serious
            .iter()
            .all(|entry| !entry.judgement.is_empty() && !entry.advice.is_empty())
    );
    assert!(
        light
            .iter()
            .filter(|entry| entry.level == Level::Blue)
            .all(|entry| entry.judgement.is_empty())
    );
}

#[test]
fn a_critical_report_is_opinion_a_favourable_one_is_news() {
    let mut case = sample(&[4, 6]);
    assert_eq!(issue(&case).sections[1].title, "媒体报道（动态）");
    case.posts[1].sentiment = crate::model::Sentiment::Negative;
    assert_eq!(issue(&case).sections.len(), 1);
}

#[test]
fn a_question_of_the_public_is_no_news() {
    let mut case = sample(&[4, 10]);
    case.posts[1].intent = Intent::News;
    assert_eq!(printed(&issue(&case)), [[4]]);
}

#[test]
fn a_paper_of_the_day_is_not_called_first_before_a_microblog() {
    let mut case = sample(&[1, 4]);
    let paper = &mut case.posts[1];
    (paper.event, paper.channel, paper.precision) = (Some(5), Channel::Newspaper, Precision::Day);
    paper.source = "郑州晚报".to_owned();
    let spread = |case: &Case, day: &str, seen: &str| {
        let mut case_posts = case.posts.clone();
        case_posts[1].at = day.parse().expect("a time");
        case_posts[1].seen = Some(seen.parse().expect("a time"));
        let case = Case {
            posts: case_posts,
            events: Vec::new(),
            failed_sources: Vec::new(),
            already_printed: Default::default(),
            ..*case
        };
        let content = issue(&case);
        let entry = content.entries().next().expect("an entry");
        (entry.posts[0].source.clone(), entry.spread.clone())
    };
    let (first, said) = spread(
        &case,
        "2017-11-20T00:00:00+08:00",
        "2017-11-20T23:00:00+08:00",
    );
    assert_eq!(first, "新浪微博");
    assert!(!said.contains("首发"), "{said}");
    let (first, said) = spread(
        &case,
        "2017-11-21T00:00:00+08:00",
        "2017-11-21T07:00:00+08:00",
    );
    assert_eq!(first, "新浪微博");
    assert!(said.contains("首发新浪微博"), "{said}");
    let (first, said) = spread(
        &case,
        "2017-11-20T00:00:00+08:00",
        "2017-11-20T08:30:00+08:00",
    );
    assert_eq!(first, "郑州晚报");
    assert!(!said.contains("首发"), "{said}");
}

#[test]
fn advice_reads_as_an_office_writes() {
    let advice = |level| {
        let mut case = sample(&[4]);
        case.posts[0].level = level;
        let content = issue(&case);
        content.entries().next().expect("an entry").advice.clone()
    };
    assert_eq!(
        advice(Level::Yellow),
        "1．社保局核实情况、拟定口径，11月22日9时前报办公室并答复网民；2．办公室持续监测，情况有变随时续报。"
    );
    assert_eq!(advice(Level::Blue), "社保局核实情况并答复网民。");
}

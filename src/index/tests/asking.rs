//! What may be asked: distances, synonyms, what is proposed instead, and that a query is written as it is read.

use super::{ids, index, post, refusal, search, string, texts};
use crate::index::suggest::suggestions;
use crate::index::tokenizer::characters;
use crate::index::{Query, Sort};
use crate::text::synonyms::Synonyms;
use proptest::prelude::*;

/// Do both strings stand in the text, apart by at most so many characters?
fn are_near(text: &str, one: &str, other: &str, within: usize) -> bool {
    let text: Vec<char> = characters(text).collect();
    let places = |string: &str| -> Vec<(usize, usize)> {
        let string: Vec<char> = characters(string).collect();
        let windows = text.windows(string.len()).enumerate();
        (windows.filter(|(_, window)| *window == string.as_slice()))
            .map(|(at, window)| (at, at + window.len()))
            .collect()
    };
    let (ones, others) = (places(one), places(other));
    let follows = |first: &(usize, usize), second: &(usize, usize)| {
        second.0 >= first.1 && second.0 - first.1 <= within
    };
    (ones.iter()).any(|one| {
        others
            .iter()
            .any(|other| follows(one, other) || follows(other, one))
    })
}

fn visible(length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    string(length).prop_filter("white space parts the strings", |text| {
        !text.contains([' ', '"']) && !text.is_empty()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_distance_is_what_a_plain_reading_measures(
        posts in prop::collection::vec(string(1..40), 6),
        (one, other) in (visible(1..4), visible(1..4)),
        within in 0_usize..8,
    ) {
        let (_folder, index) = texts(&posts.iter().map(String::as_str).collect::<Vec<_>>());
        let query = Query::Near { field: None, strings: [one.clone(), other.clone()], within: within as u32 };
        let found = index.search(&query, Sort::Time, 0, 100).expect("the index is sound");
        let expected = (1_i64..).zip(&posts).filter(|(_, text)| are_near(text, &one, &other, within));
        let mut expected: Vec<i64> = expected.map(|(id, _)| id).collect();
        expected.reverse();
        let found: Vec<i64> = found.page.iter().map(|(id, _)| id.0).collect();
        prop_assert_eq!(found, expected, "{} {} {}", one, other, within);
    }

    #[test]
    fn a_query_reads_as_it_is_written(text in prop::collection::vec(prop::sample::select(vec![
        "社保", "-招聘", "(欠薪 OR 工资)", "\"社保 卡\"", "\"富士康 返费\"~10", "title:\"a b\"~2", "syn:养老金",
        "标题：排队", "level:red,orange", "after:2017-04", "日期:2017", "-(a b)", "NOT (x OR -y)", "region:\"a b\"", "OR", "|",
        "标题:关于“社保”", "欠薪“工资”", "NOT -招聘", "NOT NOT", "-“社保 卡”",
    ]), 1..6), between in prop::sample::select(vec![" ", ""])) {
        let text = text.join(between);
        if let Ok(query) = text.parse::<Query>() {
            let written = query.to_string();
            prop_assert_eq!(written.parse::<Query>(), Ok(query), "{} → {}", text, written);
        }
    }
}

fn words() -> Synonyms {
    let mut synonyms = Synonyms::default().with_words(["社保", "欠薪"].map(str::to_owned));
    synonyms.add_group("养老金、退休金").expect("two words");
    synonyms
}

#[test]
fn synonyms_are_asked_for_on_request_only() {
    let (_folder, index) = texts(&["养老金涨了", "退休金涨了", "工资涨了"]);
    let ids = |query: Query| {
        let mut ids = index.ids(&query, Sort::Time).expect("the index is sound");
        ids.reverse();
        ids.into_iter().map(|id| id.0).collect::<Vec<_>>()
    };
    let query: Query = "syn:养老金 涨".parse().expect("a query");
    assert_eq!(ids(query.with_synonyms(&|word| words().of(word))), [1, 2]);
    assert_eq!(ids("养老金 涨".parse().expect("a query")), [1]);
}

#[test]
fn what_finds_nothing_is_answered_with_queries_that_do() {
    let (_folder, index) = texts(&["社保大厅排队", "退休金没到账"]);
    let proposed = |query: &str| -> Vec<(String, usize)> {
        let query: Query = query.parse().expect(query);
        let suggestions =
            suggestions(&index, &query, &words(), Query::clone).expect("the index is sound");
        (suggestions.into_iter())
            .map(|one| (one.query, one.total))
            .collect()
    };
    assert_eq!(
        proposed("射保 排队"),
        [("社保 排队".to_owned(), 1), ("排队".to_owned(), 1)]
    );
    assert_eq!(proposed("养老金"), [("退休金".to_owned(), 1)]);
    assert_eq!(
        proposed("排队 after:2018-01-01 before:2018-02-01"),
        [("排队".to_owned(), 1)]
    );
    assert!(proposed("天气").is_empty());
    // The same word twice is tried once.
    assert_eq!(
        proposed("射保 排队 射保"),
        [("社保 排队 社保".to_owned(), 1)]
    );
    let long = |words: usize| {
        let words: Vec<String> = (1..words).map(|number| format!("社保{number}")).collect();
        format!("退休金 -社保大厅 ({})", words.join(" OR "))
    };
    assert_eq!(proposed(&long(9)), [("退休金 -社保大厅".to_owned(), 1)]);
    assert!(proposed(&long(11)).is_empty());
    assert!(proposed(&"社 ".repeat(660)).is_empty());
    assert!(proposed(&format!("退休金 {}", "-退 ".repeat(10))).is_empty());
}

#[test]
fn a_query_is_the_tree_that_a_reader_expects() {
    for (query, written) in [
        ("NOT -招聘", "招聘"),
        ("-NOT 招聘", "招聘"),
        ("NOT NOT 招聘", "招聘"),
        ("NOT NOT NOT 招聘", "-招聘"),
        ("--招聘", "招聘"),
        ("-(-招聘)", "-(-招聘)"),
        ("社保 NOT -(欠薪 OR 工资)", "社保 (欠薪 OR 工资)"),
        ("社保-招聘", "\"社保-招聘\""),
        ("社保 - 招聘", "社保 \"-\" 招聘"),
        ("-\"OR\"", "-\"OR\""),
        ("标题:关于“社保”", "title:关于 社保"),
        ("标题:关于\"社 保\"~3", "title:关于 \"社 保\"~3"),
        ("关于“社保”的通知", "关于 社保 的通知"),
        ("NOT“招聘”", "-招聘"),
        ("社保 OR“招聘”", "社保 OR 招聘"),
        ("社保 |”招聘”", "社保 OR 招聘"),
        ("日期:1900-1-1", "after:1900-01-01 before:1900-01-01"),
        ("起始:20170414", "after:2017-04-14"),
        ("截止：2200年", "before:2200-12-31"),
        ("起始:2017年4月", "after:2017-04-01"),
    ] {
        let tree: Query = query
            .parse()
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        assert_eq!(tree.to_string(), written, "{query}");
        assert_eq!(written.parse::<Query>(), Ok(tree), "{query}");
    }
    let many = format!("{}招聘", "NOT ".repeat(400));
    assert_eq!(
        many.parse::<Query>(),
        Ok(Query::Contains("招聘".to_owned()))
    );
}

#[test]
fn what_cannot_be_meant_is_refused_at_its_place() {
    for (query, position) in [
        ("NOT NOT", 8),
        ("NOT OR 招聘", 5),
        ("社保 NOT AND 招聘", 8),
        ("-OR 招聘", 2),
        ("NOT | 招聘", 5),
        ("社保”", 3),
        ("标题:关于“社保", 6),
        ("标题:关于“”", 6),
        ("after:+262142-12", 7),
        ("after:-2017-12-01", 7),
        ("after:17-04-14", 7),
        ("date:0017", 6),
        ("before:1899", 8),
        ("before:2201-01-01", 8),
        ("date:201704140", 6),
        ("date:2017-004-14", 6),
        ("\"的 了\"~5 (\"的 了\"~6 OR -\"的 社保\"~7)", 1),
    ] {
        let refusal = refusal(query);
        assert_eq!(refusal.position, position, "{query}: {refusal}");
    }
    for text in [
        "+262142-12-31",
        "17-04-14",
        "2201-01-01",
        "2017-02-30",
        "2017-04",
        "昨天",
        "",
    ] {
        let message = Query::read_day(text).expect_err(text);
        assert!(message.contains("不是日期，应写作 2017-04-14"), "{message}");
    }
}

#[test]
fn similar_posts_share_what_is_rare() {
    let posts = [
        post(1, "", "郑州社保大厅排队三小时，窗口只开两个"),
        post(2, "", "社保大厅排队太久，窗口开得少"),
        post(3, "", "今天天气很好，去公园排队看花"),
        post(4, "", "公司拖欠工资半年"),
    ];
    let (_folder, index) = index(&posts);
    let hits = index
        .similar("社保大厅窗口少，排队久", 10)
        .expect("the index is sound");
    let ids: Vec<i64> = hits.page.iter().map(|(id, _)| id.0).collect();
    assert_eq!(ids[..2], [2, 1]);
    assert!(!ids.contains(&4));
    assert!(
        index
            .similar("", 10)
            .expect("the index is sound")
            .page
            .is_empty()
    );
    let all = index
        .similar("社保大厅窗口少，排队久", usize::MAX)
        .expect("the index is sound");
    assert_eq!(all.page, hits.page);
}

#[test]
fn a_search_for_one_character_beside_another_sees_the_ends_of_texts() {
    let (_folder, index) = texts(&["保险社", "社会保", "保"]);
    assert_eq!(ids(&index, "\"社 保\"~5"), [1, 2].into());
    assert_eq!(ids(&index, "保"), [1, 2, 3].into());
    // What ends a text in the index cannot be asked for.
    assert_eq!(search(&index, "\"保\u{0}\"", Sort::Time, 0, 10).total, 3);
}

#[test]
fn several_values_are_one_of_them() {
    for (written, same) in [
        ("信源:大河网,映象网", "信源:大河网 OR 信源:映象网"),
        ("标题:欠薪、讨薪 郑州", "(标题:欠薪 OR 标题:讨薪) 郑州"),
        ("syn:养老金,社保", "syn:养老金 OR syn:社保"),
        ("渠道:论坛,视频", "channel:forum OR channel:video"),
    ] {
        let read = |text: &str| text.parse::<Query>();
        assert_eq!(read(written), read(same), "{written}");
    }
    let whole: Query = "信源:\"a,b\"".parse().expect("a query");
    assert_eq!(whole.to_string(), "source:\"a,b\"");
    let address: Query = "url:a.cn/1,2.html".parse().expect("a query");
    assert_eq!(address.to_string(), "url:\"a.cn/1,2.html\"");
}

#[test]
fn a_period_without_a_day_is_refused_where_it_ends() {
    for (query, position) in [
        ("起始:2018 截止:2017", 9),
        ("社保 截止:2017-03 日期:2017-04", 15),
        ("社保 OR (起始:2017-02 截止:2017-01)", 19),
    ] {
        let refusal = refusal(query);
        assert_eq!(refusal.position, position, "{query}: {refusal}");
        assert!(refusal.message.contains("没有这样的时段"), "{refusal}");
    }
    for query in [
        "起始:2017 截止:2017",
        "起始:2018 -截止:2017",
        "起始:2018 OR 截止:2017",
    ] {
        assert!(query.parse::<Query>().is_ok(), "{query}");
    }
    assert_eq!(
        Query::read_first_day("2017-02").map(|day| day.to_string()),
        Ok("2017-02-01".to_owned())
    );
    assert_eq!(
        Query::read_last_day("2016年2月").map(|day| day.to_string()),
        Ok("2016-02-29".to_owned())
    );
}

#[test]
fn square_brackets_are_one_for_a_search() {
    let (_folder, index) = texts(&[
        "郑人社〔2017〕12号",
        "郑人社[2017]12号",
        "【2017】",
        "(2017)",
    ]);
    for query in ["[2017]12号", "〔2017〕12号"] {
        assert_eq!(ids(&index, query), [1, 2].into(), "{query}");
    }
    assert_eq!(ids(&index, "[2017]"), [1, 2, 3].into());
}

#[test]
fn a_place_takes_in_what_lies_in_it() {
    let codes = |said: &str| match said {
        "郑州" => vec!["410100".to_owned(), "410103".to_owned()],
        _ => Vec::new(),
    };
    let query: Query = "社保 -属地:郑州 属地:洛阳".parse().expect("a query");
    assert_eq!(
        query.with_regions(&codes).to_string(),
        "社保 -(region:郑州 OR region:410100 OR region:410103) region:洛阳"
    );
}

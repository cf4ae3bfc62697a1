//! 台账: every figure against a plain recount, the posts behind it, freezing, and the files.

use crate::program::Desk;
use crate::site::page;
use crate::year::{live, recount_issues};
use calamine::Reader;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use yuqing::app::App;
use yuqing::model::{Channel, Intent, Label, Level, Sentiment, StoredPost, Topic};
use yuqing::pipeline::{label_post, process_all};
use yuqing::stats::{Figures, LedgerPeriod, is_post_figure};
use yuqing::store::Act;

/// Counts all posts of the period again, one after the other, from what pages show of them.
pub fn recount(app: &App, period: LedgerPeriod, figures: &Figures) {
    let bounds = period.bounds(app.zone());
    let all = app.store.changed_after(0, 10_000_000).expect("reads");
    let in_period = all.iter().map(|(_, stored)| stored).filter(|stored| {
        let at = stored.post.effective_at();
        bounds.from <= at && at < bounds.to
    });
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut outlets = BTreeSet::new();
    for stored in in_period {
        *counts.entry("collected".to_owned()).or_default() += 1;
        for key in plain_keys(stored) {
            *counts.entry(key).or_default() += 1;
        }
        if is_judged(stored) || removed_as(stored) == Some("copy") {
            *counts.entry("spread".to_owned()).or_default() += 1;
            let post = &stored.post;
            outlets.insert(post.outlet.clone().unwrap_or(post.source_name.clone()));
        }
    }
    assert_eq!(figures.count("outlets"), outlets.len() as u64);
    for (key, count) in &counts {
        assert_eq!(figures.count(key), *count, "{key}");
    }
    let families = [
        "removed_by",
        "by_channel",
        "by_topic",
        "by_matter",
        "by_sentiment",
        "by_level",
        "by_intent",
        "by_jurisdiction",
    ];
    for family in families {
        for (key, value) in figures.family(family) {
            assert_eq!(value, counts.get(key).copied().unwrap_or(0) as f64, "{key}");
        }
    }
    for key in ["posts", "removed", "flagged", "flagged_yellow"] {
        let counted = counts.get(key).copied().unwrap_or(0);
        assert_eq!(figures.count(key), counted, "{key}");
    }
}

fn is_official(stored: &StoredPost) -> bool {
    stored.post.is_official || stored.post.channel == Channel::Government
}

/// Why a post is taken out, if it is: first advertisements, then what is none of ours, then copies.
fn removed_as(stored: &StoredPost) -> Option<&'static str> {
    let analysis = stored.analysis.as_ref()?;
    if is_official(stored) {
        return None;
    }
    if analysis.about && analysis.intent == Intent::Ad {
        return Some("ad");
    }
    if !analysis.relevant {
        return Some("irrelevant");
    }
    stored.repost_of.map(|_| "copy")
}

fn is_judged(stored: &StoredPost) -> bool {
    stored.analysis.is_some() && !is_official(stored) && removed_as(stored).is_none()
}

fn plain_keys(stored: &StoredPost) -> Vec<String> {
    let Some(analysis) = stored.analysis.as_ref().filter(|_| is_judged(stored)) else {
        return removed_as(stored).map_or_else(Vec::new, |reason| {
            vec!["removed".to_owned(), format!("removed_by.{reason}")]
        });
    };
    let topics: BTreeSet<&str> = (analysis.topics.iter())
        .map(|topic| topic.code.code())
        .collect();
    let primary = analysis.primary_topic().map_or("none", Topic::code);
    let mut keys = vec![
        "posts".to_owned(),
        format!("by_channel.{}", stored.post.channel),
        format!("by_topic.{primary}"),
        format!("by_sentiment.{}", analysis.sentiment),
        format!("by_level.{}", analysis.level),
        format!("by_intent.{}", analysis.intent),
        format!("by_jurisdiction.{}", analysis.regions.jurisdiction),
    ];
    if topics.is_empty() {
        keys.push("by_matter.none".to_owned());
    }
    keys.extend(topics.iter().map(|topic| format!("by_matter.{topic}")));
    if analysis.level > Level::None {
        keys.push("flagged".to_owned());
    }
    if analysis.level >= Level::Yellow {
        keys.push("flagged_yellow".to_owned());
    }
    keys
}

fn say(app: &App, number: usize, label: Label) {
    let all = app.store.changed_after(0, 10_000).expect("reads");
    let judged: Vec<&StoredPost> = (all.iter().map(|(_, stored)| stored))
        .filter(|stored| is_judged(stored))
        .collect();
    let act = Act {
        by: "李四".to_owned(),
        note: String::new(),
        at: app.now(),
    };
    label_post(app, judged[number].id, label, act).expect("judged");
    process_all(app).expect("the steps work");
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_equal_a_recount_and_the_lists_behind_them() {
    // Some 500 posts of the first weeks of a year.
    let lived = live(9000, 19).await;
    let app = &lived.app;
    let january = LedgerPeriod::month("2017-01").expect("a month");
    // Counted before anybody spoke: what is kept of it must not outlive what they say.
    let before = app.live_ledger(january).expect("counts").ledger.figures;
    tokio::task::block_in_place(|| {
        say(
            app,
            3,
            Label {
                level: Some(Level::Orange),
                topics: Some(vec![Topic::Gs, Topic::Fw]),
                ..Label::default()
            },
        );
        say(
            app,
            7,
            Label {
                sentiment: Some(Sentiment::Positive),
                level: Some(Level::None),
                ..Label::default()
            },
        );
        say(
            app,
            11,
            Label {
                relevant: Some(false),
                ..Label::default()
            },
        );
    });
    let report = app.live_ledger(january).expect("counts");
    let figures = &report.ledger.figures;
    assert!(figures.count("collected") > 400);
    assert_ne!(before, *figures);
    recount(app, january, figures);
    let mut lists = 0;
    for (key, value) in figures.iter().filter(|(key, _)| is_post_figure(key)) {
        let behind = app.posts_behind(january, &report, key).expect("reads");
        assert_eq!(behind.len() as f64, value, "{key}");
        let mut paged = Vec::new();
        for first in (0..=behind.len()).step_by(50) {
            let page = app.page_behind(january, &report, key, first..first + 50);
            let (count, ids) = page.expect("reads");
            assert_eq!(count, behind.len(), "{key}");
            assert!(ids.len() == 50 || first + ids.len() == count, "{key}");
            paged.extend(ids);
        }
        paged.sort_unstable();
        assert_eq!(paged, behind, "{key}: each once, on some page");
        lists += 1;
    }
    assert!(lists > 60);
    // Days add up to the month; what was issued is what was signed.
    let trend = &report.ledger.trend;
    let days: u64 = trend.iter().map(|step| step.posts).sum();
    assert_eq!(days, figures.count("posts"));
    assert!(figures.count("issues") >= 8);
    assert_eq!(figures.count("zero_reports"), lived.zero_reports);
    assert_eq!(
        figures.count("entries"),
        report.ledger.entry_list.len() as u64
    );
    recount_issues(&lived, figures);
    // Level and topic, sentiment and level, relevance and with it the level.
    assert_eq!(figures.count("suggestions.disagreed"), 6);
    for (path, words) in [
        ("/stats?year=2017&month=1", "<h2>主题分布</h2>"),
        ("/stats?year=2017", "全年共搜集上报"),
        ("/stats?year=2017", "截至今日，按"),
        (
            "/stats?year=2017&month=13",
            "的统计，请填1990年至2199年之间",
        ),
        ("/api/v1/stats?year=2017&month=1", "\"period\":\"2017-01\""),
    ] {
        let shown = page(app, path).await;
        assert!(shown.contains(words), "{path}: {shown}");
    }
    // A year is its months.
    let year = LedgerPeriod::year("2017").expect("a year");
    let whole = app.live_ledger(year).expect("counts").ledger;
    assert_eq!(whole.figures, *figures);
    assert_eq!(whole.previous, None, "nothing is on record of 2016");
    assert!(app.freeze_ledger(january, "张三", "").expect("writes"));
    let shown = page(app, "/stats?year=2017&month=2").await;
    assert!(shown.contains("上期（已冻结）</th>"), "{shown}");
}

/// A blue complaint at a hall, and what is none of ours.
fn desk() -> Desk {
    let desk = Desk::new();
    let row = |id: &str, text: &str| {
        json!({"id": id, "url": format!("https://bbs.example.cn/{id}"), "channel": "forum",
            "source_name": "商城论坛", "title": "=1+1", "text": text,
            "published_at": "2017-11-21T09:40:00+08:00"})
        .to_string()
            + "\n"
    };
    let rows = [
        row(
            "a",
            "在市社保大厅办社保卡，窗口态度差，跑了三趟没办成，电话13812345678，请郑州市社保局管一管",
        ),
        row("b", "公园的荷花开了，周末去看看"),
    ];
    desk.write("posts.jsonl", rows.concat());
    desk.expect(0, &["import", "posts.jsonl"]);
    desk
}

fn level_of(figures: &Value) -> (u64, u64) {
    let level = |code: &str| figures["by_level"][code].as_u64().expect("a count");
    (level("blue"), level("yellow"))
}

/// A12.
#[test]
fn a_frozen_ledger_does_not_change_and_the_difference_names_the_post() {
    let desk = desk();
    let year = |more: &[&str]| {
        let arguments = [&["stats", "year", "2017", "--json"], more].concat();
        desk.expect(0, &arguments).json()
    };
    assert_eq!(level_of(&year(&[])), (1, 0));
    desk.expect(2, &["stats", "year", "2017", "--difference"]);
    desk.expect(2, &["stats", "year", "2017", "--freeze"]);
    let frozen = year(&["--freeze", "--by", "张三"]);
    assert_eq!(frozen["frozen"]["by"], "张三");
    let refused = desk.expect(2, &["stats", "year", "2017", "--freeze", "--by", "王五"]);
    assert!(refused.err.contains("由张三于"), "{}", refused.err);
    assert_eq!(year(&["--difference"])["posts"], json!([]));

    let behind = year(&["--figure", "by_level.blue", "--posts"]);
    let id = behind["posts"][0]["id"].to_string();
    desk.expect(0, &["label", &id, "--level", "黄", "--by", "李四"]);
    assert_eq!(year(&[]), frozen, "what was signed for stays");
    assert_eq!(level_of(&year(&["--live"])), (0, 1));
    // What the next year is compared with is what was signed for.
    let next = desk.expect(0, &["stats", "year", "2018", "--json"]).json();
    assert_eq!(level_of(&next["previous"]), (1, 0));
    assert_eq!(next["previous_is_frozen"], true);
    assert_eq!(year(&["--live"])["previous_is_frozen"], false);
    let text = desk.expect(0, &["stats", "year", "2018"]).out;
    assert!(text.contains("上期、上年同期取自冻结的台账"), "{text}");
    let difference = year(&["--difference"]);
    let changed = difference["posts"].as_array().expect("a list");
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["external_id"], "a");
    assert_eq!(
        changed[0]["changes"],
        json!([{"field": "级别", "frozen": "蓝", "live": "黄"}])
    );
    let text = desk
        .expect(0, &["stats", "year", "2017", "--difference"])
        .out;
    assert!(text.contains("级别：蓝 → 黄"), "{text}");
    assert!(text.contains("by_level.yellow"), "{text}");
    // What is listed behind a frozen figure is what it was counted from.
    let behind = year(&["--figure", "by_level.blue"]);
    assert_eq!(behind["posts"].as_array().map(Vec::len), Some(1));

    let again = [
        "--freeze",
        "--by",
        "王五",
        "--again",
        "--reason",
        "补录一期",
    ];
    assert_eq!(level_of(&year(&again)), (0, 1));
    assert_eq!(year(&["--difference"])["posts"], json!([]));
}

#[test]
fn a_month_is_printed_with_definitions_and_its_sentence() {
    let desk = desk();
    let text = desk.expect(0, &["stats", "month", "2017-11"]).out;
    for words in [
        "2017年11月人社舆情统计",
        "有效监测条数",
        "口径：",
        "本月共搜集上报0期0条；协调处理应急舆情事件0起；答复网友0件。",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let empty = desk
        .expect(0, &["stats", "month", "2015-01", "--json"])
        .json();
    assert_eq!(empty["posts"], 0);
    assert_eq!(empty["previous"], Value::Null);
    let next = desk
        .expect(0, &["stats", "month", "2017-12", "--json"])
        .json();
    assert_eq!(next["previous"]["posts"], 1);
    assert!(!text.contains("截至今日"), "{text}");
    let early = desk.expect(2, &["stats", "month", "2199-12"]).err;
    assert!(early.contains("2199年12月：统计期尚未开始"), "{early}");
    for wrong in [
        &["stats", "month", "2017"][..],
        &["stats", "year", "2017-11"],
        &["stats", "month", "2017-11", "--figure", "issues"],
        &["stats", "month", "2017-11", "--figure", "by_nothing.x"],
        &["stats", "year", "2190", "--freeze", "--by", "张三"],
    ] {
        let refused = desk.expect(2, wrong);
        assert!(!refused.err.is_empty(), "{wrong:?}");
    }
}

#[test]
fn behind_a_figure_stand_masked_posts() {
    let desk = desk();
    let arguments = ["stats", "month", "2017-11", "--figure", "posts", "--posts"];
    let text = desk.expect(0, &arguments).out;
    assert!(text.contains("https://bbs.example.cn/a"), "{text}");
    assert!(!text.contains("13812345678"), "{text}");
    assert!(!text.contains("bbs.example.cn/b"), "{text}");
}

#[test]
fn files_are_written_and_hold_words_not_formulas() {
    let desk = desk();
    desk.expect(
        0,
        &[
            "stats", "year", "2017", "--xlsx", "y.xlsx", "--docx", "y.docx", "--html", "y.html",
        ],
    );
    let html = std::fs::read_to_string(desk.path("y.html")).expect("written");
    assert!(html.contains("全年共搜集上报0期0条"), "{html}");
    assert!(html.contains("口径："), "{html}");
    let docx = std::fs::read(desk.path("y.docx")).expect("written");
    assert!(docx.starts_with(b"PK"));
    let mut book = calamine::open_workbook_auto(desk.path("y.xlsx")).expect("a workbook");
    let names = book.sheet_names();
    assert_eq!(
        names,
        [
            "汇总",
            "按渠道",
            "按主题",
            "按级别",
            "按属地",
            "按处室",
            "条目清单",
            "定义"
        ]
    );
    for name in names {
        let formulas = book.worksheet_formula(&name).expect("a sheet");
        assert_eq!(formulas.used_cells().count(), 0, "{name}");
    }
    let sheet = book.worksheet_range("汇总").expect("a sheet");
    let posts = sheet.rows().find(|row| row.len() > 2 && row[1] == "posts");
    assert_eq!(posts.map(|row| row[2].to_string()), Some("1".to_owned()));
}

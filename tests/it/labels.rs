//! `yuqing label`, `labels`, `rules diff`: a person's word, from the command line to search, page and training rows.

use crate::program::Desk;
use serde_json::{Value, json};

/// Four questions of one wording, which the machine takes for complaints, and a matter of its own.
fn posts() -> String {
    let question = |id: &str, office: &str| {
        json!({
            "id": id, "channel": "forum", "source_name": "示例论坛", "outlet_tier": "T5",
            "author": format!("网友{id}"), "published_at": format!("2017-04-1{id}T09:00:00+08:00"),
            "title": "社保卡一直没有下来",
            "text": format!("去年十月在郑州市社保局{office}窗口交的材料，社保卡一直没有下来，打电话也没人接，电话13812345678，太气人了"),
        })
    };
    let unpaid = json!({
        "id": "9", "channel": "weibo", "source_name": "示例微博", "outlet_tier": "T5", "author": "工人",
        "published_at": "2017-04-14T10:00:00+08:00",
        "text": "郑州经开区一处工地拖欠我们八名工人工资三个月，劳动监察大队说正在登记，至今没有结果。",
    });
    let rows = [question("1", "一楼"), question("2", "二楼"), unpaid];
    rows.map(|row| row.to_string() + "\n").concat()
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("posts.jsonl", posts());
    desk.expect(0, &["import", "posts.jsonl"]);
    desk
}

fn label(desk: &Desk, arguments: &[&str]) -> Value {
    desk.expect(0, &[&["label", "--json"], arguments].concat())
        .json()
}

fn id_of(desk: &Desk, external: &str) -> String {
    let all = desk.expect(0, &["search", "", "--json"]).json();
    let hits = all["hits"].as_array().expect("a list").clone();
    let hit = hits.into_iter().find(|hit| hit["external_id"] == external);
    hit.expect("imported")["id"].to_string()
}

fn total(desk: &Desk, query: &str) -> u64 {
    let found = desk.expect(0, &["search", query, "--json"]).json();
    found["total"].as_u64().expect("a count")
}

#[test]
fn a_corrected_complaint_is_a_question_everywhere_and_the_next_like_it_shows_the_rate() {
    let desk = desk();
    let (first, second) = (id_of(&desk, "1"), id_of(&desk, "2"));
    let before = label(&desk, &[&first]);
    assert_eq!(before["machine"]["intent"], "complaint", "{before}");
    let flagged = total(&desk, "level:blue");

    let said = ["--intent", "consult", "--level", "none", "--by", "张三"];
    let note = ["--note", "问进度，电话13812345678"];
    let after = label(&desk, &[&[first.as_str()], &said[..], &note].concat());
    assert_eq!(after["effective"]["intent"], "consult");
    assert_eq!(after["machine"]["intent"], "complaint");
    let correction = &after["corrections"][0];
    assert_eq!(correction["note"], "问进度，电话138****5678");
    assert!(
        correction["rules"]["intent"]
            .as_array()
            .is_some_and(|rules| rules.contains(&json!("intent.complaint")))
    );
    assert_eq!(total(&desk, "level:blue"), flagged - 1, "the index follows");

    let next = label(&desk, &[&second]);
    let rules = next["adoption"]["rules"].as_array().expect("a list");
    let of_intent = rules.iter().find(|rule| rule["rule"] == "intent.complaint");
    assert_eq!(of_intent.expect("it fired")["disagreed"], 1);
    let template = next["adoption"]["template"].as_array().expect("a list");
    let intent = template.iter().find(|known| known["field"] == "intent");
    assert_eq!(
        intent.expect("the same wording")["said"],
        json!({"咨询": 1})
    );

    desk.expect(0, &["label", &second, "--confirm", "--by", "李四"]);
    let rates = desk.expect(0, &["labels", "--by-rule", "--json"]).json();
    let rates = rates.as_array().expect("a list");
    let complaint = rates.iter().find(|rate| rate["rule"] == "intent.complaint");
    let complaint = complaint.expect("counted");
    assert_eq!(
        (&complaint["agreed"], &complaint["disagreed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(complaint["rate"], 0.5);
}

#[test]
fn a_correction_is_taken_back_and_stays_on_record() {
    let desk = desk();
    let id = id_of(&desk, "9");
    let before = label(&desk, &[&id]);
    let red = label(&desk, &[&id, "--level", "red", "--by", "张三"]);
    assert_eq!(red["effective"]["level"], "red");
    let events = |desk: &Desk| {
        let events = desk.expect(0, &["events", "--json"]).json();
        let levels = events.as_array().expect("a list").iter();
        levels
            .map(|event| event["level"].clone())
            .collect::<Vec<_>>()
    };
    assert!(events(&desk).contains(&json!("red")));
    let count = events(&desk).len();
    let undone = label(&desk, &[&id, "--undo", "--by", "李四"]);
    assert_eq!(undone["effective"], before["effective"]);
    assert_eq!(undone["corrections"][0]["withdrawn"]["by"], "李四");
    assert!(!events(&desk).contains(&json!("red")));
    label(&desk, &[&id, "--level", "none", "--by", "张三"]);
    assert!(
        events(&desk).iter().all(|level| level != "none"),
        "what calls for nothing is no event"
    );
    assert_eq!(events(&desk).len(), count - 1);
    label(&desk, &[&id, "--undo", "--by", "李四"]);
    assert_eq!(events(&desk).len(), count);
    let nothing = desk.expect(2, &["label", &id, "--undo", "--by", "李四"]);
    assert!(nothing.err.contains("没有可撤回"), "{}", nothing.err);
}

#[test]
fn wrong_labels_are_refused_with_a_way_out() {
    let desk = desk();
    let id = id_of(&desk, "9");
    let refused = |arguments: &[&str], words: &str| {
        let done = desk.expect(2, &[&["label"], arguments].concat());
        assert!(done.err.contains(words), "{}", done.err);
    };
    refused(&[&id, "--level", "red"], "--by");
    refused(&[&id, "--by", "张三"], "--confirm");
    refused(&["99", "--level", "red", "--by", "张三"], "没有编号为99");
    refused(
        &[&id, "--relevant", "no", "--level", "red", "--by", "张三"],
        "--relevant 是",
    );
    refused(&[&id, "--relevant", "maybe", "--by", "张三"], "yes");
    refused(&[&id, "--undo", "--level", "red", "--by", "张三"], "--undo");
}

#[test]
fn labelled_posts_become_rows_to_learn_from() {
    let desk = desk();
    let id = id_of(&desk, "1");
    desk.expect(
        0,
        &[
            "label",
            &id,
            "--intent",
            "consult",
            "--topic",
            "KA,FW",
            "--relevant",
            "yes",
            "--by",
            "张三",
        ],
    );
    desk.expect(0, &["labels", "--export", "rows.jsonl"]);
    let rows = std::fs::read_to_string(desk.path("rows.jsonl")).expect("written");
    let row: Value = serde_json::from_str(rows.trim()).expect("one row");
    assert_eq!(
        row["expected"],
        json!({"about": true, "relevant": true, "topic": "KA", "topics": ["KA", "FW"], "intent": "consult"})
    );
    assert_eq!(row["id"], "1");
    assert!(
        row["text"]
            .as_str()
            .is_some_and(|text| text.contains("138****5678"))
    );
    let again = desk.expect(2, &["labels", "--export", "rows.jsonl"]);
    assert!(again.err.contains("已存在"), "{}", again.err);
    // The rows are posts like any other.
    desk.expect(0, &["analyze", "rows.jsonl"]);
    let standard = desk.expect(0, &["labels", "--export", "-"]);
    assert_eq!(standard.out, rows);
}

#[test]
fn what_people_confirmed_is_judged_alike_from_the_export() {
    let desk = Desk::new();
    // Nothing but the source says where these were written.
    let rows = [
        ("1", "社保卡一直没有下来，打电话也没人接，太气人了"),
        ("2", "工地拖欠我们八名工人工资三个月，没人管"),
        ("3", "请问退休手续怎么办"),
    ];
    let row = |(id, text): (&str, &str)| {
        json!({
            "id": id, "channel": "message_board", "source_name": "示例留言板", "text": text,
            "published_at": "2017-04-14T09:00:00+08:00", "source_region": "410100",
            "expected": {},
        })
    };
    desk.write(
        "posts.jsonl",
        rows.map(|given| row(given).to_string() + "\n").concat(),
    );
    desk.expect(0, &["import", "posts.jsonl"]);
    for (external, _) in rows {
        let id = id_of(&desk, external);
        desk.expect(0, &["label", &id, "--confirm", "--by", "张三"]);
    }
    desk.expect(0, &["labels", "--export", "rows.jsonl"]);
    let report = desk.expect(0, &["eval", "rows.jsonl", "--json"]).json();
    let labels = report["files"][0]["labels"].as_array().expect("a list");
    assert_eq!(labels.len(), 7, "{report}");
    for label in labels {
        assert_eq!(
            (&label["row_count"], &label["right"]),
            (&json!(3), &json!(3)),
            "{label}"
        );
    }
    let place = labels.iter().find(|label| label["label"] == "jurisdiction");
    assert!(place.is_some());
}

fn with_other_levels(desk: &Desk) {
    let levels = include_str!("../../config/levels.toml");
    let crowd = "id = \"Y4\"\nlevel = \"yellow\"";
    assert!(levels.contains(crowd), "the rule is where it was");
    let levels = levels.replace(crowd, "id = \"O9\"\nlevel = \"orange\"");
    let levels = levels.replace(
        "id = \"B1\"\nlevel = \"blue\"",
        "id = \"B1\"\nlevel = \"none\"",
    );
    desk.write("new/levels.toml", levels);
}

#[test]
fn new_rules_are_tried_on_stored_posts_and_change_nothing() {
    let desk = desk();
    let id = id_of(&desk, "9");
    let before = label(&desk, &[&id]);
    with_other_levels(&desk);
    let lab = desk
        .expect(
            0,
            &["rules", "diff", "--since", "2017-01-01", "new", "--json"],
        )
        .json();
    assert_eq!(lab["posts"], 3);
    assert_eq!(
        (&lab["counts"]["lost"], &lab["counts"]["raised"]),
        (&json!(2), &json!(1)),
        "{lab}"
    );
    let changes = lab["changes"].as_array().expect("a list");
    let raised = changes
        .iter()
        .find(|change| change["new"]["level"] == "orange")
        .expect("raised");
    assert_eq!(
        (&raised["rules_gone"], &raised["rules_new"]),
        (&json!(["Y4"]), &json!(["O9"]))
    );
    let text = desk
        .expect(0, &["rules", "diff", "--since", "2017-01-01", "new"])
        .out;
    assert!(
        text.contains("少标2条") && text.contains("级别黄→橙"),
        "{text}"
    );
    assert_eq!(label(&desk, &[&id]), before, "nothing was written");
    let young = desk
        .expect(0, &["rules", "diff", "--since", "1d", "new", "--json"])
        .json();
    assert_eq!(young["posts"], 0);

    desk.write("same/levels.toml", include_str!("../../config/levels.toml"));
    let same = desk.expect(0, &["rules", "diff", "--since", "2017-01-01", "same"]);
    assert!(
        same.out.contains("完全相同") && same.out.contains("新规则取自 same：levels.toml；"),
        "{}",
        same.out
    );
    let young = desk.expect(0, &["rules", "diff", "--since", "1d", "same"]);
    assert!(young.out.contains("这段时间没有信息"), "{}", young.out);
    let future = desk.expect(2, &["rules", "diff", "--since", "2999-01-01", "same"]);
    assert!(future.err.contains("在将来"), "{}", future.err);
    desk.write("other/notes.txt", "no rules");
    let other = desk.expect(2, &["rules", "diff", "other"]);
    assert!(other.err.contains("没有本程序的配置文件"), "{}", other.err);
}

#[test]
fn wrong_new_rules_are_told_as_check_tells_them() {
    let desk = desk();
    desk.write(
        "new/levels.toml",
        "[gate]\n\n[[rule]]\nid = \"R1\"\nlevel = \"purple\"\ntext = \"\"\n",
    );
    let told = desk.expect(2, &["rules", "diff", "new"]);
    let checked = desk.expect(2, &["--config", "new", "check"]);
    assert!(told.err.contains("levels.toml"), "{}", told.err);
    assert_eq!(told.err, checked.err);
    let missing = desk.expect(2, &["rules", "diff", "nowhere"]);
    assert!(missing.err.contains("nowhere"), "{}", missing.err);
}

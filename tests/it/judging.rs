//! `yuqing analyze`, `eval`, `train`: files of any character set, answers in Chinese, exit codes of what goes wrong.

use crate::program::Desk;
use serde_json::json;

fn row(number: usize, is_about: bool) -> String {
    let text = match is_about {
        true => format!("郑州市社保局窗口排队{number}小时，社保卡没有办成"),
        false => format!("公园第{number}片荷花开了"),
    };
    let post = json!({
        "id": number.to_string(), "channel": "forum", "source_name": "示例论坛", "text": text,
        "expected": {"about": is_about},
    });
    post.to_string() + "\n"
}

#[test]
fn posts_in_gb18030_are_judged_as_what_they_say() {
    let desk = Desk::new();
    let line =
        "{\"channel\":\"forum\",\"source_name\":\"论坛\",\"text\":\"郑州市社保局窗口没人\"}\n";
    desk.write("utf8.jsonl", line);
    desk.write("gb.jsonl", encoding_rs::GB18030.encode(line).0);
    let expected = desk.expect(0, &["analyze", "utf8.jsonl"]).out;
    assert_eq!(desk.expect(0, &["analyze", "gb.jsonl"]).out, expected);
    desk.write("picture.jsonl", [0u8, 159, 146, 150].repeat(99));
    let picture = desk.expect(1, &["analyze", "picture.jsonl"]);
    assert!(picture.err.contains("不是文本文件"), "{}", picture.err);
}

#[test]
fn eval_answers_in_chinese_and_says_what_it_could_not_read() {
    let desk = Desk::new();
    let wrong = row(1, true).replace("\"about\":true", "\"about\":false,\"intent\":\"praise\"");
    desk.write("rows.jsonl", wrong + "{\"text\":\n");
    let done = desk.expect(3, &["eval", "rows.jsonl"]);
    assert!(
        done.out.contains("涉及：0/1") && done.out.contains("应为“否”，判为“是”"),
        "{}",
        done.out
    );
    assert!(
        done.out.contains("意图：0/1") && done.out.contains("应为“表扬”"),
        "{}",
        done.out
    );
    assert!(done.out.contains("有1行读不出"), "{}", done.out);
    let report = desk.expect(3, &["eval", "rows.jsonl", "--json"]).json();
    assert_eq!(report["files"][0]["labels"][0]["label"], "about");
    let missing = desk.expect(2, &["eval", "nowhere"]);
    assert!(missing.err.contains("nowhere"), "{}", missing.err);
}

#[test]
fn eval_refuses_labels_that_nothing_can_match() {
    let desk = Desk::new();
    let labels = [
        ("\"intent\":\"ask\"", "expected.intent: “ask”", "consult"),
        ("\"level\":\"黄色\"", "expected.level: “黄色”", "yellow"),
        ("\"about\":1", "expected.about: “1”", "true、false"),
        (
            "\"sentimemt\":\"negative\"",
            "expected.sentimemt: 没有这一项",
            "sentiment、",
        ),
    ];
    for (label, wrong, allowed) in labels {
        let rows = row(1, true) + "\n" + &row(2, true).replace("\"about\":true", label);
        desk.write("rows.jsonl", rows);
        let done = desk.expect(2, &["eval", "rows.jsonl"]);
        assert!(
            done.err.contains(&format!("rows.jsonl:3: {wrong}")) && done.err.contains(allowed),
            "{}",
            done.err
        );
    }
    desk.write(
        "rows.jsonl",
        row(1, true).replace("\"about\":true", "\"level\":\"红\",\"topics\":[]"),
    );
    let done = desk.expect(0, &["eval", "rows.jsonl"]);
    assert!(done.out.contains("应为“红”"), "{}", done.out);
}

#[test]
fn train_says_what_is_wrong_before_it_works() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("empty")).expect("the desk can be written to");
    let empty = ["train", "empty", "--task", "about", "--out", "models"];
    desk.expect(2, &empty);
    // Examples alone do not tell what people talk about every day.
    let done = desk.expect(2, &["train", "--task", "examples.about", "--out", "models"]);
    assert!(done.err.contains("weibo_emotion_usual"), "{}", done.err);
    desk.expect(2, &["train", "nowhere", "--out", "models"]);

    let half = row(1, true) + "{\"text\":\"社保";
    desk.write("half/labels.jsonl", half);
    let done = desk.expect(2, &["train", "half", "--out", "models"]);
    assert!(
        done.err.contains("labels.jsonl:2") && done.err.contains("没有写完"),
        "{}",
        done.err
    );

    let rows: Vec<String> = (0..120)
        .map(|number| row(number, number % 2 == 0))
        .collect();
    let rows = rows.concat().replace(
        "\"expected\":{\"about\":true}",
        "\"label\":\"劳动和社会保障\"",
    );
    desk.write(
        "rows/messages/labelled.jsonl",
        rows.replace("\"expected\":{\"about\":false}", "\"label\":\"城建\""),
    );
    let file = desk.write("file", "no folder");
    let below = file.join("models");
    let done = desk.expect(1, &["train", "rows", "--out", &below.to_string_lossy()]);
    assert!(done.err.contains("不是目录"), "{}", done.err);
}

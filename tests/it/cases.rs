//! 办理件 on the command line: steps that nobody leaves out unseen, letters that fill the form, sheets, and the register of
//! replies.

use crate::program::{Desk, fixture};
use serde_json::{Value, json};
use std::io::Read;

/// `spec.md` 9.2, A5, as a clerk registers it.
const LETTER: [&str; 12] = [
    "case",
    "add",
    "--from",
    "某市互联网舆情办公室",
    "--document-no",
    "某网舆〔2017〕12号",
    "--title",
    "关于网民反映社保卡补办问题的转办",
    "--received",
    "2017-09-29 16:00",
    "--by",
    "张三",
];

fn with<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [command, more].concat()
}

fn json_of(desk: &Desk, arguments: &[&str]) -> Value {
    desk.expect(0, &with(arguments, &["--json"])).json()
}

#[test]
fn a_letter_goes_its_way_from_receipt_to_archive() {
    let desk = Desk::new();
    let text = desk.expect(0, &LETTER).out;
    assert!(
        text.contains("已登记第1号转办件")
            && text.contains("2017-10-10 18:00　依据：规则T-XF-XIN，"),
        "{text}"
    );
    let listed = json_of(&desk, &["case", "list"]);
    let row = &listed[0];
    for (key, value) in [
        ("id", json!(1)),
        ("from", json!("某市互联网舆情办公室")),
        ("document_no", json!("某网舆〔2017〕12号")),
        ("received_at", json!("2017-09-29T16:00:00+08:00")),
        ("due_at", json!("2017-10-10T18:00:00+08:00")),
        ("state", json!("registered")),
        ("overdue", json!(true)),
        ("due_flag", json!("overdue")),
    ] {
        assert_eq!(row[key], value, "{key}");
    }
    for (step, time) in [
        ("拟办", "2017-09-30 09:00"),
        ("签批", "2017-09-30 10:00"),
        ("承办", "2017-09-30 11:00"),
        ("反馈", "2017-10-10 17:59"),
    ] {
        let order = ["case", "advance", "1", "--by", "李四", "--at", time];
        let said = desk.expect(0, &order).out;
        assert!(said.contains(&format!("已转到“{step}”")), "{said}");
    }
    let refused = desk.expect(2, &["case", "close", "1", "--by", "李四"]).err;
    assert!(refused.contains("请用 --result 写明"), "{refused}");
    let close = [
        "case",
        "close",
        "1",
        "--result",
        "已补发社保卡",
        "--by",
        "李四",
    ];
    let closed = json_of(&desk, &close);
    assert_eq!(closed["state"], "archived");
    assert_eq!(
        closed["overdue"], false,
        "answered a minute before its time"
    );
    assert_eq!(closed["fields"]["result"], "已补发社保卡");
    let steps = closed["steps"].as_array().expect("a list");
    assert_eq!(steps.len(), 6);
    assert!(steps.iter().all(|step| step["is_skipped"] == false));
    let open = json_of(&desk, &["case", "list", "--open"]);
    assert_eq!(open, json!([]));
    let refused = desk
        .expect(2, &["case", "advance", "1", "--by", "李四"])
        .err;
    assert!(refused.contains("已在最后环节“归档”"), "{refused}");
}

#[test]
fn no_step_is_left_out_unseen_and_none_goes_back_without_a_word() {
    let desk = Desk::new();
    desk.expect(0, &LETTER);
    let to_office = ["case", "advance", "1", "--to", "承办", "--by", "李四"];
    let refused = desk.expect(2, &to_office).err;
    assert!(
        refused.contains("要略过“拟办、签批”，请用 --skip-reason"),
        "{refused}"
    );
    let reason = ["--skip-reason", "局领导电话批示"];
    let said = desk.expect(0, &with(&to_office, &reason)).out;
    assert!(said.contains("略过“拟办、签批”已记录"), "{said}");
    let back = ["case", "advance", "1", "--to", "拟办", "--by", "王五"];
    assert!(desk.expect(2, &back).err.contains("请用 --reason 写明原因"));
    desk.expect(0, &with(&back, &["--reason", "承办处室有误"]));
    let shown = json_of(&desk, &["case", "show", "1"]);
    let steps: Vec<(&str, &str, &str, bool)> = (shown["steps"].as_array().expect("a list").iter())
        .map(|step| {
            let text = |key: &str| step[key].as_str().expect("text");
            (
                text("state"),
                text("by"),
                text("note"),
                step["is_skipped"].as_bool().expect("a flag"),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("registered", "张三", "", false),
            ("proposed", "李四", "局领导电话批示", true),
            ("approved", "李四", "局领导电话批示", true),
            ("undertaken", "李四", "", false),
            ("proposed", "王五", "承办处室有误", false)
        ]
    );
    let text = desk.expect(0, &["case", "show", "1"]).out;
    assert!(
        text.contains("李四　略过“拟办”：局领导电话批示")
            && text.contains("王五　退回“拟办”：承办处室有误"),
        "{text}"
    );
    let close = ["case", "close", "1", "--result", "查无此事", "--by", "李四"];
    let refused = desk.expect(2, &close).err;
    assert!(refused.contains("反馈”，请用 --skip-reason"), "{refused}");
    let closed = json_of(&desk, &with(&close, &["--skip-reason", "来文单位撤回"]));
    assert_eq!(closed["feedback_at"], Value::Null);
    assert_eq!(closed["state"], "archived");
}

#[test]
fn wrong_input_is_refused_with_the_field_named() {
    let desk = Desk::new();
    desk.expect(0, &LETTER);
    let add = ["case", "add", "--by", "张三"];
    let full = with(&add, &["--from", "省人社厅", "--title", "甲"]);
    for (order, said) in [
        (LETTER.to_vec(), "同一来文已登记为第1号办理件"),
        (with(&add, &["--title", "甲"]), "缺少来文单位，请用 --from"),
        (
            with(&full, &["--received", "上周五"]),
            "--received 的“上周五”不是时间",
        ),
        (with(&full, &["--due", "尽快"]), "--due 的“尽快”不是时间"),
        (with(&full, &["--urgency", "很急"]), "很急"),
        (vec!["case", "show", "9"], "没有编号为9的办理件"),
        (
            vec!["case", "link", "1", "--post", "9", "--by", "张三"],
            "没有编号为9的信息",
        ),
        (
            vec!["case", "advance", "1", "--to", "研判", "--by", "张三"],
            "环节依次是收文登记→拟办",
        ),
        (
            vec![
                "case",
                "advance",
                "1",
                "--at",
                "2016-01-01 10:00",
                "--by",
                "张三",
            ],
            "早于上一环节",
        ),
        (
            vec!["case", "advance", "1", "--at", "2017-10-01", "--by", "张三"],
            "要写到分钟",
        ),
        (
            vec!["case", "note", "1", "--by", "张三"],
            "没有写要填的内容",
        ),
        (
            vec![
                "case",
                "note",
                "1",
                "--by",
                "张三",
                "--focus",
                "none,policy",
            ],
            "就不能再选其他",
        ),
    ] {
        let done = desk.expect(2, &order);
        assert!(done.err.contains(said), "{order:?}: {}", done.err);
    }
    assert_eq!(
        json_of(&desk, &["case", "list"]).as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_letter_of_the_same_number_is_registered_with_a_hint() {
    let desk = Desk::new();
    desk.expect(0, &LETTER);
    let add = |from: &str, number: &str, more: &[&str]| {
        let form = ["case", "add", "--from", from, "--document-no", number];
        let rest = ["--title", LETTER[7], "--by", "张三"];
        desk.expect(0, &[&form[..], &rest[..], more].concat())
    };
    let hint = "与第1号办理件文号相同（可能重复登记）";
    let done = add("市互联网舆情办", "某网舆[2017] 12号", &[]);
    assert!(done.err.contains(hint), "{}", done.err);
    let done = add("市网办", "某网舆〔2017〕12号", &["--json"]).json();
    assert!(
        done["hint"]
            .as_str()
            .is_some_and(|said| said.contains(hint)),
        "{done}"
    );
    let done = add("市网办", "某网舆〔2017〕13号", &["--json"]).json();
    assert_eq!(done.get("hint"), None);
}

#[test]
fn what_was_done_is_listed_in_the_order_of_time() {
    let desk = Desk::new();
    desk.expect(0, &LETTER);
    let due = [
        "--due",
        "5个工作日",
        "--reason",
        "来文单位同意",
        "--by",
        "张三",
    ];
    desk.expect(0, &with(&["case", "extend", "1"], &due));
    let text = desk.expect(0, &["case", "show", "1"]).out;
    let place = |words: &str| text.find(words).expect("listed");
    assert!(place("“收文登记”") < place("时限变更为"), "{text}");
    // Proposed years before the extension was written down.
    let at = ["--at", "2017-09-30 09:00", "--by", "李四"];
    desk.expect(0, &with(&["case", "advance", "1"], &at));
    let text = desk.expect(0, &["case", "show", "1"]).out;
    let place = |words: &str| text.find(words).expect("listed");
    assert!(place("“拟办”") < place("时限变更为"), "{text}");
}

#[test]
fn an_imported_letter_fills_the_form() {
    let desk = Desk::new();
    let table = std::fs::read(fixture("import/transfer.csv")).expect("a fixture");
    desk.write("letters.csv", table);
    desk.run(&["import", "letters.csv"]);
    let posts = desk
        .expect(
            0,
            &["search", "channel:transfer", "--sort", "time", "--json"],
        )
        .json();
    let hits = posts["hits"].as_array().expect("a list");
    assert_eq!(hits.len(), 3);
    let id = |words: &str| {
        let title = |hit: &&Value| {
            hit["title"]
                .as_str()
                .is_some_and(|title| title.contains(words))
        };
        let hit = hits.iter().find(title).expect("imported");
        hit["id"].to_string()
    };
    let card = id("社保卡");
    let added = json_of(&desk, &["case", "add", "--post", &card, "--by", "张三"]);
    for (key, value) in [
        ("from", "某市互联网舆情办公室"),
        ("document_no", "某网舆〔2017〕12号"),
        ("urgency", "urgent"),
        ("received_at", "2017-11-22T15:00:00+08:00"),
        ("due_at", "2017-11-23T17:00:00+08:00"),
        ("office", "社会保障卡中心"),
        ("original_link", "https://bbs.example.com/thread-1-1-1.html"),
    ] {
        assert_eq!(added[key], value, "{key}");
    }
    assert_eq!(
        added["links"]["posts"],
        json!([card.parse::<i64>().expect("a number")])
    );
    let again = desk
        .expect(2, &["case", "add", "--post", &card, "--by", "张三"])
        .err;
    assert!(again.contains("已登记为第1号"), "{again}");
    let wages = json_of(
        &desk,
        &["case", "add", "--post", &id("劳务公司"), "--by", "张三"],
    );
    assert_eq!(wages["due_at"], "2018-01-21T09:00:00+08:00");
    let titles = json_of(
        &desk,
        &["case", "add", "--post", &id("职称"), "--by", "张三"],
    );
    assert_eq!(titles["due_at"], "2017-11-27T18:00:00+08:00");
    assert_eq!(titles["due_basis"], "来文要求，自收文起3个工作日");
}

#[test]
fn a_day_in_an_imported_letter_ends_when_the_office_closes() {
    let desk = Desk::new();
    desk.write(
        "letters.csv",
        "渠道,转来单位,收到时间,办理期限,事由\n转办,某厅,2017-10-09 16:00,2017年10月10日,请核查\n",
    );
    desk.expect(0, &["import", "letters.csv"]);
    let added = json_of(&desk, &["case", "add", "--post", "1", "--by", "张三"]);
    assert_eq!(added["due_at"], "2017-10-10T18:00:00+08:00");
    assert_eq!(added["due_basis"], "来文写明的时限");
}

#[test]
fn another_time_leaves_the_step_that_meets_it() {
    let desk = Desk::new();
    let add = [
        "case",
        "add",
        "--kind",
        "应急",
        "--title",
        "群体讨薪",
        "--rule",
        "T-2H-RPT",
        "--published",
        "2017-04-14 08:00",
        "--received",
        "2017-04-14 08:30",
        "--by",
        "张三",
    ];
    desk.expect(0, &add);
    let extend = [
        "case",
        "extend",
        "1",
        "--due",
        "24小时内",
        "--reason",
        "省厅同意",
        "--by",
        "张三",
    ];
    desk.expect(0, &extend);
    let report = [
        "case",
        "advance",
        "1",
        "--to",
        "报告",
        "--skip-reason",
        "先报后研判",
        "--at",
        "2017-04-14 09:30",
        "--by",
        "李四",
    ];
    let reported = json_of(&desk, &report);
    assert_eq!(reported["feedback_at"], "2017-04-14T09:30:00+08:00");
    assert_eq!(reported["overdue"], false);
}

#[test]
fn an_emergency_tells_delay_and_answer_from_its_event() {
    let desk = Desk::new();
    desk.write(
        "posts.csv",
        "标题,正文,来源,渠道,发布时间,读取时间,网名,评论数\n\
         社保卡大厅排队换卡,郑州市社保卡大厅排队三小时换不了社保卡，投诉窗口不作为，谁来管管,大河论坛,论坛,2017-04-12 09:00,2017-04-12 09:15,网友甲,3\n",
    );
    desk.expect(0, &["import", "posts.csv"]);
    let events = json_of(&desk, &["events"]);
    let event = events[0]["id"].to_string();
    let add = [
        "case", "add", "--kind", "应急", "--event", &event, "--by", "张三",
    ];
    let added = json_of(&desk, &add);
    assert_eq!(added["state"], "discovered");
    assert_eq!(added["from"], "本局监测");
    assert_eq!(added["due_rule"], "T-48H");
    assert_eq!(added["published_at"], "2017-04-12T09:00:00+08:00");
    assert_eq!(added["review"]["first_published_at"], added["published_at"]);
    assert_eq!(added["review"]["answered_at"], Value::Null);
    let steps = [
        ("研判", "--focus"),
        ("报告", "--opinion"),
        ("处置", "--opinion"),
        ("回应", "--opinion"),
    ];
    for (step, option) in steps {
        let order = ["case", "advance", "1", "--by", "李四", option, "interests"];
        let said = desk.expect(0, &order).out;
        assert!(said.contains(step) && !said.contains("提示"), "{said}");
    }
    let shown = json_of(&desk, &["case", "show", "1"]);
    assert_eq!(shown["focus"], json!(["interests"]));
    assert!(
        shown["review"]["answered_after_minutes"].is_i64(),
        "{shown}"
    );
    assert_eq!(shown["feedback_at"], shown["review"]["answered_at"]);
    assert_eq!(shown["review"]["rises"][0]["to"], "blue");
    let text = desk.expect(0, &["case", "show", "1"]).out;
    for said in [
        "首发时间：2017-04-12 09:00",
        "时延",
        "升级节点",
        "首次回应",
        "涉及公众切身利益且影响较大",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    desk.expect(0, &["case", "advance", "1", "--by", "李四"]);
    let closed = json_of(
        &desk,
        &[
            "case",
            "close",
            "1",
            "--result",
            "已增设窗口",
            "--by",
            "李四",
        ],
    );
    assert_eq!(closed["state"], "settled");
    let reviewed = json_of(
        &desk,
        &[
            "case",
            "advance",
            "1",
            "--lessons",
            "历史检索",
            "--by",
            "李四",
        ],
    );
    assert_eq!(
        (&reviewed["state"], &reviewed["fields"]["lessons"]),
        (&json!("reviewed"), &json!("历史检索"))
    );
}

#[test]
fn sheets_are_written_in_every_format_without_private_data() {
    let desk = Desk::new();
    let text = [
        "--text",
        "网民来电13812345678反映补办三个月未领到。",
        "--office",
        "社会保障卡中心",
    ];
    desk.expect(0, &with(&LETTER, &text));
    for (sheet, title) in [("transfer", "舆情转办单"), ("反馈单", "舆情办理反馈单")]
    {
        for format in ["docx", "html", "txt"] {
            let order = [
                "case", "export", "1", "--sheet", sheet, "--format", format, "-o", "sheet",
            ];
            desk.expect(0, &order);
            let bytes = std::fs::read(desk.path("sheet")).expect("written");
            let said = match format {
                "docx" => words_of_docx(&bytes),
                _ => String::from_utf8(bytes).expect("UTF-8"),
            };
            assert!(said.contains(title), "{sheet} {format}");
            assert!(!said.contains("13812345678"), "{sheet} {format}");
        }
    }
    let order = [
        "case", "export", "1", "--sheet", "feedback", "--format", "txt", "-o", "-",
    ];
    let done = desk.expect(0, &order);
    assert!(
        done.err.contains("反馈单还缺基本情况、核查结果"),
        "{}",
        done.err
    );
    let words = [
        "--facts",
        "甲。",
        "--findings",
        "乙。",
        "--measures",
        "丙。",
        "--response",
        "丁。",
        "--trend",
        "戊。",
        "--next-steps",
        "己。",
    ];
    desk.expect(0, &with(&["case", "note", "1", "--by", "李四"], &words));
    let done = desk.expect(0, &order);
    assert_eq!(done.err, "");
    let order: Vec<usize> = ["甲。", "乙。", "丙。", "丁。", "戊。", "己。"]
        .map(|part| done.out.find(part).expect("printed"))
        .to_vec();
    assert!(order.is_sorted(), "{}", done.out);
}

fn words_of_docx(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a Word file");
    let mut document = archive.by_name("word/document.xml").expect("its text");
    let mut xml = String::new();
    document.read_to_string(&mut xml).expect("UTF-8");
    xml
}

#[test]
fn replies_are_counted_once() {
    let desk = Desk::new();
    let day = [
        "reply",
        "add",
        "--channel",
        "message_board",
        "--date",
        "2017-11-21",
        "--by",
        "张三",
    ];
    desk.expect(0, &with(&day, &["--count", "26"]));
    let refused = desk.expect(2, &with(&day, &["--count", "26"])).err;
    assert!(
        refused.contains("2017-11-21政民留言答复已登记26件"),
        "{refused}"
    );
    let said = desk
        .expect(0, &with(&day, &["--count", "30", "--correct"]))
        .out;
    assert!(said.contains("30件（不含逐件登记的）"), "{said}");
    assert!(!said.contains("另有"), "{said}");
    desk.write(
        "posts.csv",
        "标题,正文,来源,渠道,发布时间,网名\n社保卡,社保卡丢失如何补办,领导留言板,政民留言,2017-12-01 09:00,网友甲\n",
    );
    desk.expect(0, &["import", "posts.csv"]);
    let one = [
        "reply",
        "add",
        "--post",
        "1",
        "--text",
        "请致电12333，或联系13812345678。",
        "--at",
        "2017-12-01 15:00",
        "--satisfaction",
        "5",
        "--by",
        "李四",
    ];
    let added = json_of(&desk, &one);
    assert_eq!(added["channel"], "message_board");
    assert_eq!(added["text"], "请致电12333，或联系138****5678。");
    assert!(desk.expect(2, &one).err.contains("信息#1的答复已登记"));
    let year = ["--from", "2017-01-01", "--to", "2017-12-31"];
    let counts = json_of(&desk, &with(&["reply", "count"], &year));
    assert_eq!(
        counts,
        json!({
            "total": 31, "by_channel": [["message_board", 31]],
            "by_month": [["2017-11", 30], ["2017-12", 1]], "rated": 1, "mean_satisfaction": 5.0,
            "timed": 1, "median_hours": 6.0,
        })
    );
    let rows = json_of(&desk, &with(&["reply", "list"], &year));
    let counted: Vec<&Value> = (rows.as_array().expect("a list").iter())
        .map(|row| &row["count"])
        .collect();
    assert_eq!(counted, [&json!(1), &json!(30)]);
    for (order, said) in [
        (
            vec!["reply", "add", "--post", "9", "--by", "张三"],
            "没有编号为9的信息",
        ),
        (with(&day, &["--count", "0"]), "应大于0"),
        (
            with(&day[..4], &["--correct", "--by", "张三"]),
            "没有可更正的登记：逐件登记的答复只能按信息更正，请用 --post",
        ),
        (
            with(
                &day[..4],
                &[
                    "--date",
                    "2017-11-20",
                    "--count",
                    "3",
                    "--correct",
                    "--by",
                    "张三",
                ],
            ),
            "没有可更正的登记：2017-11-20政民留言没有按日登记",
        ),
        (
            with(&one, &["--asked", "2017-12-02 09:00", "--correct"]),
            "提问时间晚于答复时间",
        ),
    ] {
        let done = desk.expect(2, &order);
        assert!(done.err.contains(said), "{order:?}: {}", done.err);
    }
    let that_day = ["--date", "2017-12-01", "--count", "4", "--by", "张三"];
    let said = desk.expect(0, &with(&day[..4], &that_day)).out;
    assert!(said.contains("另有逐件登记的1件，统计时相加"), "{said}");
}

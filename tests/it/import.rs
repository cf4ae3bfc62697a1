//! Files by hand and by folder: what is stored, what comes back refused, what a second look finds.

use crate::program::{Desk, fixture};
use crate::site::{TestApp, config};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use yuqing::pipeline::{Imported, inbox_once};

fn copy(name: &str, to: &Path) -> PathBuf {
    std::fs::create_dir_all(to).expect("writes");
    let path = to.join(name);
    std::fs::copy(fixture(&format!("import/{name}")), &path).expect("a fixture");
    path
}

fn desk_with(names: &[&str]) -> Desk {
    let desk = Desk::new();
    for name in names {
        copy(name, &desk.path(""));
    }
    desk
}

#[test]
fn a_table_twice_adds_nothing_and_refused_rows_come_back() {
    let desk = desk_with(&["general.csv"]);
    let first = desk.expect(3, &["import", "general.csv", "--json"]).json();
    assert_eq!((&first["read"], &first["new"]), (&5.into(), &2.into()));
    assert_eq!(first["refused"][0]["row"], 7);
    let second = desk.expect(3, &["import", "general.csv", "--json"]).json();
    assert_eq!(
        (&second["new"], &second["duplicate"]),
        (&0.into(), &2.into())
    );

    let list = desk.path("general.csv.refused.csv");
    let text = std::fs::read_to_string(&list).expect("a list");
    assert!(
        text.starts_with("\u{feff}*标题,") && text.contains("渠道“烟囱”不认识"),
        "{text}"
    );
    let mended = text
        .replacen("烟囱", "论坛", 1)
        .replacen("上周三", "2017-04-12", 1);
    desk.write("mended.csv", mended);
    let third = desk.expect(3, &["import", "mended.csv", "--json"]).json();
    assert_eq!(
        (&third["new"], third["refused"].as_array().map(Vec::len)),
        (&2.into(), Some(1))
    );
}

#[test]
fn a_list_is_removed_when_nothing_is_refused_any_more_but_only_ours() {
    let desk = Desk::new();
    let wrong = "标题,来源,渠道\n甲,某网,烟囱\n";
    let list = desk.path("a.csv.refused.csv");
    desk.write("a.csv", wrong);
    desk.expect(3, &["import", "a.csv", "--dry-run"]);
    assert!(!list.exists(), "a dry run writes nothing");
    desk.expect(3, &["import", "a.csv"]);
    assert!(list.exists());
    desk.write("a.csv", wrong.replace("烟囱", "论坛"));
    desk.expect(0, &["import", "a.csv"]);
    assert!(!list.exists(), "nothing is refused any more");

    desk.write("a.csv.refused.csv", "别人的文件\n");
    desk.write("a.csv", wrong);
    let done = desk.expect(3, &["import", "a.csv"]);
    assert!(done.err.contains("没有覆盖"), "{}", done.err);
    assert_eq!(
        std::fs::read_to_string(&list).expect("it stays"),
        "别人的文件\n"
    );
}

#[test]
fn exports_are_read_by_their_mapping_and_personal_data_stays_out() {
    let desk = desk_with(&["hotline_12345.csv", "hotline_12345.xlsx", "general.csv"]);
    let csv = desk.expect(0, &["import", "hotline_12345.csv"]);
    assert!(csv.out.contains("按“12345工单”对照"), "{}", csv.out);
    let book = desk
        .expect(0, &["import", "hotline_12345.xlsx", "--json"])
        .json();
    assert_eq!((&book["new"], &book["duplicate"]), (&1.into(), &2.into()));
    desk.expect(3, &["import", "general.csv"]);
    let hit = desk.expect(0, &["search", "拖欠二十余人", "--json"]).json();
    assert_eq!(hit["hits"][0]["external_id"], "12345-ZZ20170413002");
    for personal in ["13912345678", "410105198001011234", "13812345678"] {
        let found = desk.run(&["search", personal, "--count"]);
        assert_eq!(found.out, "0\n", "{personal}");
    }
    // The original words are kept for judging; whatever else a column held is kept masked only.
    let database = std::fs::read(desk.path("data/yuqing.db")).expect("a database");
    let holds = |text: &str| {
        database
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(
        !holds("13812345678"),
        "a telephone number of an unknown column"
    );
}

#[test]
fn a_mapping_is_named_or_refused() {
    let desk = desk_with(&["hotline_12345.csv"]);
    let done = desk.expect(2, &["import", "hotline_12345.csv", "--mapping", "12346"]);
    assert!(
        done.err.contains("12333、12345、monitoring"),
        "{}",
        done.err
    );
    desk.write(
        "own.toml",
        "name = \"自定\"\n[columns]\n\"诉求内容\" = \"tetx\"\n",
    );
    let done = desk.expect(2, &["import", "hotline_12345.csv", "--mapping", "own.toml"]);
    assert!(done.err.contains("own.toml:3"), "{}", done.err);
    desk.write(
        "own.toml",
        "name = \"自定\"\ndrop = [\"来电号码\"]\n[columns]\n\"诉求内容\" = \"正文\"\n[fixed]\nchannel = \"热线\"\n\"信源\" = \"热线\"\n",
    );
    let done = desk.expect(
        0,
        &[
            "import",
            "hotline_12345.csv",
            "--mapping",
            "own.toml",
            "--dry-run",
        ],
    );
    assert!(
        done.out.contains("按“自定”对照") && done.out.contains("新2条"),
        "{}",
        done.out
    );
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let desk = desk_with(&["general.csv"]);
    desk.write("empty.csv", "");
    desk.write(
        "page.xls",
        "<html><table><tr><td>标题</td></tr></table></html>",
    );
    for (file, says) in [
        ("empty.csv", "文件是空的"),
        ("page.xls", "另存为 .xlsx"),
        ("missing.csv", "没有这个文件"),
        (".", "这是目录"),
    ] {
        let done = desk.expect(1, &["import", file]);
        assert!(done.err.contains(says), "{file}: {}", done.err);
    }
    let both = desk
        .expect(3, &["import", "empty.csv", "general.csv", "--json"])
        .json();
    assert_eq!(
        (&both["new"], &both["errors"][0]["file"]),
        (&2.into(), &"empty.csv".into())
    );
    assert_eq!(both["refused"][0]["file"], "general.csv");
    let ledger = desk.expect(0, &["import", "--list", "--json"]).json();
    assert_eq!(
        (&ledger[0]["file_name"], &ledger[0]["new"]),
        (&"general.csv".into(), &2.into())
    );
    assert_eq!(ledger[1]["message"], "文件是空的");
}

#[test]
fn limits_are_settings() {
    let desk = desk_with(&["general.csv"]);
    desk.write("config/yuqing.toml", "[import]\nmax_rows = 3\n");
    let done = desk.expect(1, &["import", "general.csv"]);
    assert!(done.err.contains("超过3行"), "{}", done.err);
    desk.write("config/yuqing.toml", "[import]\nmax_file = \"100B\"\n");
    let done = desk.expect(1, &["import", "general.csv"]);
    assert!(done.err.contains("import.max_file"), "{}", done.err);
}

#[test]
fn a_template_is_written_once() {
    let desk = Desk::new();
    desk.expect(0, &["import", "--template", "tv", "-o", "tv.csv"]);
    let text = std::fs::read_to_string(desk.path("tv.csv")).expect("written");
    assert!(
        text.starts_with("\u{feff}") && text.contains("播出时间"),
        "{text}"
    );
    desk.expect(2, &["import", "--template", "tv", "-o", "tv.csv"]);
    desk.expect(2, &["import", "--template", "tv"]);
    let done = desk.expect(2, &["import", "--template", "电视", "-o", "x.xlsx"]);
    assert!(
        done.err.contains("x.csv") && !desk.path("x.xlsx").exists(),
        "{}",
        done.err
    );
    desk.expect(0, &["import", "--template", "电视", "-o", "电视.CSV"]);
    desk.expect(0, &["import", "tv.csv"]);
}

#[test]
fn channels_have_chinese_names_on_the_command_line_too() {
    let desk = Desk::new();
    desk.write("a.csv", "标题,来源\n甲,某网\n");
    let done = desk
        .expect(0, &["import", "a.csv", "--channel", "论坛", "--json"])
        .json();
    assert_eq!(done["new"], 1);
    let done = desk.expect(2, &["import", "a.csv", "--channel", "烟囱"]);
    assert!(
        done.err.contains("渠道“烟囱”不认识") && done.err.contains("电视（tv）"),
        "{}",
        done.err
    );
    desk.write("config/sources.toml", KNOWN);
    desk.write("feeds.opml", opml());
    desk.expect(
        3,
        &["sources", "opml-import", "feeds.opml", "--channel", "新闻"],
    );
    let text = std::fs::read_to_string(desk.path("config/sources.toml")).expect("there");
    assert!(text.matches("channel = \"news\"").count() > 1, "{text}");
}

#[test]
fn a_mended_list_that_is_refused_again_gets_a_list_of_its_own() {
    let desk = Desk::new();
    let wrong = "标题,来源,渠道\n甲,某网,烟囱\n乙,某网,烟雾\n";
    desk.write("a.csv", wrong);
    desk.expect(3, &["import", "a.csv"]);
    desk.expect(3, &["import", "a.csv"]);
    let first = desk.path("a.csv.refused.csv");
    let mended = std::fs::read_to_string(&first)
        .expect("a list")
        .replacen("烟囱", "论坛", 1);
    std::fs::write(&first, &mended).expect("writes");
    let done = desk.expect(3, &["import", "a.csv.refused.csv"]);
    assert!(done.out.contains("a.csv.refused-2.csv"), "{}", done.out);
    assert_eq!(std::fs::read_to_string(&first).expect("it stays"), mended);
    let second = desk.path("a.csv.refused-2.csv");
    let half = std::fs::read_to_string(&second)
        .expect("a list")
        .replacen("烟雾", "烟", 1);
    std::fs::write(&second, &half).expect("writes");
    desk.expect(3, &["import", "a.csv.refused-2.csv"]);
    assert!(desk.path("a.csv.refused-3.csv").exists());
    assert_eq!(std::fs::read_to_string(&second).expect("it stays"), half);
    desk.expect(3, &["import", "a.csv"]);
    assert_eq!(std::fs::read_to_string(&first).expect("it stays"), mended);
    std::fs::write(&second, half.replacen("烟", "论坛", 1)).expect("writes");
    desk.expect(0, &["import", "a.csv.refused-2.csv"]);
    assert!(first.exists() && second.exists());
}

#[test]
fn the_list_of_imports_is_short_and_names_folders_left_alone() {
    let desk = Desk::new();
    desk.write("data/inbox/十一月/a.csv", "标题\n");
    desk.write("data/inbox/done/2017-04/b.csv", "标题\n");
    let rows = "甲,某网,一个谁也不认识的很长的渠道名称\n".repeat(5);
    desk.write("a.csv", format!("标题,来源,渠道\n{rows}"));
    desk.expect(3, &["import", "a.csv"]);
    let list = desk.expect(0, &["import", "--list"]);
    assert!(
        list.out.lines().all(|line| line.chars().count() < 180),
        "{}",
        list.out
    );
    assert!(
        list.out.contains("第2行") && list.out.contains("全文"),
        "{}",
        list.out
    );
    assert!(
        list.err.contains("1个文件夹没有读取（十一月）"),
        "{}",
        list.err
    );
    let all = desk.expect(0, &["import", "--list", "--json"]).json();
    assert!(
        all[0]["message"]
            .as_str()
            .is_some_and(|said| said.contains("第4行"))
    );
}

fn names(taken: &[(String, Imported)]) -> Vec<&str> {
    taken.iter().map(|(name, _)| name.as_str()).collect()
}

/// The inbox of an empty desk.
fn inbox() -> (TestApp, PathBuf) {
    let test = TestApp::open(config(Vec::new()));
    let inbox = test.app.folder().join("inbox");
    (test, inbox)
}

fn look(test: &TestApp) -> Vec<(String, Imported)> {
    inbox_once(&test.app).expect("the inbox can be read")
}

#[test]
fn a_file_is_taken_once_it_stands_still() {
    let (test, inbox) = inbox();
    assert_eq!(look(&test), []);
    let file = copy("tv.csv", &inbox);
    assert_eq!(look(&test), [], "seen for the first time");
    std::fs::write(&file, "标题").expect("somebody still writes");
    assert_eq!(look(&test), [], "it changed");
    copy("tv.csv", &inbox);
    assert_eq!(look(&test), []);
    let taken = look(&test);
    assert_eq!((names(&taken), taken[0].1.new), (vec!["tv.csv"], 2));
    assert!(!file.exists());
    let done = inbox.join("done/2017-04");
    assert!(done.join("tv.csv").exists() && done.join("tv.csv.refused.csv").exists());
    assert_eq!(look(&test), [], "nothing is left");
    let ledger = test.app.store.imports(9).expect("a ledger");
    assert_eq!(
        (ledger.len(), ledger[0].refused, ledger[0].from_inbox),
        (1, 2, true)
    );
}

#[test]
fn the_same_name_again_keeps_both_and_adds_nothing() {
    let (test, inbox) = inbox();
    for round in 0..3 {
        copy("clippings.csv", &inbox);
        look(&test);
        let taken = look(&test);
        assert_eq!(taken[0].1.new, if round == 0 { 2 } else { 0 });
    }
    let done = inbox.join("done/2017-04");
    for name in ["clippings.csv", "clippings-2.csv", "clippings-3.csv"] {
        assert!(done.join(name).exists(), "{name}");
    }
}

#[test]
fn unreadable_files_go_aside_with_a_reason_and_temporary_ones_stay() {
    let (test, inbox) = inbox();
    std::fs::create_dir_all(inbox.join("子目录")).expect("writes");
    for name in [
        ".hidden.csv",
        "~$工单.xlsx",
        "a.csv.part",
        "b.TMP",
        "c.crdownload",
    ] {
        std::fs::write(inbox.join(name), "标题,来源\n").expect("writes");
    }
    std::fs::write(inbox.join("照片.csv"), [0u8, 159, 146, 150].repeat(50)).expect("writes");
    look(&test);
    let taken = look(&test);
    assert_eq!(names(&taken), ["照片.csv"]);
    let aside = inbox.join("refused");
    assert!(aside.join("照片.csv").exists());
    let reason = std::fs::read_to_string(aside.join("照片.csv.原因.txt")).expect("a reason");
    assert!(reason.contains("不是文字"), "{reason}");
    assert!(inbox.join("a.csv.part").exists() && inbox.join("~$工单.xlsx").exists());
}

#[test]
fn a_mended_list_beside_its_file_is_not_written_over() {
    let (test, inbox) = inbox();
    copy("general.csv", &inbox);
    look(&test);
    look(&test);
    let list = inbox.join("done/2017-04/general.csv.refused.csv");
    let mended = std::fs::read_to_string(&list)
        .expect("a list")
        .replacen("烟囱", "论坛", 1);
    copy("general.csv", &inbox);
    std::fs::write(inbox.join("general.csv.refused.csv"), mended).expect("writes");
    look(&test);
    let taken = look(&test);
    let new: Vec<(&str, u64)> = taken
        .iter()
        .map(|(name, done)| (name.as_str(), done.new))
        .collect();
    assert_eq!(new, [("general.csv", 0), ("general.csv.refused.csv", 1)]);
}

#[test]
fn a_database_is_never_taken_for_a_file_of_somebodys() {
    let (test, inbox) = inbox();
    look(&test);
    for name in ["yuqing.db-wal", "YUQING.DB.bak"] {
        std::fs::write(inbox.join(name), "标题,来源,渠道\n甲,某网,论坛\n").expect("writes");
    }
    look(&test);
    assert_eq!(look(&test), []);
    copy("clippings.csv", &inbox);
    std::fs::write(inbox.join("yuqing.db"), "").expect("writes");
    let refused = inbox_once(&test.app).expect_err("somebody's database");
    assert!(refused.to_string().contains("import.inbox"), "{refused:#}");
    assert!(inbox.join("clippings.csv").exists() && inbox.join("yuqing.db-wal").exists());
}

#[cfg(unix)]
#[test]
fn names_of_other_systems_are_taken_too() {
    use std::os::unix::ffi::OsStrExt;
    let (test, inbox) = inbox();
    look(&test);
    let name = std::ffi::OsStr::from_bytes(b"\xb9\xa4\xb5\xa5.csv");
    std::fs::write(inbox.join(name), "标题,来源,渠道\n甲,某网,论坛\n").expect("writes");
    let other = std::ffi::OsStr::from_bytes(b"\xb9\xa4\xd7\xca.csv");
    std::fs::write(inbox.join(other), "标题,来源,渠道\n乙,某网,论坛\n").expect("writes");
    std::fs::write(inbox.join("工单.csv"), "标题,来源,渠道\n丙,某网,论坛\n").expect("writes");
    look(&test);
    let taken = look(&test);
    assert_eq!(taken.len(), 3);
    assert!(names(&taken).contains(&"工单.csv") && names(&taken).contains(&"工资.csv"));
    assert!(taken.iter().all(|(_, imported)| imported.new == 1));
    assert_eq!(look(&test), []);
}

fn opml() -> String {
    let outline = |title: &str, url: &str| format!("<outline text=\"{title}\" xmlUrl=\"{url}\"/>");
    format!(
        "<opml><body><outline text=\"夹\">{}{}{}{}</outline></body></opml>",
        outline(
            "甲 &amp; \\ 乙",
            "https://www.example.gov.cn/rss?a=1&amp;b=2"
        ),
        outline("丙", "https://example.gov.cn/other.xml"),
        outline("已有", "https://known.example.cn/feed"),
        outline("坏", "file:///etc/passwd")
    )
}

const KNOWN: &str = "# 备注留着\n[[source]]\nid = \"example-gov-cn\"   # 代号\nname = \"甲\"\nkind = \"feed\"\n\
    url = \"https://known.example.cn/feed\"\nchannel = \"news\"\ntier = \"T3\"\nschedule = \"0 8 * * *\"";

#[test]
fn feeds_are_appended_and_nothing_else_is_touched() {
    let desk = Desk::new();
    let file = desk.write("config/sources.toml", KNOWN);
    desk.write("feeds.opml", opml());
    let import =
        |more: &[&str]| desk.run(&[&["sources", "opml-import", "feeds.opml"], more].concat());
    assert_eq!(import(&["--dry-run"]).code, Some(3));
    assert_eq!(std::fs::read_to_string(&file).expect("there"), KNOWN);
    let report = import(&["--json"]).json();
    assert_eq!(report["added"][0]["id"], "example-gov-cn-2");
    assert_eq!(report["known"], json!(["https://known.example.cn/feed"]));
    assert_eq!(report["refused"].as_array().map(Vec::len), Some(1));
    let text = std::fs::read_to_string(&file).expect("there");
    assert!(
        text.starts_with(KNOWN) && text.contains("*/30 * * * *"),
        "{text}"
    );
    let checked = desk.expect(0, &["check", "--json"]).json();
    let ids: Vec<&Value> = checked["schedule"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|due| &due["id"])
        .collect();
    assert!(ids.contains(&&json!("example-gov-cn-3")), "{ids:?}");
    assert_eq!(
        import(&["--json"]).json()["added"],
        json!([]),
        "twice adds nothing"
    );

    let exported = desk.expect(0, &["sources", "opml-export"]).out;
    assert!(
        exported.contains("甲 &amp; \\ 乙") && exported.contains("rss?a=1&amp;b=2"),
        "{exported}"
    );
    desk.expect(0, &["sources", "opml-export", "-o", "out.opml"]);
    let again = desk
        .expect(0, &["sources", "opml-import", "out.opml", "--json"])
        .json();
    assert_eq!(again["added"], json!([]));
}

#[test]
fn a_wrong_list_schedule_or_folder_changes_nothing() {
    let desk = Desk::new();
    desk.write("feeds.opml", opml());
    let done = desk.expect(2, &["sources", "opml-import", "feeds.opml"]);
    assert!(done.err.contains("没有配置目录"), "{}", done.err);
    let file = desk.write("config/sources.toml", KNOWN);
    desk.write("page.opml", "<html></html>");
    desk.expect(2, &["sources", "opml-import", "page.opml"]);
    desk.expect(
        2,
        &["sources", "opml-import", "feeds.opml", "--schedule", "8:30"],
    );
    desk.expect(1, &["sources", "opml-import", "missing.opml"]);
    assert_eq!(std::fs::read_to_string(&file).expect("there"), KNOWN);
}

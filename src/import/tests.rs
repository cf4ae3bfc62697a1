//! Tables as offices and other systems hand them in: what is taken, what is refused, what can do no harm.

mod hostile;
mod quotes;
mod workbook;

use super::template::EXAMPLE;
use super::{
    FileFormat, ImportSettings, Mapping, MappingFile, Reading, Rows, Template, Unreadable,
    is_own_list, read_file, refused_csv, template_csv,
};
use crate::model::{Channel, OutletTier, Post, Precision, Timestamp};
use bytesize::ByteSize;
use workbook::Workbook;

fn settings() -> ImportSettings {
    ImportSettings {
        inbox: "inbox".into(),
        max_file: ByteSize::mib(4),
        max_unpacked: ByteSize::mib(8),
        max_rows: 1000.try_into().expect("not zero"),
    }
}

fn now() -> Timestamp {
    Timestamp::parse_from_rfc3339("2018-02-01T08:00:00+08:00").expect("a time")
}

fn read(name: &str, bytes: &[u8]) -> Result<Rows, Unreadable> {
    read_file(bytes, &Reading::new(name, &settings(), now()))
}

fn fixture(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/tests/fixtures/import/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(path).expect("a fixture")
}

fn shipped(code: &str) -> Mapping {
    let path = format!("{}/config/imports/{code}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a shipped mapping");
    let file: MappingFile = toml::from_str(&text).expect("it is valid");
    Mapping::new(code, file).expect("it is valid")
}

fn read_with_mappings(name: &str) -> Rows {
    let mappings = ["12333", "12345", "monitoring"].map(shipped);
    let settings = settings();
    let reading = Reading {
        known_mappings: &mappings,
        ..Reading::new(name, &settings, now())
    };
    read_file(&fixture(name), &reading).expect("readable")
}

fn titles(rows: &Rows) -> Vec<(usize, &str)> {
    let posts = rows.posts.iter();
    posts.map(|(row, post)| (*row, &*post.title)).collect()
}

fn reasons(rows: &Rows) -> Vec<(usize, &str)> {
    let refused = rows.refused.iter();
    refused
        .map(|refused| (refused.row, &*refused.reason))
        .collect()
}

fn post(rows: &Rows, at: usize) -> &Post {
    &rows.posts[at].1
}

#[test]
fn one_table_in_five_encodings_says_the_same() {
    let first = read("general.csv", &fixture("general.csv")).expect("readable");
    assert_eq!(
        titles(&first),
        [(4, "社保卡办了半年还没拿到"), (6, "公交改线")]
    );
    let rows: Vec<usize> = first.refused.iter().map(|refused| refused.row).collect();
    assert_eq!((first.read, rows), (5, vec![7, 8, 9]));
    for name in [
        "general_bom.csv",
        "general_gb18030.csv",
        "general_utf16.txt",
        "mixed.csv",
    ] {
        let rows = read(name, &fixture(name)).expect("readable");
        assert_eq!(titles(&rows), titles(&first), "{name}");
        assert_eq!(reasons(&rows), reasons(&first), "{name}");
        assert_eq!(
            rows.warnings.len(),
            usize::from(name == "mixed.csv"),
            "{name}"
        );
    }
}

#[test]
fn headers_numbers_and_quotes_of_a_table_are_understood() {
    let rows = read("general.csv", &fixture("general.csv")).expect("readable");
    let post = post(&rows, 0);
    assert_eq!(
        post.text,
        "去年10月办的社保卡，\n到现在没消息，\"打电话没人接\"。"
    );
    assert_eq!(
        (post.channel, post.engagement.comments),
        (Channel::Forum, Some(1203))
    );
    assert_eq!(
        post.url.as_deref(),
        Some("https://bbs.example.com/thread-1-1-1.html")
    );
    assert_eq!(post.author.as_deref(), Some("郑东小站台"));
    let published = post.published_at.expect("a time");
    assert_eq!(
        (published.to_string().as_str(), published.precision),
        ("2017-04-13 09:12", Precision::Minute)
    );
    assert_eq!(post.extra["坐席备注"], "转信息员13812345678");
}

#[test]
fn an_export_is_recognized_and_read_by_its_mapping() {
    let rows = read_with_mappings("hotline_12345.csv");
    assert_eq!(
        (rows.mapping.as_deref(), reasons(&rows).len()),
        (Some("12345工单"), 0)
    );
    let post = post(&rows, 0);
    assert_eq!(post.external_id.as_deref(), Some("12345-ZZ20170413001"));
    assert_eq!(
        (post.channel, &*post.source_name),
        (Channel::Hotline, "郑州12345")
    );
    assert_eq!(
        post.text,
        "来电人询问社保卡丢失后如何补办，称窗口说法不一。\n处理结果：已告知可就近网点补办。"
    );
    assert_eq!(post.extra["承办处室"], "社会保障卡中心");
    let kept = format!("{:?}", rows.posts);
    for personal in ["13812345678", "410105198001011234", "张某"] {
        assert!(!kept.contains(personal), "{personal} was to be left out");
    }
}

#[test]
fn values_of_a_monitoring_platform_are_translated() {
    let rows = read_with_mappings("monitoring.csv");
    assert_eq!(reasons(&rows), []);
    let channels: Vec<Channel> = rows.posts.iter().map(|(_, post)| post.channel).collect();
    assert_eq!(channels, [Channel::Weibo, Channel::News]);
    assert_eq!(post(&rows, 0).extra["情感倾向"], "负面");
    assert_eq!(post(&rows, 1).engagement.comments, None, "-- is unknown");
}

#[test]
fn a_workbook_gives_dates_numbers_and_results_of_formulas() {
    let rows = read_with_mappings("hotline_12345.xlsx");
    let expected = [
        (4, "咨询社保卡补办"),
        (5, "反映工地欠薪"),
        (6, "标题由公式得出"),
    ];
    assert_eq!(titles(&rows), expected);
    let time = |at| post(&rows, at).published_at.expect("a time").to_string();
    assert_eq!(
        (time(0), time(2)),
        ("2017-04-13 09:30".to_owned(), "2017-04-13 09:36".to_owned())
    );
    assert_eq!(post(&rows, 2).text, "标题由公式得出，正文");
    assert_eq!(post(&rows, 1).extra["区域"], "经开区");
}

#[test]
fn sheets_are_chosen_by_name() {
    let (settings, bytes) = (settings(), fixture("hotline_12345.xlsx"));
    let sheet = |name| {
        let reading = Reading {
            sheet: Some(name),
            ..Reading::new("a.xlsx", &settings, now())
        };
        read_file(&bytes, &reading)
    };
    assert_eq!(sheet("隐藏页").map(|rows| rows.refused.len()), Ok(1));
    assert!(matches!(sheet("没有"), Err(Unreadable::NoSuchSheet(..))));
}

#[test]
fn behind_a_cover_the_one_table_is_read() {
    let cover = || Workbook::new().row(1, &workbook::text_cells(1, &["某局舆情台账"]));
    let table = ["标题,来源,渠道", "甲,某网,论坛"];
    let book = cover().sheet("说明", &["填写说明"]).sheet("台账", &table);
    let rows = read("a.xlsx", &book.bytes()).expect("readable");
    assert_eq!(titles(&rows), [(2, "甲")]);
    assert_eq!(
        rows.warnings,
        ["工作表“Sheet1”没有认得的表头，已改读工作表“台账”"]
    );
    for book in [book.sheet("十二月", &table), cover().sheet("说明", &["x"])] {
        let unreadable = read("a.xlsx", &book.bytes()).expect_err("unclear");
        let says = unreadable.to_string();
        assert!(
            says.contains("“Sheet1”") && says.contains("说明") && says.contains("--sheet"),
            "{says}"
        );
    }
    let empty = Workbook::new().sheet("台账", &table);
    assert_eq!(
        read("a.xlsx", &empty.bytes()).map(|rows| rows.posts.len()),
        Ok(1)
    );
}

#[test]
fn a_sheet_of_a_text_is_said_to_be_none() {
    let settings = settings();
    let reading = Reading {
        sheet: Some("台账"),
        ..Reading::new("a.csv", &settings, now())
    };
    let rows = read_file("标题,来源,渠道\n甲,某网,论坛\n".as_bytes(), &reading).expect("readable");
    assert!(rows.warnings[0].contains("没有用到"), "{:?}", rows.warnings);
}

#[test]
fn broadcasts_need_programme_and_time() {
    let rows = read("tv.csv", &fixture("tv.csv")).expect("readable");
    assert_eq!(
        reasons(&rows),
        [(3, "电视信息缺少“播出时间”"), (4, "电台信息缺少“栏目”")]
    );
    let tv = post(&rows, 0);
    assert_eq!(
        (&*tv.source_name, tv.outlet_tier),
        ("某省都市频道《某民生栏目》", OutletTier::T2)
    );
    assert_eq!(
        (&tv.extra["时长"], &tv.extra["时长秒"]),
        (&"3分20秒".into(), &200.into())
    );
    assert_eq!(tv.extra["画面要点"], "排队人群；两个窗口关闭");
    assert!(tv.text.starts_with("记者"));
    assert_eq!(
        post(&rows, 1).text,
        "主持人现场联系12333",
        "scenes stand in for a transcript"
    );
}

#[test]
fn transferred_cases_keep_sender_number_and_deadline() {
    let rows = read("transfer.csv", &fixture("transfer.csv")).expect("readable");
    assert_eq!(
        reasons(&rows),
        [
            (5, "转办件缺少“转来单位”"),
            (6, "办理期限“2018-01-19”早于收到时间")
        ]
    );
    let case = post(&rows, 0);
    assert_eq!(
        (&case.extra["文号"], &case.url),
        (&"某网舆〔2017〕12号".into(), &None)
    );
    assert_eq!(
        case.extra["原文链接"],
        "https://bbs.example.com/thread-1-1-1.html"
    );
    assert_eq!(case.extra["收到时间"], "2017-11-22T15:00:00+08:00");
    assert_eq!(case.extra["办理期限"], "2017-11-23T17:00:00+08:00");
    for (place, words) in [(1, "24小时内"), (2, "3个工作日")] {
        assert_eq!(post(&rows, place).extra["办理期限要求"], words);
        assert!(!post(&rows, place).extra.contains_key("办理期限"));
    }
}

/// A day ends when the office closes, which a file does not know.
#[test]
fn a_deadline_of_a_day_stays_a_day() {
    let text = "渠道,转来单位,收到时间,办理期限,事由\n\
                转办,某厅,2017-10-10 16:00,2017年10月10日,当天办结\n\
                转办,某厅,2017-10-10,2017-10-09,期限早于收文\n";
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    assert_eq!(reasons(&rows), [(3, "办理期限“2017-10-09”早于收到时间")]);
    assert_eq!(post(&rows, 0).extra["办理期限要求"], "2017-10-10");
    assert!(!post(&rows, 0).extra.contains_key("办理期限"));
}

#[test]
fn cases_of_one_letter_stay_several() {
    let read_cases = |text: &str| {
        let text = format!("渠道,转来单位,文号,收到时间,事由,正文\n{text}");
        let rows = read("a.csv", text.as_bytes()).expect("readable");
        let posts = rows.posts.into_iter();
        let ids = posts.map(|(_, post)| post.external_id.expect("an id"));
        ids.collect::<Vec<String>>()
    };
    let letter = "转办,某厅,某厅函〔2018〕3号,2018-01-20,甲事,请核查\n\
                  转办,某厅,某厅函〔2018〕3号,2018-01-20,乙事,请核查\n";
    let ids = read_cases(letter);
    assert!(
        ids[0].starts_with("某厅函〔2018〕3号#") && ids[0] != ids[1],
        "{ids:?}"
    );
    assert_eq!(read_cases(letter), ids, "the same again is the same");
}

#[test]
fn times_no_post_can_have_are_refused() {
    for (time, is_taken) in [
        ("2018-02-01 20:00", true),
        ("2018-02-03", false),
        ("1970-01-01 08:00", false),
        ("1996-03-01", true),
    ] {
        let text = format!("标题,来源,渠道,时间\n甲,某网,论坛,{time}\n");
        let rows = read("a.csv", text.as_bytes()).expect("readable");
        assert_eq!(rows.posts.len() == 1, is_taken, "{time} {:?}", rows.refused);
    }
}

#[test]
fn reasons_and_quoted_headers_name_nobody() {
    let text = "标题,来源,渠道,时间\n甲,某网,论坛,致电13812345678\n";
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    assert!(
        !rows.refused[0].reason.contains("13812345678"),
        "{:?}",
        rows.refused
    );
    let unreadable = read("a.csv", "甲,13812345678\n".as_bytes()).expect_err("no headers");
    assert!(
        !unreadable.to_string().contains("13812345678"),
        "{unreadable}"
    );
    let rows = read("a.jsonl", b"{\"channel\":\"tv\"}\n\"13812345678\"\n").expect("readable");
    assert!(rows.is_json_lines && !format!("{:?}", reasons(&rows)).contains("13812345678"));
}

#[test]
fn accounts_of_people_are_authors() {
    let text =
        "渠道,账号,标题,时间\n朋友圈,某某,窗口没人,2018-01-20\n公众号,某生活号,办退休,2018-01-20\n";
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    let who = |at| {
        let post = post(&rows, at);
        (post.source_name.clone(), post.author.clone())
    };
    assert_eq!(who(0), ("微信".to_owned(), Some("某某".to_owned())));
    assert!(!post(&rows, 0).extra.contains_key("账号"));
    assert_eq!(who(1), ("某生活号".to_owned(), None));
}

#[test]
fn clippings_take_their_account_as_source() {
    let rows = read("clippings.csv", &fixture("clippings.csv")).expect("readable");
    assert_eq!(reasons(&rows), []);
    assert_eq!(
        (post(&rows, 0).channel, post(&rows, 1).channel),
        (Channel::Wechat, Channel::Video)
    );
    assert_eq!(&*post(&rows, 0).source_name, "某本地生活号");
    assert_eq!(post(&rows, 0).engagement.likes, Some(12_000));
    assert_eq!(post(&rows, 1).text, "画面为某区办事窗口，无人在岗");
}

#[test]
fn a_list_of_refused_rows_can_be_mended_and_read_again() {
    let rows = read("general.csv", &fixture("general.csv")).expect("readable");
    let list = refused_csv(&rows.header, &rows.refused);
    assert!(is_own_list(&list) && !is_own_list(&fixture("general.csv")));
    let again = read("general.csv.refused.csv", &list).expect("readable");
    assert_eq!((again.read, reasons(&again).len()), (3, 3));
    let mended = String::from_utf8(list)
        .expect("UTF-8")
        .replacen("烟囱", "论坛", 1);
    let again = read("general.csv.refused.csv", mended.as_bytes()).expect("readable");
    assert_eq!(titles(&again), [(2, "渠道写错了")]);
    assert_eq!(
        post(&again, 0).extra.len(),
        0,
        "our own columns are not kept"
    );
}

#[test]
fn refused_cells_are_no_formulas_and_personal_columns_stay_away() {
    let text = "标题,正文,渠道,来源\n=HYPERLINK(1),,烟囱,某网\n";
    let rows = read("a.csv", text.as_bytes()).expect("readable");
    let list = String::from_utf8(refused_csv(&rows.header, &rows.refused)).expect("UTF-8");
    assert!(list.contains("\n'=HYPERLINK(1),"), "{list}");
    let mended = list.replacen("烟囱", "论坛", 1);
    let again = read("a.csv", mended.as_bytes()).expect("readable");
    assert_eq!(titles(&again), [(2, "=HYPERLINK(1)")]);
    let mapping = shipped("12345");
    let settings = settings();
    let reading = Reading {
        mapping: Some(&mapping),
        ..Reading::new("a.csv", &settings, now())
    };
    let text = "工单编号,诉求内容,来电时间,来电号码\nA1,x,昨天,13812345678\n";
    let rows = read_file(text.as_bytes(), &reading).expect("readable");
    assert!(
        !String::from_utf8_lossy(&refused_csv(&rows.header, &rows.refused)).contains("13812345678")
    );
}

#[test]
fn templates_are_empty_and_their_examples_right() {
    for template in [
        Template::Tv,
        Template::Radio,
        Template::Wechat,
        Template::Video,
        Template::Transfer,
        Template::Hotline,
        Template::General,
    ] {
        let bytes = template_csv(template);
        let rows = read("template.csv", &bytes).expect("readable");
        assert_eq!((rows.read, reasons(&rows)), (0, vec![]), "{template:?}");
        let filled = String::from_utf8(bytes)
            .expect("UTF-8")
            .replace(EXAMPLE, "");
        let rows = read("template.csv", filled.as_bytes()).expect("readable");
        assert_eq!(
            (rows.posts.len(), reasons(&rows)),
            (1, vec![]),
            "{template:?}"
        );
    }
}

#[test]
fn every_separator_is_found() {
    for (separator, line) in [
        (",", ""),
        ("\t", ""),
        (";", ""),
        ("|", ""),
        (";", "sep=;\n"),
    ] {
        let text = format!("{line}标题;来源;渠道\n甲,乙，丙;某网;论坛\n")
            .replace(';', if line.is_empty() { separator } else { ";" });
        let text = if separator == "," {
            text.replace("甲,乙", "甲乙")
        } else {
            text
        };
        let rows = read("a.txt", text.as_bytes()).expect("readable");
        assert_eq!(rows.posts.len(), 1, "{text}: {:?}", rows.refused);
    }
}

#[test]
fn shared_strings_serials_and_long_numbers_of_a_workbook_are_read() {
    let book = Workbook::new()
        .shared(&["标题", "来源", "渠道", "时间", "工单号", "社保卡"])
        .row(1, "<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c>\
                 <c r=\"D1\" t=\"s\"><v>3</v></c><c r=\"E1\" t=\"s\"><v>4</v></c>")
        .row(2, "<c r=\"A2\" t=\"s\"><v>5</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>某网</t></is></c>\
                 <c r=\"C2\" t=\"str\"><v>论坛</v></c><c r=\"D2\"><v>42838.5</v></c><c r=\"E2\"><v>2017041300001</v></c>");
    let rows = read("a.xlsx", &book.bytes()).expect("readable");
    assert_eq!(reasons(&rows), []);
    let post = post(&rows, 0);
    assert_eq!(post.external_id.as_deref(), Some("2017041300001"));
    assert_eq!(
        post.published_at.expect("a time").to_string(),
        "2017-04-13 12:00"
    );
}

#[test]
fn names_lie_and_content_decides() {
    let book = fixture("hotline_12345.xlsx");
    let rows = read("export.csv", &book).expect("readable");
    assert!(
        rows.warnings[0].contains("已按 XLSX 读取"),
        "{:?}",
        rows.warnings
    );
    let rows = read("export.xlsx", &fixture("general.csv")).expect("readable");
    assert!(
        rows.warnings[0].contains("已按文本读取"),
        "{:?}",
        rows.warnings
    );
    let json = b"{\"channel\":\"tv\",\"source_name\":\"x\",\"text\":\"y\"}\n";
    assert_eq!(read("a.csv", json).expect("readable").posts.len(), 1);
    let settings = settings();
    let wrong = Reading {
        format: Some(FileFormat::Csv),
        ..Reading::new("a.csv", &settings, now())
    };
    assert!(matches!(
        read_file(&book, &wrong),
        Err(Unreadable::OtherFormat("csv", "xlsx"))
    ));
}

#[test]
fn breaks_and_control_characters_in_cells_become_blanks_or_go() {
    let table = "渠道,来源,标题,正文,作者\r\n论坛,\"本地\n论坛\",\"补\n贴\",\"一\r\n二\x1b三\",\"甲\t乙\"\r\n";
    let rows = read("x.csv", table.as_bytes()).expect("readable");
    let post = &rows.posts[0].1;
    assert_eq!(
        (
            &*post.source_name,
            &*post.title,
            &*post.text,
            post.author.as_deref()
        ),
        ("本地 论坛", "补 贴", "一\n二三", Some("甲 乙"))
    );
}

#[test]
fn reasons_quote_a_broken_cell_on_one_line() {
    let table = "渠道,来源,标题,评论数\n论坛,某论坛,补贴,\"1,2\n论坛\x1b\"\n";
    let rows = read("x.csv", table.as_bytes()).expect("readable");
    assert!(rows.refused[0].reason.contains("“1,2 论坛”"));
}

#[test]
fn what_another_program_calls_official_is_no_official_position_of_ours() {
    let line = |rest: &str| {
        let line = format!(
            r#"{{"channel":"weibo","source_name":"微博","text":"社保局不接电话","is_official":true{rest}}}"#
        );
        read("a.jsonl", line.as_bytes()).expect("readable")
    };
    let theirs = line("");
    let theirs = post(&theirs, 0);
    assert!(!theirs.is_official);
    assert_eq!(theirs.extra["is_official"], true);
    let ours = line(r#","expected":{}"#);
    assert!(post(&ours, 0).is_official);
}

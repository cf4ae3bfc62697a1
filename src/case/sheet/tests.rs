use super::{SheetOf, feedback_sheet, transfer_sheet};
use crate::document::{Block, Format, render};
use crate::model::{
    Case, CaseDeadline, CaseField, CaseFile, CaseForm, CaseId, CaseKind, CaseLinks, CaseState,
    EventId, PostId, Timestamp, Urgency,
};
use std::collections::BTreeMap;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(&format!("{text}:00+08:00")).expect("test time")
}

/// `spec.md` 9.2, A5: a letter of the Friday before the long holiday.
pub fn transferred() -> Case {
    Case {
        id: CaseId(5),
        form: CaseForm {
            kind: CaseKind::Transfer,
            from_org: "某市互联网舆情办公室".to_owned(),
            document_no: Some("某网舆〔2017〕12号".to_owned()),
            urgency: Urgency::Normal,
            title: "关于网民反映社保卡补办问题的转办".to_owned(),
            text: "网民反映补办社保卡三个月未领到。\n请核查处理，来电13812345678。".to_owned(),
            original_link: Some("http://bbs.example.cn/t/1001".to_owned()),
            attachment: None,
            received_at: at("2017-09-29T16:00"),
            discovered_at: None,
            published_at: None,
        },
        deadline: CaseDeadline {
            at: at("2017-10-10T18:00"),
            rule: Some("T-XF-XIN".to_owned()),
            basis: "转办件（普通），自收文起3个工作日".to_owned(),
            note: String::new(),
            met_by: CaseState::Answered,
        },
        deadline_count: 1,
        state: CaseState::Undertaken,
        answered_at: None,
        closed_at: None,
        registered_at: at("2017-09-29T16:10"),
        registered_by: "张三".to_owned(),
        notes: BTreeMap::from([(CaseField::Office, "社会保障卡中心".to_owned())]),
    }
}

fn file() -> CaseFile {
    CaseFile {
        case: transferred(),
        steps: Vec::new(),
        notes: Vec::new(),
        deadlines: Vec::new(),
        links: CaseLinks {
            posts: vec![PostId(8)],
            events: vec![EventId(3)],
        },
    }
}

fn of() -> SheetOf<'static> {
    SheetOf {
        bureau: "某市人力资源和社会保障局",
        now: at("2017-10-09T09:00"),
    }
}

fn cell<'b>(blocks: &'b [Block], name: &str) -> &'b str {
    let tables = blocks.iter().filter_map(|block| match block {
        Block::Table { rows, columns, .. } => {
            assert!(rows.iter().all(|row| row.len() == columns.len()));
            Some(rows)
        }
        _ => None,
    });
    let row = tables.flatten().find(|row| row[0] == name);
    &row.unwrap_or_else(|| panic!("no row {name}"))[1]
}

fn sections(blocks: &[Block]) -> Vec<&str> {
    let titles = blocks.iter().filter_map(|block| match block {
        Block::Section(title) => Some(title.as_str()),
        _ => None,
    });
    titles.collect()
}

fn text(blocks: &[Block]) -> String {
    let bytes = render(blocks, Format::Text, of().now).expect("text is written");
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn a_transfer_sheet_prints_the_register_and_what_is_asked() {
    let blocks = transfer_sheet(&file(), of());
    for (name, value) in [
        ("来文单位", "某市互联网舆情办公室"),
        ("文号", "某网舆〔2017〕12号"),
        ("缓急", "平件"),
        ("收文时间", "2017年9月29日16:00"),
        ("要求时限", "2017年10月10日18:00"),
        ("承办处室", "社会保障卡中心"),
        ("承办人", ""),
        ("办理结果", ""),
        ("反馈时间", ""),
        ("是否超期", ""),
        ("关联舆情", "事件3、信息#8"),
    ] {
        assert_eq!(cell(&blocks, name), value, "{name}");
    }
    assert_eq!(
        sections(&blocks),
        [
            "一、来文内容",
            "二、拟办意见",
            "三、领导批示",
            "四、办理要求"
        ]
    );
    let text = text(&blocks);
    assert!(
        text.contains("请于2017年10月10日18:00前书面反馈")
            && text.contains("138****5678")
            && !text.contains("13812345678"),
        "{text}"
    );
}

#[test]
fn a_feedback_sheet_has_six_elements_and_marks_what_is_missing() {
    let mut file = file();
    file.case
        .notes
        .insert(CaseField::Facts, "反映属实。".to_owned());
    file.case
        .notes
        .insert(CaseField::ReplyLine, "已于10月9日补发。".to_owned());
    let blocks = feedback_sheet(&file, of());
    assert_eq!(
        sections(&blocks),
        [
            "一、基本情况",
            "二、核查结果",
            "三、处置措施",
            "四、回应情况",
            "五、舆情走势",
            "六、下一步"
        ]
    );
    let text = text(&blocks);
    assert_eq!(text.matches("（待填）").count(), 5, "{text}");
    assert!(text.contains("反映属实。") && text.contains("答复口径：已于10月9日补发。"));
}

#[test]
fn an_answered_case_says_whether_it_was_late() {
    let mut file = file();
    file.case.answered_at = Some(at("2017-10-10T18:01"));
    let blocks = feedback_sheet(&file, of());
    assert_eq!(cell(&blocks, "反馈时间"), "2017年10月10日18:01");
    assert_eq!(cell(&blocks, "是否超期"), "是");
    file.case.answered_at = Some(at("2017-10-10T18:00"));
    assert_eq!(cell(&feedback_sheet(&file, of()), "是否超期"), "否");
}

#[test]
fn words_of_strangers_cannot_break_a_sheet() {
    let mut file = file();
    file.case.form.title = "社保卡\u{202e}<b>\u{0}🙂".to_owned();
    file.case.form.from_org = "甲\n乙".to_owned();
    let blocks = transfer_sheet(&file, of());
    assert_eq!(cell(&blocks, "事由"), "社保卡<b>🙂");
    assert_eq!(cell(&blocks, "来文单位"), "甲 乙");
    for format in [Format::Html, Format::Docx, Format::Text] {
        assert!(
            !render(&blocks, format, of().now)
                .expect("renders")
                .is_empty()
        );
    }
}

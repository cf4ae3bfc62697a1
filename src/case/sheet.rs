//! 转办单、反馈单 — a case → blocks of a page (`spec.md` 1.6). Private data is masked once more, whoever wrote it.

use crate::document::{Block, Column};
use crate::model::coded::coded_enum;
use crate::model::{Case, CaseField, CaseFile, CaseState, Timestamp};
use crate::text::mask::mask;
use crate::text::wording::{address, chinese_number, date, exact_moment, printable};
use chrono::Datelike;

/// What stands in a place that must be filled.
const TO_FILL: &str = "（待填）";

coded_enum! {
    /// 单据.
    pub enum Sheet {
        Transfer = "transfer" / "转办单",
        Feedback = "feedback" / "反馈单",
    }
}

/// Who issues the sheet, and when it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct SheetOf<'a> {
    /// 编发单位, `郑州市人力资源和社会保障局`.
    pub bureau: &'a str,
    /// Now: an unanswered case may be late by then.
    pub now: Timestamp,
}

/// 转办单 — what an office gets with a case: the register's fields, the letter, what is asked of it.
pub fn transfer_sheet(file: &CaseFile, of: SheetOf<'_>) -> Vec<Block> {
    let case = &file.case;
    let mut blocks = head(case, "舆情转办单", case.registered_at, of);
    blocks.push(table(register(file, of)));
    blocks.push(Block::Section("一、来文内容".to_owned()));
    blocks.extend(paragraphs(case, &case.form.text));
    if let Some(link) = &case.form.original_link {
        blocks.push(Block::Source {
            lead: "原文链接：".to_owned(),
            text: String::new(),
            url: Some(address(link)),
        });
    }
    for (number, field) in [(2, CaseField::Opinion), (3, CaseField::LeaderNote)] {
        let title = format!("{}、{}", chinese_number(number), field.label());
        blocks.push(Block::Section(title));
        blocks.extend(paragraphs(case, case.note(field)));
    }
    blocks.push(Block::Section("四、办理要求".to_owned()));
    let elements: Vec<&str> = CaseField::FEEDBACK.map(CaseField::label).to_vec();
    blocks.push(plain(&format!(
        "请于{}前书面反馈，内容包括：{}。回应情况写明口径、发布渠道和时间，舆情走势写明截至时间。",
        full_moment(case.deadline.at),
        elements.join("、")
    )));
    blocks.push(foot(case, &file_hands(file)));
    blocks
}

/// 反馈单 — the six elements, in their order; what nobody has written is marked.
pub fn feedback_sheet(file: &CaseFile, of: SheetOf<'_>) -> Vec<Block> {
    let case = &file.case;
    let dated_at = case.answered_at.unwrap_or(of.now);
    let mut blocks = head(case, "舆情办理反馈单", dated_at, of);
    blocks.push(table(vec![
        row("来文单位", &case.form.from_org),
        row("文号", case.form.document_no.as_deref().unwrap_or_default()),
        row("事由", &mask(&case.form.title)),
        row("收文时间", &full_moment(case.form.received_at)),
        row("要求时限", &full_moment(case.deadline.at)),
        row("反馈时间", &answered(case)),
        row("是否超期", lateness(case, of.now)),
        row("承办处室", case.note(CaseField::Office)),
        row("承办人", case.note(CaseField::Handler)),
        row("附件", case.note(CaseField::Enclosure)),
    ]));
    for (place, field) in CaseField::FEEDBACK.into_iter().enumerate() {
        let title = format!("{}、{}", chinese_number(place + 1), field.label());
        blocks.push(Block::Section(title));
        if field == CaseField::Response && !case.note(CaseField::ReplyLine).is_empty() {
            let line = mask(case.note(CaseField::ReplyLine));
            blocks.push(Block::Paragraph {
                lead: "答复口径：".to_owned(),
                text: printable(&line),
            });
        }
        blocks.extend(paragraphs(case, case.note(field)));
    }
    blocks.push(foot(case, &file_hands(file)));
    blocks
}

fn head(case: &Case, title: &str, dated_at: Timestamp, of: SheetOf<'_>) -> Vec<Block> {
    vec![
        Block::Header {
            notice: "内部资料　注意保存".to_owned(),
            serial: format!("编号：{:04}", case.id.0),
        },
        Block::Masthead(title.to_owned()),
        Block::Imprint {
            publisher: printable(of.bureau),
            date: date(dated_at),
        },
        Block::RedRule,
    ]
}

/// Every field of the register; what is not known yet is an empty cell, to be filled by hand.
fn register(file: &CaseFile, of: SheetOf<'_>) -> Vec<Vec<String>> {
    let case = &file.case;
    let form = &case.form;
    let mut due = full_moment(case.deadline.at);
    if !case.deadline.note.is_empty() {
        due += &format!("（{}）", case.deadline.note);
    }
    let mut rows = vec![
        row("来文单位", &form.from_org),
        row("文号", form.document_no.as_deref().unwrap_or_default()),
        row("缓急", form.urgency.label()),
        row("事由", &mask(&form.title)),
        row("收文时间", &full_moment(form.received_at)),
        row("要求时限", &due),
        row("时限依据", &case.deadline.basis),
        row("附件", form.attachment.as_deref().unwrap_or_default()),
    ];
    for field in [
        CaseField::Office,
        CaseField::Handler,
        CaseField::LeadBody,
        CaseField::Focus,
        CaseField::Result,
        CaseField::ReplyLine,
    ] {
        let said = case.note(field);
        // Of emergencies only.
        let is_optional = matches!(field, CaseField::LeadBody | CaseField::Focus);
        if !(is_optional && said.is_empty()) {
            let said = match field.names_officials() {
                true => said.to_owned(),
                false => mask(said),
            };
            rows.push(row(field.label(), &said));
        }
    }
    rows.push(row("反馈时间", &answered(case)));
    rows.push(row("是否超期", lateness(case, of.now)));
    rows.push(row("关联舆情", &linked(file)));
    rows
}

fn linked(file: &CaseFile) -> String {
    let events = file.links.events.iter().map(|id| format!("事件{}", id.0));
    let posts = file.links.posts.iter().map(|id| format!("信息#{}", id.0));
    events.chain(posts).collect::<Vec<_>>().join("、")
}

fn answered(case: &Case) -> String {
    case.answered_at.map_or(String::new(), full_moment)
}

fn lateness(case: &Case, now: Timestamp) -> &'static str {
    match (case.is_overdue(now), case.is_pending()) {
        (true, _) => "是",
        (false, true) => "",
        (false, false) => "否",
    }
}

fn table(rows: Vec<Vec<String>>) -> Block {
    let column = |heading: &str, width| Column {
        heading: heading.to_owned(),
        width,
        is_figure: false,
    };
    Block::Table {
        caption: String::new(),
        columns: vec![column("项目", 1), column("内容", 4)],
        rows,
    }
}

fn row(name: &str, value: &str) -> Vec<String> {
    vec![name.to_owned(), printable(value)]
}

/// Each line a paragraph; a place to fill where there is none.
fn paragraphs(case: &Case, text: &str) -> Vec<Block> {
    let masked = mask(text);
    let lines = masked.lines().map(printable);
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    match (lines.is_empty(), case.is_pending()) {
        (true, true) => vec![plain(TO_FILL)],
        (true, false) => vec![plain("（未填）")],
        (false, _) => lines.iter().map(|line| plain(line)).collect(),
    }
}

fn plain(text: &str) -> Block {
    Block::Paragraph {
        lead: String::new(),
        text: text.to_owned(),
    }
}

fn foot(case: &Case, hands: &str) -> Block {
    let office = case.note(CaseField::Office);
    let office = if office.is_empty() { TO_FILL } else { office };
    Block::Colophon {
        recipients: vec![format!("承办：{}", printable(office))],
        hands: hands.to_owned(),
        copies: String::new(),
    }
}

/// `登记：张三　签批：王局`: who took the steps that a sheet names.
fn file_hands(file: &CaseFile) -> String {
    let mut hands = vec![format!("登记：{}", printable(&file.case.registered_by))];
    let approved = file.steps.iter().rev();
    let approved = approved
        .filter(|step| !step.is_skipped)
        .find(|step| step.state == CaseState::Approved);
    if let Some(step) = approved {
        hands.push(format!("签批：{}", printable(&step.by)));
    }
    hands.join("　")
}

/// `2017年10月10日18:00`: a sheet is read for years.
fn full_moment(at: Timestamp) -> String {
    // A reader of no year at all has every year named.
    exact_moment(at, at.year() - 1)
}

#[cfg(test)]
pub(super) mod tests;

//! `yuqing case`: 办理件 registered, listed, shown; the deadline rules.

use super::case_export::Export;
use super::case_show::{filed, filed_json, line, list_head};
use super::case_steps::{Advance, Close, Extend, Link, Note};
use super::case_words::{DayAs, Words, load, moment_of};
use super::output::{DONE, Failure, column, print_json, print_text};
use super::refused;
use super::{Common, person};
use crate::app::App;
use crate::case::span_in_words;
use crate::model::{
    Case as Filed, CaseField, CaseId, CaseKind, CaseState, EventId, PostId, Urgency,
};
use crate::pipeline::{CaseOrder, DueSaid, register_case};
use crate::report::CaseRow;
use clap::{Args, Subcommand};
use serde_json::json;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Case {
    /// 登记转办件或应急件 · register
    Add(Box<Add>),
    /// 列出办理件，先到期的在前 · list by deadline
    List(List),
    /// 查看：登记表、环节、时限变更、复盘要素 · show
    Show(Show),
    /// 转到下一环节；跨环节或退回须写明原因 · next step
    Advance(Box<Advance>),
    /// 归档、办结，写明办理结果 · close with a result
    Close(Box<Close>),
    /// 填写或更正办理内容，原来的保留在记录里 · write into a case
    Note(Box<Note>),
    /// 变更时限，须写明原因 · another deadline
    Extend(Extend),
    /// 关联信息、事件 · link posts and events
    Link(Link),
    /// 导出转办单、反馈单 · sheets
    Export(Export),
    /// 时限规则 · deadline rules
    Rules(Rules),
}

#[derive(Args)]
pub struct Add {
    /// 种类：转办 transfer，应急 emergency；默认转办 · kind
    #[arg(long)]
    kind: Option<CaseKind>,
    /// 来文单位，如 省人社厅、市委网信办、12345、领导批示 · from whom
    #[arg(long)]
    from: Option<String>,
    /// 文号，如 郑网舆〔2017〕12号 · document number
    #[arg(long)]
    document_no: Option<String>,
    /// 缓急：平件 normal，急件 urgent，特急 extra_urgent，24小时 within_24h · urgency
    #[arg(long)]
    urgency: Option<Urgency>,
    /// 事由 · matter
    #[arg(long)]
    title: Option<String>,
    /// 来文内容 · words of the letter
    #[arg(long)]
    text: Option<String>,
    /// 原文链接 · address of what it is about
    #[arg(long)]
    link: Option<String>,
    /// 收文附件名 · enclosure of the letter
    #[arg(long)]
    attachment: Option<String>,
    /// 收文时间，如 2017-09-29 16:00；默认现在，只写日期的按上班时间计 · received
    #[arg(long, value_name = "T")]
    received: Option<String>,
    /// 监测发现时间 · discovered
    #[arg(long, value_name = "T")]
    discovered: Option<String>,
    /// 发布时间 · published
    #[arg(long, value_name = "T")]
    published: Option<String>,
    /// 要求时限：时间，或 3个工作日、24小时内；只写日期的到下班为止 · deadline
    #[arg(long, value_name = "T", conflicts_with = "rule")]
    due: Option<String>,
    /// 时限规则代号，见 `yuqing case rules` · id of a rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// 关联信息编号，可写几次；渠道为转办的信息即是来文，登记表由它填写 · posts
    #[arg(long, value_name = "ID")]
    post: Vec<i64>,
    /// 关联事件编号，可写几次 · events
    #[arg(long, value_name = "ID")]
    event: Vec<i64>,
    #[command(flatten)]
    words: Words,
    /// 登记人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct List {
    /// 只列此环节，如 承办 undertaken · step
    #[arg(long)]
    state: Option<CaseState>,
    /// 只列超期的 · late ones
    #[arg(long)]
    overdue: bool,
    /// 只列未办结的 · open ones
    #[arg(long)]
    open: bool,
    /// 只列承办处室名称含有此字样的 · office
    #[arg(long)]
    office: Option<String>,
    /// 只列此种类：转办 transfer，应急 emergency · kind
    #[arg(long)]
    kind: Option<CaseKind>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Show {
    /// 办理件编号 · id
    id: i64,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Rules {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Case {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match self {
            Case::Add(order) => order.run(&app)?,
            Case::List(order) => order.run(&app)?,
            Case::Show(order) => {
                let file = load(&app, order.id)?;
                filed(&app, &file, order.json)?;
            }
            Case::Advance(order) => order.run(&app)?,
            Case::Close(order) => order.run(&app)?,
            Case::Note(order) => order.run(&app)?,
            Case::Extend(order) => order.run(&app)?,
            Case::Link(order) => order.run(&app)?,
            Case::Export(order) => order.run(&app)?,
            Case::Rules(order) => order.run(&app)?,
        }
        Ok(DONE)
    }
}

impl Add {
    fn run(self, app: &App) -> Result<(), Failure> {
        let moment = |option, said: Option<&str>| {
            said.map(|said| moment_of(app, option, said, DayAs::Begin))
                .transpose()
        };
        let due = match (&self.due, self.rule) {
            (Some(said), _) => Some(due_said(app, said)?),
            (None, Some(rule)) => Some(DueSaid::Rule(rule)),
            (None, None) => None,
        };
        let order = CaseOrder {
            received_at: moment("--received", self.received.as_deref())?,
            discovered_at: moment("--discovered", self.discovered.as_deref())?,
            published_at: moment("--published", self.published.as_deref())?,
            kind: self.kind,
            from_org: self.from,
            document_no: self.document_no,
            urgency: self.urgency,
            title: self.title,
            text: self.text,
            original_link: self.link,
            attachment: self.attachment,
            due,
            notes: self.words.said()?,
            posts: self.post.into_iter().map(PostId).collect(),
            events: self.event.into_iter().map(EventId).collect(),
        };
        let id = register_case(app, order, &self.by).map_err(refused::case)?;
        let file = load(app, id.0)?;
        let case = &file.case;
        let hint = same_document(app, case)?.map(|other| {
            format!(
                "与第{}号办理件文号相同（可能重复登记），用 `yuqing case show {}` 核对",
                other.0, other.0
            )
        });
        if self.json {
            return filed_json(app, &file, hint.as_deref());
        }
        let deadline = &case.deadline;
        let rule = deadline.rule.as_ref();
        let rule = rule.map_or(String::new(), |rule| format!("规则{rule}，"));
        let mut text = format!(
            "已登记第{}号{}件：{}\n时限：{}　依据：{rule}{}\n",
            id.0,
            case.form.kind.label(),
            case.form.title,
            deadline.at.format("%Y-%m-%d %H:%M"),
            deadline.basis
        );
        if !deadline.note.is_empty() {
            text += &format!("注意：{}\n", deadline.note);
        }
        print_text(&text)?;
        if let Some(hint) = hint {
            eprintln!("提示：{hint}");
        }
        Ok(())
    }
}

/// Another open case with the 文号 of this one: another matter of the same letter, or the same one twice.
fn same_document(app: &App, case: &Filed) -> Result<Option<CaseId>, Failure> {
    let number = case.form.document_no.as_deref().map(plain_number);
    let Some(number) = number.filter(|number| !number.is_empty()) else {
        return Ok(None);
    };
    let mut others = app.store.open_cases()?.into_iter();
    let same = others.find(|other| {
        let of_other = other.form.document_no.as_deref().map(plain_number);
        other.id != case.id && of_other.as_ref() == Some(&number)
    });
    Ok(same.map(|other| other.id))
}

/// 文号 as it compares: brackets of any kind, and without spaces.
fn plain_number(number: &str) -> String {
    let plain = number
        .chars()
        .filter(|character| !character.is_whitespace());
    let plain = plain.map(|character| match character {
        '[' | '(' | '（' | '【' | '［' => '〔',
        ']' | ')' | '）' | '】' | '］' => '〕',
        other => other,
    });
    plain.collect()
}

/// `--due`: a moment, or how long after the receipt.
pub fn due_said(app: &App, said: &str) -> Result<DueSaid, Failure> {
    match span_in_words(said) {
        Some(span) => Ok(DueSaid::Within(span)),
        None => moment_of(app, "--due", said, DayAs::End).map(DueSaid::At),
    }
}

impl List {
    fn run(self, app: &App) -> Result<(), Failure> {
        let now = app.now();
        let cases = app.store.cases()?.into_iter().filter(|case| {
            self.state.is_none_or(|state| case.state == state)
                && self.kind.is_none_or(|kind| case.form.kind == kind)
                && (!self.overdue || case.is_overdue(now))
                && (!self.open || case.closed_at.is_none())
                && (self.office.as_ref())
                    .is_none_or(|office| case.note(CaseField::Office).contains(office.as_str()))
        });
        let cases: Vec<_> = cases.collect();
        if self.json {
            let rows: Vec<CaseRow<'_>> = cases.iter().map(|case| CaseRow::of(case, now)).collect();
            print_json(&rows)?;
            return Ok(());
        }
        if cases.is_empty() {
            print_text("没有这样的办理件；用 `yuqing case add` 登记\n")?;
            return Ok(());
        }
        let mut text = list_head();
        for case in &cases {
            text += &line(case, now);
        }
        print_text(&text)?;
        Ok(())
    }
}

impl Rules {
    fn run(self, app: &App) -> Result<(), Failure> {
        let rules = &app.config.deadlines.rules;
        if self.json {
            let rows = rules.iter().map(|rule| {
                json!({
                    "id": rule.id, "name": rule.name, "span": rule.span.in_words(),
                    "from": rule.from, "basis": rule.basis, "met_by": rule.met_by,
                })
            });
            print_json(&rows.collect::<Vec<_>>())?;
            return Ok(());
        }
        let lines = rules
            .iter()
            .map(|rule| format!("{}{}\n", column(&rule.id, 16), rule.in_words()));
        print_text(&lines.collect::<String>())?;
        Ok(())
    }
}

//! `yuqing case advance|close|note|extend|link`: what people do with a case, step by step.

use super::case::due_said;
use super::case_show::filed;
use super::case_words::{DayAs, Words, load, moment_of};
use super::output::{Failure, print_text};
use super::person;
use super::refused;
use crate::app::App;
use crate::model::{
    Case, CaseField, CaseFile, CaseId, CaseKind, CaseLinks, CaseMove, CaseState, EventId, PostId,
};
use crate::pipeline::{DueSaid, deadline_of, masked_text};
use crate::store::{CaseAct, Passage};
use clap::Args;

#[derive(Args)]
pub struct Advance {
    /// 办理件编号 · id
    id: i64,
    /// 转到哪一环节，默认下一环节；转办：拟办 proposed，签批 approved，承办 undertaken，反馈 answered，归档 archived；应急：研判 judged，报告 reported，处置 handled，回应 responded，跟踪 followed，办结 settled，复盘 reviewed · step
    #[arg(long, value_name = "STATE")]
    to: Option<CaseState>,
    /// 本环节意见 · note
    #[arg(long, default_value = "")]
    note: String,
    /// 略过中间环节的原因 · why steps are skipped
    #[arg(long, value_name = "REASON")]
    skip_reason: Option<String>,
    /// 退回的原因 · why it goes back
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    act: Act,
}

/// Who does it, and when it happened.
#[derive(Args)]
pub struct Act {
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 实际办理时间，事后补记时写；默认现在 · when it happened
    #[arg(long, value_name = "T")]
    at: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Close {
    /// 办理件编号 · id
    id: i64,
    /// 略过中间环节的原因，例如不需要反馈 · why steps are skipped
    #[arg(long, value_name = "REASON")]
    skip_reason: Option<String>,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    act: Act,
}

#[derive(Args)]
pub struct Note {
    /// 办理件编号 · id
    id: i64,
    #[command(flatten)]
    words: Words,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Extend {
    /// 办理件编号 · id
    id: i64,
    /// 新的时限：时间，或自收文起的 5个工作日 · new deadline
    #[arg(
        long,
        value_name = "T",
        conflicts_with = "rule",
        required_unless_present = "rule"
    )]
    due: Option<String>,
    /// 时限规则代号 · id of a rule
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// 变更原因，例如来文单位同意延期 · why
    #[arg(long)]
    reason: String,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Link {
    /// 办理件编号 · id
    id: i64,
    /// 信息编号，可写几次 · posts
    #[arg(long, value_name = "ID", required_unless_present = "event")]
    post: Vec<i64>,
    /// 事件编号，可写几次 · events
    #[arg(long, value_name = "ID")]
    event: Vec<i64>,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Advance {
    pub fn run(self, app: &App) -> Result<(), Failure> {
        let file = load(app, self.id)?;
        let case = &file.case;
        let last = || {
            Failure::Usage(format!(
                "第{}号办理件已在最后环节“{}”；退回请用 --to 和 --reason",
                self.id,
                case.state.label()
            ))
        };
        let to = self.to.or(case.state.next()).ok_or_else(last)?;
        // A reason for the other kind of move says nothing of this one.
        let reason = match case.state.move_to(to) {
            Some(CaseMove::Back) => self.reason,
            _ => self.skip_reason,
        };
        let passage = Passage {
            seen: case.state,
            to,
            note: masked_text(&self.note),
            reason: stated(reason),
            words: self.words.said()?,
        };
        take(app, &file, &passage, &self.act)
    }
}

impl Close {
    pub fn run(self, app: &App) -> Result<(), Failure> {
        let file = load(app, self.id)?;
        let case = &file.case;
        let words = self.words.said()?;
        let is_result =
            |(field, text): &(CaseField, String)| *field == CaseField::Result && !text.is_empty();
        if case.note(CaseField::Result).is_empty() && !words.iter().any(is_result) {
            return Err(Failure::Usage(
                "没有办理结果，不能归档、办结；请用 --result 写明".to_owned(),
            ));
        }
        let passage = Passage {
            seen: case.state,
            to: case.form.kind.closing(),
            note: String::new(),
            reason: stated(self.skip_reason),
            words,
        };
        take(app, &file, &passage, &self.act)
    }
}

fn stated(reason: Option<String>) -> Option<String> {
    let reason = masked_text(&reason?);
    (!reason.is_empty()).then_some(reason)
}

fn take(app: &App, seen: &CaseFile, passage: &Passage, act: &Act) -> Result<(), Failure> {
    let now = app.now();
    let case = &seen.case;
    let at = match &act.at {
        Some(said) => moment_of(app, "--at", said, DayAs::Refused)?,
        // A clock that was set back must not stop the work.
        None => seen.steps.last().map_or(now, |step| step.at.max(now)),
    };
    if act.at.is_some() && at > now {
        return Err(Failure::Usage(format!(
            "--at 的{}还没有到；办理时间不能晚于现在",
            at.format("%Y-%m-%d %H:%M")
        )));
    }
    let deed = CaseAct {
        by: act.by.clone(),
        at,
        now,
    };
    app.store
        .move_case(case.id, passage, &deed)
        .map_err(refused::case)?;
    let file = load(app, case.id.0)?;
    if act.json {
        return filed(app, &file, true);
    }
    let mut text = format!("第{}号办理件已转到“{}”", case.id.0, passage.to.label());
    if let Some(CaseMove::Over(skipped)) = case.state.move_to(passage.to) {
        let skipped: Vec<&str> = skipped.iter().map(|state| state.label()).collect();
        text += &format!("，略过“{}”已记录", skipped.join("、"));
    }
    print_text(&format!("{text}\n{}", advice(&file.case)))?;
    Ok(())
}

/// What the step reached still lacks.
fn advice(case: &Case) -> String {
    let missing = case.missing_feedback();
    if case.state == CaseState::Answered && !missing.is_empty() {
        let missing: Vec<&str> = missing.iter().map(|field| field.label()).collect();
        return format!("提示：反馈单还缺{}\n", missing.join("、"));
    }
    let is_judged = case.form.kind == CaseKind::Emergency && case.state != CaseState::Discovered;
    if is_judged && case.note(CaseField::Focus).is_empty() {
        return "提示：尚未勾选重点回应情形，用 `yuqing case note --focus` 填写；均不属于的写 none\n"
            .to_owned();
    }
    String::new()
}

impl Note {
    pub fn run(self, app: &App) -> Result<(), Failure> {
        let words = self.words.said()?;
        if words.is_empty() {
            return Err(Failure::Usage(
                "没有写要填的内容；例如 --office 社保卡中心 --opinion 请核查".to_owned(),
            ));
        }
        let deed = deed_now(app, &self.by);
        app.store
            .note_case(CaseId(self.id), &words, &deed)
            .map_err(refused::case)?;
        if self.json {
            return filed(app, &load(app, self.id)?, true);
        }
        let fields: Vec<&str> = words.iter().map(|(field, _)| field.label()).collect();
        print_text(&format!(
            "第{}号办理件已记下{}\n",
            self.id,
            fields.join("、")
        ))?;
        Ok(())
    }
}

impl Extend {
    pub fn run(self, app: &App) -> Result<(), Failure> {
        let case = load(app, self.id)?.case;
        let said = match (&self.due, self.rule) {
            (Some(said), _) => due_said(app, said)?,
            (None, rule) => DueSaid::Rule(rule.unwrap_or_default()),
        };
        let Some(reason) = stated(Some(self.reason)) else {
            return Err(Failure::Usage("变更原因（--reason）不能为空".to_owned()));
        };
        let mut deadline = deadline_of(app, &case.form, &said).map_err(refused::case)?;
        // Only a rule says which step meets it.
        if !matches!(said, DueSaid::Rule(_)) {
            deadline.met_by = case.deadline.met_by;
        }
        if matches!(said, DueSaid::At(_)) {
            deadline.basis = format!("变更：{reason}");
        }
        let deed = deed_now(app, &self.by);
        app.store
            .extend_case(case.id, &deadline, &reason, &deed)
            .map_err(refused::case)?;
        if self.json {
            return filed(app, &load(app, self.id)?, true);
        }
        print_text(&format!(
            "第{}号办理件时限由{}变更为{}\n",
            self.id,
            case.deadline.at.format("%Y-%m-%d %H:%M"),
            deadline.at.format("%Y-%m-%d %H:%M")
        ))?;
        Ok(())
    }
}

impl Link {
    pub fn run(self, app: &App) -> Result<(), Failure> {
        let links = CaseLinks {
            posts: self.post.into_iter().map(PostId).collect(),
            events: self.event.into_iter().map(EventId).collect(),
        };
        let deed = deed_now(app, &self.by);
        app.store
            .link_case(CaseId(self.id), &links, &deed)
            .map_err(refused::case)?;
        let file = load(app, self.id)?;
        if self.json {
            return filed(app, &file, true);
        }
        print_text(&format!(
            "第{}号办理件现关联信息{}条、事件{}个\n",
            self.id,
            file.links.posts.len(),
            file.links.events.len()
        ))?;
        Ok(())
    }
}

fn deed_now(app: &App, by: &str) -> CaseAct {
    let now = app.now();
    CaseAct {
        by: by.to_owned(),
        at: now,
        now,
    }
}

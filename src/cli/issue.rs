//! `yuqing issue`: the life of an issue – draft, edit, approve, return, sign, void – and what is shown of it.

use super::issue_draft::{Correct, Draft};
use super::issue_edit::{Edit, History};
use super::issue_show::{Export, List, Show, Zeros, load, print_hint, print_issue_json};
use super::issue_verify::Verify;
use super::output::{DONE, Failure, print_text};
use super::refused;
use super::{Common, person};
use crate::app::App;
use crate::digest::layout::number_line;
use crate::model::{Issue as IssueRecord, IssueId, IssueState};
use crate::pipeline::{freeze_issue, masked_text};
use crate::store::SignError;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Issue {
    /// 起草一期：专报、增刊、快报、续报、周报、月报、专题报告 · draft
    Draft(Draft),
    /// 列出各期 · list
    List(List),
    /// 查看一期 · show
    Show(Show),
    /// 修改草稿：增删条目、调整次序、改写 · edit a draft
    Edit(Edit),
    /// 修订记录和审签记录 · who changed what, and when
    History(History),
    /// 审核 · approve
    Approve(Step),
    /// 退回修改 · return an approved issue to its editors
    Return(Reasoned),
    /// 签发并编号，成品随即封存 · sign, takes the number, freezes what is printed
    Sign(Step),
    /// 更正已签发的一期：另起一期草稿，原期不变 · a new issue that corrects a signed one
    Correct(Correct),
    /// 作废，期号不再使用 · void, the number stays taken
    Void(Reasoned),
    /// 没有条目的草稿改为零报告 · an empty draft becomes a zero report
    Zero(Step),
    /// 零报告登记 · the register of zero reports
    Zeros(Zeros),
    /// 核对封存内容，逐个重新计数 · is it as signed, do its figures add up
    Verify(Verify),
    /// 导出；已签发的永远是签发时的成品 · export
    Export(Export),
    /// 发送给收件人 · send a signed issue
    Send(super::issue_send::Send),
}

#[derive(Args)]
pub struct Step {
    /// 稿号（`issue list` 的第一列） · id
    id: i64,
    /// 经办人姓名，签发人印在期刊上 · who, as printed
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Reasoned {
    #[command(flatten)]
    step: Step,
    /// 原因，记入审签记录 · why
    #[arg(long)]
    reason: String,
}

impl Issue {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if let Issue::Send(send) = self {
            return send.run(common);
        }
        let app = common.open_app()?;
        let (store, now) = (&app.store, app.now());
        match self {
            Issue::Draft(draft) => draft.run(&app)?,
            Issue::Correct(correct) => correct.run(&app)?,
            Issue::List(list) => list.run(&app)?,
            Issue::Show(show) => show.run(&app)?,
            Issue::Edit(edit) => edit.run(&app)?,
            Issue::History(history) => history.run(&app)?,
            Issue::Verify(verify) => return verify.run(&app),
            Issue::Zeros(zeros) => zeros.run(&app)?,
            Issue::Export(export) => export.run(&app)?,
            Issue::Approve(step) => {
                let done = store.approve_issue(step.id(), &step.by, now);
                step.report(&app, done)?;
            }
            Issue::Sign(step) => step.sign(&app)?,
            Issue::Zero(step) => {
                let done = store.zero_issue(step.id(), &step.by, now);
                step.report(&app, done)?;
            }
            Issue::Return(Reasoned { step, reason }) => {
                let done = store.return_issue(step.id(), &step.by, &masked_text(&reason), now);
                step.report(&app, done)?;
            }
            Issue::Void(Reasoned { step, reason }) => {
                let done = store.void_issue(step.id(), &step.by, &masked_text(&reason), now);
                step.report(&app, done)?;
            }
            Issue::Send(_) => {}
        }
        Ok(DONE)
    }
}

/// What nobody else has looked at may be signed, but not in silence.
fn one_hand(issue: &IssueRecord) -> String {
    let signed = issue.signed.as_ref();
    match signed.filter(|signed| signed.approver == signed.by) {
        Some(signed) if issue.state == IssueState::Signed => {
            format!("审核与签发为同一人（{}）", signed.by)
        }
        _ => String::new(),
    }
}

impl Step {
    fn id(&self) -> IssueId {
        IssueId(self.id)
    }

    /// The number comes first, in a transaction of its own; a rendition that is not made now is made by the daemon or
    /// when it is asked for.
    fn sign(&self, app: &App) -> Result<(), Failure> {
        let digest = load(app, self.id())?.content.digest;
        let settings = app.config.digests.iter().find(|it| it.code == digest);
        let recipients = settings.map_or(&[] as &[String], |it| &it.recipients);
        let done = app
            .store
            .sign_issue(self.id(), &self.by, recipients, app.now());
        done.map_err(refused::step)?;
        freeze_issue(app, self.id())?;
        self.report(app, Ok(()))
    }

    fn report(&self, app: &App, done: Result<(), SignError>) -> Result<(), Failure> {
        done.map_err(refused::step)?;
        let issue = load(app, self.id())?;
        let hint = one_hand(&issue);
        if self.json {
            return print_issue_json(app, self.id(), &hint);
        }
        let steps = app.store.steps_of_issue(self.id())?;
        let did = steps.last().map_or("登记", |taken| taken.step.label());
        let number = match issue.number {
            Some(_) => format!("：{}", number_line(&issue)),
            None => String::new(),
        };
        print_text(&format!("第{}号稿件已{did}{number}\n", self.id))?;
        print_hint(&hint);
        Ok(())
    }
}

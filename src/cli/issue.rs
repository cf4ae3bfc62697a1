//! `yuqing issue`: draft, look at, approve, sign, void, export.

use super::output::{DONE, Failure, column, print_json, print_text};
use super::{Common, block_on, person};
use crate::app::App;
use crate::digest::render::{print, render, render_brief};
use crate::document::Format;
use crate::model::{Issue as ModelIssue, IssueId, IssueState, Period, Timestamp};
use crate::pipeline::{Drafted, draft_now};
use crate::store::{IssueFilter, SignError};
use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Subcommand)]
pub enum Issue {
    /// 起草一期 · draft
    Draft(Draft),
    /// 列出各期 · list
    List(List),
    /// 查看一期 · show
    Show(Show),
    /// 审核 · approve
    Approve(Step),
    /// 签发并编号 · sign, takes the number
    Sign(Step),
    /// 作废，期号不再使用 · void, the number stays taken
    Void(Void),
    /// 导出 · export
    Export(Export),
    /// 发送（后续版本） · later version
    Send(super::later::Rest),
}

#[derive(Args)]
pub struct Draft {
    /// 刊物代号，默认第一种 · code of the digest
    digest: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct List {
    /// 只列此状态：draft approved signed void · state
    #[arg(long)]
    state: Option<IssueState>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Show {
    /// 稿件编号（`issue list` 的第一列） · id
    id: i64,
    /// 极简摘要，可直接粘贴到微信 · brief text
    #[arg(long, conflicts_with = "json")]
    brief: bool,
    /// 剪报文本，每条三行：媒体与标题、网址、摘要 · clippings, three lines each
    #[arg(long, conflicts_with_all = ["json", "brief"])]
    clips: bool,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Step {
    /// 稿件编号 · id
    id: i64,
    /// 经办人姓名，印在期刊上 · who, as printed
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Void {
    #[command(flatten)]
    step: Step,
    /// 作废原因 · why
    #[arg(long)]
    reason: String,
}

#[derive(Args)]
pub struct Export {
    /// 稿件编号 · id
    id: i64,
    /// 格式：html docx pdf txt md json，brief、clips 为两种摘要文本 · format
    #[arg(long)]
    format: Format,
    /// 输出文件，- 为标准输出 · file
    #[arg(short = 'o', long, value_name = "FILE")]
    output: PathBuf,
}

/// One line of `issue list`.
#[derive(Serialize)]
struct Row {
    id: IssueId,
    digest: String,
    title: String,
    state: IssueState,
    year: Option<i32>,
    number: Option<u32>,
    total_number: Option<u32>,
    period: Period,
    entries: usize,
    drafted_at: Timestamp,
    signed_at: Option<Timestamp>,
}

impl Issue {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if let Issue::Send(_) = self {
            return Err(Failure::Failed(anyhow::anyhow!(
                "发送将在后续版本提供；请先用 `yuqing issue export` 导出后自行报送"
            )));
        }
        let app = common.open_app()?;
        match self {
            Issue::Draft(draft) => draft.run(&app)?,
            Issue::List(list) => list.run(&app)?,
            Issue::Show(show) => show.run(&app)?,
            Issue::Approve(step) => {
                app.store
                    .approve_issue(IssueId(step.id), &step.by, app.now())
                    .map_err(refused)?;
                step.report(&app)?;
            }
            Issue::Sign(step) => {
                app.store
                    .sign_issue(IssueId(step.id), &step.by, app.now())
                    .map_err(refused)?;
                step.report(&app)?;
            }
            Issue::Void(Void { step, reason }) => {
                app.store
                    .void_issue(IssueId(step.id), &step.by, &reason, app.now())
                    .map_err(refused)?;
                step.report(&app)?;
            }
            Issue::Export(export) => export.run(&app)?,
            Issue::Send(_) => {}
        }
        Ok(DONE)
    }
}

/// A refused step is wrong usage, unless the store failed.
fn refused(error: SignError) -> Failure {
    match error {
        SignError::Store(error) => Failure::Failed(error),
        refusal => Failure::Usage(refusal.to_string()),
    }
}

impl Draft {
    fn run(&self, app: &Arc<App>) -> Result<(), Failure> {
        crate::pipeline::process_all(app)?;
        let digests = &app.config.digests;
        let wanted = self.digest.as_deref();
        let digest = digests
            .iter()
            .find(|digest| wanted.is_none_or(|code| digest.code == code))
            .ok_or_else(|| {
                let known: Vec<&str> = digests.iter().map(|digest| digest.code.as_str()).collect();
                Failure::Usage(format!(
                    "没有这种刊物；digests.toml 里有：{}",
                    known.join("、")
                ))
            })?;
        match block_on(draft_now(app, digest))? {
            Drafted::Issue { id, .. } if self.json => print_issue_json(app, id)?,
            Drafted::Issue { id, .. } => {
                let issue = load(app, id)?;
                let entries = issue.content.entries().count();
                print_text(&format!(
                    "已起草第{}号稿件，{entries}条；用 `yuqing issue show {}` 查看，`approve`、`sign` 审签\n",
                    id.0, id.0
                ))?;
                print_notes(&issue)?;
            }
            Drafted::Zero { digest, period } if self.json => {
                print_json(
                    &serde_json::json!({"digest": digest, "period": period, "zero_report": true}),
                )?;
            }
            Drafted::Zero { period, .. } => print_text(&format!(
                "{} 至 {} 无重要舆情，已登记零报告，不占期号\n",
                period.from.format("%Y-%m-%d %H:%M"),
                period.to.format("%Y-%m-%d %H:%M")
            ))?,
        }
        Ok(())
    }
}

impl List {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let issues = app.store.issues(IssueFilter {
            state: self.state,
            limit: 1000,
        })?;
        let rows: Vec<Row> = issues.into_iter().map(row).collect();
        if self.json {
            print_json(&rows)?;
            return Ok(());
        }
        if rows.is_empty() {
            print_text("还没有刊物；用 `yuqing issue draft` 起草\n")?;
        }
        for row in rows {
            let number = match (row.year, row.number, row.total_number) {
                (Some(year), Some(number), Some(total)) => {
                    format!("{year}年第{number}期（总第{total}期）")
                }
                _ => "未编号".to_owned(),
            };
            print_text(&format!(
                "{:>5}  {}{}{}{}条\n",
                row.id.0,
                column(row.state.label(), 6),
                column(&row.title, 18),
                column(&number, 32),
                row.entries
            ))?;
        }
        Ok(())
    }
}

impl Show {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let id = IssueId(self.id);
        if self.json {
            return print_issue_json(app, id);
        }
        let issue = load(app, id)?;
        if self.brief {
            print_text(&render_brief(&issue))?;
            return Ok(());
        }
        if self.clips {
            print_text(&String::from_utf8_lossy(&render(&issue, Format::Clips)?))?;
            return Ok(());
        }
        let text = render(&issue, Format::Text)?;
        print_text(&String::from_utf8_lossy(&text))?;
        if issue.number.is_none() {
            print_notes(&issue)?;
        }
        Ok(())
    }
}

impl Step {
    fn report(&self, app: &App) -> Result<(), Failure> {
        let id = IssueId(self.id);
        if self.json {
            return print_issue_json(app, id);
        }
        let issue = load(app, id)?;
        let number = issue.number.map_or(String::new(), |number| {
            format!(
                "：{}年第{}期（总第{}期）",
                number.year, number.number, number.total_number
            )
        });
        print_text(&format!(
            "第{}号稿件已{}{number}\n",
            self.id,
            issue.state.label()
        ))?;
        Ok(())
    }
}

impl Export {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let issue = load(app, IssueId(self.id))?;
        let bytes = print(&issue, self.format, &app.press)?;
        if self.output.as_os_str() == "-" {
            std::io::Write::write_all(&mut std::io::stdout(), &bytes)?;
            return Ok(());
        }
        std::fs::write(&self.output, bytes)
            .with_context(|| format!("写不进文件 {}", self.output.display()))?;
        eprintln!("已写入 {}（第{}号稿件）", self.output.display(), self.id);
        Ok(())
    }
}

fn load(app: &App, id: IssueId) -> Result<ModelIssue, Failure> {
    let issue = app.store.issue(id)?;
    issue.ok_or_else(|| Failure::Usage(SignError::NotFound(id.0).to_string()))
}

/// For the editor: how summaries came about that the program did not write by itself.
fn print_notes(issue: &ModelIssue) -> Result<(), Failure> {
    let notes: String = (issue.content.summary_notes())
        .map(|(title, note)| format!("　{title}：{note}\n"))
        .collect();
    if !notes.is_empty() {
        print_text(&format!("\n编者提示（不刊印）：\n{notes}"))?;
    }
    Ok(())
}

fn print_issue_json(app: &App, id: IssueId) -> Result<(), Failure> {
    let json = render(&load(app, id)?, Format::Json)?;
    print_text(&String::from_utf8_lossy(&json))?;
    print_text("\n")?;
    Ok(())
}

fn row(issue: ModelIssue) -> Row {
    Row {
        id: issue.id,
        title: issue.content.masthead.title.clone(),
        state: issue.state,
        year: issue.number.map(|number| number.year),
        number: issue.number.map(|number| number.number),
        total_number: issue.number.map(|number| number.total_number),
        period: issue.content.period,
        entries: issue.content.entries().count(),
        drafted_at: issue.drafted_at,
        signed_at: issue.signed.map(|signature| signature.at),
        digest: issue.content.digest,
    }
}

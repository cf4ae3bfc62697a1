//! `yuqing issue list|show|export|zeros`: what there is.

use super::output::{Failure, column, print_json, print_text};
use super::refused;
use crate::app::App;
use crate::digest::freeze::rendition;
use crate::digest::layout::cited_number;
use crate::digest::render::{render, render_brief};
use crate::document::Format;
use crate::model::{Issue, IssueId, IssueState};
use crate::report::{IssueRow, issue_document};
use crate::store::{IssueFilter, SignError};
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

/// Lines of a list at most.
const LISTED: usize = 1000;

#[derive(Args)]
pub struct List {
    /// 只列此状态：draft approved signed void · state
    #[arg(long)]
    state: Option<IssueState>,
    /// 只列此刊物 · code of the digest
    #[arg(long, value_name = "CODE")]
    digest: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Show {
    /// 稿号（`issue list` 的第一列） · id
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
pub struct Export {
    /// 稿号 · id
    id: i64,
    /// 格式：html docx pdf txt md json，brief、clips 为两种摘要文本 · format
    #[arg(long)]
    format: Format,
    /// 输出文件，- 为标准输出 · file
    #[arg(short = 'o', long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args)]
pub struct Zeros {
    /// 只列此刊物 · code of the digest
    #[arg(long, value_name = "CODE")]
    digest: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub fn run(&self, app: &App) -> Result<(), Failure> {
        let issues = app.store.issues(IssueFilter {
            state: self.state,
            digest: self.digest.clone(),
            limit: LISTED,
        })?;
        let rows = issues
            .into_iter()
            .map(|issue| IssueRow::of(app, issue))
            .collect::<anyhow::Result<Vec<IssueRow>>>()?;
        if self.json {
            print_json(&rows)?;
            return Ok(());
        }
        if rows.is_empty() {
            print_text("还没有稿件；用 `yuqing issue draft` 起草\n")?;
        }
        for row in rows {
            let number = match row.number {
                Some(_) => row.number_line.as_str(),
                None => "未编号",
            };
            let corrected = match row.corrected_by.is_empty() {
                true => "",
                false => "　已更正",
            };
            print_text(&format!(
                "{:>5}  {}{}{}{}条{corrected}\n",
                row.id.0,
                column(row.state.label(), 6),
                column(&row.title, 18),
                column(number, 32),
                row.entries
            ))?;
        }
        Ok(())
    }
}

impl Show {
    pub fn run(&self, app: &App) -> Result<(), Failure> {
        let id = IssueId(self.id);
        if self.json {
            return print_issue_json(app, id, "");
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
        for correction in app.store.corrections_of_issue(id)? {
            let number = cited_number(&correction).unwrap_or_default();
            print_text(&format!(
                "\n已由{number}更正（第{}号稿件）\n",
                correction.id.0
            ))?;
        }
        if issue.number.is_none() {
            if issue.revision > 0 {
                print_text(&format!("\n第{}次修订\n", issue.revision))?;
            }
            print_notes(&issue)?;
        }
        Ok(())
    }
}

impl Export {
    pub fn run(&self, app: &App) -> Result<(), Failure> {
        let issue = load(app, IssueId(self.id))?;
        let bytes = rendition(&app.store, &issue, self.format, &app.press, app.now())?;
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

impl Zeros {
    pub fn run(&self, app: &App) -> Result<(), Failure> {
        let reports = app.store.zero_reports(self.digest.as_deref(), LISTED)?;
        if self.json {
            print_json(&reports)?;
            return Ok(());
        }
        if reports.is_empty() {
            print_text("还没有零报告\n")?;
        }
        for report in reports {
            let title = app
                .config
                .digests
                .iter()
                .find(|it| it.code == report.digest);
            let title = title.map_or(report.digest.as_str(), |it| &it.title);
            let by = match report.by.as_str() {
                "" => "系统登记",
                by => by,
            };
            print_text(&format!(
                "{}{} 至 {}  {by}\n",
                column(title, 18),
                report.period.from.format("%Y-%m-%d %H:%M"),
                report.period.to.format("%Y-%m-%d %H:%M")
            ))?;
        }
        Ok(())
    }
}

/// The issue that a person means.
pub fn load(app: &App, id: IssueId) -> Result<Issue, Failure> {
    let issue = app.store.issue(id)?;
    issue.ok_or_else(|| refused::step(SignError::NotFound(id.0)))
}

/// For the editor: how summaries came about that the program did not write by itself.
pub fn print_notes(issue: &Issue) -> Result<(), Failure> {
    let notes: String = (issue.content.summary_notes())
        .map(|(title, note)| format!("　{title}：{note}\n"))
        .collect();
    if !notes.is_empty() {
        print_text(&format!("\n编者提示（不刊印）：\n{notes}"))?;
    }
    Ok(())
}

/// Something that the person who asked should know, beside the answer; empty where there is nothing.
pub fn print_hint(hint: &str) {
    if !hint.is_empty() {
        eprintln!("提示：{hint}");
    }
}

/// What is printed, what is known of the issue besides, and a hint where there is one.
pub fn print_issue_json(app: &App, id: IssueId, hint: &str) -> Result<(), Failure> {
    let issue = load(app, id)?;
    print_json(&issue_document(app, &issue, hint)?)?;
    Ok(())
}

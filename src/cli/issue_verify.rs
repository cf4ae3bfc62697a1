//! `yuqing issue verify`: is an issue as it was signed, and do its figures add up?

use super::issue_show::load;
use super::output::{DONE, FAILED, Failure, print_json, print_text};
use super::refused;
use crate::app::App;
use crate::model::IssueId;
use crate::pipeline::{SealState, Verification, verify_issue};
use crate::store::SignError;
use clap::Args;
use std::process::ExitCode;

/// Corrected posts that the text names; JSON has all.
const NAMED: usize = 20;

#[derive(Args)]
pub struct Verify {
    /// 稿号 · id
    id: i64,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    /// 0 where everything is as signed, 1 otherwise.
    pub fn run(&self, app: &App) -> Result<ExitCode, Failure> {
        let id = IssueId(self.id);
        load(app, id)?;
        let verification =
            verify_issue(app, id)?.ok_or_else(|| refused::step(SignError::NotFound(id.0)))?;
        if self.json {
            print_json(&verification)?;
        } else {
            print_text(&said(&verification))?;
        }
        if verification.is_right {
            return Ok(DONE);
        }
        Ok(ExitCode::from(FAILED))
    }
}

fn said(verification: &Verification) -> String {
    let mut text = match verification.content {
        SealState::Intact => "内容与签发时一致\n".to_owned(),
        SealState::Changed => "内容与签发时的散列对不上，请从备份恢复\n".to_owned(),
        SealState::Unsealed => "由旧版本签发，当时未存内容散列\n".to_owned(),
        SealState::Unsigned => "尚未签发，只核对数字\n".to_owned(),
    };
    for rendition in &verification.renditions {
        let state = if rendition.is_intact {
            "完好"
        } else {
            "已损坏"
        };
        text += &format!("成品 {}：{state}\n", rendition.format);
    }
    let figures = &verification.figures;
    text += &format!(
        "重新计数{}项，对不上{}项\n",
        figures.figures,
        figures.wrong.len()
    );
    if !figures.not_counted.is_empty() {
        let named = figures.not_counted.join("、");
        text += &format!("不重新计数：{named}（起草时所示，此后会变）\n");
    }
    for wrong in &figures.wrong {
        text += &format!(
            "  {}：印{}，应为{}\n",
            wrong.figure, wrong.printed, wrong.counted
        );
    }
    if !figures.changed.is_empty() {
        text += &format!(
            "起草后另有{}条信息的研判经过更正或变化（不改已签发的数字）：\n",
            figures.changed.len()
        );
        for changed in figures.changed.iter().take(NAMED) {
            text += &format!("  第{}号信息　{}\n", changed.post.0, changed.change);
        }
        if figures.changed.len() > NAMED {
            text += "  其余见 --json\n";
        }
    }
    text
}

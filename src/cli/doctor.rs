//! `yuqing doctor`: a line for everything that may go wrong unseen, and what to do.

use super::Common;
use super::output::{
    DONE, DONE_IN_PART, FAILED, Failure, column, in_chinese, print_json, print_text,
};
use crate::app::{App, Clock, doctor};
use crate::model::{CheckState, Checkup};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

#[derive(Args)]
pub struct Doctor {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let lines = examine(common);
        let worst = worst(&lines);
        if self.json {
            print_json(&json!({ "state": worst, "checks": lines }))?;
        } else {
            print_text(&lines.iter().map(said).collect::<String>())?;
            print_text(&summary(&lines))?;
        }
        Ok(match worst {
            CheckState::Ok => DONE,
            CheckState::Warn => ExitCode::from(DONE_IN_PART),
            CheckState::Fail => ExitCode::from(FAILED),
        })
    }
}

/// Also where the program would not start: that is when somebody asks.
fn examine(common: &Common) -> Vec<Checkup> {
    let config = match common.load_config_problems() {
        Ok(config) => config,
        Err(problems) => {
            let first = problems.first().map(ToString::to_string);
            let found = format!("有{}处问题：{}", problems.len(), first.unwrap_or_default());
            let advice = "请运行 yuqing check，按所列文件和行号修改";
            return vec![Checkup::fail("配置", found, advice)];
        }
    };
    let mut lines = vec![Checkup::ok("配置", "没有问题")];
    if !common.data.join("yuqing.db").is_file() {
        let found = format!("{} 里没有数据库", common.data.display());
        let advice = "请用 --data 指定数据目录；数据丢失时从备份恢复（yuqing restore）";
        lines.push(Checkup::fail("数据目录", found, advice));
        return lines;
    }
    match App::open(config, &common.data, Clock::System) {
        Ok(app) => lines.extend(doctor(&app)),
        Err(error) => lines.push(Checkup::fail(
            "数据目录",
            format!("打不开：{}", in_chinese(&error)),
            "请检查数据目录的权限和磁盘；数据库已损坏时从备份恢复（yuqing restore）",
        )),
    }
    lines
}

fn worst(lines: &[Checkup]) -> CheckState {
    let has = |state| lines.iter().any(|line| line.state == state);
    if has(CheckState::Fail) {
        CheckState::Fail
    } else if has(CheckState::Warn) {
        CheckState::Warn
    } else {
        CheckState::Ok
    }
}

fn said(line: &Checkup) -> String {
    let mut text = format!(
        "{}  {}{}\n",
        line.state.label(),
        column(line.name, 14),
        line.found
    );
    if !line.advice.is_empty() {
        text += &format!("{}→ {}\n", " ".repeat(6), line.advice);
    }
    text
}

fn summary(lines: &[Checkup]) -> String {
    let count = |state| lines.iter().filter(|line| line.state == state).count();
    match (count(CheckState::Fail), count(CheckState::Warn)) {
        (0, 0) => format!("共{}项，全部正常\n", lines.len()),
        (failed, warned) => format!("共{}项，{failed}项故障，{warned}项需要注意\n", lines.len()),
    }
}

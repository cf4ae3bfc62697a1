//! `yuqing label`: a person's word on one post; without one, all that is said of it.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use super::refused;
use crate::app::App;
use crate::model::{Field, Intent, Jurisdiction, Label, Level, PostId, Sentiment, Topic};
use crate::pipeline::{LabelError, label_post, process_all, withdraw_label};
use crate::report::LabelReport;
use crate::store::Act;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub struct LabelCommand {
    /// 信息编号；不带其他参数则显示此条的研判、更正和级别变更 · id of the post
    post: i64,
    /// 是否涉及人社业务：是 yes，否 no · concerns our matters
    #[arg(long, value_parser = yes_no, value_name = "yes|no")]
    about: Option<bool>,
    /// 是否相关：是 yes，否 no · relevant
    #[arg(long, value_parser = yes_no, value_name = "yes|no")]
    relevant: Option<bool>,
    /// 主题名称或代码，可写几个，主要的在前，如 社会保障卡,FW · topics, the primary one first
    #[arg(long, value_delimiter = ',')]
    topic: Vec<Topic>,
    /// 情感：负面 negative，中性 neutral，正面 positive · sentiment
    #[arg(long)]
    sentiment: Option<Sentiment>,
    /// 意图，如 咨询 consult，求助 help，投诉 complaint · intent
    #[arg(long)]
    intent: Option<Intent>,
    /// 级别：红 red，橙 orange，黄 yellow，蓝 blue，无 none · level
    #[arg(long)]
    level: Option<Level>,
    /// 管辖：市本级 city，区县 district，省直 province，外地 elsewhere，职能外 other_office，不明 unknown · jurisdiction
    #[arg(long)]
    jurisdiction: Option<Jurisdiction>,
    /// 其余各项确认机器判得对 · confirm what the machine says of all else
    #[arg(long)]
    confirm: bool,
    /// 撤回最近一次更正 · take back the latest correction
    #[arg(long)]
    undo: bool,
    /// 更正人姓名 · who
    #[arg(long, value_parser = super::person)]
    by: Option<String>,
    /// 备注 · why
    #[arg(long, default_value = "")]
    note: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl LabelCommand {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        let id = PostId(self.post);
        let said = self.said();
        let is_question = said.is_empty() && !self.undo && !self.confirm;
        if is_question {
            if self.by.is_some() || !self.note.is_empty() {
                return Err(Failure::Usage(
                    "没有写要更正的项；例如 --level 黄 --intent 咨询，确认机器判得对用 --confirm，撤回用 --undo"
                        .to_owned(),
                ));
            }
            process_all(&app)?;
        } else {
            self.act(&app, id, said)?;
        }
        let report = LabelReport::of(&app, id).map_err(refused::label)?;
        if self.json {
            print_json(&report)?;
        } else {
            print_text(&text(&report))?;
        }
        Ok(DONE)
    }

    fn act(&self, app: &App, id: PostId, said: Label) -> Result<(), Failure> {
        let Some(by) = self.by.clone() else {
            return Err(Failure::Usage("请用 --by 写明更正人姓名".to_owned()));
        };
        let act = Act {
            by,
            note: self.note.trim().to_owned(),
            at: app.now(),
        };
        if self.undo {
            if self.confirm || !said.is_empty() {
                return Err(Failure::Usage(
                    "--undo 只撤回最近一次更正，不能同时写更正的内容".to_owned(),
                ));
            }
            withdraw_label(app, id, act).map_err(refused::label)?;
            return Ok(());
        }
        let label = if self.confirm {
            process_all(app)?;
            let judgement = app.store.judgement(id)?;
            let judgement = judgement.ok_or_else(|| refused::label(LabelError::NotFound(id.0)))?;
            // The person's own words go before; what follows from them must not be contradicted by the machine's.
            let said = said.with_consequences();
            Label::of(&judgement.machine).with(&said)
        } else {
            said
        };
        label_post(app, id, label, act).map_err(refused::label)?;
        Ok(())
    }

    fn said(&self) -> Label {
        Label {
            about: self.about,
            relevant: self.relevant,
            topics: (!self.topic.is_empty()).then(|| self.topic.clone()),
            sentiment: self.sentiment,
            intent: self.intent,
            level: self.level,
            jurisdiction: self.jurisdiction,
        }
    }
}

fn yes_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "是" => Ok(true),
        "no" | "否" => Ok(false),
        _ => Err("应写作是或否（yes、no）".to_owned()),
    }
}

fn text(report: &LabelReport) -> String {
    let mut text = format!("第{}条　{}\n", report.id.0, report.title);
    text += &format!("现为：{}\n机器判：{}\n", report.effective, report.machine);
    if let Some(held) = &report.held {
        let (stands, machine) = (held.level.label(), report.machine.text(Field::Level));
        text += &format!(
            "机器曾判为{stands}，现建议降为{}，级别由人工确定\n",
            machine.unwrap_or_default()
        );
    }
    for correction in &report.corrections {
        text += &super::labels::line(correction);
    }
    for change in &report.level_changes {
        text += &format!("级别　{}　{change}\n", change.at.format("%Y-%m-%d %H:%M"));
    }
    for known in &report.adoption.rules {
        text += &format!(
            "规则{}（{}）{}\n",
            known.rule,
            known.field.label(),
            known.adoption
        );
    }
    for known in &report.adoption.template {
        text += &format!("同模板信息（{}）{}", known.field.label(), known.adoption);
        for (said, count) in &known.said {
            text += &format!("，{count}条改为{said}");
        }
        text.push('\n');
    }
    text
}

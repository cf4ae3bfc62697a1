//! What a person writes into a case on the command line: 办理栏, moments, reasons for a refusal.

use super::output::Failure;
use super::refused;
use crate::app::App;
use crate::import::moment;
use crate::model::{CaseField, CaseFile, CaseId, FocusMark, Precision, Timestamp};
use crate::pipeline::masked_words;
use crate::store::CaseError;
use chrono::NaiveTime;
use clap::Args;

/// 办理栏, each optional.
#[derive(Args, Clone, Default)]
pub struct Words {
    /// 承办处室 · office responsible
    #[arg(long)]
    office: Option<String>,
    /// 承办人 · official responsible
    #[arg(long)]
    handler: Option<String>,
    /// 拟办意见 · proposed handling
    #[arg(long)]
    opinion: Option<String>,
    /// 领导批示 · leader's note
    #[arg(long)]
    leader_note: Option<String>,
    /// 第一责任主体（应急） · body first responsible
    #[arg(long)]
    lead_body: Option<String>,
    /// 重点回应情形（应急），可写几个：policy 重大政策误解误读，interests 切身利益，morals 道德底线，incident 突发事件，superior 上级要求，none 均不属于 · marks
    #[arg(long, value_delimiter = ',')]
    focus: Vec<FocusMark>,
    /// 办理结果 · result
    #[arg(long)]
    result: Option<String>,
    /// 答复口径 · line of reply
    #[arg(long)]
    reply_line: Option<String>,
    /// 反馈件附件名 · enclosure
    #[arg(long)]
    enclosure: Option<String>,
    /// 反馈单：基本情况 · facts
    #[arg(long)]
    facts: Option<String>,
    /// 反馈单：核查结果 · findings
    #[arg(long)]
    findings: Option<String>,
    /// 反馈单：处置措施 · measures
    #[arg(long)]
    measures: Option<String>,
    /// 反馈单：回应情况（口径、发布渠道、时间） · response
    #[arg(long)]
    response: Option<String>,
    /// 反馈单：舆情走势（写明截至时间） · trend
    #[arg(long)]
    trend: Option<String>,
    /// 反馈单：下一步 · next steps
    #[arg(long)]
    next_steps: Option<String>,
    /// 复盘：口径效果 · effect of the line
    #[arg(long)]
    line_effect: Option<String>,
    /// 复盘：可改进点 · lessons
    #[arg(long)]
    lessons: Option<String>,
}

impl Words {
    /// What was said, masked where it may name private persons.
    pub fn said(self) -> Result<Vec<(CaseField, String)>, Failure> {
        if self.focus.len() > 1 && self.focus.contains(&FocusMark::None) {
            return Err(Failure::Usage(
                "重点回应情形（--focus）选了“均不属于”，就不能再选其他".to_owned(),
            ));
        }
        let marks: Vec<&str> = self.focus.iter().map(|mark| mark.label()).collect();
        let focus = (!marks.is_empty()).then(|| marks.join("、"));
        let said = [
            (CaseField::Office, self.office),
            (CaseField::Handler, self.handler),
            (CaseField::Opinion, self.opinion),
            (CaseField::LeaderNote, self.leader_note),
            (CaseField::LeadBody, self.lead_body),
            (CaseField::Focus, focus),
            (CaseField::Result, self.result),
            (CaseField::ReplyLine, self.reply_line),
            (CaseField::Enclosure, self.enclosure),
            (CaseField::Facts, self.facts),
            (CaseField::Findings, self.findings),
            (CaseField::Measures, self.measures),
            (CaseField::Response, self.response),
            (CaseField::Trend, self.trend),
            (CaseField::NextSteps, self.next_steps),
            (CaseField::LineEffect, self.line_effect),
            (CaseField::Lessons, self.lessons),
        ];
        let said = said.into_iter();
        let said = said
            .filter_map(|(field, text)| Some((field, text?)))
            .collect();
        Ok(masked_words(said))
    }
}

/// What a day without an hour means.
#[derive(Clone, Copy)]
pub enum DayAs {
    /// 上班: somebody began to count that morning.
    Begin,
    /// 下班.
    End,
    /// Nothing: the minute matters.
    Refused,
}

/// A moment in the words of people: `2017-09-29 16:00`, RFC 3339; `option` is named where it is none.
pub fn moment_of(app: &App, option: &str, said: &str, day: DayAs) -> Result<Timestamp, Failure> {
    let read = moment(said, &[], app.now()).ok_or_else(|| {
        Failure::Usage(format!(
            "{option} 的“{said}”不是时间，应写作 2017-09-29 16:00 或 2017-09-29T16:00:00+08:00"
        ))
    })?;
    let at = |time: NaiveTime| read.at + (time - NaiveTime::MIN);
    let hours = app.config.settings.bureau.office_hours;
    match (read.precision, day) {
        (Precision::Day | Precision::Month, DayAs::Begin) => Ok(at(hours.from)),
        (Precision::Day | Precision::Month, DayAs::End) => Ok(at(hours.to)),
        (Precision::Day | Precision::Month, DayAs::Refused) => Err(Failure::Usage(format!(
            "{option} 要写到分钟，例如 {} 16:00",
            read.at.format("%Y-%m-%d")
        ))),
        _ => Ok(read.at),
    }
}

/// The case of an id.
pub fn load(app: &App, id: i64) -> Result<CaseFile, Failure> {
    let file = app.store.case_file(CaseId(id))?;
    file.ok_or_else(|| refused::case(CaseError::NotFound(id)))
}

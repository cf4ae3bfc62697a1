//! `yuqing alert`: what called somebody, who took it, who is on duty.

use super::output::{DONE, Failure, column, print_json, print_text};
use super::refused;
use super::search::parse_day;
use super::{Common, person};
use crate::alert::Names;
use crate::app::{AlertReport, App, DutyReport};
use crate::model::{AlertId, AlertState, AlertStep, Level, Timestamp};
use crate::pipeline::masked_text;
use crate::store::{AlertActError, AlertFilter};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Alerts listed where the command does not say.
const LISTED: usize = 50;

#[derive(Subcommand)]
pub enum Alert {
    /// 列出预警，最近的在前 · list
    List(List),
    /// 查看一起预警：为何、通知了谁、谁签收 · show
    Show(Show),
    /// 签收：已读、已接手，不再催办 · acknowledge
    Ack(Act),
    /// 办结 · handled
    Handled(Act),
    /// 误报 · false alarm
    FalseAlarm(Act),
    /// 此刻或某时刻由谁值班、能否通知 · who is on duty
    Duty(Duty),
}

#[derive(Args)]
pub struct List {
    /// 只列此状态：待处置 open，已签收 acknowledged，已办结 handled，误报 false_alarm · state
    #[arg(long)]
    state: Option<AlertState>,
    /// 只列此日以来的，如 2017-04-01 · raised on or after
    #[arg(long, value_name = "D", value_parser = parse_day)]
    since: Option<NaiveDate>,
    /// 列出几起 · at most
    #[arg(long, default_value_t = LISTED)]
    limit: usize,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Show {
    /// 预警编号 · id
    id: i64,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Act {
    /// 预警编号，可写几个 · ids
    #[arg(required = true)]
    ids: Vec<i64>,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 说明，如已电话报告谁 · note
    #[arg(long, default_value = "")]
    note: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Duty {
    /// 时刻，如 "2017-04-14 20:00"，默认此刻 · moment
    #[arg(long, value_name = "T", value_parser = parse_moment)]
    at: Option<NaiveDateTime>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Alert {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match self {
            Alert::List(list) => list.run(&app)?,
            Alert::Show(show) => show.run(&app)?,
            Alert::Ack(act) => act.run(&app, AlertState::Acknowledged)?,
            Alert::Handled(act) => act.run(&app, AlertState::Handled)?,
            Alert::FalseAlarm(act) => act.run(&app, AlertState::FalseAlarm)?,
            Alert::Duty(duty) => duty.run(&app)?,
        }
        Ok(DONE)
    }
}

fn parse_moment(text: &str) -> Result<NaiveDateTime, String> {
    let text = text.trim().replace('T', " ");
    let moment = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M");
    let day = || NaiveDate::parse_from_str(&text, "%Y-%m-%d");
    moment
        .or_else(|_| day().map(|day| day.and_time(NaiveTime::MIN)))
        .map_err(|_| format!("时刻“{text}”应写成 \"2017-04-14 20:00\""))
}

/// By the clock of the configured zone.
fn local(app: &App, moment: NaiveDateTime) -> Result<Timestamp, Failure> {
    let found = app.zone().from_local_datetime(&moment).earliest();
    let found = found.ok_or_else(|| Failure::Usage(format!("没有{moment}这个时刻")))?;
    Ok(found.fixed_offset())
}

impl List {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let midnight = |day: NaiveDate| local(app, day.and_time(NaiveTime::MIN));
        let alerts = app.alert_reports(AlertFilter {
            state: self.state,
            since: self.since.map(midnight).transpose()?,
            limit: self.limit,
            offset: 0,
        })?;
        if self.json {
            print_json(&alerts)?;
        } else if alerts.is_empty() {
            print_text("没有这样的预警。\n")?;
        } else {
            print_text(&alerts.iter().map(line).collect::<String>())?;
        }
        Ok(())
    }
}

/// `   12  橙  待处置  04-14 14:13  标题`, and why below.
fn line(alert: &AlertReport) -> String {
    let mark = match alert.level {
        Level::None => alert.kind_label,
        _ => alert.level_label,
    };
    format!(
        "{:>5}  {}{}{}{}\n       {}\n",
        alert.id.0,
        column(mark, 6),
        column(alert.state_label, 8),
        column(&alert.raised_at.format("%m-%d %H:%M").to_string(), 13),
        alert.title,
        alert.reason
    )
}

impl Show {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let id = AlertId(self.id);
        let alert = app.alert_report(id)?;
        let alert = alert.ok_or_else(|| refused::alert(AlertActError::Unknown(id)))?;
        if self.json {
            print_json(&alert)?;
        } else {
            let chain = app.duty_report(app.now()).chain;
            print_text(&full(&alert, &chain, &app.recipient_names()))?;
        }
        Ok(())
    }
}

/// `张三（zhangsan）、lisi`: whoever stands in `recipients.toml` has a name.
fn people(codes: &[String], names: &Names) -> String {
    let named = codes.iter().map(|code| match names.get(code) {
        Some(name) if name != code => format!("{name}（{code}）"),
        _ => code.clone(),
    });
    named.collect::<Vec<_>>().join("、")
}

fn full(alert: &AlertReport, chain: &[String], names: &Names) -> String {
    let moment = |at: Timestamp| at.format("%Y-%m-%d %H:%M").to_string();
    let mut text = format!(
        "第{}号{}预警　{}　{}\n{}\n理由：{}\n",
        alert.id.0,
        alert.kind_label,
        match alert.level {
            Level::None => "无级别".to_owned(),
            _ => format!("{}级", alert.level_label),
        },
        alert.state_label,
        alert.title,
        alert.reason,
    );
    if let (Some(source), Some(seen)) = (&alert.source, alert.discovered_at) {
        let published = alert.published_at.as_deref().unwrap_or("未注明");
        text += &format!(
            "来源：{source}；发布：{published}；发现：{}\n",
            moment(seen)
        );
    }
    if let Some(url) = &alert.url {
        text += &format!("链接：{url}\n");
    }
    if let Some(event) = alert.event {
        let (event, sources, posts) = (event.0, alert.source_count, alert.post_count);
        text += &format!("事件{event}：发出预警时独立信源{sources}个，信息{posts}条\n");
    }
    text += &format!("预警时间：{}\n", moment(alert.raised_at));
    for notice in &alert.notices {
        let whom = match notice.recipients.is_empty() {
            true => "没有配置收件人，未发出".to_owned(),
            false => people(&notice.recipients, names),
        };
        text += &format!("第{}次通知：{}　{whom}\n", notice.number, moment(notice.at));
    }
    if let Some(next) = alert.next_notice_at {
        text += &format!("下次通知：{}\n", moment(next));
    }
    for step in &alert.history {
        let note = match step.note.as_str() {
            "" => String::new(),
            note => format!("：{note}"),
        };
        let label = step.state.label();
        text += &format!("{label}：{}　{}{note}\n", moment(step.at), step.by);
    }
    if alert.state == AlertState::Open && alert.level >= Level::Orange && !chain.is_empty() {
        text += &format!("拨号次序：{}\n", people(chain, names));
    }
    text
}

impl Act {
    fn run(&self, app: &App, state: AlertState) -> Result<(), Failure> {
        let step = AlertStep {
            at: app.now(),
            state,
            by: self.by.clone(),
            note: masked_text(&self.note),
        };
        let mut done = Vec::new();
        let mut refusals = Vec::new();
        for id in &self.ids {
            match app.store.act_on_alert(AlertId(*id), &step) {
                Ok(()) => {}
                Err(refusal) => {
                    // Named in a list behind a newer one of the same event, it went with that one.
                    let went_along = app.store.alert(AlertId(*id))?.is_some_and(|alert| {
                        alert
                            .steps
                            .last()
                            .is_some_and(|last| last.at == step.at && last.by == step.by)
                    });
                    if !went_along {
                        match refused::alert(refusal) {
                            Failure::Usage(said) => refusals.push(said),
                            failure => return Err(failure),
                        }
                        continue;
                    }
                }
            }
            done.extend(app.alert_report(AlertId(*id))?);
        }
        if self.json {
            print_json(&done)?;
        } else {
            let lines = done.iter().map(|alert| {
                format!(
                    "第{}号预警已登记为“{}”：{}\n",
                    alert.id.0, alert.state_label, alert.title
                )
            });
            print_text(&lines.collect::<String>())?;
        }
        match refusals.is_empty() {
            true => Ok(()),
            false => Err(Failure::Usage(refusals.join("\n"))),
        }
    }
}

impl Duty {
    fn run(&self, app: &App) -> Result<(), Failure> {
        let at = match self.at {
            Some(moment) => local(app, moment)?,
            None => app.now(),
        };
        let duty = app.duty_report(at);
        if self.json {
            print_json(&duty)?;
        } else {
            print_text(&on_duty(&duty, &app.recipient_names()))?;
        }
        Ok(())
    }
}

fn on_duty(duty: &DutyReport, names: &Names) -> String {
    let listed = |codes: &[String]| match codes {
        [] => "没有（请在 duty.toml 里写上）".to_owned(),
        codes => people(codes, names),
    };
    let shift = match duty.until {
        Some(until) => format!("，到{}", until.format("%Y-%m-%d %H:%M")),
        None => "，按默认安排（default）".to_owned(),
    };
    let hour = match (duty.is_office_time, duty.is_quiet) {
        (true, _) => "工作时间，黄级以上即时通知".to_owned(),
        (false, is_quiet) => format!(
            "{}，只通知橙、红；黄级等到{}",
            if is_quiet {
                "静默时段"
            } else {
                "非工作时间"
            },
            duty.next_office_time.format("%Y-%m-%d %H:%M")
        ),
    };
    format!(
        "{}　{hour}\n值班：{}{shift}\n拨号次序：{}\n信源故障通知：{}\n",
        duty.at.format("%Y-%m-%d %H:%M"),
        listed(&duty.on_duty),
        listed(&duty.chain),
        listed(&duty.administrators),
    )
}

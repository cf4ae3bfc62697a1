//! `/alerts`: what called somebody – waiting, taken, done, false – who was told and when, and what people did about it.

use crate::alert::Names;
use crate::app::{AlertReport, App};
use crate::model::{
    AlertId, AlertState, AlertStep, AuditAction, AuditSubject, Level, Timestamp, Visitor,
};
use crate::pipeline::masked_text;
use crate::store::AlertFilter;
use crate::web::Shared;
use crate::web::deed::done;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::{minute, page_number};
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, Response};
use serde::Deserialize;

/// Alerts per page.
const PAGE_SIZE: usize = 20;
/// Characters of a note.
const MAX_NOTE: usize = 500;

#[derive(Deserialize)]
pub struct Parameters {
    #[serde(default)]
    state: String,
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

#[derive(Template)]
#[template(path = "alerts.html", config = "src/web/askama.toml")]
struct AlertsPage {
    frame: Frame,
    /// Whoever is on duty now.
    on_duty: String,
    tabs: Vec<Tab>,
    /// Code of the state that is shown, or `all`.
    state: String,
    alerts: Vec<AlertLine>,
    previous: Option<usize>,
    next: Option<usize>,
}

#[derive(Template)]
#[template(path = "alert.html", config = "src/web/askama.toml")]
struct AlertPage {
    frame: Frame,
    /// Back to here after a deed; empty: to the alert itself.
    state: String,
    alert: AlertLine,
}

struct Tab {
    code: &'static str,
    label: &'static str,
    /// How many; none where nobody counts them.
    count: Option<u64>,
    is_here: bool,
}

/// 预警 as a page shows it.
pub struct AlertLine {
    /// 编号.
    pub id: i64,
    /// Code for the colour.
    pub level: &'static str,
    /// 级别; empty for none.
    pub level_label: &'static str,
    /// 类别.
    pub kind: &'static str,
    /// 处置状态.
    pub state: &'static str,
    /// One line.
    pub title: String,
    /// Why.
    pub reason: String,
    /// 来源, 发布, 发现, as far as known.
    pub source: String,
    /// When it was raised.
    pub raised: String,
    /// 事件.
    pub event: Option<i64>,
    /// 信息.
    pub post: Option<i64>,
    /// 通知 and 处置, in the order of time.
    pub told: Vec<String>,
    /// 拨号次序 while a person must be called; empty otherwise.
    pub chain: String,
    /// Nobody took it.
    pub is_open: bool,
    /// Something may still be done about it.
    pub may_act: bool,
}

impl AlertLine {
    /// The line of one alert; `chain` is who is to be called now.
    pub fn of(report: AlertReport, names: &Names, chain: &[String]) -> AlertLine {
        let is_open = report.state == AlertState::Open;
        AlertLine {
            source: came_from(&report).join("　"),
            told: told(&report, names),
            id: report.id.0,
            level: report.level.code(),
            level_label: match report.level {
                Level::None => "",
                level => level.label(),
            },
            kind: report.kind_label,
            state: report.state_label,
            title: report.title,
            reason: report.reason,
            raised: minute(Some(report.raised_at)),
            event: report.event.map(|event| event.0),
            post: report.post.map(|post| post.0),
            chain: if is_open && report.level >= Level::Orange {
                people(chain, names)
            } else {
                String::new()
            },
            is_open,
            may_act: AlertState::ALL
                .iter()
                .any(|next| report.state.may_become(*next)),
        }
    }
}

/// 来源, 发布, 发现, and how many spoke of it, as far as known.
fn came_from(report: &AlertReport) -> Vec<String> {
    let published = (report.published_at.as_ref()).map(|at| format!("发布{at}"));
    let discovered = report.discovered_at;
    let discovered = discovered.map(|at| format!("发现{}", minute(Some(at))));
    let mut said: Vec<String> = report.source.iter().cloned().collect();
    said.extend(published);
    said.extend(discovered);
    if report.event.is_some() {
        let (sources, posts) = (report.source_count, report.post_count);
        said.push(format!("预警时独立信源{sources}个、信息{posts}条"));
    }
    said
}

/// 通知 and 处置 in the order of time, then when it is told again.
fn told(report: &AlertReport, names: &Names) -> Vec<String> {
    let notices = report.notices.iter().map(|notice| {
        let whom = match notice.recipients.is_empty() {
            true => "没有配置收件人，未发出".to_owned(),
            false => people(&notice.recipients, names),
        };
        let at = minute(Some(notice.at));
        let line = format!("{at}　第{}次通知：{whom}", notice.number);
        (notice.at, line)
    });
    let steps = report.history.iter().map(|step| {
        let at = minute(Some(step.at));
        let note = match step.note.as_str() {
            "" => String::new(),
            note => format!("。{note}"),
        };
        let line = format!("{at}　{}：{}{note}", step.state.label(), step.by);
        (step.at, line)
    });
    let mut told: Vec<(Timestamp, String)> = notices.chain(steps).collect();
    told.sort_by_key(|(at, _)| *at);
    let again = report.next_notice_at;
    let again = again.map(|next| format!("无人签收的，{}再次通知", minute(Some(next))));
    told.into_iter()
        .map(|(_, line)| line)
        .chain(again)
        .collect()
}

fn people(codes: &[String], names: &Names) -> String {
    let named = codes
        .iter()
        .map(|code| names.get(code).unwrap_or(code).as_str());
    named.collect::<Vec<_>>().join("、")
}

pub async fn list(
    State(app): Shared,
    Who(visitor): Who,
    Query(asked): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let state = match asked.state.as_str() {
        "" => Some(AlertState::Open),
        "all" => None,
        code => Some(
            code.parse()
                .map_err(|error| WebError::Wrong(format!("状态：{error}")))?,
        ),
    };
    let page = app
        .on_cpu(move |app| alerts_page(app, &visitor, state, asked.page))
        .await?;
    Ok(Html(page.render()?))
}

fn alerts_page(
    app: &App,
    visitor: &Visitor,
    state: Option<AlertState>,
    page: usize,
) -> Result<AlertsPage> {
    let mut reports = app.alert_reports(AlertFilter {
        state,
        since: None,
        limit: PAGE_SIZE + 1,
        offset: page.saturating_mul(PAGE_SIZE),
    })?;
    let has_more = reports.len() > PAGE_SIZE;
    reports.truncate(PAGE_SIZE);
    let (names, duty) = (app.recipient_names(), app.duty_report(app.now()));
    Ok(AlertsPage {
        frame: Frame::of(app, visitor, "/alerts")?,
        on_duty: people(&duty.on_duty, &names),
        tabs: tabs(app, state)?,
        state: state.map_or("all", AlertState::code).to_owned(),
        alerts: (reports.into_iter())
            .map(|report| AlertLine::of(report, &names, &duty.chain))
            .collect(),
        previous: page.checked_sub(1),
        next: has_more.then_some(page + 1),
    })
}

fn tabs(app: &App, shown: Option<AlertState>) -> Result<Vec<Tab>> {
    let mut tabs = Vec::new();
    for state in AlertState::ALL {
        let filter = AlertFilter {
            state: Some(*state),
            ..AlertFilter::default()
        };
        let waits = matches!(state, AlertState::Open | AlertState::Acknowledged);
        tabs.push(Tab {
            code: state.code(),
            label: state.label(),
            count: match waits {
                true => Some(app.store.alert_count(filter)?),
                false => None,
            },
            is_here: shown == Some(*state),
        });
    }
    tabs.push(Tab {
        code: "all",
        label: "全部",
        count: None,
        is_here: shown.is_none(),
    });
    Ok(tabs)
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Html<String>, WebError> {
    let id = AlertId(id);
    let page = app
        .on_cpu(move |app| {
            let chain = app.duty_report(app.now()).chain;
            let Some(report) = app.alert_report(id)? else {
                return Ok(None);
            };
            Ok(Some(AlertPage {
                frame: Frame::of(app, &visitor, "/alerts")?,
                state: String::new(),
                alert: AlertLine::of(report, &app.recipient_names(), &chain),
            }))
        })
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

/// 签收、办结、误报.
pub async fn act(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    fields.required("deed", "要做的处置")?;
    let state: AlertState = fields.parsed("deed", "处置")?.unwrap_or(AlertState::Open);
    if state == AlertState::Open {
        return Err(WebError::Wrong("处置只能是签收、办结或误报".to_owned()));
    }
    let note = fields.text("note");
    if state == AlertState::FalseAlarm && note.is_empty() {
        return Err(WebError::Wrong("判为误报请写明原因".to_owned()));
    }
    if note.chars().count() > MAX_NOTE {
        return Err(WebError::Wrong(format!("说明最多{MAX_NOTE}字")));
    }
    let back_to = match fields.text("shown") {
        "" => format!("/alerts/{id}"),
        "all" => "/alerts?state=all".to_owned(),
        shown => match shown.parse::<AlertState>() {
            Ok(shown) => format!("/alerts?state={shown}"),
            Err(_) => "/alerts".to_owned(),
        },
    };
    let step = AlertStep {
        at: app.now(),
        state,
        by: visitor.by().to_owned(),
        note: masked_text(note),
    };
    let mut sentence = format!("第{id}号预警已登记为“{}”。", state.label());
    if !step.note.is_empty() {
        sentence += &step.note;
    }
    work(&app, move |app| {
        let acted = app.store.act_on_alert(AlertId(id), &step);
        acted.map_err(refused::alert)
    })
    .await?;
    done(
        &app,
        &visitor,
        AuditAction::Alert,
        AuditSubject::Alert.numbered(id),
        &back_to,
        sentence,
    )
    .await
}

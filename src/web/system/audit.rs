//! `/system/audit`: who did what, when, from where; as a table to take along; whether the chain of lines holds.

use crate::app::{App, watermark};
use crate::model::{AuditAction, AuditLine, Permission, Timestamp};
use crate::store::AuditFilter;
use crate::web::Shared;
use crate::web::deed::back;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::page_number;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// Lines on a page.
const PAGE_SIZE: usize = 100;

/// Which lines are wanted, as it was written.
#[derive(Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

impl Wanted {
    fn of(fields: &Fields) -> Wanted {
        let field = |name| fields.text(name).to_owned();
        Wanted {
            actor: field("actor"),
            action: field("action"),
            from: field("from"),
            to: field("to"),
            page: 0,
        }
    }

    /// `to` is the last day.
    fn filter(&self, app: &App) -> Result<AuditFilter, WebError> {
        let action = match self.action.as_str() {
            "" => None,
            action => Some(action.parse::<AuditAction>()),
        };
        let action = action.transpose();
        let action = action.map_err(|error| WebError::Wrong(format!("事项：{error}")))?;
        let actor = self.actor.trim();
        Ok(AuditFilter {
            from: day(app, &self.from, "起始日", 0)?,
            to: day(app, &self.to, "截止日", 1)?,
            actor: (!actor.is_empty()).then(|| actor.to_owned()),
            action,
            offset: 0,
            limit: 0,
        })
    }

    fn address(&self, page: usize) -> String {
        let fields = [
            ("actor", &self.actor),
            ("action", &self.action),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let mut written = Serializer::new(String::new());
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
            written.append_pair(name, value);
        }
        written.append_pair("page", &page.to_string());
        format!("/system/audit?{}", written.finish())
    }
}

/// The midnight that a day begins with, or the one so many days later; none where it is empty.
fn day(app: &App, text: &str, label: &str, later: u64) -> Result<Option<Timestamp>, WebError> {
    if text.is_empty() {
        return Ok(None);
    }
    let day: Option<NaiveDate> = text.parse().ok();
    let day = day.and_then(|day| day.checked_add_days(Days::new(later)));
    let day = day.ok_or_else(|| WebError::Wrong(format!("{label}请写成 2017-04-15 这样的日期")))?;
    let local = day.and_time(NaiveTime::MIN);
    let moment = app.zone().from_local_datetime(&local).earliest();
    let moment = moment.unwrap_or_else(|| app.zone().from_utc_datetime(&local));
    Ok(Some(moment.fixed_offset()))
}

#[derive(Template)]
#[template(path = "audit.html", config = "src/web/askama.toml")]
struct AuditPage {
    frame: Frame,
    wanted: Wanted,
    actions: &'static [AuditAction],
    lines: Vec<AuditLine>,
    previous: Option<String>,
    next: Option<String>,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, WebError> {
    let filter = AuditFilter {
        offset: wanted.page.saturating_mul(PAGE_SIZE),
        limit: PAGE_SIZE + 1,
        ..wanted.filter(&app)?
    };
    let page = app.on_cpu(move |app| {
        let mut lines = app.store.audit(&filter)?;
        let has_more = lines.len() > PAGE_SIZE;
        lines.truncate(PAGE_SIZE);
        let previous = wanted.page.checked_sub(1);
        Ok(AuditPage {
            frame: Frame::of(app, &visitor, "/system")?,
            actions: AuditAction::ALL,
            lines,
            previous: previous.map(|page| wanted.address(page)),
            next: has_more.then(|| wanted.address(wanted.page + 1)),
            wanted,
        })
    });
    Ok(Html(page.await?.render()?))
}

/// 校验 of the chain; the page tells what it came to.
pub async fn verify(State(app): Shared, Who(visitor): Who) -> Result<Response, WebError> {
    let check = app.on_cpu(|app| app.store.check_audit()).await?;
    back(&app, &visitor, "/system/audit", check.sentence()).await
}

pub async fn export(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    if !visitor.may(Permission::Export) {
        let why = "无“导出”权限，没有导出审计记录";
        app.on_cpu(move |app| app.audit(&visitor, AuditAction::Refused, "审计", why))
            .await?;
        return Err(WebError::Forbidden(Permission::Export));
    }
    let filter = Wanted::of(&fields).filter(&app)?;
    let name = format!(
        "attachment; filename=\"audit-{}.csv\"",
        app.now().format("%Y%m%d-%H%M")
    );
    let table = app
        .on_cpu(move |app| {
            let (count, table) = app.audit_table(&filter, &watermark(visitor.by(), app.now()))?;
            let detail = format!("导出审计记录{count}条为CSV");
            app.audit(&visitor, AuditAction::Export, "审计", &detail)?;
            Ok(table)
        })
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, table).into_response())
}

//! 预警 as people and programs read them: for `yuqing alert`, `/api/v1/alerts`.

use super::App;
use crate::alert::Names;
use crate::model::{
    Alert, AlertId, AlertKind, AlertNotice, AlertState, AlertStep, EventId, Level, PostId,
    Timestamp,
};
use crate::store::AlertFilter;
use anyhow::Result;
use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde::Serialize;
use utoipa::ToSchema;

/// 预警; JSON of `yuqing alert list`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AlertReport {
    /// 编号.
    #[schema(value_type = i64)]
    pub id: AlertId,
    /// 类别.
    pub kind: AlertKind,
    /// 类别, for people.
    pub kind_label: &'static str,
    /// 级别.
    pub level: Level,
    /// 级别, for people.
    pub level_label: &'static str,
    /// 处置状态.
    pub state: AlertState,
    /// 处置状态, for people.
    pub state_label: &'static str,
    /// One line.
    pub title: String,
    /// Why, in one sentence.
    pub reason: String,
    /// 对象, as a code.
    pub subject: String,
    /// 事件.
    #[schema(value_type = Option<i64>)]
    pub event: Option<EventId>,
    /// The post that stands for it.
    #[schema(value_type = Option<i64>)]
    pub post: Option<PostId>,
    /// Its address.
    pub url: Option<String>,
    /// Where it stood.
    pub source: Option<String>,
    /// 发布时间, as exactly as it is known.
    pub published_at: Option<String>,
    /// 发现时间.
    pub discovered_at: Option<DateTime<FixedOffset>>,
    /// Posts behind it when it was raised.
    pub post_count: u64,
    /// Independent sources behind it when it was raised.
    pub source_count: u64,
    /// When it was raised.
    pub raised_at: DateTime<FixedOffset>,
    /// When the next notice is due.
    pub next_notice_at: Option<DateTime<FixedOffset>>,
    /// Who was told.
    #[schema(value_type = Vec<Object>)]
    pub notices: Vec<AlertNotice>,
    /// What people did.
    #[schema(value_type = Vec<Object>)]
    pub history: Vec<AlertStep>,
}

/// 值班; JSON of `yuqing alert duty`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DutyReport {
    /// The moment asked for.
    pub at: Timestamp,
    /// Whoever is on duty.
    pub on_duty: Vec<String>,
    /// 拨号次序, those behind them included.
    pub chain: Vec<String>,
    /// End of the shift; `None` where the roster names nobody.
    pub until: Option<NaiveDateTime>,
    /// Is the office open?
    pub is_office_time: bool,
    /// Do only orange and red call?
    pub is_quiet: bool,
    /// When the office is open next.
    pub next_office_time: Timestamp,
    /// Who hears of sources that fail.
    pub administrators: Vec<String>,
}

impl App {
    /// Alerts, the latest first.
    ///
    /// # Errors
    /// The store refuses.
    pub fn alert_reports(&self, filter: AlertFilter) -> Result<Vec<AlertReport>> {
        let alerts = self.store.alerts(filter)?;
        alerts
            .into_iter()
            .map(|alert| self.alert_as_shown(alert))
            .collect()
    }

    /// One alert.
    ///
    /// # Errors
    /// The store refuses.
    pub fn alert_report(&self, id: AlertId) -> Result<Option<AlertReport>> {
        let alert = self.store.alert(id)?;
        alert.map(|alert| self.alert_as_shown(alert)).transpose()
    }

    fn alert_as_shown(&self, alert: Alert) -> Result<AlertReport> {
        let what = alert.what;
        let stored = what.post.map(|post| self.store.post(post)).transpose()?;
        let stored = stored.flatten();
        let post = stored.as_ref().map(|stored| &stored.post);
        Ok(AlertReport {
            id: alert.id,
            kind: what.kind,
            kind_label: what.kind.label(),
            level: what.level,
            level_label: what.level.label(),
            state: alert.state,
            state_label: alert.state.label(),
            title: what.title,
            reason: what.reason,
            subject: what.subject.0,
            event: what.event,
            post: what.post,
            url: post.and_then(|post| post.url.clone()),
            source: post.map(|post| {
                let outlet = post.outlet.as_ref();
                outlet.unwrap_or(&post.source_name).clone()
            }),
            published_at: post
                .and_then(|post| post.published_at)
                .map(|published| published.to_string()),
            discovered_at: stored.as_ref().map(|stored| stored.first_seen_at),
            post_count: what.post_count,
            source_count: what.source_count,
            raised_at: alert.raised_at,
            next_notice_at: alert.next_notice_at,
            notices: alert.notices,
            history: alert.steps,
        })
    }

    /// What people and groups are called, by their codes.
    pub fn recipient_names(&self) -> Names {
        let recipients = self.config.recipients.iter();
        recipients
            .map(|known| (known.id.clone(), known.name.clone()))
            .collect()
    }

    /// Who is on duty at a moment, and what the hour allows.
    pub fn duty_report(&self, at: Timestamp) -> DutyReport {
        let (duty, calendar) = (&self.config.duty, &self.config.calendar);
        DutyReport {
            at,
            on_duty: duty.on_duty(at).to_vec(),
            chain: duty.chain(at),
            until: duty.shift(at).map(|shift| shift.to),
            is_office_time: calendar.is_office_time(at),
            is_quiet: duty.quiet.end(at, self.zone()).is_some(),
            next_office_time: calendar.next_office_time(at),
            administrators: duty.administrators.clone(),
        }
    }
}

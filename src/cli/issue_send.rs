//! `yuqing issue send`: a signed issue → its recipients, now.

use super::deliveries::{is_done, print_rows};
use super::output::{DONE, DONE_IN_PART, Failure, print_json};
use super::refused;
use super::{Common, block_on};
use crate::app::App;
use crate::model::{Delivery, DeliveryId, Issue, IssueId, IssueState};
use crate::pipeline::{deliver_these, queue_issue};
use crate::report::DeliveryRow;
use crate::store::{DeliveryFilter, SignError};
use clap::Args;
use serde::Serialize;
use std::process::ExitCode;

/// Deliveries of one issue that are looked at: as many as anybody has recipients.
const MOST: usize = 10_000;

#[derive(Args)]
pub struct Send {
    /// 稿号（`issue list` 的第一列） · id
    id: i64,
    /// 收件人代号，可写多个；默认发给 digests.toml 里本刊的 recipients · recipients
    #[arg(long, value_name = "CODE", num_args = 1..)]
    to: Vec<String>,
    /// 等待重试的也立即再试 · try again at once what waits for its next attempt
    #[arg(long)]
    now: bool,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    id: IssueId,
    deliveries: Vec<DeliveryRow>,
}

impl Send {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        let id = IssueId(self.id);
        let issue = app.store.issue(id)?;
        let issue = issue.ok_or_else(|| refused::step(SignError::NotFound(self.id)))?;
        check_signed(&issue)?;
        let recipients = self.recipients(&app, &issue)?;
        let before = of_issue(&app, id, &recipients)?;
        queue_issue(&app, &issue, &recipients)?;
        let ids: Vec<DeliveryId> = of_issue(&app, id, &recipients)?
            .iter()
            .map(|delivery| delivery.id)
            .collect();
        if self.now {
            app.store.hasten_deliveries(&ids, app.now())?;
        }
        block_on(deliver_these(&app, &ids))?;
        let deliveries = of_issue(&app, id, &recipients)?;
        let is_complete = deliveries.iter().all(is_done);
        let mut rows: Vec<DeliveryRow> = deliveries
            .iter()
            .map(|sent| DeliveryRow::of(&app, sent))
            .collect();
        for known in &before {
            let row = rows.iter_mut().find(|row| row.is_of(known.id));
            if let Some(row) = row {
                row.note_earlier(known.state);
            }
        }
        if self.json {
            print_json(&Report {
                id,
                deliveries: rows,
            })?;
        } else {
            print_rows(&rows)?;
        }
        Ok(if is_complete {
            DONE
        } else {
            ExitCode::from(DONE_IN_PART)
        })
    }

    fn recipients(&self, app: &App, issue: &Issue) -> Result<Vec<String>, Failure> {
        if !self.to.is_empty() {
            for code in &self.to {
                super::deliveries::recipient(app, code)?;
            }
            return Ok(self.to.clone());
        }
        let code = &issue.content.digest;
        let digest = app
            .config
            .digests
            .iter()
            .find(|digest| digest.code == *code);
        let recipients = digest.map(|digest| digest.recipients.clone());
        let recipients = recipients.unwrap_or_default();
        if recipients.is_empty() {
            return Err(Failure::Usage(format!(
                "刊物“{code}”没有收件人；请在 digests.toml 里写 recipients = [\"代号\"]，或用 --to 代号 指定"
            )));
        }
        Ok(recipients)
    }
}

fn check_signed(issue: &Issue) -> Result<(), Failure> {
    let (id, state) = (issue.id.0, issue.state);
    let remedy = match state {
        IssueState::Signed => return Ok(()),
        IssueState::Void => "作废的稿件不再发送".to_owned(),
        IssueState::Draft | IssueState::Approved => format!(
            "签发后才能发送，先审签：`yuqing issue approve {id} --by 姓名`、`yuqing issue sign {id} --by 姓名`"
        ),
    };
    let state = state.label();
    Err(Failure::Usage(format!(
        "第{id}号稿件现为“{state}”，不能发送；{remedy}"
    )))
}

/// What these recipients got of an issue, in the order in which it was queued.
fn of_issue(app: &App, issue: IssueId, recipients: &[String]) -> Result<Vec<Delivery>, Failure> {
    let mut found = app.store.deliveries(&DeliveryFilter {
        issue: Some(issue),
        limit: MOST,
        ..DeliveryFilter::default()
    })?;
    found.retain(|delivery| recipients.contains(&delivery.recipient));
    found.reverse();
    Ok(found)
}

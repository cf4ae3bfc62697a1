//! `yuqing deliveries`: what went to whom, what a person knows of it, and a test.

use super::output::{DONE, DONE_IN_PART, Failure, column, print_json, print_text};
use super::refused;
use super::{Common, block_on, person};
use crate::app::App;
use crate::deliver::Recipient;
use crate::model::{Delivery, DeliveryId, DeliveryState, IssueId, Timestamp};
use crate::pipeline::{deliver_these, masked_text, send_test};
use crate::report::{DeliveryDetail, DeliveryRow};
use crate::store::{DeliveryError, DeliveryFilter};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Deliveries {
    /// 列出投递 · list
    List(List),
    /// 查看一次投递的经过 · show
    Show(Show),
    /// 确认对方已收到（待核实、未送达的） · somebody asked: it has arrived
    Confirm(Confirm),
    /// 重发（待核实、未送达的） · send again
    Resend(Resend),
    /// 给一个收件人发一封测试信 · a test message to one recipient
    Test(Test),
}

#[derive(Args)]
pub struct List {
    /// 只列此状态：waiting sending sent failed uncertain cancelled · state
    #[arg(long)]
    state: Option<DeliveryState>,
    /// 只列此稿件的（稿号） · of this issue
    #[arg(long, value_name = "N")]
    issue: Option<i64>,
    /// 只列此收件人的 · for this recipient
    #[arg(long, value_name = "CODE")]
    to: Option<String>,
    /// 最多列几条，默认100 · at most so many, 100
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Show {
    /// 投递编号 · id
    id: i64,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Confirm {
    /// 投递编号 · id
    id: i64,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 怎样核实的，例如“电话问过值班室” · how it is known
    #[arg(long, default_value = "")]
    note: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Resend {
    /// 投递编号 · id
    id: i64,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Test {
    /// 收件人代号 · code of the recipient
    code: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Deliveries {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match self {
            Deliveries::List(list) => list.run(&app),
            Deliveries::Show(show) => {
                print_one(&app, DeliveryId(show.id), show.json)?;
                Ok(DONE)
            }
            Deliveries::Confirm(confirm) => {
                let id = DeliveryId(confirm.id);
                let note = masked_text(&confirm.note);
                let done = app
                    .store
                    .confirm_delivery(id, &confirm.by, &note, app.now());
                done.map_err(refused::delivery)?;
                print_one(&app, id, confirm.json)?;
                Ok(DONE)
            }
            Deliveries::Resend(resend) => {
                let id = DeliveryId(resend.id);
                let done = app.store.resend_delivery(id, &resend.by, app.now());
                done.map_err(refused::delivery)?;
                block_on(deliver_these(&app, &[id]))?;
                let delivery = print_one(&app, id, resend.json)?;
                Ok(if is_done(&delivery) {
                    DONE
                } else {
                    ExitCode::from(DONE_IN_PART)
                })
            }
            Deliveries::Test(test) => {
                let recipient = recipient(&app, &test.code)?;
                let sent = block_on(async { Ok(send_test(&app, recipient).await) })?;
                if test.json {
                    let message = sent.as_ref().err().map(ToString::to_string);
                    print_json(&serde_json::json!({
                        "recipient": recipient.id, "ok": sent.is_ok(), "message": message.unwrap_or_default(),
                    }))?;
                    return Ok(if sent.is_ok() {
                        DONE
                    } else {
                        ExitCode::FAILURE
                    });
                }
                sent.map_err(|error| Failure::Failed(error.into()))?;
                print_text(&format!(
                    "测试信已发给{}，请向对方核实\n",
                    recipient.described()
                ))?;
                Ok(DONE)
            }
        }
    }
}

impl List {
    fn run(self, app: &App) -> Result<ExitCode, Failure> {
        let found = app.store.deliveries(&DeliveryFilter {
            state: self.state,
            issue: self.issue.map(IssueId),
            recipient: self.to,
            limit: self.limit,
        })?;
        let rows: Vec<DeliveryRow> = found
            .iter()
            .map(|delivery| DeliveryRow::of(app, delivery))
            .collect();
        if self.json {
            print_json(&rows)?;
        } else if rows.is_empty() {
            print_text("没有这样的投递；用 `yuqing issue send 稿号` 发送一期\n")?;
        } else {
            print_rows(&rows)?;
        }
        Ok(DONE)
    }
}

/// It has arrived.
pub fn is_done(delivery: &Delivery) -> bool {
    delivery.state == DeliveryState::Sent
}

/// A recipient to whom something may be sent.
pub fn recipient<'a>(app: &'a App, code: &str) -> Result<&'a Recipient, Failure> {
    app.config.active_recipient(code).ok_or_else(|| {
        let all = &app.config.recipients;
        if all.iter().any(|known| known.id == code) {
            return Failure::Usage(format!(
                "收件人“{code}”已停用；启用请改 recipients.toml 里的 is_active"
            ));
        }
        let active = all.iter().filter(|known| known.is_active);
        let active: Vec<String> = active.map(Recipient::described).collect();
        let known = match active.is_empty() {
            true => "recipients.toml 里还没有收件人".to_owned(),
            false => format!("现有：{}", active.join("、")),
        };
        Failure::Usage(format!("没有代号为“{code}”的收件人；{known}"))
    })
}

/// One line each, and what to do where a person has to.
pub fn print_rows(rows: &[DeliveryRow]) -> Result<(), Failure> {
    for row in rows {
        print_text(&line(row))?;
    }
    Ok(())
}

fn line(row: &DeliveryRow) -> String {
    let name = match row.recipient_name.is_empty() {
        true => row.recipient.clone(),
        false => format!("{}（{}）", row.recipient_name, row.recipient),
    };
    let time = |at: Timestamp| at.format("%Y-%m-%d %H:%M").to_string();
    let id = row.id.0;
    let said = match row.state {
        DeliveryState::Sent => row.sent_at.map(time).unwrap_or_default(),
        DeliveryState::Waiting if row.attempts > 0 => {
            format!("{}；{}再试", row.message, time(row.due_at))
        }
        DeliveryState::Waiting => format!("{}起", time(row.due_at)),
        DeliveryState::Uncertain => format!(
            "{}；收到了用 `yuqing deliveries confirm {id} --by 姓名` 确认，没收到用 `yuqing deliveries resend {id} --by 姓名` 重发",
            row.message
        ),
        DeliveryState::Failed => {
            format!(
                "{}；改好后用 `yuqing deliveries resend {id} --by 姓名` 重发",
                row.message
            )
        }
        DeliveryState::Sending | DeliveryState::Cancelled => row.message.clone(),
    };
    let earlier = match row.earlier {
        "" => String::new(),
        earlier => format!("（{earlier}）"),
    };
    format!(
        "{id:>5}  {}{}{}{said}{earlier}\n",
        column(row.state_label, 8),
        column(&row.matter, 26),
        column(&name, 24)
    )
}

fn print_one(app: &App, id: DeliveryId, as_json: bool) -> Result<Delivery, Failure> {
    let delivery = app.store.delivery(id)?;
    let delivery = delivery.ok_or_else(|| refused::delivery(DeliveryError::NotFound(id.0)))?;
    let detail = DeliveryDetail::of(app, &delivery)?;
    if as_json {
        print_json(&detail)?;
        return Ok(delivery);
    }
    print_text(&line(&detail.row))?;
    if let Some(notice) = &detail.notice {
        print_text(&format!("　　内容：{}\n", notice.title))?;
    }
    for step in &detail.steps {
        let by = step
            .by
            .as_ref()
            .map_or(String::new(), |by| format!("（{by}）"));
        print_text(&format!(
            "　　{}　第{}次　{}{by}　{}\n",
            step.at.format("%Y-%m-%d %H:%M:%S"),
            step.attempt,
            step.outcome.label(),
            step.message
        ))?;
    }
    Ok(delivery)
}

//! `/system`: versions, sizes, and what needs the IT person's hand.

pub mod audit;
pub mod backups;
pub mod users;

use crate::app::{App, SystemReport};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::health::MAX_LAG;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::State;
use axum::response::Html;
use bytesize::ByteSize;

/// Sources named in a line.
const NAMED: usize = 5;
/// With less room than this on the disk somebody has to act.
const FREE: u64 = 5 << 30;

#[derive(Template)]
#[template(path = "system.html", config = "src/web/askama.toml")]
struct SystemPage {
    frame: Frame,
    /// What is wrong; empty where all is well.
    troubles: Vec<String>,
    /// Name and value.
    versions: Vec<(&'static str, String)>,
    sizes: Vec<(&'static str, String)>,
}

pub async fn page(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app.on_cpu(move |app| {
        let report = app.system_report()?;
        Ok(SystemPage {
            frame: Frame::of(app, &visitor, "/system")?,
            troubles: troubles(app, &report)?,
            versions: versions(app, &report),
            sizes: sizes(&report),
        })
    });
    Ok(Html(page.await?.render()?))
}

fn troubles(app: &App, report: &SystemReport) -> Result<Vec<String>> {
    let mut troubles = Vec::new();
    if report.lag > MAX_LAG {
        let lag = report.lag;
        troubles.push(format!("检索索引落后{lag}处改动，新信息暂时检索不到。"));
    }
    if report.failing_sources > 0 {
        troubles.push(format!(
            "{}个信源上次没有采成功，见“信源”。",
            report.failing_sources
        ));
    }
    let unread: Vec<String> = (app.source_reports()?.into_iter())
        .filter(crate::app::SourceReport::was_never_read)
        .map(|report| report.name)
        .collect();
    if !unread.is_empty() {
        let more = if unread.len() > NAMED { "等" } else { "" };
        let first: Vec<&str> = unread.iter().take(NAMED).map(String::as_str).collect();
        troubles.push(format!(
            "{}个启用的信源从未采成功过：{}{more}，见“信源”。",
            unread.len(),
            first.join("、")
        ));
    }
    if report.lacks_this_year {
        troubles.push("今年的节假日安排没有登记，时限按周一至周五推算，请补充日历。".to_owned());
    }
    if report.sizes.free.is_some_and(|free| free < FREE) {
        troubles.push("数据目录所在磁盘所剩空间不多，请清理或扩容。".to_owned());
    }
    if let Some(trouble) = app.backup_trouble()? {
        troubles.push(format!("备份：{trouble}，见“备份”。"));
    }
    Ok(troubles)
}

fn versions(app: &App, report: &SystemReport) -> Vec<(&'static str, String)> {
    let index = match report.index_is_outdated {
        true => format!("{}（正在重建，重建完以前用旧索引检索）", report.index),
        false => report.index.clone(),
    };
    let years: Vec<String> = report
        .calendar_years
        .iter()
        .map(ToString::to_string)
        .collect();
    vec![
        ("程序", report.program.to_owned()),
        ("数据库", format!("第{}版", report.schema)),
        ("检索索引", index),
        ("规则", report.rules.clone()),
        (
            "节假日日历",
            match years.is_empty() {
                true => "没有登记".to_owned(),
                false => format!("{}年", years.join("、")),
            },
        ),
        ("时区", app.zone().name().to_owned()),
    ]
}

fn sizes(report: &SystemReport) -> Vec<(&'static str, String)> {
    let size = |bytes: u64| ByteSize::b(bytes).to_string();
    let sizes = report.sizes;
    vec![
        ("信息", format!("{}条", report.posts)),
        (
            "可检索",
            match report.lag {
                0 => format!("{}条", report.documents),
                lag => format!("{}条（尚有{lag}处改动未入索引）", report.documents),
            },
        ),
        ("信源", format!("{}个", report.sources)),
        ("数据库", size(sizes.database)),
        ("检索索引", size(sizes.index)),
        ("存证", size(sizes.evidence)),
        ("磁盘剩余", sizes.free.map_or("—".to_owned(), size)),
    ]
}

//! `/issues/zeros`: 零报告, what periods had nothing worth an issue.

use crate::model::ZeroReport;
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::visitor::Who;
use askama::Template;
use axum::extract::State;
use axum::response::Html;

/// Lines at most: four years of days.
const LISTED: usize = 1000;

#[derive(Template)]
#[template(path = "issue_zeros.html", config = "src/web/askama.toml")]
struct ZerosPage {
    frame: Frame,
    reports: Vec<ZeroLine>,
}

struct ZeroLine {
    title: String,
    from: String,
    to: String,
    made_at: String,
    by: String,
}

pub async fn zeros(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let title = |code: &str| {
                let mut digests = app.config.digests.iter();
                let digest = digests.find(|digest| digest.code == code);
                digest.map_or_else(|| code.to_owned(), |digest| digest.title.clone())
            };
            let line = |report: ZeroReport| ZeroLine {
                title: title(&report.digest),
                from: minute(Some(report.period.from)),
                to: minute(Some(report.period.to)),
                made_at: minute(Some(report.made_at)),
                by: if report.by.is_empty() {
                    "系统登记".to_owned()
                } else {
                    report.by
                },
            };
            let reports = app.store.zero_reports(None, LISTED)?;
            Ok(ZerosPage {
                frame: Frame::of(app, &visitor, "/issues")?,
                reports: reports.into_iter().map(line).collect(),
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

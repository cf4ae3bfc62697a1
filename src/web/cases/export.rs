//! `/cases/export`: the cases of the list, all pages of it, as a table.

use super::{Parameters, chosen, left, responsible_for};
use crate::app::Cell;
use crate::model::{Case, Timestamp};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::layout::minute;
use crate::web::table::{List, take_along};
use crate::web::visitor::Who;
use axum::extract::State;
use axum::response::Response;

/// Heading and width of each column.
const COLUMNS: &[(&str, f64)] = &[
    ("编号", 8.0),
    ("种类", 10.0),
    ("事由", 40.0),
    ("来文单位", 20.0),
    ("文号", 20.0),
    ("缓急", 8.0),
    ("收文时间", 17.0),
    ("时限", 17.0),
    ("时限依据", 30.0),
    ("环节", 10.0),
    ("承办", 20.0),
    ("时限情况", 20.0),
    ("反馈时间", 17.0),
    ("办结时间", 17.0),
];

pub async fn export(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let parameters = Parameters::of(&fields);
    let asked = parameters.spoken();
    let (cases, now) = app
        .on_cpu(move |app| Ok((chosen(app, &parameters), app.now())))
        .await?;
    let cases = cases?;
    let list = List {
        name: "cases",
        subject: "办理件",
        unit: "件",
        asked,
    };
    let format = fields.text("format");
    take_along(&app, visitor, format, list, move |_, wanted, path| {
        wanted.table(COLUMNS, path, |row| {
            cases.iter().try_for_each(|case| row(cells(case, now)))
        })
    })
    .await
}

/// One cell for each of `COLUMNS`.
fn cells(case: &Case, now: Timestamp) -> Vec<Cell> {
    let form = &case.form;
    let text = |text: &str| Cell::Text(text.to_owned());
    let moment =
        |at: Option<Timestamp>| Cell::Text(at.map_or_else(String::new, |at| minute(Some(at))));
    vec![
        Cell::Number(u64::try_from(case.id.0).ok()),
        text(form.kind.label()),
        text(&form.title),
        text(&form.from_org),
        text(form.document_no.as_deref().unwrap_or_default()),
        text(form.urgency.label()),
        moment(Some(form.received_at)),
        moment(Some(case.deadline.at)),
        text(&case.deadline.basis),
        text(case.state.label()),
        Cell::Text(responsible_for(case)),
        Cell::Text(left(case, now)),
        moment(case.answered_at),
        moment(case.closed_at),
    ]
}

//! `/events/export`: the events of the list, all pages of it, as a table.

use super::Parameters;
use crate::app::Cell;
use crate::model::Topic;
use crate::store::{EventFilter, ListedEvent};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::layout::minute;
use crate::web::table::{List, take_along};
use crate::web::visitor::Who;
use axum::extract::State;
use axum::response::Response;

/// Events read at a time.
const PORTION: usize = 500;

/// Heading and width of each column.
const COLUMNS: &[(&str, f64)] = &[
    ("编号", 8.0),
    ("级别", 6.0),
    ("事件", 40.0),
    ("定级依据", 40.0),
    ("阶段", 8.0),
    ("主题", 24.0),
    ("属地", 14.0),
    ("信息", 8.0),
    ("来源", 8.0),
    ("首发", 17.0),
    ("最新", 17.0),
];

pub async fn export(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let parameters = Parameters::of(&fields);
    let filter = parameters.filter(app.now())?;
    let list = List {
        name: "events",
        subject: "事件",
        unit: "起",
        asked: parameters.spoken(&filter),
    };
    let format = fields.text("format");
    take_along(&app, visitor, format, list, move |app, wanted, path| {
        wanted.table(COLUMNS, path, |row| {
            for offset in (0..).step_by(PORTION) {
                let portion = app.store.listed_events(&EventFilter {
                    limit: PORTION,
                    offset,
                    ..filter.clone()
                })?;
                let is_last = portion.len() < PORTION;
                for listed in portion {
                    row(cells(listed))?;
                }
                if is_last {
                    break;
                }
            }
            Ok(())
        })
    })
    .await
}

/// One cell for each of `COLUMNS`.
fn cells(listed: ListedEvent) -> Vec<Cell> {
    let event = listed.event;
    let text = |text: &str| Cell::Text(text.to_owned());
    vec![
        Cell::Number(u64::try_from(event.id.0).ok()),
        text(event.level.label()),
        Cell::Text(event.title),
        Cell::Text(event.level_reason),
        text(event.phase.label()),
        text(event.topic.map_or("", Topic::label)),
        Cell::Text(listed.place),
        Cell::Number(Some(event.post_count)),
        Cell::Number(Some(event.source_count)),
        Cell::Text(minute(Some(event.first_at))),
        Cell::Text(minute(Some(event.last_at))),
    ]
}

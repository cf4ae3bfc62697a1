//! `/search/export`: all hits as a table.

use crate::app::Export;
use crate::model::AuditSubject;
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::search::Parameters;
use crate::web::table::{List, take_along};
use crate::web::visitor::Who;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use url::form_urlencoded::parse;

pub async fn export(
    State(app): Shared,
    Who(visitor): Who,
    form: Bytes,
) -> Result<Response, WebError> {
    let format = parse(&form).find(|(name, _)| name == "format");
    let format = format.map_or_else(String::new, |(_, value)| value.into_owned());
    let parameters = Parameters::read(&form);
    let query = (parameters.query()).map_err(|mistake| WebError::Wrong(mistake.to_string()))?;
    let asked = match parameters.written() {
        asked if asked.is_empty() => "全部信息".to_owned(),
        asked => asked,
    };
    let list = List {
        name: "search",
        subject: AuditSubject::Hits.label(),
        unit: "条",
        asked: format!("检索式：{asked}"),
    };
    take_along(&app, visitor, &format, list, move |app, wanted, path| {
        let export = Export {
            query: &query,
            sort: parameters.sort(),
            format: wanted.format,
            watermark: wanted.watermark.clone(),
        };
        app.export(&export, path)
    })
    .await
}

//! `/api/openapi.json`: what the interface is, generated from its handlers.

use super::{
    alerts, analyze, cases, deliveries, events, import, issue_edit, issues, labels, posts, search,
    sources, stats, watches,
};
use axum::Json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, ResponseBuilder};
use utoipa::{Modify, OpenApi};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "舆情监测接口",
        version = "1",
        description = "与命令行同样的动词和 JSON。程序用接口密钥（Authorization: Bearer …），浏览器用登录后的会话，改动时另带 X-CSRF-Token。正文一律是掩码后的。出错时为 {\"error\": 中文说明}。"
    ),
    security(("key" = []), ("session" = [])),
    modifiers(&Ways),
    paths(
        posts::show, search::search, analyze::judge, import::add,
        events::list, events::show, events::merge, events::split,
        issues::list, issues::draft, issues::show, issues::export, issue_edit::edit,
        issues::approve, issues::send_back, issues::sign, issues::void,
        cases::list, cases::add, cases::show, cases::advance, cases::close,
        alerts::list, alerts::show, alerts::acknowledge, alerts::handled, alerts::false_alarm,
        watches::list, sources::list, stats::ledger,
        labels::list, labels::show, labels::correct, labels::withdraw,
        deliveries::list, deliveries::show
    )
)]
struct Interface;

/// How programs come in, and what every route may answer besides.
struct Ways;

/// What goes wrong in the same way everywhere.
const MISTAKES: &[(&str, &str)] = &[
    ("400", "参数或内容有误"),
    ("401", "没有登录，或密钥不对"),
    ("403", "没有权限"),
    ("404", "没有这个编号"),
    ("409", "状态已变，没有办成"),
    ("413", "内容太大"),
];

impl Modify for Ways {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let session = ApiKey::Cookie(ApiKeyValue::with_description(
            crate::web::cookie::NAME,
            format!("https 下名为 {}", crate::web::cookie::SECURE_NAME).as_str(),
        ));
        for (name, scheme) in [
            ("key", SecurityScheme::Http(key.build())),
            ("session", SecurityScheme::ApiKey(session)),
        ] {
            components.add_security_scheme(name, scheme);
        }
        for path in document.paths.paths.values_mut() {
            let operations = [&mut path.get, &mut path.post];
            for operation in operations.into_iter().flatten() {
                for (status, meaning) in MISTAKES {
                    let response = ResponseBuilder::new().description(*meaning).build();
                    let responses = &mut operation.responses.responses;
                    responses
                        .entry((*status).to_owned())
                        .or_insert_with(|| response.into());
                }
            }
        }
    }
}

/// The description.
pub async fn document() -> Json<Document> {
    Json(Interface::openapi())
}

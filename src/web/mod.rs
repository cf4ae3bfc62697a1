//! The desk: what staff read, triage, search, review and sign, served by the same binary. Every route with who may have it
//! on this screen; one file per noun.
//!
//! Reading, searching and signing work without JavaScript; nothing is loaded from another host.

mod access;
mod account;
mod alerts;
mod api;
mod assets;
mod attachments;
mod cases;
mod chart;
mod choice;
mod cookie;
mod deed;
mod entry;
mod error;
mod events;
mod feed;
mod form;
mod frame;
mod health;
mod issues;
mod layout;
mod login;
mod moments;
mod numbered;
mod password;
mod posts;
mod refused;
mod routes;
mod rules;
mod search;
mod sources;
mod spark;
mod stats;
mod system;
mod table;
mod today;
mod triage;
mod upload;
mod visitor;
mod watches;
mod work;

pub use routes::{Door, Route};

use crate::app::App;
use crate::model::Permission::{self, Administer, Configure, Edit, Export, Read, Sign, Unmask};
use access::Gate;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use error::{Told, WebError};
use routes::Routes;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// Everything a page may ask for.
type Shared = axum::extract::State<Arc<App>>;

const fn needs(permission: Permission) -> Door {
    Door::Needs(permission)
}

/// 路由表.
fn table() -> Routes {
    Routes::new()
        // Ways in
        .get("/login", Door::Open, login::page)
        .post("/login", Door::Open, login::sign_in)
        .post("/logout", needs(Read), login::sign_out)
        .get("/welcome/{secret}", Door::Secret, login::welcome)
        .post("/welcome/{secret}", Door::Secret, login::begin)
        .get("/enter/{secret}", Door::Secret, login::enter)
        .get("/password/{secret}", Door::Secret, password::page)
        .post("/password/{secret}", Door::Secret, password::set)
        .get("/account", needs(Read), account::page)
        .post("/account/password", needs(Read), account::password)
        .post("/account/sessions/others", needs(Read), account::end_others)
        .post("/account/sessions/all", needs(Read), account::end_all)
        .get("/account/totp", needs(Read), account::totp::form)
        .post("/account/totp", needs(Read), account::totp::begin)
        .post("/account/totp/end", needs(Read), account::totp::end)
        .post("/account/keys", needs(Read), account::keys::add)
        .post(
            "/account/keys/{id}/revoke",
            needs(Read),
            account::keys::revoke,
        )
        .get("/assets/{file}", Door::Open, assets::file)
        // 今日
        .get("/", needs(Read), today::page)
        .post("/today/draft", needs(Edit), today::drafting::begin)
        .post(
            "/today/issues/{id}/drop",
            needs(Edit),
            today::drafting::drop_entry,
        )
        .post("/today/alerts/{id}", needs(Edit), today::act_on_alert)
        .get("/posts/{id}", needs(Read), posts::page)
        .get("/posts/{id}/similar", needs(Read), posts::similar)
        .get("/posts/{id}/label", needs(Edit), posts::labels::form)
        .post("/posts/{id}/label", needs(Edit), triage::label)
        .post("/posts/{id}/undo", needs(Edit), triage::undo)
        .post("/posts/{id}/copy", needs(Edit), triage::copy)
        .post("/posts/{id}/distinct", needs(Edit), triage::distinct)
        .post("/posts/{id}/merge", needs(Edit), triage::merge)
        .post("/posts/{id}/print", needs(Edit), triage::print)
        .post("/triage", needs(Edit), triage::several)
        .post(
            "/posts/{id}/original",
            needs(Unmask),
            posts::originals::original,
        )
        .post(
            "/posts/{id}/evidence/{number}",
            needs(Unmask),
            posts::originals::evidence,
        )
        // 检索
        .get("/search", needs(Read), search::page::page)
        .get("/search/facets", needs(Read), search::page::facets)
        .post("/search/recent/clear", needs(Read), search::recent::forget)
        .post("/search/export", needs(Export), search::export::export)
        // 事件
        .get("/events", needs(Read), events::page)
        .post("/events/merge", needs(Edit), events::deeds::merge_chosen)
        .post("/events/export", needs(Export), events::export::export)
        .get("/events/{id}", needs(Read), events::page::page)
        .get("/events/{id}/history", needs(Read), events::history::page)
        .post("/events/{id}/merge", needs(Edit), events::deeds::merge_into)
        .post("/events/{id}/unmerge", needs(Edit), events::deeds::unmerge)
        .post("/events/{id}/split", needs(Edit), events::deeds::split)
        .post("/events/{id}/draft", needs(Edit), events::deeds::draft)
        .get("/alerts", needs(Read), alerts::list)
        .get("/alerts/{id}", needs(Read), alerts::page)
        .post("/alerts/{id}", needs(Edit), alerts::act)
        // 刊物
        .get("/issues", needs(Read), issues::list)
        .get("/issues/zeros", needs(Read), issues::zeros)
        .post("/issues/draft", needs(Edit), issues::draft)
        .get("/issues/{id}", needs(Read), issues::page)
        .get("/issues/{id}/export", needs(Read), issues::export)
        .get("/issues/{id}/verify", needs(Read), issues::verify)
        .post("/issues/{id}/entry", needs(Edit), issues::reword)
        .post("/issues/{id}/order", needs(Edit), issues::order)
        .post("/issues/{id}/drop", needs(Edit), issues::drop)
        .post("/issues/{id}/add", needs(Edit), issues::add)
        .post("/issues/{id}/note", needs(Edit), issues::note)
        .post("/issues/{id}/zero", needs(Edit), issues::register_zero)
        .post("/issues/{id}/approve", needs(Sign), issues::approve)
        .post("/issues/{id}/return", needs(Sign), issues::take_back)
        .post("/issues/{id}/sign", needs(Sign), issues::sign)
        .post("/issues/{id}/void", needs(Sign), issues::void)
        .post("/issues/{id}/correct", needs(Sign), issues::correct)
        .post("/issues/{id}/send", needs(Sign), issues::send)
        .post(
            "/issues/{id}/deliveries/{delivery}/resend",
            needs(Sign),
            issues::resend,
        )
        .post(
            "/issues/{id}/deliveries/{delivery}/confirm",
            needs(Sign),
            issues::confirm,
        )
        .get("/feed/{file}", Door::Secret, feed::atom)
        // 办理, 补录
        .get("/cases", needs(Read), cases::list)
        .post("/cases/export", needs(Export), cases::export::export)
        .get("/cases/new", needs(Edit), cases::register::page)
        .post("/cases/new", needs(Edit), cases::register::register)
        .get("/cases/replies", needs(Read), cases::replies::page)
        .post("/cases/replies", needs(Edit), cases::replies::register)
        .get("/cases/uptakes", needs(Read), cases::uptakes::page)
        .post("/cases/uptakes", needs(Edit), cases::uptakes::register)
        .post(
            "/cases/uptakes/{id}/void",
            needs(Edit),
            cases::uptakes::void,
        )
        .get("/cases/{id}", needs(Read), cases::page::page)
        .post("/cases/{id}/advance", needs(Edit), cases::deeds::advance)
        .post("/cases/{id}/close", needs(Edit), cases::deeds::close)
        .post("/cases/{id}/note", needs(Edit), cases::deeds::note)
        .post("/cases/{id}/extend", needs(Edit), cases::deeds::extend)
        .post("/cases/{id}/link", needs(Edit), cases::deeds::link)
        .post("/cases/{id}/attach", needs(Edit), cases::deeds::attach)
        .get(
            "/cases/{id}/sheet/{sheet}",
            needs(Export),
            cases::page::sheet,
        )
        .get("/attachments/{id}", needs(Unmask), attachments::file)
        .get("/entry", needs(Edit), entry::page)
        .post("/entry", needs(Edit), entry::enter)
        .get("/entry/import", needs(Edit), entry::import::page)
        .post("/entry/import", needs(Edit), entry::import::import)
        .get("/entry/tables/{name}", needs(Edit), entry::import::table)
        .get("/entry/{id}", needs(Edit), entry::entered)
        .post("/entry/{id}/issue", needs(Edit), entry::into_issue)
        // 专题
        .get("/watches", needs(Read), watches::list)
        .post("/watches", needs(Edit), watches::edit::add)
        .get("/watches/new", needs(Edit), watches::edit::blank)
        .post("/watches/preview", needs(Edit), watches::edit::preview)
        .get("/watches/{id}", needs(Read), watches::page)
        .get("/watches/{id}/test", needs(Read), watches::test)
        .get("/watches/{id}/edit", needs(Edit), watches::edit::form)
        .post("/watches/{id}/edit", needs(Edit), watches::edit::change)
        .post("/watches/{id}/pause", needs(Edit), watches::edit::pause)
        .post("/watches/{id}/resume", needs(Edit), watches::edit::resume)
        .post("/watches/{id}/remove", needs(Edit), watches::edit::remove)
        // 词库
        .get("/rules", needs(Read), rules::levels)
        .get("/rules/topics", needs(Read), rules::topics)
        .get("/rules/topics/{code}", needs(Read), rules::topic)
        .get("/rules/lexicon", needs(Read), rules::lexicon)
        .get("/rules/edit", needs(Configure), rules::edit::file_form)
        .post("/rules/edit", needs(Configure), rules::edit::file)
        .post("/rules/topics/{code}", needs(Configure), rules::edit::topic)
        .get("/rules/row", needs(Configure), rules::edit::row_form)
        .post("/rules/row", needs(Configure), rules::edit::row)
        .get("/rules/changes", needs(Read), rules::changes::list)
        .get("/rules/changes/{id}", needs(Read), rules::changes::page)
        .post(
            "/rules/changes/{id}/try",
            needs(Configure),
            rules::changes::try_again,
        )
        .post(
            "/rules/changes/{id}/apply",
            needs(Configure),
            rules::changes::apply,
        )
        .post(
            "/rules/changes/{id}/drop",
            needs(Configure),
            rules::changes::give_up,
        )
        .post(
            "/rules/changes/{id}/restore",
            needs(Configure),
            rules::changes::restore,
        )
        // 信源
        .get("/sources", needs(Read), sources::page)
        .get("/sources/new", needs(Configure), sources::edit::form)
        .post("/sources/new", needs(Configure), sources::edit::preview)
        .post("/sources/save", needs(Configure), sources::edit::save)
        .get("/sources/{id}", needs(Read), sources::one)
        .post("/sources/{id}", needs(Configure), sources::edit::edit)
        .post(
            "/sources/{id}/state",
            needs(Configure),
            sources::edit::state,
        )
        .post(
            "/sources/{id}/crawl",
            needs(Configure),
            sources::edit::crawl,
        )
        // 统计
        .get("/stats", needs(Read), stats::page)
        .get("/stats/posts", needs(Read), stats::posts)
        .get("/stats/difference", needs(Read), stats::difference)
        .post("/stats/freeze", needs(Sign), stats::freeze)
        .post("/stats/export", needs(Export), stats::export)
        // 系统
        .get("/system", needs(Administer), system::page)
        .get("/system/audit", needs(Administer), system::audit::page)
        .post(
            "/system/audit/verify",
            needs(Administer),
            system::audit::verify,
        )
        .post(
            "/system/audit/export",
            needs(Administer),
            system::audit::export,
        )
        .get("/system/backups", needs(Administer), system::backups::page)
        .post("/system/backups", needs(Administer), system::backups::make)
        .post(
            "/system/backups/{name}/check",
            needs(Administer),
            system::backups::check,
        )
        .get("/system/users", needs(Administer), system::users::list)
        .post("/system/users", needs(Administer), system::users::add)
        .get("/system/users/{id}", needs(Administer), system::users::page)
        .post(
            "/system/users/{id}",
            needs(Administer),
            system::users::change,
        )
        .post(
            "/system/users/{id}/state",
            needs(Administer),
            system::users::state,
        )
        .post(
            "/system/users/{id}/password",
            needs(Administer),
            system::users::password,
        )
        .post(
            "/system/users/{id}/unlock",
            needs(Administer),
            system::users::unlock,
        )
        .post(
            "/system/users/{id}/sign-out",
            needs(Administer),
            system::users::sign_out,
        )
        .post(
            "/system/users/{id}/totp/end",
            needs(Administer),
            system::users::end_totp,
        )
        .get("/health", Door::Open, health::health)
        // 接口
        .get("/api/openapi.json", Door::Open, api::describe::document)
        .get("/api/v1/posts/{id}", needs(Read), api::posts::show)
        .get("/api/v1/posts/{id}/label", needs(Read), api::labels::show)
        .post(
            "/api/v1/posts/{id}/label",
            needs(Edit),
            api::labels::correct,
        )
        .post(
            "/api/v1/posts/{id}/label/withdraw",
            needs(Edit),
            api::labels::withdraw,
        )
        .get("/api/v1/labels", needs(Read), api::labels::list)
        .get("/api/v1/search", needs(Read), api::search::search)
        .post("/api/v1/analyze", needs(Read), api::analyze::judge)
        .post("/api/v1/import", needs(Edit), api::import::add)
        .get("/api/v1/events", needs(Read), api::events::list)
        .post("/api/v1/events/merge", needs(Edit), api::events::merge)
        .get("/api/v1/events/{id}", needs(Read), api::events::show)
        .post("/api/v1/events/{id}/split", needs(Edit), api::events::split)
        .get("/api/v1/issues", needs(Read), api::issues::list)
        .post("/api/v1/issues", needs(Edit), api::issues::draft)
        .get("/api/v1/issues/{id}", needs(Read), api::issues::show)
        .get(
            "/api/v1/issues/{id}/export",
            needs(Read),
            api::issues::export,
        )
        .post(
            "/api/v1/issues/{id}/edit",
            needs(Edit),
            api::issue_edit::edit,
        )
        .post(
            "/api/v1/issues/{id}/approve",
            needs(Sign),
            api::issues::approve,
        )
        .post(
            "/api/v1/issues/{id}/return",
            needs(Sign),
            api::issues::send_back,
        )
        .post("/api/v1/issues/{id}/sign", needs(Sign), api::issues::sign)
        .post("/api/v1/issues/{id}/void", needs(Sign), api::issues::void)
        .get("/api/v1/cases", needs(Read), api::cases::list)
        .post("/api/v1/cases", needs(Edit), api::cases::add)
        .get("/api/v1/cases/{id}", needs(Read), api::cases::show)
        .post(
            "/api/v1/cases/{id}/advance",
            needs(Edit),
            api::cases::advance,
        )
        .post("/api/v1/cases/{id}/close", needs(Edit), api::cases::close)
        .get("/api/v1/alerts", needs(Read), api::alerts::list)
        .get("/api/v1/alerts/{id}", needs(Read), api::alerts::show)
        .post(
            "/api/v1/alerts/{id}/ack",
            needs(Edit),
            api::alerts::acknowledge,
        )
        .post(
            "/api/v1/alerts/{id}/handled",
            needs(Edit),
            api::alerts::handled,
        )
        .post(
            "/api/v1/alerts/{id}/false-alarm",
            needs(Edit),
            api::alerts::false_alarm,
        )
        .get("/api/v1/watches", needs(Read), api::watches::list)
        .get("/api/v1/sources", needs(Read), api::sources::list)
        .get("/api/v1/stats", needs(Read), api::stats::ledger)
        .get("/api/v1/deliveries", needs(Read), api::deliveries::list)
        .get(
            "/api/v1/deliveries/{id}",
            needs(Read),
            api::deliveries::show,
        )
}

/// Every route, with who may have it.
pub fn routes() -> Vec<Route> {
    table().finish().1
}

/// 网页.
pub fn router(app: Arc<App>) -> Router {
    let (router, listed) = table().finish();
    let gate = Gate {
        app: Arc::clone(&app),
        routes: Arc::new(listed),
    };
    router
        .route_layer(middleware::from_fn_with_state(
            gate.clone(),
            access::enforce,
        ))
        .fallback(async || WebError::NotFound)
        .method_not_allowed_fallback(async || WebError::NotFound)
        // `access` counts the bytes of a body; a handler that takes none reads none.
        .layer(axum::extract::DefaultBodyLimit::max(access::MAX_BODY_BYTES))
        .layer(CatchPanicLayer::custom(|_| {
            WebError::Internal(anyhow::anyhow!("a page panicked")).into_response()
        }))
        .layer(middleware::from_fn_with_state(gate, access::framed))
        .layer(middleware::from_fn(guard))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Serves until shutdown; open requests may finish.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!("The pages stopped: {error}");
    }
}

/// What every page may do, unless its handler said less: our own style sheet and scripts, nothing inline, no other host.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Texts of strangers stand on these pages: no foreign script runs, no other site frames them, no link tells where it
/// was, no proxy keeps a copy. Programs get their mistakes as JSON.
async fn guard(request: axum::extract::Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if let Some(told) = response
        .extensions_mut()
        .remove::<Told>()
        .filter(|_| is_api)
    {
        let error = Json(serde_json::json!({ "error": told.message }));
        response = (response.status(), error).into_response();
    } else if is_api && response.status().is_client_error() && !is_json(&response) {
        // A parameter that an extractor of axum refused.
        let (parts, body) = response.into_parts();
        let text = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        response = (parts.status, Json(serde_json::json!({ "error": text }))).into_response();
    }
    if !is_api && response.status().is_client_error() && is_plain(&response) {
        let missing = "网址或表单缺少一项，或有一项写得不对，请返回后重试。".to_owned();
        response = WebError::Wrong(missing).into_response();
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// What axum's own extractors say, in English.
fn is_plain(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn is_json(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

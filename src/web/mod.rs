//! The desk: what staff read, triage, search, review and sign, served by the same binary. Every route with who may have it
//! on this screen; one file per noun.
//!
//! Reading, searching and signing work without JavaScript; nothing is loaded from another host.

mod access;
mod alerts;
mod api;
mod assets;
mod attachments;
mod cases;
mod chart;
mod choice;
mod deed;
mod entry;
mod entry_import;
mod error;
mod events;
mod feed;
mod form;
mod frame;
mod health;
mod home;
mod issues;
mod layout;
mod login;
mod moments;
mod posts;
mod replies;
mod routes;
mod search;
mod sources;
mod spoken;
mod stats;
mod upload;
mod uptakes;
mod visitor;
mod watches;

pub use routes::{Door, Route};

use crate::app::App;
use crate::model::Permission::{self, Edit, Export, Read, Unmask};
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
        .get("/assets/{file}", Door::Open, assets::file)
        // 今日
        .get("/", needs(Read), home::page)
        .get("/posts/{id}", needs(Read), posts::page)
        // 检索
        .get("/search", needs(Read), search::page)
        .get("/api/v1/search", needs(Read), api::search)
        // 事件
        .get("/events", needs(Read), events::page)
        .get("/api/v1/alerts", needs(Read), alerts::list)
        // 刊物
        .get("/issues", needs(Read), issues::list)
        .get("/issues/{id}", needs(Read), issues::page)
        .get("/issues/{id}/export", needs(Read), issues::export)
        .get("/feed/{file}", Door::Secret, feed::atom)
        // 办理, 补录
        .get("/cases", needs(Read), cases::list)
        .get("/cases/new", needs(Edit), cases::register::page)
        .post("/cases/new", needs(Edit), cases::register::register)
        .get("/cases/replies", needs(Read), replies::page)
        .post("/cases/replies", needs(Edit), replies::register)
        .get("/cases/uptakes", needs(Read), uptakes::page)
        .post("/cases/uptakes", needs(Edit), uptakes::register)
        .post("/cases/uptakes/{id}/void", needs(Edit), uptakes::void)
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
        .get("/entry/import", needs(Edit), entry_import::page)
        .post("/entry/import", needs(Edit), entry_import::import)
        .get("/entry/tables/{name}", needs(Edit), entry_import::table)
        .get("/entry/{id}", needs(Edit), entry::entered)
        .post("/entry/{id}/issue", needs(Edit), entry::into_issue)
        // 专题
        .get("/watches", needs(Read), watches::list)
        .get("/watches/{id}", needs(Read), watches::page)
        .get("/api/v1/watches", needs(Read), api::watches)
        // 词库, 信源
        .get("/sources", needs(Read), sources::page)
        .get("/sources/{id}", needs(Read), sources::one)
        // 统计
        .get("/stats", needs(Read), stats::page)
        .get("/api/v1/stats", needs(Read), stats::json)
        // 系统
        .get("/health", Door::Open, health::health)
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
        .route_layer(middleware::from_fn_with_state(gate, access::enforce))
        .fallback(async || WebError::NotFound)
        .method_not_allowed_fallback(async || WebError::NotFound)
        // `access` counts the bytes of a body; a handler that takes none reads none.
        .layer(axum::extract::DefaultBodyLimit::max(
            access::MAX_UPLOAD_BYTES,
        ))
        .layer(CatchPanicLayer::custom(|_| {
            WebError::Internal(anyhow::anyhow!("a page panicked")).into_response()
        }))
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

fn is_json(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

//! The pages: a reading view of posts, events, issues, watches and sources. Every route on this screen; one file per noun.
//!
//! Works without JavaScript, loads nothing from another host, changes nothing: editing comes with the desk.

mod api;
mod error;
mod events;
mod feed;
mod health;
mod home;
mod issues;
mod layout;
mod posts;
mod search;
mod sources;
mod watches;

use crate::app::App;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use error::WebError;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Everything a page may ask for.
type Shared = axum::extract::State<Arc<App>>;

/// 网页.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(home::page))
        .route("/search", get(search::page))
        .route("/posts/{id}", get(posts::page))
        .route("/events", get(events::page))
        .route("/issues", get(issues::list))
        .route("/issues/{id}", get(issues::page))
        .route("/issues/{id}/export", get(issues::export))
        .route("/feed/{file}", get(feed::atom))
        .route("/watches", get(watches::list))
        .route("/watches/{id}", get(watches::page))
        .route("/sources", get(sources::page))
        .route("/sources/{id}", get(sources::one))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/watches", get(api::watches))
        .route("/health", get(health::health))
        .fallback(async || WebError::NotFound)
        .layer(middleware::from_fn(guard))
        .with_state(app)
}

/// Serves until shutdown; open requests may finish.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!("The pages stopped: {error}");
    }
}

/// Texts of strangers stand on these pages: no script runs, no other site frames them, no link tells where it was.
async fn guard(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

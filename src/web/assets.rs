//! `/assets/{file}`: the style sheet and the two scripts, inside the program. htmx 4.0.1 is vendored from its npm package
//! (`htmx.LICENSE`, 0BSD). An address carries the hash of what it gives, so browsers keep it.

use super::error::WebError;
use crate::access::hash_secret;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static str,
}

const ASSETS: &[Asset] = &[
    Asset {
        name: "desk.css",
        kind: "text/css; charset=utf-8",
        content: include_str!("assets/desk.css"),
    },
    Asset {
        name: "desk.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("assets/desk.js"),
    },
    Asset {
        name: "triage.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("assets/triage.js"),
    },
    Asset {
        name: "entry.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("assets/entry.js"),
    },
    Asset {
        name: "htmx.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("assets/htmx.min.js"),
    },
    Asset {
        name: "order.js",
        kind: "text/javascript; charset=utf-8",
        content: include_str!("assets/order.js"),
    },
];

/// What stands behind `?v=` in addresses of assets.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: String = ASSETS.iter().map(|asset| asset.content).collect();
    hash_secret(&all)[..12].to_owned()
});

/// The version of all assets together.
pub fn version() -> &'static str {
    &VERSION
}

pub async fn file(Path(name): Path<String>) -> Result<Response, WebError> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.name == name)
        .ok_or(WebError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.content).into_response())
}

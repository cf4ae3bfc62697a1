//! Extractor: the number in an address.

use super::error::WebError;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

/// What is no number is nothing of ours.
pub struct Numbered(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Numbered {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| WebError::NotFound)?;
        text.parse().map(Numbered).map_err(|_| WebError::NotFound)
    }
}

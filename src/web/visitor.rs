//! Extractors: who asks, and from where; both were put there by `access`.

use super::access::Origin;
use super::error::WebError;
use crate::model::Visitor;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

/// Whoever is signed in; on a route that needs nobody it is an error to ask.
pub struct Who(pub Visitor);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        let visitor = parts.extensions.get::<Visitor>().cloned();
        visitor.map(Who).ok_or(WebError::SignedOut)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Who {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, WebError> {
        Ok(parts.extensions.get::<Visitor>().cloned().map(Who))
    }
}

/// From where.
pub struct From(pub Origin);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        let origin = parts.extensions.get::<Origin>().cloned();
        origin.map(From).ok_or(WebError::NotFound)
    }
}

//! Fields of a form: names may repeat, unknown ones are left alone, what is missing is said with the label people see.

use super::error::WebError;
use crate::text::wording::standard_words;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use std::str::FromStr;

/// Bytes of a form; `access` has let through no more.
const MAX_BYTES: usize = 2 * 1024 * 1024;

/// 表单.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = WebError;

    async fn from_request(request: Request, _: &S) -> Result<Self, WebError> {
        let bytes = to_bytes(request.into_body(), MAX_BYTES).await;
        let bytes = bytes.map_err(|_| WebError::TooLarge(MAX_BYTES))?;
        Ok(Fields(
            url::form_urlencoded::parse(&bytes).into_owned().collect(),
        ))
    }
}

impl Fields {
    /// The fields of a form that was read otherwise.
    pub fn of(fields: Vec<(String, String)>) -> Fields {
        Fields(fields)
    }

    /// The first value of `name`, without blanks around it; empty where it is missing.
    pub fn text(&self, name: &str) -> &str {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        values.next().map_or("", |(_, value)| value.trim())
    }

    /// The first value of `name` as it was sent: the text of a file keeps its blanks.
    pub fn whole(&self, name: &str) -> &str {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        values.next().map_or("", |(_, value)| value)
    }

    /// Every value of `name`, in the order of the form.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.trim()).collect()
    }

    /// Whether a box is ticked, a button was pressed.
    pub fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    /// A value that must be there.
    ///
    /// # Errors
    /// It is not: `请填写理由`.
    pub fn required(&self, name: &str, label: &str) -> Result<&str, WebError> {
        match self.text(name) {
            "" => Err(WebError::Wrong(format!("请填写{label}"))),
            value => Ok(value),
        }
    }

    /// A value of another type; none where it is empty.
    ///
    /// # Errors
    /// It does not read as one: `级别：…`.
    pub fn parsed<T: FromStr>(&self, name: &str, label: &str) -> Result<Option<T>, WebError>
    where
        T::Err: std::fmt::Display,
    {
        match self.text(name) {
            "" => Ok(None),
            value => value.parse().map(Some).map_err(|error: T::Err| {
                WebError::Wrong(format!("{label}：{}", standard_words(&error.to_string())))
            }),
        }
    }
}

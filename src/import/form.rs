//! One form that a person filled in → a post, with the same demands as a row of a table.

use super::field::Field;
use super::row::{Author, Frame, Row};
use crate::model::{Post, Timestamp};
use serde_json::{Map, Value};

/// The post of a form; `extra` is kept beside it under its own names. Blank fields are absent.
///
/// # Errors
/// A Chinese sentence: what is missing or wrong.
pub fn post_of_form(
    fields: &[(Field, &str)],
    extra: &[(&str, &str)],
    now: Timestamp,
) -> Result<Post, String> {
    let filled = |value: &&str| !value.trim().is_empty();
    let values = fields.iter().filter(|(_, value)| filled(value));
    let extra = extra.iter().filter(|(_, value)| filled(value));
    let row = Row {
        values: values
            .map(|(field, value)| (*field, Value::from(value.trim())))
            .collect(),
        extra: extra
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.trim())))
            .collect::<Map<_, _>>(),
    };
    let frame = Frame {
        channel: None,
        date_formats: &[],
        now,
        author: Author::Person,
    };
    row.into_post(&frame).map_err(without_columns)
}

/// Whoever fills in a form knows no columns: `缺少信源名称（source_name）`.
fn without_columns(mistake: String) -> String {
    let columns = Field::ALL.iter();
    columns.fold(mistake, |said, column| {
        said.replace(&format!("（{}）", column.code()), "")
    })
}

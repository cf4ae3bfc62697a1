//! Where a JSON list goes on: an address it states, a cursor for a parameter of its own address, or the next number.

use super::field;
use crate::extract::Visit;
use crate::extract::html;
use crate::extract::site_rules::JsonRules;
use serde_json::Value;
use url::Url;

/// The page that continues the answer; `None` where it says that there is none.
pub fn page(visit: Visit<'_>, answer: &Value, rules: &JsonRules) -> Option<Url> {
    let has_more = field::values(answer, rules.has_more.as_ref());
    if rules.has_more.is_some() && has_more.first().is_some_and(|more| is_no(more)) {
        return None;
    }
    let stated = field::line(answer, rules.next.as_ref()).filter(|next| next != "0");
    let url = match (stated, rules.next_param.as_deref()) {
        (Some(value), Some(param)) if !value.starts_with("http") => {
            with_param(&visit.page.url, param, &value)
        }
        (Some(address), _) => html::resolve(&visit.page.url, &address)?,
        (None, Some(param)) if rules.next.is_none() => {
            let number = number_of(&visit.page.url, param).checked_add(1)?;
            with_param(&visit.page.url, param, &number.to_string())
        }
        (None, _) => return None,
    };
    (url != visit.page.url).then_some(url)
}

fn is_no(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => ["0", "false", ""].contains(&text.as_str()),
        _ => false,
    }
}

fn with_param(url: &Url, param: &str, value: &str) -> Url {
    let others = url.query_pairs().filter(|(name, _)| name != param);
    let mut pairs: Vec<(String, String)> = others
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    pairs.push((param.to_owned(), value.to_owned()));
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url
}

/// An address without the parameter is the first page.
fn number_of(url: &Url, param: &str) -> u32 {
    let mut pairs = url.query_pairs();
    let stated = pairs.find(|(name, _)| name == param);
    stated
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(1)
}

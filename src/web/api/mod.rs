//! `/api/v1/…`: the commands' verbs for other programs, the same JSON. Mistakes are `{"error": …}` in Chinese; what an
//! address or a body says beyond what is known is refused, not passed over.

pub mod alerts;
pub mod analyze;
pub mod asked;
pub mod cases;
pub mod deliveries;
pub mod describe;
pub mod events;
pub mod import;
pub mod issue_edit;
pub mod issues;
pub mod labels;
pub mod posts;
pub mod search;
pub mod sources;
pub mod stats;
pub mod watches;

use super::Shared;
use super::error::WebError;
use super::refused;
use super::work::work;

/// Rows at a time at most.
const MAX_LIMIT: usize = 1000;
/// Rows where the address does not say.
const LIMIT: usize = 100;

/// A page of rows.
fn page<T>(rows: Vec<T>, limit: Option<usize>, offset: Option<usize>) -> Vec<T> {
    let rows = rows.into_iter().skip(offset.unwrap_or(0));
    rows.take(bounded(limit)).collect()
}

fn bounded(limit: Option<usize>) -> usize {
    limit.unwrap_or(LIMIT).min(MAX_LIMIT)
}

//! Pages of a forum whose software nobody knows → where its floors stand.

use super::Sample;
use super::draft::Draft;

/// Adds `[thread]`.
pub fn add_rules(_samples: &[Sample<'_>], draft: Draft, _notes: &mut Vec<String>) -> Draft {
    draft
}

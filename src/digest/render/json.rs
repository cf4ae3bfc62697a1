//! JSON of an issue, by the names of the contract. Says what the records say; not laid out for print.

use crate::model::Issue;
use anyhow::Result;
use serde_json::json;

/// `{id, digest, year, number, total_number, state, period, sections, …}`; the three numbers are null before the
/// signature.
pub fn document(issue: &Issue) -> Result<Vec<u8>> {
    let content = &issue.content;
    let document = json!({
        "id": issue.id,
        "digest": content.digest,
        "year": issue.number.map(|number| number.year),
        "number": issue.number.map(|number| number.number),
        "total_number": issue.number.map(|number| number.total_number),
        "state": issue.state,
        "drafted_at": issue.drafted_at,
        "signed": issue.signed,
        "period": content.period,
        "masthead": content.masthead,
        "overview": content.overview,
        "sections": content.sections,
    });
    Ok(serde_json::to_vec_pretty(&document)?)
}

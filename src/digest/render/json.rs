//! JSON of an issue, by the names of the contract. Says what the records say; not laid out for print.

use crate::digest::layout::number_line;
use crate::model::Issue;
use anyhow::Result;
use serde_json::{Value, json};

/// `{id, digest, year, number, total_number, state, period, sections, …}`; the three numbers are null before the
/// signature. 摘要说明 are for the editor and stay here.
pub fn document(issue: &Issue) -> Result<Vec<u8>> {
    let mut issue = issue.clone();
    let sections = issue.content.sections.iter_mut();
    for entry in sections.flat_map(|section| &mut section.entries) {
        entry.summary_note.clear();
    }
    Ok(serde_json::to_vec_pretty(&value(&issue))?)
}

/// The same with 摘要说明, for whoever has more to say of the issue.
pub fn value(issue: &Issue) -> Value {
    let content = &issue.content;
    json!({
        "id": issue.id,
        "digest": content.digest,
        "kind": content.kind,
        "series": content.series,
        "number_line": number_line(issue),
        "year": issue.number.map(|number| number.year),
        "number": issue.number.map(|number| number.number),
        "total_number": issue.number.map(|number| number.total_number),
        "state": issue.state,
        "drafted_at": issue.drafted_at,
        "signed": issue.signed,
        "period": content.period,
        "subject": content.subject,
        "express": content.express,
        "corrects": content.corrects,
        "masthead": content.masthead,
        "overview": content.overview,
        "survey": content.survey,
        "sections": content.sections,
        "note": content.note,
    })
}

//! `[case]` of `yuqing.toml`.

use serde::{Deserialize, Serialize};

/// `[case]` — who is reminded of deadlines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CaseSettings {
    /// Codes of recipients; empty: nobody is reminded.
    pub recipients: Vec<String>,
}

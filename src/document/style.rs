//! 样式 — which of the two customary ways a page is set, and what the operator says of it.

use crate::model::coded::coded_enum;
use serde::{Deserialize, Serialize};

coded_enum! {
    /// 样式 (`spec.md` 1.1): 公文 after GB/T 9704, or 简报 in smaller type.
    pub enum Style {
        Official = "official" / "公文",
        Plain = "plain" / "简报",
    }
}

/// `[document]` — how pages look.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSettings {
    /// Style of all pages.
    pub style: Style,
    /// Folder with font files that come before those of the system; empty where there is none.
    pub font_folder: String,
}

impl Default for DocumentSettings {
    fn default() -> DocumentSettings {
        DocumentSettings {
            style: Style::Official,
            font_folder: String::new(),
        }
    }
}

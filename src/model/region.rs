//! 属地、管辖 — where something happened, where it is to be answered for, and by whom.

use crate::model::coded::coded_enum;

coded_enum! {
    /// 管辖 — who is responsible (`spec.md` 5.1).
    pub enum Jurisdiction {
        City = "city" / "市本级",
        District = "district" / "区县",
        Province = "province" / "省直",
        Elsewhere = "elsewhere" / "外地",
        OtherOffice = "other_office" / "职能外",
        Unknown = "unknown" / "不明",
    }
}

/// 属地 — a place of the gazetteer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Region {
    /// Administrative code, `410103`; for places outside the gazetteer the empty string.
    pub code: String,
    /// Name as printed, `二七区`.
    pub name: String,
}

/// 属地 — place of the act and place of responsibility, which may differ (`spec.md` 9.1 P18).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Regions {
    /// 行为发生地 — where it happened, if the text tells.
    pub act: Option<Region>,
    /// 责任地 — where the answer is due, if the text tells.
    pub responsible: Option<Region>,
    /// 管辖 — the conclusion.
    pub jurisdiction: Jurisdiction,
}

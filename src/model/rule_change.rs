//! 规则修改 — how far a change of a rule file has come.

use crate::model::coded::coded_enum;

coded_enum! {
    /// 修改状态.
    pub enum RuleChangeState {
        /// Written and tried, not in force.
        Draft = "draft" / "待启用",
        /// Switched on.
        Applied = "applied" / "已启用",
        /// Given up.
        Dropped = "dropped" / "已放弃",
    }
}

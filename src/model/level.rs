//! 级别 — how urgent a post or an event is.

use crate::model::coded::coded_enum;

coded_enum! {
    /// 级别 — 红 > 橙 > 黄 > 蓝 > 无; compare with `Ord` (`spec.md` 3.2).
    pub enum Level {
        None = "none" / "无",
        Blue = "blue" / "蓝",
        Yellow = "yellow" / "黄",
        Orange = "orange" / "橙",
        Red = "red" / "红",
    }
}

//! 媒体级别 — who publishes, by reach.

use crate::model::Channel;
use crate::model::coded::coded_enum;

coded_enum! {
    /// 媒体级别 — from central media to an ordinary netizen (`spec.md` 3.2). Smaller is more powerful.
    pub enum OutletTier {
        T0 = "T0" / "央媒",
        T1 = "T1" / "全国媒体",
        T2 = "T2" / "省级媒体",
        T3 = "T3" / "市级媒体",
        T4 = "T4" / "大号自媒体",
        T5 = "T5" / "普通网民",
    }
}

impl OutletTier {
    /// Where none is given: a station, a paper or a news site is a medium of the city at least, and no private person.
    pub fn usual_of(channel: Channel) -> OutletTier {
        match channel {
            Channel::Tv | Channel::Radio | Channel::Newspaper | Channel::News => OutletTier::T3,
            _ => OutletTier::T5,
        }
    }
}

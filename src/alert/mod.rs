//! 预警 — what calls somebody, whom, and when. Pure: posts, events, watches, sources and the time in; alerts out.
//!
//! What was said is remembered by its subject, not by moments: a step that runs twice, and a clock that goes back, say
//! nothing twice.

mod burst;
mod duty;
mod hours;
mod level;
mod notice;
mod source;
mod watch;
mod words;

#[cfg(test)]
mod fixture;

pub use burst::{burst_code, burst_figures, on_burst};
pub use duty::{Copies, DutySettings, Escalation, Shift};
pub use hours::{AGE_LIMIT, Hours, OLD, SILENCE};
pub use level::{on_risen_event, on_risen_posts};
pub use notice::{Due, LONGEST_HOLD, Names, tell};
pub use source::{SourceLook, SourceNews, join_outage, look_at_source, outage};
pub use watch::on_hits;
pub use words::LISTED;

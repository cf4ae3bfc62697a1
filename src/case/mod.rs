//! 办理件: until when, whom to remind, what is printed. Pure: no clock, no files; a case in, moments, notices and blocks
//! out. Steps and fields are `model`'s, rows the store's.

mod account;
mod deadline;
mod remind;
mod review;
mod settings;
mod sheet;
mod track;

pub use account::account;
pub use deadline::{
    CountedFrom, DeadlineRule, Deadlines, Reckoned, Span, Starts, reckon, span_in_words,
};
pub use remind::reminders;
pub use review::{CaseReview, Rise, review};
pub use settings::CaseSettings;
pub use sheet::{Sheet, SheetOf, feedback_sheet, transfer_sheet};
pub use track::tracking;

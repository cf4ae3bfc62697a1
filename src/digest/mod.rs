//! 刊物 — posts of a period → an Issue → its renditions. What `config/digests.toml` says of each digest is in
//! `settings`, which period an issue covers in `period`; `select` and `express` draft, `edit` changes a draft, `verify`
//! counts it again, `layout` and `render` print. Only `freeze` knows the store; nothing reads a clock.

pub mod count;
pub mod edit;
pub mod express;
pub mod freeze;
pub mod layout;
pub mod render;
pub mod select;
pub mod survey;
pub mod verify;

mod advice;
mod entry;
mod group;
mod period;
mod settings;
mod spread;
mod title;

pub use entry::{lead_of, one_entry};
pub use settings::{DigestSettings, DigestsFile, SectionSettings, Span};
pub use title::MAX_CHARS as MAX_TITLE_CHARS;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

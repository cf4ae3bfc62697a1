//! What programs read: one JSON for the commands and for `/api/v1`, with the description that OpenAPI gives of it.

mod case;
mod delivery;
mod event;
mod issue;
mod judged;
mod label;
mod post;

pub use case::{CaseDetail, CaseRow, review_where_asked};
pub use delivery::{DeliveryDetail, DeliveryRow};
pub use event::{EventDetail, EventRow};
pub use issue::{IssueRow, issue_document};
pub use judged::JudgedPost;
pub use label::LabelReport;
pub use post::PostReport;

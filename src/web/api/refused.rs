//! A refusal of the pipeline as a status: nothing of that number 404, what does not fit 400, what comes too late 409.

use crate::pipeline::{CaseRefusal, EventError, LabelError, RequestError};
use crate::store::{AlertActError, CaseError, SignError};
use crate::web::error::WebError;

/// Of a case.
pub fn case(refusal: impl Into<CaseRefusal>) -> WebError {
    match refusal.into() {
        CaseRefusal::Case(CaseError::Store(error)) => WebError::Internal(error),
        CaseRefusal::Case(CaseError::NotFound(_)) => WebError::NotFound,
        late @ CaseRefusal::Case(CaseError::Moved { .. } | CaseError::Registered(_)) => {
            WebError::Conflict(late.to_string())
        }
        other => WebError::Wrong(other.to_string()),
    }
}

/// Of a step of an issue.
pub fn step(refusal: SignError) -> WebError {
    match refusal {
        SignError::Store(error) => WebError::Internal(error),
        SignError::NotFound(_) => WebError::NotFound,
        late => WebError::Conflict(late.to_string()),
    }
}

/// Of a draft.
pub fn draft(refusal: RequestError) -> WebError {
    match refusal {
        RequestError::Failed(error) => WebError::Internal(error),
        other => WebError::Wrong(other.to_string()),
    }
}

/// Of a change to events.
pub fn event(refusal: EventError) -> WebError {
    match refusal {
        EventError::Store(error) => WebError::Internal(error),
        EventError::Unknown(_) => WebError::NotFound,
        late @ EventError::Gone(..) => WebError::Conflict(late.to_string()),
        other => WebError::Wrong(other.to_string()),
    }
}

/// Of a deed on an alert.
pub fn alert(refusal: AlertActError) -> WebError {
    match refusal {
        AlertActError::Store(error) => WebError::Internal(error),
        AlertActError::Unknown(_) => WebError::NotFound,
        late @ AlertActError::Closed(..) => WebError::Conflict(late.to_string()),
    }
}

/// Of a label.
pub fn label(refusal: LabelError) -> WebError {
    match refusal {
        LabelError::Store(error) => WebError::Internal(error),
        LabelError::NotFound(_) => WebError::NotFound,
        late @ LabelError::NothingToWithdraw(_) => WebError::Conflict(late.to_string()),
        other => WebError::Wrong(other.to_string()),
    }
}

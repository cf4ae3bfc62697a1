//! Refusals of deeds, in the words of the desk: those of the command line name its options.

use crate::model::Label;
use crate::pipeline::{EditRefusal, EventError, LabelError};
use crate::store::{CopyError, EditError};
use crate::web::error::WebError;

/// Of a draft.
pub fn refused_edit(refusal: EditRefusal) -> WebError {
    match refusal {
        EditRefusal::Failed(error) | EditRefusal::Refused(EditError::Store(error)) => {
            WebError::Internal(error)
        }
        EditRefusal::NoPost(_)
        | EditRefusal::NoEvent(_)
        | EditRefusal::Refused(EditError::NotFound(_)) => WebError::NotFound,
        EditRefusal::Refused(EditError::Frozen { state, .. }) => WebError::Conflict(format!(
            "这一期现为“{}”，不能修改，没有改动。",
            state.label()
        )),
        EditRefusal::Refused(EditError::Stale { now, who, .. }) => WebError::Conflict(format!(
            "这一期已到第{now}次修订（{who}），没有改动。请看过最新稿再做。"
        )),
        EditRefusal::Refused(EditError::NotYet { .. }) => {
            WebError::Conflict("页面上的修订号不对，没有改动，请刷新后再做。".to_owned())
        }
        EditRefusal::PostNotOurs(id) => WebError::Wrong(format!(
            "第{id}号信息经研判不涉我局，或系广告、官方自己发布，不能编入；研判有误的，先更正“涉及”“相关”再编入。"
        )),
        EditRefusal::EventNotOurs(id) => WebError::Wrong(format!(
            "第{id}号事件里没有涉我局的信息，不能编入；研判有误的，先更正其中的信息。"
        )),
        EditRefusal::NoDigest(code) => {
            WebError::Conflict(format!("刊物“{code}”已不在配置中，不能增加条目。"))
        }
        EditRefusal::Mistake(mistake) => WebError::Wrong(format!("{mistake}。")),
    }
}

/// Of a person's word on a post.
pub fn refused_label(refusal: LabelError, label: &Label) -> WebError {
    match refusal {
        LabelError::Store(error) => WebError::Internal(error),
        LabelError::NotFound(_) => WebError::NotFound,
        LabelError::NothingToWithdraw(id) => {
            WebError::Conflict(format!("第{id}号信息没有可撤回的人工更正。"))
        }
        LabelError::Contradiction(_) if label.level.is_some() => WebError::Wrong(
            "不相关的信息没有级别：要定级，请把“相关”改为是；要判为不相关，请把级别改为无。"
                .to_owned(),
        ),
        LabelError::Contradiction(_) => {
            WebError::Wrong("不涉及人社业务的信息不能是相关信息，请改“涉及”或“相关”。".to_owned())
        }
    }
}

/// Of a copy.
pub fn refused_copy(refusal: CopyError) -> WebError {
    match refusal {
        CopyError::Store(error) => WebError::Internal(error),
        CopyError::NotByHand(_) => WebError::Conflict(format!("{refusal}。")),
        CopyError::Unknown(_) | CopyError::Itself(_) => WebError::Wrong(format!("{refusal}。")),
    }
}

/// Of a merge.
pub fn refused_merge(refusal: EventError) -> WebError {
    match refusal {
        EventError::Store(error) => WebError::Internal(error),
        EventError::OneEvent => WebError::Conflict("两条信息已在同一事件里。".to_owned()),
        EventError::Unknown(id) => WebError::Wrong(format!("没有编号为{}的事件。", id.0)),
        refusal => WebError::Conflict(format!("{refusal}。")),
    }
}

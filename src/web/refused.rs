//! A refusal of the pipeline as a page and `/api` answer it: nothing of that number 404, what does not fit 400, what comes
//! too late 409. The sentence is the refusal's own, so that page and interface say the same; commands are named by the
//! command line alone.

use super::error::WebError;
use crate::pipeline::{
    CaseRefusal, EditRefusal, EntryRefusal, EventError, LabelError, OrderMistake, RequestError,
};
use crate::store::{
    AlertActError, CaseError, CopyError, DeliveryError, EditError, ReplyError, SignError,
    UptakeError,
};
use std::fmt::Display;

/// What was sent does not fit.
fn wrong(refusal: impl Display) -> WebError {
    WebError::Wrong(sentence(refusal))
}

/// Somebody else was faster, or it is too late.
fn late(refusal: impl Display) -> WebError {
    WebError::Conflict(sentence(refusal))
}

/// Refusals end without a full stop, sentences with one.
fn sentence(refusal: impl Display) -> String {
    let said = refusal.to_string();
    match said.ends_with('。') {
        true => said,
        false => said + "。",
    }
}

/// Of a case.
pub fn case(refusal: impl Into<CaseRefusal>) -> WebError {
    match refusal.into() {
        CaseRefusal::Case(CaseError::Store(error)) => WebError::Internal(error),
        CaseRefusal::Case(CaseError::NotFound(_)) => WebError::NotFound,
        refusal @ CaseRefusal::Case(
            CaseError::Moved { .. } | CaseError::Registered(_) | CaseError::Closed(_),
        ) => late(refusal),
        refusal => wrong(refusal),
    }
}

/// Of a post entered by hand, and of its files.
pub fn entry(refusal: EntryRefusal) -> WebError {
    match refusal {
        EntryRefusal::Failed(error) => WebError::Internal(error),
        refusal @ EntryRefusal::Wrong(_) => wrong(refusal),
    }
}

/// Of 答复网友.
pub fn reply(refusal: ReplyError) -> WebError {
    match refusal {
        ReplyError::Store(error) => WebError::Internal(error),
        refusal => late(refusal),
    }
}

/// Of 外报、采用、批示.
pub fn uptake(refusal: UptakeError) -> WebError {
    match refusal {
        UptakeError::Store(error) => WebError::Internal(error),
        UptakeError::NotFound(_) => WebError::NotFound,
        refusal @ UptakeError::Void(..) => late(refusal),
        refusal => wrong(refusal),
    }
}

/// Of a step of an issue.
pub fn step(refusal: SignError) -> WebError {
    match refusal {
        SignError::Store(error) => WebError::Internal(error),
        SignError::NotFound(_) => WebError::NotFound,
        refusal => late(refusal),
    }
}

/// Of an edit of a draft.
pub fn edit(refusal: EditRefusal) -> WebError {
    match refusal {
        EditRefusal::Failed(error) | EditRefusal::Refused(EditError::Store(error)) => {
            WebError::Internal(error)
        }
        EditRefusal::Refused(EditError::NotFound(_)) => WebError::NotFound,
        refusal @ EditRefusal::Refused(_) => late(refusal),
        refusal => wrong(refusal),
    }
}

/// Of a draft on request.
pub fn draft(refusal: RequestError) -> WebError {
    match refusal {
        RequestError::Failed(error) => WebError::Internal(error),
        RequestError::NoIssue(_) => WebError::NotFound,
        refusal @ (RequestError::NoEvent(_) | RequestError::NoPost(_)) => wrong(refusal),
        refusal => late(refusal),
    }
}

/// Of the order of a 专题报告.
pub fn order(mistake: OrderMistake) -> WebError {
    match mistake {
        OrderMistake::Failed(error) => WebError::Internal(error),
        mistake => wrong(mistake),
    }
}

/// Of a deed on a delivery.
pub fn delivery(refusal: DeliveryError) -> WebError {
    match refusal {
        DeliveryError::Store(error) => WebError::Internal(error),
        DeliveryError::NotFound(_) => WebError::NotFound,
        refusal => late(refusal),
    }
}

/// Of a change to events.
pub fn event(refusal: EventError) -> WebError {
    match refusal {
        EventError::Store(error) => WebError::Internal(error),
        EventError::Unknown(_) => WebError::NotFound,
        refusal @ EventError::Gone(..) => late(refusal),
        refusal => wrong(refusal),
    }
}

/// Of a change to events that a form names by their numbers: what is not there was mistyped or taken away meanwhile.
pub fn named_event(refusal: EventError) -> WebError {
    match refusal {
        EventError::OneEvent => wrong("归并至少要两起不同的事件"),
        refusal @ EventError::Unknown(_) => wrong(refusal),
        refusal @ EventError::Elsewhere(..) => late(refusal),
        refusal => event(refusal),
    }
}

/// Of a deed on an alert.
pub fn alert(refusal: AlertActError) -> WebError {
    match refusal {
        AlertActError::Store(error) => WebError::Internal(error),
        AlertActError::Unknown(_) => WebError::NotFound,
        refusal @ AlertActError::Closed(..) => late(refusal),
    }
}

/// Of a label.
pub fn label(refusal: LabelError) -> WebError {
    match refusal {
        LabelError::Store(error) => WebError::Internal(error),
        LabelError::NotFound(_) => WebError::NotFound,
        refusal @ LabelError::NothingToWithdraw(_) => late(refusal),
        refusal @ LabelError::Contradiction(_) => wrong(refusal),
    }
}

/// Of a copy.
pub fn copy(refusal: CopyError) -> WebError {
    match refusal {
        CopyError::Store(error) => WebError::Internal(error),
        refusal @ CopyError::NotByHand(_) => late(refusal),
        refusal => wrong(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::{case, delivery, draft, edit, event, label, named_event, reply, step, uptake};
    use crate::model::{CaseState, EventId, IssueState, IssueStep, Label, Level, PostId};
    use crate::pipeline::{CaseRefusal, EditRefusal, EventError, LabelError, RequestError};
    use crate::store::{CaseError, DeliveryError, EditError, ReplyError, SignError, UptakeError};
    use crate::web::error::WebError;

    /// Status and sentence.
    fn told(error: WebError) -> (u16, String) {
        match error {
            WebError::NotFound => (404, String::new()),
            WebError::Wrong(said) => (400, said),
            WebError::Conflict(said) => (409, said),
            other => panic!("a refusal became {other:?}"),
        }
    }

    fn contradiction(label: &Label) -> LabelError {
        LabelError::Contradiction(label.check().expect_err("it contradicts itself"))
    }

    #[test]
    fn a_refusal_is_a_sentence_for_people() {
        let skips = CaseError::Skips {
            from: CaseState::Registered,
            to: CaseState::Approved,
            skipped: "“拟办”".to_owned(),
        };
        let graded = Label {
            relevant: Some(false),
            level: Some(Level::Red),
            ..Label::default()
        };
        let (id, state) = (7, IssueState::Signed);
        for (refused, status, said) in [
            (case(CaseError::NotFound(7)), 404, ""),
            (
                case(CaseError::Registered(7)),
                409,
                "同一来文已登记为第7号办理件。",
            ),
            (
                case(skips),
                400,
                "从“收文登记”到“签批”要略过“拟办”，请填写“原因”。",
            ),
            (
                step(SignError::WrongState {
                    id,
                    state,
                    step: IssueStep::Approved,
                }),
                409,
                "本期现为“签发”，不能审核；可能有人刚办过，请刷新后看过再办。",
            ),
            (
                edit(EditError::Frozen { id, state }.into()),
                409,
                "本期现为“签发”，不能再改；有误的请起草更正。您的修改没有保存，文字留在修订记录里。",
            ),
            (
                edit(EditRefusal::PostNotOurs(7)),
                400,
                "第7号信息经研判不涉我局，或系广告、官方自己发布，不能编入；研判有误的先更正研判再编入。",
            ),
            (
                draft(RequestError::NothingOurs),
                409,
                "其中没有涉我局的信息，不能起草；如属误判，请先更正研判。",
            ),
            (event(EventError::Unknown(EventId(7))), 404, ""),
            (
                named_event(EventError::Unknown(EventId(7))),
                400,
                "没有编号为7的事件。",
            ),
            (
                named_event(EventError::Elsewhere(PostId(3), EventId(7))),
                409,
                "信息3不在事件7中，未作拆分。",
            ),
            (
                label(contradiction(&graded)),
                400,
                "不相关的信息没有级别：要定级，请把“相关”改为是；要判为不相关，请把“级别”改为无。",
            ),
            (
                reply(ReplyError::Answered(7)),
                409,
                "信息#7的答复已登记，不重复计数；内容有误请勾选“更正”。",
            ),
            (uptake(UptakeError::NoIssue(7)), 400, "没有稿号为7的刊物。"),
            (
                delivery(DeliveryError::Void { id, deed: "重发" }),
                409,
                "本期已作废，不能重发；改正后的内容请另行起草、签发。",
            ),
        ] {
            assert_eq!(told(refused), (status, said.to_owned()));
        }
        let wrong = CaseRefusal::Wrong("缺少事由，请填写“事由”。".to_owned());
        let (_, said) = told(case(wrong));
        assert!(said.ends_with('。') && !said.ends_with("。。"), "{said}");
    }
}

//! What was refused, in the words of the page: the command line's own sentences name commands.

use crate::model::IssueState;
use crate::pipeline::{EditRefusal, OrderMistake, RequestError};
use crate::store::{DeliveryError, EditError, SignError};
use crate::web::error::WebError;

/// Of a step of an issue's life.
pub fn of_step(error: SignError) -> WebError {
    let sentence = match error {
        SignError::NotFound(_) => return WebError::NotFound,
        SignError::Store(error) => return WebError::Internal(error),
        SignError::WrongState { state, step, .. } => format!(
            "本期现为“{}”，不能{step}；可能有人刚办过，请返回、刷新后看过再办。",
            state.label()
        ),
        SignError::NothingCorrected { .. } => {
            "更正稿的内容还与原期相同，不能审核；请先改正，不更正了就作废。".to_owned()
        }
        SignError::Empty(_) => {
            "本期没有条目，不能签发；无重要舆情的时段请登记零报告，不占期号。".to_owned()
        }
        SignError::NotEmpty { entries, .. } => {
            format!("本期有{entries}条，不能登记零报告；确无重要舆情的请先逐条删去。")
        }
        SignError::NoPeriod(_) => {
            "本期不是按期编发的，没有时段可登记零报告；不用的稿件请作废。".to_owned()
        }
    };
    WebError::Conflict(sentence)
}

/// Of a draft on request.
pub fn of_request(error: RequestError) -> WebError {
    let sentence = match error {
        RequestError::Failed(error) => return WebError::Internal(error),
        RequestError::NoIssue(_) => return WebError::NotFound,
        RequestError::NoEvent(id) => return WebError::Wrong(format!("没有编号为{id}的事件。")),
        RequestError::NoPost(id) => return WebError::Wrong(format!("没有编号为{id}的信息。")),
        RequestError::NothingOurs => {
            "其中没有涉我局的信息，不能起草；如属误判，请先更正研判。".to_owned()
        }
        RequestError::NothingNew => "上一期以来没有新的重要舆情，不用出增刊。".to_owned(),
        RequestError::NothingToClose => {
            "这件事还没有签发过快报，不能直接出终报；请先起草快报。".to_owned()
        }
        RequestError::Unsigned { id, what, state } => format!(
            "这件事的{what}（第{id}号稿件）现为“{}”，还没有签发；请先签发或作废，再起草终报。",
            state.label()
        ),
        RequestError::Closed { id, number } => format!(
            "这件事已出终报（{number}，第{id}号稿件），不再出续报；终报有误的请起草更正，事情又有发展的先作废终报。"
        ),
        RequestError::NotSigned { state, .. } => {
            format!("本期现为“{}”，不能更正；{}。", state.label(), remedy(state))
        }
    };
    WebError::Conflict(sentence)
}

/// Of the order of a 专题报告.
pub fn of_order(mistake: OrderMistake) -> WebError {
    match mistake {
        OrderMistake::Failed(error) => WebError::Internal(error),
        mistake => WebError::Wrong(format!("{mistake}。")),
    }
}

/// Of a deed on a delivery.
pub fn of_delivery(error: DeliveryError) -> WebError {
    match error {
        DeliveryError::NotFound(_) => WebError::NotFound,
        DeliveryError::Store(error) => WebError::Internal(error),
        DeliveryError::Void { deed, .. } => WebError::Conflict(format!(
            "本期已作废，不能{deed}；改正后的内容请另行起草、签发。"
        )),
        refusal @ DeliveryError::WrongState { .. } => WebError::Conflict(format!("{refusal}。")),
    }
}

/// Of an edit: `Err` where the page cannot be shown again.
pub fn of_edit(refusal: EditRefusal) -> Result<Refused, WebError> {
    let sentence = match refusal {
        EditRefusal::Failed(error) | EditRefusal::Refused(EditError::Store(error)) => {
            return Err(WebError::Internal(error));
        }
        EditRefusal::Refused(EditError::NotFound(_)) => return Err(WebError::NotFound),
        EditRefusal::Refused(EditError::Frozen { state, .. }) => {
            return Ok(Refused::TooLate(format!(
                "本期现为“{}”，不能再改；{}。您的修改没有保存，文字留在下面。",
                state.label(),
                remedy(state)
            )));
        }
        EditRefusal::Refused(EditError::Stale { who, .. }) => {
            return Ok(Refused::TooLate(format!(
                "在您打开之后，{who}。您的修改没有保存，文字留在下面；请对照现稿，确认后再保存。"
            )));
        }
        EditRefusal::Refused(EditError::NotYet { .. }) => {
            "本期没有这一次修订，请刷新后再改。".to_owned()
        }
        EditRefusal::NoPost(id) => format!("没有编号为{id}的信息，请在“检索”里查到编号再增加。"),
        EditRefusal::NoEvent(id) => format!("没有编号为{id}的事件，请在“事件”里查到编号再增加。"),
        EditRefusal::PostNotOurs(id) => format!(
            "第{id}号信息经研判不涉我局，或系广告、官方自己发布，不能编入；研判有误的先更正研判再增加。"
        ),
        EditRefusal::EventNotOurs(id) => {
            format!("第{id}号事件里没有涉我局的信息，不能编入；研判有误的先更正其中的信息再增加。")
        }
        EditRefusal::NoDigest(_) => "配置里已没有这种刊物，不能增加条目，请找信息员。".to_owned(),
        EditRefusal::Mistake(mistake) => format!("{mistake}。"),
    };
    Ok(Refused::Mistaken(sentence))
}

/// An edit that was not made.
pub enum Refused {
    /// It does not fit.
    Mistaken(String),
    /// Somebody else was faster.
    TooLate(String),
}

fn remedy(state: IssueState) -> &'static str {
    match state {
        IssueState::Draft => "草稿可直接修改",
        IssueState::Approved => "需要修改的请先退回",
        IssueState::Signed => "有误的请起草更正",
        IssueState::Void => "请另行起草",
    }
}

//! A refusal of the pipeline as a command tells it: wrong usage, unless the store failed. The sentence is the refusal's
//! own; behind it, or in its place, the command or the option that helps.

use super::output::Failure;
use crate::model::{IssueState, IssueStep};
use crate::pipeline::{CaseRefusal, EditRefusal, EventError, LabelError, RequestError};
use crate::store::{
    AlertActError, CaseError, DeliveryError, EditError, ReplyError, SignError, UptakeError,
};

/// What a refusal asks for, as a form names it and as the command line does; longer ones before those they hold.
const OPTIONS: &[(&str, &str)] = &[
    (
        "请填写“事由”，或填写关联的信息、事件编号",
        "请用 --title 写明，或用 --post、--event 从信息、事件取得",
    ),
    (
        "请填写“要求时限”或选择“时限规则”",
        "请用 --due 或 --rule 写明",
    ),
    ("请检查“要求时限”和“收文时间”", "请检查 --due 和 --received"),
    ("请填写“来文单位”", "请用 --from 写明"),
    ("请选择“缓急”", "请用 --urgency 写明"),
    ("请写在“来文内容”", "请写在 --text"),
    ("“收文时间”", " --received"),
    ("“发现时间”", " --discovered"),
    ("“发布时间”", " --published"),
    ("“办理时间”", " --at"),
    ("请不要勾选“更正”", "请去掉 --correct"),
    ("请勾选“更正”", "请加 --correct"),
    ("并勾选“更正”", "并加 --correct"),
    ("请填写信息编号", "请用 --post 写明"),
    ("请改“涉及”或“相关”", "请改 --about 或 --relevant"),
    ("请把“相关”改为是", "请一并写 --relevant 是"),
    ("请把“级别”改为无", "请一并写 --level 无"),
];

/// With options for fields.
fn usage(refusal: impl ToString) -> Failure {
    usage_with(refusal, "")
}

/// With options for fields, and a command behind.
fn usage_with(refusal: impl ToString, hint: &str) -> Failure {
    let mut said = refusal.to_string();
    for (field, option) in OPTIONS {
        said = said.replace(field, option);
    }
    Failure::Usage(said + hint)
}

/// Of a case.
pub fn case(refusal: impl Into<CaseRefusal>) -> Failure {
    match refusal.into() {
        CaseRefusal::Case(error) => case_error(error),
        refusal @ CaseRefusal::Wrong(_) => usage(refusal),
    }
}

fn case_error(error: CaseError) -> Failure {
    let hint = match &error {
        CaseError::NotFound(_) => "，用 `yuqing case list` 查看".to_owned(),
        CaseError::Registered(id) => format!("，用 `yuqing case show {id}` 查看"),
        CaseError::NoPost(_) => "；用 `yuqing search` 查找".to_owned(),
        CaseError::NoEvent(_) => "；用 `yuqing events` 查看".to_owned(),
        CaseError::Skips { .. } => {
            let said = error.to_string();
            return Failure::Usage(said.replace("请填写“原因”", "请用 --skip-reason 写明原因"));
        }
        CaseError::BackWithoutReason { .. } => {
            let said = error.to_string();
            return Failure::Usage(said.replace("请写明原因", "请用 --reason 写明原因"));
        }
        _ => String::new(),
    };
    match error {
        CaseError::Store(error) => Failure::Failed(error),
        error => usage_with(error, &hint),
    }
}

/// Of 答复网友.
pub fn reply(error: ReplyError) -> Failure {
    match error {
        ReplyError::Store(error) => Failure::Failed(error),
        ReplyError::NoPost(_) => usage_with(error, "；用 `yuqing search` 查找，或不写 --post"),
        error => usage(error),
    }
}

/// Of 外报、采用、批示.
pub fn uptake(error: UptakeError) -> Failure {
    match error {
        UptakeError::Store(error) => Failure::Failed(error),
        UptakeError::NoIssue(_) => usage_with(error, "，用 `yuqing issue list` 查看"),
        UptakeError::NotFound(_) => usage_with(error, "，用 `yuqing adoption list` 查看"),
        error => usage(error),
    }
}

/// Of a deed on an alert.
pub fn alert(error: AlertActError) -> Failure {
    match error {
        AlertActError::Store(error) => Failure::Failed(error),
        AlertActError::Unknown(_) => usage_with(error, "；`yuqing alert list` 列出全部预警"),
        error => usage(error),
    }
}

/// Of a change to events.
pub fn event(error: EventError) -> Failure {
    match error {
        EventError::Store(error) => Failure::Failed(error),
        EventError::Unknown(_) => usage_with(error, "；`yuqing events` 列出全部事件"),
        error => usage(error),
    }
}

/// Of a label.
pub fn label(error: LabelError) -> Failure {
    match error {
        LabelError::Store(error) => Failure::Failed(error),
        LabelError::NotFound(_) => usage_with(error, "，或 `yuqing search --json` 的 id"),
        LabelError::NothingToWithdraw(id) => {
            usage_with(error, &format!("；`yuqing label {id}` 显示全部经过"))
        }
        error => usage(error),
    }
}

/// Of a deed on a delivery.
pub fn delivery(error: DeliveryError) -> Failure {
    match error {
        DeliveryError::Store(error) => Failure::Failed(error),
        DeliveryError::NotFound(_) => usage_with(error, "，用 `yuqing deliveries list` 查看"),
        DeliveryError::Void { .. } => usage_with(error, "，再用 `yuqing issue send 稿号` 发送"),
        error => usage(error),
    }
}

/// Of a step of an issue.
pub fn step(error: SignError) -> Failure {
    Failure::Usage(match error {
        SignError::Store(error) => return Failure::Failed(error),
        SignError::NotFound(_) => return usage_with(error, "，用 `yuqing issue list` 查看"),
        SignError::WrongState { id, state, step } => {
            let remedy = match (step, state) {
                (IssueStep::Approved, _) => "只有草稿可以审核".to_owned(),
                (IssueStep::Zeroed, _) => "只有草稿可以改为零报告".to_owned(),
                (IssueStep::Voided, _) => "已登记作废，期号不再使用".to_owned(),
                (IssueStep::Signed, IssueState::Signed) => {
                    format!("不必再签，导出用 `yuqing issue export {id} --format docx -o 文件名`")
                }
                (IssueStep::Signed, IssueState::Draft) => {
                    format!("先审核：`yuqing issue approve {id} --by 姓名`")
                }
                _ => way_out(id, state),
            };
            let (state, step) = (state.label(), step.label());
            format!("第{id}号稿件现为“{state}”，不能{step}；{remedy}")
        }
        SignError::NothingCorrected { id, corrected } => format!(
            "第{id}号稿件是第{corrected}号稿件的更正稿，内容还与原期相同，不能审核；先用 `yuqing issue edit {id}` 改正，不更正了就作废：`yuqing issue void {id} --by 姓名 --reason 原因`"
        ),
        SignError::Empty(id) => format!(
            "第{id}号稿件没有条目，不能签发；无重要舆情的时段登记零报告，不占期号：`yuqing issue zero {id} --by 姓名`；快报、专题报告和增刊请作废：`yuqing issue void {id} --by 姓名 --reason 原因`"
        ),
        SignError::NotEmpty { id, entries } => format!(
            "第{id}号稿件有{entries}条，不能登记零报告；先用 `yuqing issue edit {id} --drop 条号` 逐条删去"
        ),
        SignError::NoPeriod(id) => format!(
            "第{id}号稿件不是按期编发的，没有时段可登记零报告；不用的稿件请作废：`yuqing issue void {id} --by 姓名 --reason 原因`"
        ),
    })
}

/// What may be done with an issue in this state.
fn way_out(id: i64, state: IssueState) -> String {
    match state {
        IssueState::Draft => format!("草稿可直接用 `yuqing issue edit {id}` 修改"),
        IssueState::Approved => {
            format!("请先退回：`yuqing issue return {id} --by 姓名 --reason 原因`")
        }
        IssueState::Signed => {
            format!("已签发的另起更正稿：`yuqing issue correct {id} --by 姓名 --reason 更正说明`")
        }
        IssueState::Void => "用 `yuqing issue draft` 另行起草".to_owned(),
    }
}

/// Of an edit of a draft.
pub fn edit(refusal: EditRefusal) -> Failure {
    match refusal {
        EditRefusal::Failed(error) => Failure::Failed(error),
        EditRefusal::Refused(error) => edit_error(error),
        EditRefusal::NoPost(_) => usage_with(refusal, "：`yuqing search`"),
        EditRefusal::NoEvent(_) => usage_with(refusal, "：`yuqing events`"),
        EditRefusal::PostNotOurs(id) => usage_with(
            refusal,
            &format!("：`yuqing label {id} --about yes --relevant yes --by 姓名`"),
        ),
        EditRefusal::EventNotOurs(id) => usage_with(
            refusal,
            &format!(
                "：`yuqing label 信息编号 --about yes --relevant yes --by 姓名`，信息编号见 `yuqing events show {id}`"
            ),
        ),
        EditRefusal::NoDigest(code) => {
            Failure::Usage(format!("digests.toml 里已没有刊物“{code}”，不能增加条目"))
        }
        refusal @ EditRefusal::Mistake(_) => usage(refusal),
    }
}

fn edit_error(error: EditError) -> Failure {
    Failure::Usage(match error {
        EditError::Store(error) => return Failure::Failed(error),
        EditError::NotFound(_) => return usage_with(error, "，用 `yuqing issue list` 查看"),
        EditError::Frozen { id, state } => format!(
            "第{id}号稿件现为“{}”，不能修改；{}。您的修改没有写入，文字已记入 `yuqing issue history {id}`",
            state.label(),
            way_out(id, state)
        ),
        EditError::Stale { id, now, seen, who } => format!(
            "第{id}号稿件已到第{now}次修订，您看到的是第{seen}次；{who}。您的修改没有写入，文字已记入 `yuqing issue history {id}`，请看过最新稿后重做"
        ),
        EditError::NotYet { id, now, seen } => format!(
            "第{id}号稿件没有第{seen}次修订，现为第{now}次，请核对 --revision。您的修改没有写入，文字已记入 `yuqing issue history {id}`"
        ),
    })
}

/// Of a draft on request.
pub fn draft(error: RequestError) -> Failure {
    Failure::Usage(match error {
        RequestError::Failed(error) => return Failure::Failed(error),
        RequestError::NoEvent(_) => return usage_with(error, "，用 `yuqing events` 查看"),
        RequestError::NoIssue(_) => return usage_with(error, "，用 `yuqing issue list` 查看"),
        RequestError::NothingOurs => return usage_with(error, "：`yuqing label`"),
        RequestError::NothingToClose => return usage_with(error, "（不加 --final）"),
        RequestError::Unsigned { id, what, state } => format!(
            "这件事的{what}（第{id}号稿件）现为“{}”，还没有签发，不能起草终报；先签发（`yuqing issue approve {id} --by 姓名`，再 `yuqing issue sign {id} --by 姓名`），再起草终报；要改内容用 `yuqing issue edit {id}`，不用了就作废：`yuqing issue void {id} --by 姓名 --reason 原因`",
            state.label()
        ),
        RequestError::Closed { id, number } => format!(
            "这件事已出终报（{number}，第{id}号稿件），不再出续报；终报有误的用 `yuqing issue correct {id} --by 姓名 --reason 更正说明` 更正，事情又有发展、确需续报的先用 `yuqing issue void {id} --by 姓名 --reason 原因` 作废终报"
        ),
        RequestError::NotSigned { id, state } => format!(
            "第{id}号稿件现为“{}”，不能更正；{}",
            state.label(),
            way_out(id, state)
        ),
        error @ (RequestError::NoPost(_) | RequestError::NothingNew) => return usage(error),
    })
}

#[cfg(test)]
mod tests {
    use super::{case, draft, edit, label, reply, step};
    use crate::cli::output::Failure;
    use crate::model::{CaseState, IssueState, IssueStep};
    use crate::pipeline::{CaseRefusal, EditRefusal, LabelError, RequestError};
    use crate::store::{CaseError, EditError, ReplyError, SignError};

    #[test]
    fn a_refusal_names_the_command_or_the_option_that_helps() {
        let back = CaseError::BackWithoutReason {
            from: CaseState::Approved,
            to: CaseState::Registered,
        };
        let (id, state) = (7, IssueState::Approved);
        let closed = RequestError::Closed {
            id,
            number: "2017年第1期".to_owned(),
        };
        let unsigned = RequestError::Unsigned {
            id,
            what: "快报".to_owned(),
            state,
        };
        let wrong = |said: &str| CaseRefusal::Wrong(said.to_owned());
        for (refused, helps) in [
            (case(CaseError::NotFound(7)), "用 `yuqing case list` 查看"),
            (case(back), "请用 --reason 写明原因"),
            (
                case(wrong("发现时间明天还没有到，请检查“发现时间”")),
                "请检查 --discovered",
            ),
            (
                case(wrong("缺少来文单位，请填写“来文单位”")),
                "请用 --from 写明",
            ),
            (reply(ReplyError::Answered(7)), "内容有误请加 --correct"),
            (reply(ReplyError::NoPost(7)), "或不写 --post"),
            (label(LabelError::NothingToWithdraw(7)), "`yuqing label 7`"),
            (
                step(SignError::WrongState {
                    id,
                    state: IssueState::Signed,
                    step: IssueStep::Returned,
                }),
                "`yuqing issue correct 7 ",
            ),
            (step(SignError::Empty(7)), "`yuqing issue zero 7 "),
            (
                edit(EditError::Frozen { id, state }.into()),
                "`yuqing issue return 7 ",
            ),
            (edit(EditRefusal::PostNotOurs(2)), "`yuqing label 2 "),
            (draft(closed), "`yuqing issue correct 7 "),
            (draft(unsigned), "`yuqing issue sign 7 "),
        ] {
            let Failure::Usage(said) = refused else {
                panic!("wrong usage: {helps}");
            };
            assert!(said.contains(helps), "{said}");
        }
    }
}

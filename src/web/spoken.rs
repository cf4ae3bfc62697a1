//! Refusals are worded for the command line; here they become sentences of a page: the names of fields for options, no
//! commands.

use regex::Regex;
use std::sync::LazyLock;

/// `，用 `yuqing case list` 查看`.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[，；：]?\s*(?:信息编号见\s*)?(?:请?用\s*)?`yuqing[^`]*`(?:\s*(?:查看|查找))?(?:，或不写\s*--post)?")
        .expect("the pattern is part of the program")
});

/// Longer ones before those they begin with.
const OPTIONS: &[(&str, &str)] = &[
    ("请去掉 --correct", "请不要勾选“更正”"),
    ("请加 --correct", "请勾选“更正”"),
    ("并加 --correct", "并勾选“更正”"),
    (
        "请用 --title 写明，或用 --post、--event 从信息、事件取得",
        "请填写“事由”，或填写关联的信息、事件编号",
    ),
    (
        "请用 --due 或 --rule 写明",
        "请填写“要求时限”或选择“时限规则”",
    ),
    ("请用 --skip-reason 写明原因", "请填写“原因”"),
    ("请用 --reason 写明原因", "请填写“原因”"),
    ("请检查 --due 和 --received", "请检查“要求时限”和“收文时间”"),
    ("请检查 --received", "请检查“收文时间”"),
    ("请检查 --discovered", "请检查“发现时间”"),
    ("请检查 --published", "请检查“发布时间”"),
    ("请用 --urgency 写明", "请选择“缓急”"),
    ("请用 --from 写明", "请填写“来文单位”"),
    ("请写在 --text", "请写在“来文内容”"),
    ("请检查 --at", "请检查“办理时间”"),
    ("请用 --post 写明", "请填写信息编号"),
    ("也没有用 --channel 指定", "也没有选择渠道"),
    ("（source_name）", ""),
    ("（channel）", ""),
    ("（title）", ""),
    ("（text）", ""),
    ("文字已记入", "文字已留存"),
];

/// The sentence as a page says it.
pub fn spoken(sentence: &str) -> String {
    let mut said = COMMAND.replace_all(sentence, "").into_owned();
    for (option, words) in OPTIONS {
        said = said.replace(option, words);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::spoken;
    use crate::model::CaseState;
    use crate::store::{CaseError, ReplyError};

    #[test]
    fn a_page_names_fields_and_no_commands() {
        let skips = CaseError::Skips {
            from: CaseState::Registered,
            to: CaseState::Approved,
            skipped: "“拟办”".to_owned(),
        };
        for (told, said) in [
            (CaseError::NotFound(7).to_string(), "没有编号为7的办理件"),
            (
                CaseError::Registered(7).to_string(),
                "同一来文已登记为第7号办理件",
            ),
            (
                CaseError::NoPost(7).to_string(),
                "没有编号为7的信息，不能关联",
            ),
            (
                skips.to_string(),
                "从“收文登记”到“签批”要略过“拟办”，请填写“原因”",
            ),
            (ReplyError::NoPost(7).to_string(), "没有编号为7的信息"),
            (
                ReplyError::Answered(7).to_string(),
                "信息#7的答复已登记，不重复计数；内容有误请勾选“更正”",
            ),
        ] {
            assert_eq!(spoken(&told), said);
        }
    }
}

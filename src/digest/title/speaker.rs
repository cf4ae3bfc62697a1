//! Who speaks in a title, and by which verb: a clause → the clause behind `网民反映`, `媒体报道` and their like.

use crate::digest::title::is_media_report;
use crate::model::{Analysis, Channel, Intent, Post};

/// Who may be the subject of a clause …
const SUBJECTS: &str = "网民 网友 市民 群众 媒体";
/// … where one of these follows: `群众办事大厅` has none.
const VERBS: &str = "反映 投诉 举报 咨询 询问 质疑 称 建议 求助 吐槽 报道 关注 希望 呼吁 担心 热议 点赞 表示 \
    讨薪 聚集 集中 曝光";

/// Verbs by which a writer says what he does; with an object behind it such a verb is that of the title …
const SPEECH: &str = "实名举报 投诉 举报 咨询 反映 建议 求助 希望 曝光 吐槽 爆料 质疑";
/// … but not where one of these follows: `投诉电话`, `举报人`, `投诉多次`.
const NO_OBJECTS: &str = "人 者 台 员 信 箱 书 单 处 科 室 中心 电话 热线 渠道 平台 窗口 邮箱 网站 系统 方式 机制 \
    途径 材料 服务 无 没 不 了 过 后 被 多 好 也 都 已 很 三 两 几 十 半 至 到 的 却 还 再";

/// Words of a rumour: it stays one.
const HEARSAY: &str = "听说 据说 据传 听闻";

/// Verbs of a wish.
const WISHES: &str = "应该 应当 可以 增加 增设";

/// How a report of the press speaks of its writer.
const REPORTERS: &str = "本报记者 本网记者 本台记者 记者";

/// The clause behind its subject and verb.
pub fn with_subject(clause: &str, asks: bool, post: &Post, analysis: &Analysis) -> String {
    if is_own_subject(clause) {
        return clause.to_owned();
    }
    if is_media_report(post) {
        return match behind(clause, REPORTERS) {
            Some(rest) => format!("媒体记者{rest}"),
            None => format!("媒体报道{clause}"),
        };
    }
    let speaker = speaker(post);
    if begins_with_speech(clause) {
        return format!("{speaker}{clause}");
    }
    let verb = verb(clause, asks, post, analysis);
    format!("{speaker}{verb}{clause}")
}

/// `网民反映`, where no clause is at hand.
pub fn subject_and_verb(post: &Post, analysis: &Analysis) -> String {
    if is_media_report(post) {
        return "媒体报道".to_owned();
    }
    format!("{}{}", speaker(post), verb("", false, post, analysis))
}

fn is_own_subject(clause: &str) -> bool {
    clause.starts_with("网传")
        || behind(clause, SUBJECTS).is_some_and(|rest| behind(rest, VERBS).is_some())
}

fn begins_with_speech(clause: &str) -> bool {
    behind(clause, SPEECH)
        .is_some_and(|object| !object.is_empty() && behind(object, NO_OBJECTS).is_none())
}

fn speaker(post: &Post) -> &'static str {
    match post.channel {
        Channel::Hotline => "来电",
        Channel::Transfer => "来文",
        _ => "网民",
    }
}

fn verb(clause: &str, asks: bool, post: &Post, analysis: &Analysis) -> &'static str {
    if matches!(post.channel, Channel::Hotline | Channel::Transfer) {
        return "反映";
    }
    match analysis.intent {
        Intent::Report => "举报",
        Intent::Praise => "称赞",
        Intent::Consult => "咨询",
        // A complaint behind `建议` would say the opposite.
        Intent::Suggestion if has(clause, WISHES) => "建议",
        _ if asks => "询问",
        _ if behind(clause, HEARSAY).is_some() => "称",
        _ => "反映",
    }
}

fn has(clause: &str, words: &str) -> bool {
    words.split_whitespace().any(|word| clause.contains(word))
}

fn behind<'c>(clause: &'c str, words: &str) -> Option<&'c str> {
    words
        .split_whitespace()
        .find_map(|word| clause.strip_prefix(word))
}

//! A clause of a post → the clause without what stands around its matter: labels, calls, connectives. Takes off whole
//! words only: `举报人` is no `举报`, and `建议`, `听说` and `吗` stay, for they say how the rest is meant.

/// A clause that is nothing but one of these tells the kind of post, not its matter.
const CALLS: &str = "请问 求助 求问 咨询 投诉 举报 实名举报 反映 建议 爆料 曝光 吐槽 紧急 紧急求助 急 \
    转 转发 提问 问 请教 原创 分享 实名 本报讯 本网讯";

/// What a writer puts before the matter, where it cannot be part of another word.
const OPENINGS: &str = "请问一下 请问 求问 想问一下 想问 想咨询一下 咨询一下 问一下 请教一下 请教 反映一下 投诉一下 \
    举报一下 建议一下 求助一下 有没有人知道 有人知道 谁知道 本报讯 本网讯 这就是 这里是 这是 就是 说是 拍的就是 拍的是";

/// What joins a clause to the one before it …
const CONNECTIVES: &str = "但是 但 而且 而 所以 然后 结果 因为 并且 并 又 还 不过 可是";
/// … and words that only begin alike.
const NOT_CONNECTIVES: &str = "但愿 而今 结果公 结果出 结果查 结果已 结果未 结果没 结果不 结果是 并轨 并入 并购 并列 \
    并案 并发 又红 还款 还贷 还钱 还清 还建 还本 还原 还是 还能 不过关";

/// What hands on the words of another …
const SAYING: &str = "说 称 讲";
/// … and words that only begin alike.
const NOT_SAYING: &str = "说明 说法 说谎 说话 说好 说了 说不 说没 说过 说到 说来 说起 说白 说实 说真 说服 称号 称职 \
    称重 称赞 讲座 讲师 讲解 讲课 讲话 讲究 讲了 讲不 讲好";

/// What a writer puts after the matter that he opened with `关于`.
const ENDINGS: &str = "的投诉 的咨询 的求助 的举报 的建议 的反映 问题的咨询";

/// A writer's word for himself, for whom the subject of a title stands …
const SELVES: &str = "我们的 我们 俺们 咱们 我的";
/// … and the short one.
const SELF: &[char] = &['我', '俺'];
/// Behind it one of these speaks of another: `我爸`, or says who he is: `我是`.
const OF_ANOTHER: &[char] = &[
    '爸', '妈', '父', '母', '爷', '奶', '姥', '公', '婆', '叔', '伯', '舅', '姑', '姨', '哥', '姐',
    '弟', '妹', '儿', '女', '孙', '岳', '老', '媳', '丈', '妻', '家', '孩', '娃', '朋', '同', '亲',
    '方', '这', '那', '自', '们', '是', '叫',
];
/// Behind either of them one of these means the city or the bureau.
const OF_OURS: &[char] = &['市', '省', '国', '县', '区', '局', '校'];

/// Sounds at the end.
const SOUNDS: &[char] = &['呢', '啊', '呀', '哦'];

/// Brackets around more than this hold the matter itself.
const LABEL_CHARS: usize = 4;

/// The clause without what stands before and after the matter: `【求助】请问失业金怎么领呢` → `失业金怎么领`.
pub fn bare(clause: &str) -> &str {
    let mut bare = without_self(without_brackets(without_label(clause)));
    if CALLS.split(' ').any(|call| call == bare) {
        return "";
    }
    if let Some(matter) = bare.strip_prefix("关于") {
        let ending = ENDINGS
            .split(' ')
            .find_map(|ending| matter.strip_suffix(ending));
        bare = ending.unwrap_or(matter);
    }
    while let Some(rest) = without_opening(bare) {
        bare = without_brackets(rest);
    }
    bare.trim_end_matches(SOUNDS)
}

/// True for a clause that needs the one before it: `但是到现在都没到账`.
pub fn continues(clause: &str) -> bool {
    after(clause, CONNECTIVES, NOT_CONNECTIVES).is_some()
}

/// `我们六个瓦工没拿到工资` → `六个瓦工没拿到工资`; not behind `说`: what somebody was told of himself is no fact.
fn without_self(clause: &str) -> &str {
    let plural = SELVES.split(' ').find_map(|word| clause.strip_prefix(word));
    let rest = plural.or_else(|| {
        let rest = clause.strip_prefix(SELF)?;
        (!rest.starts_with(OF_ANOTHER)).then_some(rest)
    });
    match rest {
        Some(rest) if !rest.starts_with(OF_OURS) => rest,
        _ => clause,
    }
}

fn without_opening(clause: &str) -> Option<&str> {
    after(clause, OPENINGS, "")
        .or_else(|| after(clause, CONNECTIVES, NOT_CONNECTIVES))
        .or_else(|| after(clause, SAYING, NOT_SAYING))
}

/// What stands behind one of `words`, unless the clause begins with one of `others`.
fn after<'c>(clause: &'c str, words: &str, others: &str) -> Option<&'c str> {
    let begins = |word: &str| !word.is_empty() && clause.starts_with(word);
    if others.split_whitespace().any(begins) {
        return None;
    }
    words
        .split_whitespace()
        .find_map(|word| clause.strip_prefix(word))
}

fn without_brackets(clause: &str) -> &str {
    clause.trim_matches(['【', '】', '「', '」', ':', '：', '\u{3000}', ' '])
}

/// Without a label in front: `【视频】`, `【求助】`.
fn without_label(clause: &str) -> &str {
    let label = clause
        .strip_prefix('【')
        .and_then(|rest| rest.split_once('】'));
    match label {
        Some((label, rest)) if label.chars().count() <= LABEL_CHARS => rest,
        _ => clause,
    }
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn only_whole_words_are_taken_off() {
        for kept in [
            "举报人信息被泄露",
            "咨询台没人理",
            "投诉电话打不通",
            "建议增加窗口",
            "听说65岁退休明年实施",
            "断缴会影响买房吗",
            "自助机都是坏的",
            "还款协议没有履行",
            "说好的工资没发",
            "没有采纳群众的建议",
            "我市最低工资标准调整",
            "我爸的三十年工龄算谁的",
            "我们市的窗口",
        ] {
            assert_eq!(bare(kept), kept);
        }
    }

    #[test]
    fn calls_connectives_and_hearsay_of_others_are_taken_off() {
        for (clause, matter) in [
            ("【求助】请问失业金怎么领呢", "失业金怎么领"),
            ("但是到现在都没到账", "到现在都没到账"),
            ("说拍的就是郑州市社保局的窗口", "郑州市社保局的窗口"),
            ("关于某厂欠薪的投诉", "某厂欠薪"),
            ("咨询一下社保转移", "社保转移"),
            ("我们六个瓦工没拿到工资", "六个瓦工没拿到工资"),
            ("我的新社保卡不能用", "新社保卡不能用"),
            ("我想问一下社保转移", "社保转移"),
            ("举报", ""),
        ] {
            assert_eq!(bare(clause), matter);
        }
    }
}

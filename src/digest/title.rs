//! 条目标题 — a post → at most 28 characters, verb and object, no judging words (`spec.md` 1.2). The words are the
//! post's own clauses behind `网民反映`; where none will do, the topic stands in.

use crate::model::{Analysis, Channel, Intent, OutletTier, Post};
use crate::text::summary::{clauses, sentences};

/// Longest title, counted in characters.
pub const MAX_CHARS: usize = 28;
/// A clause below this names no matter.
const MIN_CLAUSE_CHARS: usize = 5;
/// Brackets around more than this hold the matter itself.
const LABEL_CHARS: usize = 4;

/// Words that judge, swear or shout; a clause with one of them is not printed as a title.
const JUDGING: &str = "太黑 太坑 太差 太烂 太慢 太难 太气 太过 太无 最黑 最差 最烂 坑人 坑爹 坑骗 无耻 黑心 \
    黑幕 垃圾 恶心 可恶 可恨 奇葩 霸道 霸王 猖狂 令人发指 丧尽天良 不要脸 缺德 混蛋 王八 妈的 他妈 傻 无良 骗子 \
    狗 气死 愤怒 寒心 心寒 呵呵 不像话 吃人 竟然 竟敢 居然 简直 震惊 惊呆 史上 可怜 猫腻 踢皮球 扯皮 冷漠 敷衍";

/// Words of one who speaks for himself; a title speaks about him.
const PERSONAL: &str = "我 俺 咱 你 您 楼主 大家 各位 亲们 求关注 求转发";

/// … and where the same word means the city or the bureau.
const OUR: &str = "我市 我省 我国 我县 我区 我局 我校";

/// What a writer puts before the matter.
const OPENINGS: &str = "请问 求助 求问 咨询 投诉 举报 反映 建议 关于 想问 问一下 爆料 曝光 吐槽 \
    紧急 实名 有没有人知道 一下 听说 据说 转:";

/// What a writer puts after the matter.
const ENDINGS: &str = "的投诉 的咨询 的求助 的举报 的建议 的反映 吗 呢 啊 了吧 的";

/// Words of a question.
const ASKING: &str = "吗 怎么 哪里 哪儿 什么时候 啥时候 何时 能否 是否 能不能 为什么 为何 多久 \
    如何";

/// Who a title that needs no subject begins with.
const SUBJECTS: &str = "网民 网友 市民 群众 媒体";

/// 条目标题 of an entry that begins with `post`.
pub fn title(post: &Post, analysis: &Analysis) -> String {
    let own_title = clauses_of(&post.title);
    let own_text: Vec<Clause> = sentences(&post.text)
        .into_iter()
        .flat_map(clauses_of)
        .collect();
    whole(&own_title, post, analysis)
        .or_else(|| from_clauses(&own_title, post, analysis))
        .or_else(|| from_clauses(&own_text, post, analysis))
        .unwrap_or_else(|| from_topic(post, analysis))
}

/// True for what editors of a medium wrote, as against what the public wrote.
pub fn is_media_report(post: &Post) -> bool {
    match post.channel {
        Channel::Tv | Channel::Radio | Channel::Newspaper | Channel::News => true,
        Channel::Weibo | Channel::Wechat | Channel::Video => post.outlet_tier <= OutletTier::T3,
        _ => false,
    }
}

/// A clause without what stands around the matter, and whether it asks.
struct Clause<'t> {
    words: &'t str,
    asks: bool,
    ends_sentence: bool,
}

fn clauses_of(sentence: &str) -> Vec<Clause<'_>> {
    let ends_in_question = sentence.trim_end().ends_with(['？', '?']);
    let clauses = clauses(sentence);
    let last = clauses.len().saturating_sub(1);
    clauses
        .into_iter()
        .enumerate()
        .map(|(position, clause)| Clause {
            words: bare(clause),
            ends_sentence: position == last,
            asks: ends_in_question && position == last
                || ASKING.split(' ').any(|word| clause.contains(word)),
        })
        .filter(|clause| !clause.words.is_empty())
        .collect()
}

/// The post's whole title, where every clause of it will do.
fn whole(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let words: Vec<&str> = clauses.iter().map(|clause| clause.words).collect();
    let joined = words.join("，");
    if !is_usable(&joined) {
        return None;
    }
    let title = with_subject(
        &joined,
        clauses.iter().any(|clause| clause.asks),
        post,
        analysis,
    );
    fits(&title).then_some(title)
}

/// The first clause that names the matter, and those behind it while they fit.
fn from_clauses(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let titled = |clause: &Clause| with_subject(clause.words, clause.asks, post, analysis);
    let usable = |clause: &Clause| is_usable(clause.words) && fits(&titled(clause));
    let names_the_matter = |clause: &Clause| {
        analysis
            .keywords
            .iter()
            .any(|word| clause.words.contains(word.as_str()))
    };
    let start = clauses
        .iter()
        .position(|clause| usable(clause) && names_the_matter(clause))
        .or_else(|| clauses.iter().position(usable))?;
    let mut title = titled(&clauses[start]);
    for (previous, next) in clauses[start..].iter().zip(&clauses[start + 1..]) {
        let longer = format!("{title}，{}", next.words);
        if previous.ends_sentence || !is_usable(next.words) || next.asks || !fits(&longer) {
            break;
        }
        title = longer;
    }
    Some(title)
}

fn fits(title: &str) -> bool {
    title.chars().count() <= MAX_CHARS
}

fn is_usable(clause: &str) -> bool {
    let has = |words: &str| words.split(' ').any(|word| clause.contains(word));
    clause.chars().count() >= MIN_CLAUSE_CHARS
        && clause
            .chars()
            .any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
        && !has(JUDGING)
        && !is_personal(clause)
        && !clause.starts_with('请')
        && clause.matches('“').count() == clause.matches('”').count()
        && !clause.contains(['@', '*', '<', '>', '"', '「', '【', '】', '《'])
}

fn is_personal(clause: &str) -> bool {
    let own = OUR
        .split(' ')
        .fold(clause.to_owned(), |rest, word| rest.replace(word, ""));
    PERSONAL.split(' ').any(|word| own.contains(word))
}

/// The clause without what stands before and after the matter: `【求助】投诉某厂欠薪的` → `某厂欠薪`.
fn bare(clause: &str) -> &str {
    let brackets = ['【', '】', '「', '」', ':', '：', '\u{3000}', ' '];
    let mut bare = without_label(clause).trim_matches(brackets);
    while let Some(rest) = OPENINGS
        .split(' ')
        .find_map(|opening| bare.strip_prefix(opening))
    {
        bare = rest.trim_start_matches(brackets);
    }
    while let Some(rest) = ENDINGS
        .split(' ')
        .find_map(|ending| bare.strip_suffix(ending))
    {
        bare = rest;
    }
    bare
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

fn with_subject(clause: &str, asks: bool, post: &Post, analysis: &Analysis) -> String {
    if SUBJECTS
        .split(' ')
        .any(|subject| clause.starts_with(subject))
    {
        return clause.to_owned();
    }
    format!("{}{clause}", subject_and_verb(post, analysis, asks))
}

fn subject_and_verb(post: &Post, analysis: &Analysis, asks: bool) -> &'static str {
    if is_media_report(post) {
        return "媒体报道";
    }
    match (post.channel, analysis.intent) {
        (Channel::Hotline, _) => "来电反映",
        (Channel::Transfer, _) => "来文反映",
        (_, Intent::Report) => "网民举报",
        (_, Intent::Suggestion) => "网民建议",
        (_, Intent::Praise) => "网民称赞",
        (_, Intent::Consult) => "网民咨询",
        _ if asks => "网民询问",
        _ => "网民反映",
    }
}

/// `网民反映金水区失业保险问题`: says less, but nothing wrong.
fn from_topic(post: &Post, analysis: &Analysis) -> String {
    let subject = subject_and_verb(post, analysis, false);
    let place = analysis
        .regions
        .act
        .as_ref()
        .map_or("", |region| region.name.as_str());
    let matter = analysis
        .primary_topic()
        .map_or("人社业务", |topic| topic.label());
    let title = format!("{subject}{place}{matter}问题");
    if fits(&title) {
        return title;
    }
    format!("{subject}{matter}问题")
}

#[cfg(test)]
mod tests;

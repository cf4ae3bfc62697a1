//! 条目标题 — a post → at most 28 characters, verb and object, no judging words (`spec.md` 1.2). The words are the
//! post's own clauses behind `网民反映`; where none will do, the topic stands in.

mod bare;
mod gathering;
mod speaker;

pub use gathering::gathering_title;

use crate::model::{Analysis, Channel, OutletTier, Post};
use crate::text::summary::{clauses, plain, sentences};
use crate::text::wording::printable;
use bare::{bare, continues};
use speaker::{subject_and_verb, with_subject};

/// Longest title, counted in characters.
pub const MAX_CHARS: usize = 28;
/// A clause below this names no matter.
const MIN_CLAUSE_CHARS: usize = 5;

/// Words that judge, swear or shout; a clause with one of them is not printed as a title.
const JUDGING: &str = "太黑 太坑 太差 太烂 太慢 太难 太气 太过 太无 最黑 最差 最烂 坑人 坑爹 坑骗 无耻 黑心 \
    黑幕 垃圾 恶心 可恶 可恨 奇葩 霸道 霸王 猖狂 令人发指 丧尽天良 不要脸 缺德 混蛋 王八 妈的 他妈 傻 无良 骗子 \
    狗 气死 愤怒 寒心 心寒 呵呵 不像话 吃人 竟然 竟敢 居然 简直 震惊 惊呆 史上 可怜 猫腻 踢皮球 扯皮 冷漠 敷衍";

/// Words of one who speaks for himself; a title speaks about him.
const PERSONAL: &str = "我 俺 咱 你 您 楼主 大家 各位 亲们 求关注 求转发";

/// … and where the same word means the city or the bureau.
const OUR: &str = "我市 我省 我国 我县 我区 我局 我校";

/// Words of a question.
const ASKING: &str = "吗 怎么 哪里 哪儿 什么时候 啥时候 何时 能否 是否 能不能 为什么 为何 多久 \
    如何";

/// 条目标题 of an entry that begins with `post`.
pub fn title(post: &Post, analysis: &Analysis) -> String {
    let (own_title, own_text) = (lines(&post.title), lines(&post.text));
    let own_title = clauses_of(&own_title, analysis);
    let own_text: Vec<Clause> = sentences(&own_text)
        .into_iter()
        .flat_map(|sentence| clauses_of(sentence, analysis))
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

/// The text with the marks of print, line by line.
fn lines(text: &str) -> String {
    let lines: Vec<String> = plain(text).lines().map(printable).collect();
    lines.join("\n")
}

/// A clause without what stands around the matter, and what is known of it.
struct Clause<'t> {
    words: &'t str,
    /// It has a keyword of the post, or the post has none.
    names_the_matter: bool,
    /// It needs the clause before it.
    continues: bool,
    asks: bool,
    ends_sentence: bool,
}

fn clauses_of<'t>(sentence: &'t str, analysis: &Analysis) -> Vec<Clause<'t>> {
    let keywords = || analysis.keywords.iter().filter(|word| !is_place(word));
    let ends_in_question = sentence.trim_end().ends_with(['？', '?']);
    let clauses = clauses(sentence);
    let last = clauses.len().saturating_sub(1);
    clauses
        .into_iter()
        .enumerate()
        .map(|(position, clause)| Clause {
            words: bare(clause),
            names_the_matter: keywords().next().is_none() && !continues(clause)
                || keywords().any(|word| clause.contains(word.as_str())),
            continues: continues(clause),
            ends_sentence: position == last,
            asks: ends_in_question && position == last || has(clause, ASKING),
        })
        .filter(|clause| !clause.words.is_empty())
        .collect()
}

/// The post's whole title, where every clause of it will do; of the public's, from the matter on.
fn whole(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let matter = clauses.iter().position(|clause| clause.names_the_matter);
    let start = if is_media_report(post) {
        0
    } else {
        matter.unwrap_or(0)
    };
    let clauses = clauses.get(start..)?;
    let first = clauses.first()?;
    let words: Vec<&str> = clauses.iter().map(|clause| clause.words).collect();
    let joined = words.join("，");
    if !is_usable(&joined) || first.continues && !first.names_the_matter {
        return None;
    }
    let asks = clauses.iter().any(|clause| clause.asks);
    Some(with_subject(&joined, asks, post, analysis)).filter(|title| fits(title))
}

/// The first clause that names the matter, and those behind it while they fit.
fn from_clauses(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let titled = |clause: &Clause| with_subject(clause.words, clause.asks, post, analysis);
    let start = clauses.iter().position(|clause| {
        clause.names_the_matter && is_usable(clause.words) && fits(&titled(clause))
    })?;
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
    let said = clause
        .chars()
        .filter(|character| !"“”".contains(*character));
    said.count() >= MIN_CLAUSE_CHARS
        && clause
            .chars()
            .any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
        && !judges(clause)
        && !is_personal(clause)
        && !clause.starts_with('请')
        && clause.matches('“').count() == clause.matches('”').count()
        && !clause.contains(['@', '*', '<', '>', '"', '「', '【', '】', '《'])
}

fn judges(clause: &str) -> bool {
    has(clause, JUDGING)
}

/// A place is where the matter is, not the matter.
fn is_place(word: &str) -> bool {
    matches!(word, "郑州" | "河南") || word.ends_with(['省', '市', '区', '县', '镇'])
}

fn is_personal(clause: &str) -> bool {
    let own = OUR
        .split(' ')
        .fold(clause.to_owned(), |rest, word| rest.replace(word, ""));
    has(&own, PERSONAL)
}

fn has(clause: &str, words: &str) -> bool {
    words.split_whitespace().any(|word| clause.contains(word))
}

/// `网民反映金水区失业保险问题`: says less, but nothing wrong.
fn from_topic(post: &Post, analysis: &Analysis) -> String {
    let subject = subject_and_verb(post, analysis);
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

//! 条目标题 — a post → at most 28 characters, verb and object, no judging words (`spec.md` 1.2). The words are the
//! post's own clauses behind `网民反映`; where none will do, the topic stands in.

mod bare;
mod gathering;
mod speaker;

pub use gathering::gathering_title;

use crate::model::{Analysis, Channel, Intent, OutletTier, Post};
use crate::text::summary::{clauses, plain, sentences};
use crate::text::wording::printable;
use bare::{bare, continues};
use speaker::{subject_and_verb, with_subject};

/// Longest title, counted in characters.
pub const MAX_CHARS: usize = 28;
/// A clause below this names no matter.
const MIN_CLAUSE_CHARS: usize = 5;
/// A title below this, of one clause out of several, says less than the text will.
const MIN_TELLING_CHARS: usize = 12;

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

/// A clause that begins so has its subject in the clause before it: `不给报工伤`.
const LEANING: &[char] = &['没', '不', '也', '又', '却', '才', '仍', '被'];

/// Words of a place; a title that lacks one takes the clause before it, where that has one.
const PLACES: &str =
    "区 县 镇 乡 街道 大道 工地 大厅 小区 厂 公司 项目 学校 医院 管委会 物流园 车站";

/// A clause that ends in `的` and one of these is a name …
const NAMES: &str = "窗口 大厅 照片 视频 地方 电话 网站 平台 通知 公告 文件 政策 单位 公司 工地 学校 工资 补贴 \
    社保卡 养老金 人员 态度 服务 流程 手续 材料";
/// … unless one of these before it makes a sentence of it.
const HAPPENINGS: &str =
    "没 不 未 无 了 过 被 是 有 拖欠 克扣 收到 发现 要求 希望 建议 取消 增加 减少 更换 公布";

/// 条目标题 of an entry that begins with `post`.
pub fn title(post: &Post, analysis: &Analysis) -> String {
    let (own_title, own_text) = (lines(&post.title), lines(&post.text));
    let own_title = clauses_of(&own_title, analysis);
    let own_text: Vec<Clause> = sentences(&own_text)
        .into_iter()
        .flat_map(|sentence| clauses_of(sentence, analysis))
        .collect();
    let is_telling = |title: &String| title.chars().count() >= MIN_TELLING_CHARS;
    whole(&own_title, post, analysis)
        .filter(|title| own_title.len() == 1 || is_telling(title))
        .or_else(|| from_clauses(&own_title, post, analysis).filter(is_telling))
        .or_else(|| from_clauses(&own_text, post, analysis))
        .or_else(|| from_clauses(&own_title, post, analysis))
        .or_else(|| from_name(&own_title, post, analysis))
        .or_else(|| from_name(&own_text, post, analysis))
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

/// The post's whole title, where every clause of it will do; of the public's, from the matter on, with its place.
fn whole(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let matter = clauses.iter().position(|clause| clause.names_the_matter);
    let start = if is_media_report(post) {
        0
    } else {
        matter.unwrap_or(0)
    };
    let from = |start: usize| whole_from(clauses.get(start..)?, post, analysis);
    needed_before(clauses, start)
        .and_then(from)
        .or_else(|| from(start))
}

fn whole_from(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let first = clauses.first()?;
    let words: Vec<&str> = clauses.iter().map(|clause| clause.words).collect();
    let joined = words.join("，");
    if !is_usable(&joined) || first.continues && !first.names_the_matter {
        return None;
    }
    let asks = clauses.iter().any(|clause| clause.asks);
    Some(with_subject(&joined, asks, post, analysis)).filter(|title| fits(title))
}

/// The place of the clause before, where the one at `start` needs it: for its subject, or because it names no place.
fn needed_before(clauses: &[Clause], start: usize) -> Option<usize> {
    let previous = start.checked_sub(1)?;
    let (before, clause) = (clauses.get(previous)?, clauses.get(start)?);
    let leans = clause.words.starts_with(LEANING)
        || clause.words.chars().skip(1).take(3).any(|it| it == '也');
    let lacks_place = has(before.words, PLACES) && !has(clause.words, PLACES);
    let can_be_said = !before.ends_sentence && !before.asks && is_sayable(before.words);
    ((leans || lacks_place) && can_be_said).then_some(previous)
}

/// The first clause that names the matter, with the one it needs before it, and those behind it while they fit.
fn from_clauses(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let titled = |clause: &Clause| with_subject(clause.words, clause.asks, post, analysis);
    let start = clauses.iter().position(|clause| {
        clause.names_the_matter
            && is_usable(clause.words)
            && !is_mere_name(clause.words)
            && fits(&titled(clause))
    })?;
    let mut title = titled(&clauses[start]);
    if let Some(before) = needed_before(clauses, start) {
        let words = format!("{}，{}", clauses[before].words, clauses[start].words);
        let longer = with_subject(&words, clauses[start].asks, post, analysis);
        title = Some(longer).filter(|longer| fits(longer)).unwrap_or(title);
    }
    for (previous, next) in clauses[start..].iter().zip(&clauses[start + 1..]) {
        let longer = format!("{title}，{}", next.words);
        if previous.ends_sentence || !is_usable(next.words) || next.asks || !fits(&longer) {
            break;
        }
        title = longer;
    }
    Some(title)
}

/// Where the matter is only named: `网民反映郑州市社保局办业务的窗口问题`.
fn from_name(clauses: &[Clause], post: &Post, analysis: &Analysis) -> Option<String> {
    let mut named = clauses.iter().filter(|clause| clause.names_the_matter);
    let name = named.find(|clause| is_usable(clause.words) && is_mere_name(clause.words))?;
    let title = with_subject(name.words, name.asks, post, analysis);
    let title = match analysis.intent {
        Intent::Praise => title,
        _ => format!("{title}问题"),
    };
    Some(title).filter(|title| fits(title))
}

/// A name, of which nothing is said: `办业务的窗口`.
fn is_mere_name(clause: &str) -> bool {
    let Some((before, name)) = clause.rsplit_once('的') else {
        return false;
    };
    NAMES.split_whitespace().any(|known| known == name) && !has(before, HAPPENINGS)
}

fn fits(title: &str) -> bool {
    title.chars().count() <= MAX_CHARS
}

fn is_usable(clause: &str) -> bool {
    let said = clause
        .chars()
        .filter(|character| !"“”".contains(*character));
    said.count() >= MIN_CLAUSE_CHARS && is_sayable(clause)
}

/// In words that an office may print.
fn is_sayable(clause: &str) -> bool {
    !clause.is_empty()
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

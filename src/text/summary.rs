//! 摘要 — a text → its most telling sentences, in their order. Takes words, never makes them; the only file that cuts
//! text for print. A cut falls between sentences, else between clauses, else between words.

pub mod answer;
pub mod question;

mod figures;

use crate::text::segment::Segmenter;
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Under this length a summary says too little; a part of one more sentence is added (`spec.md` 1.2: 80–200).
const MIN_CHARS: usize = 80;
/// A summary in print is not longer than this.
pub const MAX_CHARS: usize = 200;

/// Links, emoticons, in brackets or as pictures, and hashtags: what a printed summary leaves out.
static NOISE: LazyLock<Regex> = LazyLock::new(|| {
    // An address without a scheme is told by its path: `t.cn/abc`.
    Regex::new(r"(?i)(?:https?://|www\.|(?:[a-z0-9-]+\.)+[a-z]{2,}/)[\x21-\x7e]*|\[[^\[\]\s]{1,8}\]|#[^#\n]{1,40}#|[\x{1f000}-\x{1faff}][\x{1f000}-\x{1faff}\x{200d}\x{fe0f}\x{2640}\x{2642}\x{2764}]*")
        .expect("the pattern is a constant")
});

/// A hashtag, inside a sentence or beside it.
static HASHTAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"#([^#\n]{1,40})#").expect("the pattern is a constant"));

/// What a news page prints around an article opens with one of these. `扫码` alone may be the matter: `扫码没反应`.
const BOILERPLATE: &[&str] = &[
    "责任编辑",
    "责编",
    "原标题",
    "扫码关注",
    "扫码阅读",
    "扫码下载",
    "请扫码",
    "扫一扫",
    "扫描二维码",
    "识别二维码",
    "长按",
    "点击下方",
    "点击上方",
    "点击关注",
    "点击查看",
    "点击阅读",
    "点击图片",
    "点击蓝字",
    "版权",
    "转载请注明",
    "来源：",
    "编辑：",
    "记者：",
    "文/图",
    "下载客户端",
    "欢迎关注",
    "求关注",
    "求转发",
    "求扩散",
];

/// A longer sentence says something, whatever it opens with.
const BOILERPLATE_CHARS: usize = 30;

/// 摘要 — sentences of `text`, in order, at most `max_chars` characters: those that open it, that repeat its title
/// and its frequent words, that carry figures. A sentence that is cut ends in `……`.
pub fn summarize(title: &str, text: &str, max_chars: usize) -> String {
    let text = plain(text);
    let sentences = telling_sentences(title, &text);
    if joined_chars(&sentences) <= max_chars {
        return join(&sentences);
    }
    let scores = scores(title, &sentences);
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    order.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]));

    let mut chosen = vec![None; sentences.len()];
    let mut left = max_chars;
    for &position in &order {
        let chars = closed_chars(sentences[position]);
        if chars <= left {
            chosen[position] = Some(closed(sentences[position]));
            left -= chars;
        }
    }
    if max_chars - left < MIN_CHARS.min(max_chars) {
        let unused = order.iter().find(|position| chosen[**position].is_none());
        if let Some(&position) = unused {
            chosen[position] = Some(beginning(sentences[position], left));
        }
    }
    chosen.into_iter().flatten().collect()
}

/// The text without the marks of hashtags inside a sentence, whose words belong to it: `我在#某厂#干活` → `我在某厂干活`.
pub fn plain(text: &str) -> Cow<'_, str> {
    HASHTAG.replace_all(text, |found: &Captures| {
        let tag = found.get(0).expect("a match has a whole");
        let before = text[..tag.start()].chars().next_back();
        let after = text[tag.end()..].chars().next();
        let follows_words =
            before.is_some_and(|before| before.is_alphanumeric() || "，、：“".contains(before));
        let precedes_words =
            after.is_some_and(|after| !after.is_whitespace() && !"#[@".contains(after));
        let kept = if follows_words && precedes_words {
            1
        } else {
            0
        };
        found[kept].to_owned()
    })
}

/// Sentences of a text, trimmed, links and emoticons left out; each is a part of the text.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for noise in NOISE.find_iter(text) {
        split_sentences(&text[start..noise.start()], &mut found);
        start = noise.end();
    }
    split_sentences(&text[start..], &mut found);
    found
}

/// Clauses of a sentence without the marks between them; each is a part of the sentence.
pub fn clauses(sentence: &str) -> Vec<&str> {
    sentence
        .split(|character: char| is_clause_end(character) || character.is_whitespace())
        .map(|clause| clause.trim_matches(is_mark))
        .filter(|clause| !clause.is_empty())
        .collect()
}

fn split_sentences<'t>(text: &'t str, found: &mut Vec<&'t str>) {
    let mut start = 0;
    let mut ended = false;
    for (position, character) in text.char_indices() {
        if ended && !is_sentence_end(character) && !is_closer(character) {
            push_trimmed(&text[start..position], found);
            start = position;
            ended = false;
        }
        ended |= is_sentence_end(character);
    }
    push_trimmed(&text[start..], found);
}

fn push_trimmed<'t>(sentence: &'t str, found: &mut Vec<&'t str>) {
    let sentence = sentence.trim().trim_start_matches(['，', ',', '、', '；']);
    if sentence.chars().any(char::is_alphanumeric) {
        found.push(sentence);
    }
}

/// Without the repeated title, boilerplate and repetitions, unless nothing else is there.
fn telling_sentences<'t>(title: &str, text: &'t str) -> Vec<&'t str> {
    let all = sentences(text);
    let title = title.trim_matches(is_mark);
    let mut seen = HashSet::new();
    let telling: Vec<&str> = all
        .iter()
        .copied()
        .filter(|sentence| !is_boilerplate(sentence))
        .filter(|sentence| sentence.trim_matches(is_mark) != title)
        .filter(|sentence| seen.insert(*sentence))
        .collect();
    if telling.is_empty() { all } else { telling }
}

fn is_boilerplate(sentence: &str) -> bool {
    let words = sentence.trim_start_matches(|first: char| !first.is_alphanumeric());
    sentence.chars().count() <= BOILERPLATE_CHARS
        && BOILERPLATE.iter().any(|opening| words.starts_with(opening))
}

fn scores(title: &str, sentences: &[&str]) -> Vec<f32> {
    let title_pairs: HashSet<_> = pairs(title).collect();
    let mut frequency: HashMap<(char, char), f32> = HashMap::new();
    for pair in sentences.iter().flat_map(|sentence| pairs(sentence)) {
        *frequency.entry(pair).or_default() += 1.0;
    }
    let most = frequency.values().copied().fold(1.0, f32::max);
    sentences
        .iter()
        .enumerate()
        .map(|(position, sentence)| {
            let own: HashSet<_> = pairs(sentence).collect();
            let in_title = own.intersection(&title_pairs).count() as f32;
            let central: f32 = own.iter().map(|pair| frequency[pair]).sum();
            position_score(position)
                + 4.0 * in_title / title_pairs.len().max(1) as f32
                + 2.0 * central / (own.len().max(8) as f32 * most)
                + form_score(sentence)
        })
        .collect()
}

/// News and complaints alike begin with the matter. The slope is the best of four tried on 250 news texts.
fn position_score(position: usize) -> f32 {
    3.0 * 0.8_f32.powi(position as i32)
}

/// Figures inform; exclamations and questions mostly vent; fragments say nothing.
fn form_score(sentence: &str) -> f32 {
    let mut score = 0.0;
    if sentence.chars().any(|character| character.is_numeric()) {
        score += 0.5;
    }
    if sentence.ends_with(['！', '!', '？', '?']) {
        score -= 0.5;
    }
    if sentence.chars().count() < 8 {
        score -= 1.0;
    }
    score
}

fn pairs(text: &str) -> impl Iterator<Item = (char, char)> + '_ {
    text.chars()
        .zip(text.chars().skip(1))
        .filter(|(left, right)| left.is_alphanumeric() && right.is_alphanumeric())
}

fn joined_chars(sentences: &[&str]) -> usize {
    sentences
        .iter()
        .map(|sentence| closed_chars(sentence))
        .sum()
}

fn join(sentences: &[&str]) -> String {
    sentences.iter().map(|sentence| closed(sentence)).collect()
}

fn closed_chars(sentence: &str) -> usize {
    closed(sentence).chars().count()
}

/// A sentence that ended with its line, or where an emoticon stood, gets the full stop it lacks: also behind a closing
/// mark, unless the words in it ended themselves.
fn closed(sentence: &str) -> String {
    let words = sentence.trim_end_matches(is_closer);
    if words.ends_with(is_sentence_end) {
        return sentence.to_owned();
    }
    if words.len() < sentence.len() {
        return format!("{sentence}。");
    }
    format!("{}。", sentence.trim_end_matches(is_mark))
}

/// As many whole clauses, else words, as fit into `max_chars` with the `……` that tells of the cut.
fn beginning(sentence: &str, max_chars: usize) -> String {
    let Some(room) = max_chars.checked_sub(2).filter(|room| *room > 0) else {
        return String::new();
    };
    let pieces: Vec<&str> = sentence
        .split_inclusive(|character: char| is_clause_end(character) || character.is_whitespace())
        .collect();
    let by_clauses = longest_prefix(sentence, &pieces, room);
    if !by_clauses.is_empty() {
        return format!("{by_clauses}……");
    }
    let by_words = longest_prefix(sentence, &WORDS.cut(sentence), room);
    if by_words.is_empty() {
        return String::new();
    }
    format!("{by_words}……")
}

/// Only for text without any punctuation, and for what a language model wrote: most runs never pay for this dictionary.
static WORDS: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::new([]));

/// The pieces that fit, as one part of `whole`, without the mark they end in.
fn longest_prefix<'t>(whole: &'t str, pieces: &[&str], max_chars: usize) -> &'t str {
    let mut bytes = 0;
    let mut chars = 0;
    for piece in pieces {
        chars += piece.chars().count();
        if chars > max_chars {
            break;
        }
        bytes += piece.len();
    }
    whole[..bytes].trim_end_matches(is_mark)
}

fn is_sentence_end(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '!' | '?' | '\n' | '…')
}

fn is_clause_end(character: char) -> bool {
    matches!(
        character,
        '，' | ',' | '；' | ';' | '：' | '。' | '！' | '？' | '!' | '?' | '…' | '~' | '—'
    )
}

/// What may follow the mark that ends a sentence and still belongs to it.
fn is_closer(character: char) -> bool {
    matches!(
        character,
        '”' | '’' | '」' | '』' | '）' | '】' | '》' | '"' | ')'
    )
}

fn is_mark(character: char) -> bool {
    character.is_whitespace() || is_clause_end(character) || matches!(character, '、' | '.' | ':')
}

#[cfg(test)]
mod tests;

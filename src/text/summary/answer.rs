//! 代写答复 — what a language model wrote → a summary that may be printed, or why not. It may leave out and join; every
//! figure, date, place, name and quoted word, and nearly all others, must stand in what it was given.

use super::figures::{figures, stands_in};
use super::{MAX_CHARS, MIN_CHARS, WORDS, is_closer, is_sentence_end, pairs};
use crate::text::mask::mask;
use crate::text::normalize::fold;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Per cent of the answer's pairs of characters that stand in the source. Set between what two kinds of own examples
/// reach (`tests.rs`).
const MIN_KNOWN_PERCENT: usize = 75;

/// Marks of print; whatever else is neither letter nor digit is markup, an emoticon or invisible.
const MARKS: &str = "，。、；：！？“”‘’（）《》—…·,.;:!?()%％-~～/+*\"' ";

/// Tags of the dictionary: persons, places, organisations, other names, times.
const NAME_TAGS: &[&str] = &["nr", "nrt", "nrfg", "ns", "nt", "nz", "t"];

/// Places and offices end in these.
const PLACE_ENDS: &str = "省市州县区镇乡村街路局厅院校厂";

/// Times that say no more than that something is being told.
const PLAIN_TIMES: &[&str] = &["目前", "现在", "当前"];

/// 否定词, the longer ones first.
const DENIALS: &[&str] = &[
    "没有", "不予", "不能", "不会", "不再", "无法", "未能", "尚未", "从未", "并未", "不", "没",
    "未", "无", "非", "勿",
];

static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[“\"‘「『《]([^“”\"‘’「」『』《》]+)[”\"’」』》]")
        .expect("the pattern is a constant")
});
static LATIN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("[a-z]+").expect("the pattern is a constant"));

/// 未采用的原因, for the editor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too short or too long.
    #[error("答复共{0}字，应为{MIN_CHARS}至{MAX_CHARS}字")]
    Length(usize),
    /// Several paragraphs, markup, an unfinished sentence.
    #[error("答复不是一段完整的纯文字")]
    Form,
    /// Figure, date, place, name, quoted or foreign word that the source lacks.
    #[error("答复中的“{0}”不见于原文")]
    Invented(String),
    /// A denial of the source is left out.
    #[error("原文为“{0}”，答复漏了否定词")]
    Affirmed(String),
    /// Too many other words.
    #[error("答复的字词只有{0}%见于原文")]
    Words(usize),
}

impl Refusal {
    /// For logs, where no words of a post belong.
    pub fn kind(&self) -> &'static str {
        match self {
            Refusal::Length(_) => "length",
            Refusal::Form => "form",
            Refusal::Invented(_) => "invented word",
            Refusal::Affirmed(_) => "denial left out",
            Refusal::Words(_) => "too many other words",
        }
    }
}

/// The answer as a summary of `source`, masked.
///
/// # Errors
/// Why it may not be printed.
pub fn accept(answer: &str, source: &str) -> Result<String, Refusal> {
    let answer = without_thoughts(answer).trim();
    check_form(answer)?;
    let written = compared(answer);
    let source = compared(source);
    check_figures(&written, &source)?;
    check_words(&written, &source)?;
    check_denials(&written, &source)?;
    let known = known_percent(&written, &source);
    if known < MIN_KNOWN_PERCENT {
        return Err(Refusal::Words(known));
    }
    Ok(mask(answer))
}

/// Models that think aloud do so ahead of their answer.
fn without_thoughts(answer: &str) -> &str {
    answer
        .rsplit_once("</think>")
        .map_or(answer, |(_, said)| said)
}

fn check_form(answer: &str) -> Result<(), Refusal> {
    let is_plain = |character: char| character.is_alphanumeric() || MARKS.contains(character);
    let is_finished = answer.ends_with(|last| is_sentence_end(last) || is_closer(last));
    let chars = answer.chars().count();
    if !(MIN_CHARS..=MAX_CHARS).contains(&chars) {
        return Err(Refusal::Length(chars));
    }
    if !answer.chars().all(is_plain) || !is_finished {
        return Err(Refusal::Form);
    }
    Ok(())
}

/// Width, case and script do not count, nor does white space but between words and figures.
fn compared(text: &str) -> String {
    let folded: Vec<char> = fold(text).chars().collect();
    let is_kept = |(at, character): (usize, &char)| {
        let neighbour = |at: Option<usize>| at.and_then(|at| folded.get(at).copied());
        let is_latin = |other: Option<char>| other.is_some_and(|c| c.is_ascii_alphanumeric());
        !character.is_whitespace()
            || is_latin(neighbour(at.checked_sub(1))) && is_latin(neighbour(Some(at + 1)))
    };
    let kept = folded.iter().enumerate().filter(|place| is_kept(*place));
    kept.map(|(_, character)| *character).collect()
}

fn check_figures(written: &str, source: &str) -> Result<(), Refusal> {
    let written: Vec<char> = written.chars().collect();
    let source: Vec<char> = source.chars().collect();
    for range in figures(&written) {
        let figure = &written[range];
        if !stands_in(figure, &source) {
            let figure: String = figure.iter().collect();
            return Err(Refusal::Invented(mask(&figure)));
        }
    }
    Ok(())
}

fn check_words(written: &str, source: &str) -> Result<(), Refusal> {
    let quoted = QUOTED.captures_iter(written).map(|found| {
        let inner = found.get(1).expect("the pattern has a group").as_str();
        inner.trim_end_matches(super::is_mark).to_owned()
    });
    let latin = LATIN
        .find_iter(written)
        .map(|word| word.as_str().to_owned());
    let invented = quoted
        .chain(latin)
        .chain(names(written))
        .chain(denials(written))
        .find(|word| !source.contains(word.as_str()));
    invented.map_or(Ok(()), |word| Err(Refusal::Invented(mask(&word))))
}

/// Words that name somebody, some place or some time.
fn names(written: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut before = "";
    for (word, tag) in WORDS.tag(written) {
        let is_place = word.ends_with(|last| PLACE_ENDS.contains(last));
        // A name that no dictionary has ends before its `区`.
        let name = match word.chars().count() {
            1 if is_place => format!("{before}{word}"),
            _ => word.to_owned(),
        };
        let is_name = is_place || NAME_TAGS.contains(&tag);
        if is_name && name.chars().count() > 1 && !PLAIN_TIMES.contains(&word) {
            names.push(name);
        }
        before = if word.chars().all(char::is_alphanumeric) {
            word
        } else {
            ""
        };
    }
    names
}

/// `未发`, `不能`: a denial with what it denies. A summary that turns yes into no is worse than none.
fn denials(written: &str) -> Vec<String> {
    pairs(written)
        .filter(|(denial, _)| "不没未无非勿".contains(*denial))
        .map(|(denial, denied)| format!("{denial}{denied}"))
        .collect()
}

/// `至今未发放` → `至今发放`, `不受理` → `受理`: what the source only denies may not be affirmed.
fn check_denials(written: &str, source: &str) -> Result<(), Refusal> {
    let letters: Vec<char> = format!("。{written}。").chars().collect();
    for place in letters.windows(3) {
        let &[before, first, second] = place else {
            continue;
        };
        let left_out = match (before, first, second) {
            (a, b, _) if a.is_alphanumeric() && b.is_alphanumeric() => denied_between(a, b, source),
            (_, b, c) if b.is_alphanumeric() && c.is_alphanumeric() => {
                denied_everywhere(&format!("{b}{c}"), source)
            }
            _ => None,
        };
        if let Some(denied) = left_out {
            return Err(Refusal::Affirmed(mask(&denied)));
        }
    }
    Ok(())
}

/// The source has these two never side by side, but with a denial between.
fn denied_between(left: char, right: char, source: &str) -> Option<String> {
    if source.contains(&format!("{left}{right}")) {
        return None;
    }
    let mut denied = (DENIALS.iter()).map(|denial| format!("{left}{denial}{right}"));
    denied.find(|denied| source.contains(denied))
}

/// The source has this word, which opens a clause, behind denials only.
fn denied_everywhere(word: &str, source: &str) -> Option<String> {
    let mut denial = None;
    for (at, _) in source.match_indices(word) {
        let before = &source[..at];
        denial = Some(DENIALS.iter().find(|denial| before.ends_with(**denial))?);
    }
    denial.map(|denial| format!("{denial}{word}"))
}

fn known_percent(written: &str, source: &str) -> usize {
    let known: HashSet<_> = pairs(source).collect();
    let (mut found, mut all) = (0, 0);
    for pair in pairs(written) {
        all += 1;
        found += usize::from(known.contains(&pair));
    }
    (100 * found).checked_div(all).unwrap_or(0)
}

#[cfg(test)]
mod tests;

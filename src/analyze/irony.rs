//! 反语 — praise that means its opposite (`spec.md` 4.5): two different signals, and no result that real praise tells.

use crate::analyze::found::Found;
use crate::analyze::variants::is_quoted;
use regex::Regex;
use std::sync::LazyLock;

/// `排了两个半小时队`, `等了3个钟头`, `站了一上午`.
static WAIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(排|等|站|耗|候)[^，。！？；,!?;]{0,6}?(([两二俩三四五六七八九十2-9]|1[0-9])个?半?(多)?个?(小时|钟头)|[一两1半]个?(整)?(上午|下午|整天|天))")
        .expect("the pattern is a constant")
});

/// Praise and misery belong together within this many sentences.
const REACH_SENTENCES: u32 = 1;

/// The signals, if there are enough of them.
pub(super) fn detect(found: &Found) -> Option<Vec<String>> {
    if found.has("outcome") {
        return None;
    }
    let signals: Vec<String> = [
        praise_in_misery(found),
        praised_wait(found),
        quoted_praise(found),
        words(found, "sneer_face", "表情"),
        words(found, "meme", "影视或流行梗"),
        words(found, "exaggeration", "夸张说法"),
    ]
    .into_iter()
    .flatten()
    .collect();
    (signals.len() >= 2).then_some(signals)
}

fn praise_in_misery(found: &Found) -> Option<String> {
    let miseries: Vec<u32> = (["plight", "N1", "N2", "N3"].iter())
        .flat_map(|group| found.group(group))
        .map(|(hit, _)| found.reading.sentence(hit.start))
        .collect();
    let (first, last) = (miseries.iter().min()?, miseries.iter().max()?);
    let praise = found.group("praise_word").find(|(hit, _)| {
        let sentence = found.reading.sentence(hit.start);
        sentence + REACH_SENTENCES >= *first && sentence <= last + REACH_SENTENCES
    })?;
    let word = found.reading.original(praise.0.start, praise.0.end);
    Some(format!("褒义词“{word}”与负面情境同现"))
}

/// Praise in the sentence of a wait of two hours and more needs no other sign (`spec.md` 4.5).
fn praised_wait(found: &Found) -> Option<String> {
    let text = found.reading.text();
    let waits = || {
        WAIT.find_iter(text).map(|wait| {
            let start = found.reading.character_at(wait.start());
            (found.reading.sentence(start), wait.as_str())
        })
    };
    let groups = ["praise_word", "P1"];
    let mut praises = groups.iter().flat_map(|group| found.group(group));
    let wait = praises.find_map(|(hit, _)| {
        let sentence = found.reading.sentence(hit.start);
        waits().find(|(other, _)| other.abs_diff(sentence) <= REACH_SENTENCES)
    })?;
    Some(format!("夸奖的同时说“{}”", wait.1))
}

fn quoted_praise(found: &Found) -> Option<String> {
    let groups = ["praise_word", "P1"];
    let (hit, _) = groups
        .iter()
        .flat_map(|group| found.group(group))
        .find(|(hit, _)| is_quoted(&found.reading, hit.start, hit.end))?;
    let word = found.reading.original(hit.start, hit.end);
    Some(format!("褒义词“{word}”加了引号"))
}

fn words(found: &Found, group: &str, kind: &str) -> Option<String> {
    let words = found.words_of(group);
    let first = words.first()?;
    Some(format!("{kind}“{first}”"))
}

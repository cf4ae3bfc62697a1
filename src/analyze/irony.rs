//! 反语 — praise that means its opposite (`spec.md` 4.5): two different signals, and no result that real praise tells.

use crate::analyze::found::Found;
use crate::analyze::variants::is_quoted;

/// Praise and misery belong together within this many sentences.
const REACH_SENTENCES: u32 = 1;

/// The signals, if there are enough of them.
pub(super) fn detect(found: &Found) -> Option<Vec<String>> {
    if found.has("outcome") {
        return None;
    }
    let signals: Vec<String> = [
        praise_in_misery(found),
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

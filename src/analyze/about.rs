//! 相关性 — does a post concern human resources and social security, wherever it happened (`spec.md` 4.2).

use crate::analyze::found::Found;
use crate::analyze::letters::{Leaning, Letters};
use crate::analyze::models::Opinion;
use crate::analyze::place::Places;
use crate::analyze::terms::Strength;
use crate::model::{Channel, Post, Reason};
use std::collections::HashSet;

/// From here on a post is about our work; measured on labelled messages of citizens (`tests/fixtures/eval/scores.toml`).
const ABOUT_FROM: f32 = 3.5;
/// Longer texts name more things in passing.
const REFERENCE_CHARS: f32 = 300.0;
/// A sign of another trade weighs against, up to a bound: teachers and nurses have pensions too.
const TRADE_WEIGHT: f32 = 1.0;
const TRADE_BOUND: f32 = 4.0;
/// A short text has no room for a second word: one strong word is its subject.
const SHORT_CHARS: usize = 140;
const SHORT_BONUS: f32 = 1.5;

/// Who names our own office speaks of our work, however long the story around it.
const OWN_OFFICE_BONUS: f32 = 2.5;

/// What the words say beyond this says no more about a letter: its wording as a whole knows better.
const SURE_WORDS: f32 = 2.5;
// Letters that name our city or our offices are judged like all other posts: what the model knows it learned from
// letters to others.

/// Without a model the words of letters speak beside the lexicon, which itself says no more than this.
const LEXICON_IN_LETTERS: f32 = 3.5;
/// From here on both together take a letter for ours: recall 0.935 on labelled letters left out.
const LETTER_FROM: f32 = 2.25;

/// A shorter one is a line, not a letter.
const MIN_LETTER_CHARS: usize = 50;
/// Weight of the words in a letter, where the model was trained on letters.
const WORDS_IN_LETTERS: f32 = 0.1;
/// Elsewhere the words decide, and the model helps where they are unsure.
const MODEL_ELSEWHERE: f32 = 0.5;
/// The model's help is bounded.
const MODEL_BOUND: f32 = 2.0;

/// Relevance with its reasons.
pub(super) struct About {
    pub is_about: bool,
    /// 0…1.
    pub relevance: f32,
    pub reasons: Vec<Reason>,
}

/// Weighs organisations and terms, and what the model thinks of the wording.
pub(super) fn judge(
    post: &Post,
    found: &Found,
    places: &Places,
    opinion: Option<&Opinion<bool>>,
    letters: &Letters,
) -> About {
    let names_own_office = places.is_org_here && places.names_home;
    let bonus = if names_own_office {
        OWN_OFFICE_BONUS
    } else {
        0.0
    };
    let by_words = score(found) + bonus - ABOUT_FROM;
    let is_letter = matches!(post.channel, Channel::MessageBoard | Channel::Hotline)
        && found.reading.len() >= MIN_LETTER_CHARS
        && !places.names_home
        && !opens_with_office(found);
    let leaning = match opinion {
        None if is_letter => letters.weigh(&found.reading),
        _ => None,
    };
    let sum = match opinion {
        Some(opinion) if is_letter => {
            opinion.logit + WORDS_IN_LETTERS * by_words.clamp(-SURE_WORDS, SURE_WORDS)
        }
        Some(opinion) => {
            by_words + MODEL_ELSEWHERE * opinion.logit.clamp(-MODEL_BOUND, MODEL_BOUND)
        }
        None => match &leaning {
            Some(leaning) => {
                by_words.clamp(-LEXICON_IN_LETTERS, LEXICON_IN_LETTERS) + leaning.points
                    - LETTER_FROM
            }
            None => by_words,
        },
    };
    let mut reasons = Vec::new();
    let organisations: Vec<(usize, usize)> = found
        .organisations()
        .map(|org| (org.start, org.end))
        .take(20)
        .collect();
    for word in found.words_at(&organisations).iter().take(3) {
        reasons.push(Reason {
            rule: "org".to_owned(),
            text: format!("命中机构词“{word}”"),
        });
    }
    reasons.extend(
        opinion
            .filter(|opinion| opinion.label != (by_words >= 0.0))
            .map(|opinion| model_reason(opinion, sum >= 0.0)),
    );
    reasons.extend(
        leaning
            .filter(|_| (sum >= 0.0) != (by_words >= 0.0))
            .map(|leaning| leaning_reason(&leaning, sum >= 0.0)),
    );
    About {
        is_about: sum >= 0.0,
        relevance: 1.0 / (1.0 + (-sum).exp()),
        reasons,
    }
}

/// Who begins with a bureau's name or its hotline's writes about it.
fn opens_with_office(found: &Found) -> bool {
    (found.organisations()).any(|org| found.reading.is_head(org.start))
}

/// Said where words and model disagree.
fn model_reason(opinion: &Opinion<bool>, is_about: bool) -> Reason {
    let named = |is_about| if is_about { "涉及" } else { "不涉及" };
    let sure = match opinion.probability {
        // A label may be given below even odds: letters of that kind are rare.
        under if under < 0.5 => "把握不大".to_owned(),
        odds => format!("把握{:.0}%", 100.0 * odds),
    };
    let ground = match opinion.label == is_about {
        true => "据此判断",
        false => "综合所写机构和用语，不予采用",
    };
    Reason {
        rule: "model.about".to_owned(),
        text: format!(
            "按行文，分类模型认为{}人社业务（{sure}），{ground}",
            named(opinion.label)
        ),
    }
}

/// Said where the words of letters turn what the lexicon says.
fn leaning_reason(leaning: &Leaning, is_about: bool) -> Reason {
    let text = match (is_about, &leaning.words[..]) {
        (true, words) => format!("来信用词“{}”多见于人社事项", words.join("”“")),
        (false, words) if leaning.points < 0.0 => {
            format!("来信用词“{}”多见于其他部门的事项", words.join("”“"))
        }
        _ => "来信提到的人社事项不多，用词也不足以认定".to_owned(),
    };
    Reason {
        rule: "letter".to_owned(),
        text,
    }
}

fn score(found: &Found) -> f32 {
    let mut seen: HashSet<&str> = HashSet::new();
    let (mut strong, mut weak, mut head) = (0.0, 0.0, 0.0);
    for term in found.terms() {
        if !seen.insert(found.folded_text(term.start, term.end)) {
            continue;
        }
        let value = match term.strength {
            Strength::Strong => 2.0,
            Strength::Generic => 1.5,
            Strength::Weak => 0.5,
            Strength::Context => 0.0,
        };
        match term.strength {
            Strength::Strong | Strength::Generic => {
                strong += value;
                if found.reading.is_head(term.start) {
                    head += value;
                }
            }
            _ => weak += value,
        }
    }
    for org in found.organisations() {
        if seen.insert(found.folded_text(org.start, org.end)) {
            strong += 2.0;
            if found.reading.is_head(org.start) {
                head += 2.0;
            }
        }
    }
    if strong == 0.0 {
        return 0.0;
    }
    let length = (found.reading.len() as f32 / REFERENCE_CHARS).max(1.0);
    let is_short = found.reading.len() <= SHORT_CHARS;
    let short_bonus = if is_short { SHORT_BONUS } else { 0.0 };
    let trade = (found.filter_count("trade") as f32 * TRADE_WEIGHT).min(TRADE_BOUND);
    (strong + weak - trade) / length.sqrt() + head + short_bonus
}

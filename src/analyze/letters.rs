//! 来信用词 — whose matter a letter is, by words that letters on our matters or on another office's often hold
//! (`lexicon/letters.tsv`). Asked only where no model judges the wording as a whole.

use crate::analyze::found::quotable;
use crate::analyze::reading::Reading;
use crate::analyze::terms::{Meaning, TermList, Terms};
use std::collections::HashMap;

/// Weights are whole numbers up to this, in points of the lexicon's own score.
pub(super) const MAX_WEIGHT: i8 = 9;

/// The words with the most say are named.
const NAMED: usize = 3;

/// The table, compiled apart from all other words: no other post pays for it.
pub(super) struct Letters {
    terms: Option<Terms>,
}

/// What the words of a letter say.
pub(super) struct Leaning {
    /// Above zero: our matter. No more than `MAX_WEIGHT` by one word alone; several words share the say.
    pub points: f32,
    /// Words that say what the sum says, those with the most say first.
    pub words: Vec<String>,
}

/// Collects the table.
#[derive(Default)]
pub(super) struct LetterWords {
    list: TermList,
}

impl LetterWords {
    /// Adds a word with its weight as written.
    pub fn add(&mut self, term: &str, weight: &str) -> Result<(), String> {
        let weight: Option<i8> = weight.parse().ok();
        let weight = weight.filter(|weight| (1..=MAX_WEIGHT).contains(&weight.saturating_abs()));
        let Some(weight) = weight else {
            return Err(format!(
                "应为1至{MAX_WEIGHT}或-1至-{MAX_WEIGHT}的整数，不说明问题的词请删去"
            ));
        };
        self.list.add(term, Meaning::Letter(weight));
        Ok(())
    }

    /// Builds the automaton.
    pub fn build(self) -> Letters {
        Letters {
            terms: self.list.build(),
        }
    }
}

impl Letters {
    /// Weighs the words of a letter. A word that comes again says a little more; many words of either side dilute each
    /// other, so that length tells nothing. `None` without a table.
    pub fn weigh(&self, reading: &Reading) -> Option<Leaning> {
        let mut counted: HashMap<&str, (i8, f32)> = HashMap::new();
        for hit in self.terms.as_ref()?.find(reading) {
            if let Meaning::Letter(weight) = hit.meaning {
                let word = reading.between(hit.start, hit.end);
                counted.entry(word).or_insert((weight, 0.0)).1 += 1.0;
            }
        }
        let mut words: Vec<(&str, i8, f32)> = (counted.into_iter())
            .map(|(word, (weight, count))| (word, weight, 1.0 + count.ln()))
            .collect();
        // In one order, whatever the map's: sums of fractions and names must not change from run to run.
        words.sort_by(|one, other| {
            let say = |(_, weight, share): &(&str, i8, f32)| f32::from(*weight).abs() * share;
            say(other).total_cmp(&say(one)).then(one.0.cmp(other.0))
        });
        let length = words.iter().map(|(_, _, share)| share * share).sum::<f32>();
        let sum: f32 = (words.iter())
            .map(|(_, weight, share)| f32::from(*weight) * share)
            .sum();
        let points = sum / length.sqrt().max(1.0);
        let named = (words.iter())
            .filter(|(_, weight, _)| f32::from(*weight) * points > 0.0)
            .take(NAMED)
            .map(|(word, _, _)| quotable((*word).to_owned()))
            .collect();
        Some(Leaning {
            points,
            words: named,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Leaning, LetterWords};
    use crate::analyze::reading::Reading;

    fn leaning(text: &str) -> Leaning {
        let mut words = LetterWords::default();
        for (term, weight) in [("教育局", "-9"), ("教育", "-3"), ("劳动合同", "6")] {
            words.add(term, weight).expect("a whole number up to nine");
        }
        let letters = words.build();
        letters.weigh(&Reading::new("", text)).expect("a table")
    }

    #[test]
    fn the_longer_word_hides_the_shorter() {
        let leaning = leaning("请教育局答复");
        assert_eq!(leaning.points, -9.0);
        assert_eq!(leaning.words, ["教育局"]);
    }

    #[test]
    fn words_of_both_sides_share_the_say() {
        let leaning = leaning("教育公司不签劳动合同");
        assert!((leaning.points - 3.0 / 2f32.sqrt()).abs() < 0.001);
        assert_eq!(leaning.words, ["劳动合同"]);
    }

    #[test]
    fn a_letter_without_any_of_the_words_leans_nowhere() {
        assert_eq!(leaning("你好").points, 0.0);
    }

    #[test]
    fn without_a_table_nothing_is_said() {
        let letters = LetterWords::default().build();
        assert!(letters.weigh(&Reading::new("", "请教育局答复")).is_none());
    }

    #[test]
    fn a_weight_that_says_nothing_or_too_much_is_refused() {
        for weight in ["0", "10", "-128", "很重"] {
            assert!(LetterWords::default().add("教育局", weight).is_err());
        }
    }
}

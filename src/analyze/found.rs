//! 命中 — a post's reading with everything that was found in it, and the questions the judges ask about it.

use crate::analyze::pairs;
use crate::analyze::reading::Reading;
use crate::analyze::rules::Rules;
use crate::analyze::terms::{Hit, Meaning, OrgKind, OrgRank, Strength};
use crate::model::{Intent, Post, Topic};
use std::collections::HashSet;

/// Words up to this length are quoted whole.
const QUOTED_CHARS: usize = 14;
/// Of longer ones so much of either end.
const QUOTED_END_CHARS: usize = 5;

/// What was found in a post.
pub(super) struct Found<'r> {
    /// The text, ready for matching.
    pub reading: Reading,
    /// Every hit, pairs included, in order of its start.
    pub hits: Vec<Hit>,
    /// Variants that were restored: as published, and what they stand for.
    pub restored: Vec<(String, String)>,
    /// Groups of which a word occurs: most questions are about groups that do not.
    present: Vec<bool>,
    rules: &'r Rules,
}

/// A topic term that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct TermHit {
    pub topic: Topic,
    pub strength: Strength,
    pub start: usize,
    pub end: usize,
}

/// An organisation that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrgHit {
    pub kind: OrgKind,
    pub rank: OrgRank,
    pub start: usize,
    pub end: usize,
}

impl<'r> Found<'r> {
    /// Reads the post and finds everything in it.
    pub fn search(post: &Post, rules: &'r Rules) -> Self {
        let reading = Reading::new(&post.title, &post.text);
        let (reading, restored) =
            (rules.variants).restore(reading, |reading| has_anchor(&rules.terms.find(reading)));
        let mut hits = rules.terms.find(&reading);
        hits.extend(pairs::find(&rules.pairs, &reading, &hits));
        hits.retain(|hit| !is_half_of_a_question(&reading, hit));
        hits.sort_by_key(|hit| hit.start);
        let mut present = vec![false; rules.group_count()];
        for hit in &hits {
            if let Meaning::Group(group, _) = hit.meaning {
                present[group] = true;
            }
        }
        Found {
            reading,
            hits,
            restored,
            present,
            rules,
        }
    }

    /// Topic terms, in order.
    pub fn terms(&self) -> impl Iterator<Item = TermHit> + '_ {
        self.hits.iter().filter_map(|hit| match hit.meaning {
            Meaning::Term(topic, strength) => Some(TermHit {
                topic,
                strength,
                start: hit.start,
                end: hit.end,
            }),
            _ => None,
        })
    }

    /// Organisations, in order.
    pub fn organisations(&self) -> impl Iterator<Item = OrgHit> + '_ {
        self.hits.iter().filter_map(|hit| match hit.meaning {
            Meaning::Org(kind, rank) => Some(OrgHit {
                kind,
                rank,
                start: hit.start,
                end: hit.end,
            }),
            _ => None,
        })
    }

    /// Does any term or organisation of ours occur?
    pub fn has_word_of_ours(&self) -> bool {
        self.terms().next().is_some() || self.organisations().next().is_some()
    }

    /// Hits of a group with their weights.
    pub fn group(&self, name: &str) -> impl Iterator<Item = (&Hit, f32)> + '_ {
        let group = self.rules.group(name).filter(|group| self.present[*group]);
        let hits = if group.is_some() { &self.hits[..] } else { &[] };
        hits.iter().filter_map(move |hit| match hit.meaning {
            Meaning::Group(found, weight) if Some(found) == group => Some((hit, weight)),
            _ => None,
        })
    }

    /// True if any word of the group occurs.
    pub fn has(&self, group: &str) -> bool {
        (self.rules.group(group)).is_some_and(|group| self.present[group])
    }

    /// Distinct words of a group, as published, in order.
    pub fn words_of(&self, group: &str) -> Vec<String> {
        let spans: Vec<(usize, usize)> = self
            .group(group)
            .map(|(hit, _)| (hit.start, hit.end))
            .collect();
        self.words_at(&spans)
    }

    /// Distinct words at the given spans, as published; a span within another one is part of its word.
    pub fn words_at(&self, spans: &[(usize, usize)]) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for (start, end) in spans {
            let is_part = spans.iter().any(|(other_start, other_end)| {
                other_start <= start && end <= other_end && other_end - other_start > end - start
            });
            let word = quotable(self.reading.original(*start, *end));
            if !is_part && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    /// Weight of an intent's cues, each cue counted once.
    pub fn intent_weight(&self, intent: Intent) -> f32 {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut sum = 0.0;
        for hit in &self.hits {
            if let Meaning::Intent(found, weight) = hit.meaning
                && found == intent
                && seen.insert(self.folded_text(hit.start, hit.end))
            {
                sum += weight;
            }
        }
        sum
    }

    /// Number of distinct signs of a filter.
    pub fn filter_count(&self, name: &str) -> usize {
        let filter = self.rules.filter(name);
        let words: HashSet<&str> = self
            .hits
            .iter()
            .filter(|hit| matches!(hit.meaning, Meaning::Filter(found) if Some(found) == filter))
            .map(|hit| self.folded_text(hit.start, hit.end))
            .collect();
        words.len()
    }

    /// The folded text between two positions.
    pub fn folded_text(&self, start: usize, end: usize) -> &str {
        self.reading.between(start, end)
    }
}

fn has_anchor(hits: &[Hit]) -> bool {
    hits.iter().any(|hit| {
        matches!(
            hit.meaning,
            Meaning::Place(_)
                | Meaning::Org(..)
                | Meaning::Term(_, Strength::Strong | Strength::Generic)
        )
    })
}

/// `退不退`: the `不退` in it only asks.
fn is_half_of_a_question(reading: &Reading, hit: &Hit) -> bool {
    let before = (hit.start.checked_sub(1)).and_then(|position| reading.folded(position));
    matches!(hit.meaning, Meaning::Group(..))
        && reading.folded(hit.start) == Some('不')
        && before.is_some()
        && before == reading.folded(hit.start + 1)
}

/// Two words that stand far apart, or in two lines, are quoted by their ends.
pub(super) fn quotable(words: String) -> String {
    let count = words.chars().count();
    if count <= QUOTED_CHARS && !words.contains('\n') || count <= 2 * QUOTED_END_CHARS {
        return words.replace('\n', "…");
    }
    let first: String = words.chars().take(QUOTED_END_CHARS).collect();
    let last: String = words.chars().skip(count - QUOTED_END_CHARS).collect();
    format!("{first}…{last}").replace('\n', "")
}

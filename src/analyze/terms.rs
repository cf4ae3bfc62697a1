//! 词 — what a listed string means, and one automaton that finds all of them in one pass.

use crate::analyze::reading::Reading;
use crate::model::{Intent, Topic};
use crate::text::normalize::fold;
use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};
use std::collections::HashMap;

/// How much a term says about its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// 强词.
    Strong,
    /// 通用词.
    Generic,
    /// 弱词.
    Weak,
    /// 情境词.
    Context,
}

/// What kind of organisation a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrgKind {
    /// 机关.
    Bureau,
    /// 经办场所.
    Hall,
    /// 热线、网站.
    Hotline,
}

/// At which level of government the name itself puts the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrgRank {
    /// 市级, `市社保局`.
    City,
    /// 省级, `省人社厅`.
    Province,
    /// 部级, `人社部`.
    Nation,
    /// The name does not say.
    Any,
}

/// What a listed string means; a string may mean several things.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meaning {
    /// Term of a topic.
    Term(Topic, Strength),
    /// 机构名.
    Org(OrgKind, OrgRank),
    /// Word of a group (risk.tsv, cues.tsv), with its weight.
    Group(usize, f32),
    /// Cue of an intent.
    Intent(Intent, f32),
    /// Place of the gazetteer.
    Place(usize),
    /// Place outside, by position in `elsewhere.tsv`.
    Elsewhere(usize),
    /// Looks like a place, is none.
    NotAPlace,
    /// Sign of a false friend.
    Filter(usize),
    /// Word of letters, with its weight.
    Letter(i8),
    /// One half of a pair.
    Half(usize, Side),
}

/// Which half of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `first`.
    First,
    /// `second`.
    Second,
}

/// Terms compete with the terms of their own family only: the longest wins there (`社保局` hides `社保`), while
/// `拖欠工资` as a topic does not hide `拖欠` as a risk word.
type Family = (usize, usize);

/// Kinds of families: terms, groups, intents, places, filters, words of letters.
const FAMILY_KINDS: usize = 6;

impl Meaning {
    fn family(self) -> Option<Family> {
        match self {
            Meaning::Term(..) | Meaning::Org(..) => Some((0, 0)),
            Meaning::Group(group, _) => Some((1, group)),
            Meaning::Intent(intent, _) => Some((2, intent as usize)),
            Meaning::Place(_) | Meaning::Elsewhere(_) | Meaning::NotAPlace => Some((3, 0)),
            Meaning::Filter(filter) => Some((4, filter)),
            Meaning::Letter(_) => Some((5, 0)),
            Meaning::Half(..) => None,
        }
    }
}

/// A meaning and where it stands, in characters of the reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    /// What was found.
    pub meaning: Meaning,
    /// First character.
    pub start: usize,
    /// After the last character.
    pub end: usize,
}

/// Collects listed strings before the automaton is built.
#[derive(Default)]
pub(super) struct TermList {
    positions: HashMap<String, usize>,
    meanings: Vec<Vec<Meaning>>,
    strings: Vec<String>,
}

impl TermList {
    /// Adds a string; the same string may be added with several meanings.
    pub fn add(&mut self, term: &str, meaning: Meaning) {
        let folded = fold(term);
        let position = *self.positions.entry(folded.clone()).or_insert_with(|| {
            self.strings.push(folded);
            self.meanings.push(Vec::new());
            self.meanings.len() - 1
        });
        if !self.meanings[position].contains(&meaning) {
            self.meanings[position].push(meaning);
        }
    }

    /// True if the string is listed with exactly this meaning.
    pub fn holds(&self, term: &str, meaning: Meaning) -> bool {
        self.positions
            .get(&fold(term))
            .is_some_and(|position| self.meanings[*position].contains(&meaning))
    }

    /// Builds the automaton; `None` if no string is listed.
    pub fn build(self) -> Option<Terms> {
        if self.strings.is_empty() {
            return None;
        }
        let values = self.strings.iter().zip(0u32..);
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::Standard)
            .build_with_values(values)
            .ok()?;
        Some(Terms {
            automaton,
            meanings: self.meanings,
        })
    }
}

/// The automaton with what its strings mean.
pub(super) struct Terms {
    automaton: CharwiseDoubleArrayAhoCorasick<u32>,
    meanings: Vec<Vec<Meaning>>,
}

impl Terms {
    /// Every hit in order of its start; within a family the leftmost and longest only.
    pub fn find(&self, reading: &Reading) -> Vec<Hit> {
        let mut found: Vec<(usize, usize, u32)> = self
            .automaton
            .find_overlapping_iter(reading.text())
            .map(|found| {
                let start = reading.character_at(found.start());
                let end = reading.character_at(found.end());
                (start, end, found.value())
            })
            .filter(|(start, end, _)| reading.stands_alone(*start, *end))
            .collect();
        found.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        let mut taken = Taken::default();
        let mut hits = Vec::new();
        for (start, end, value) in found {
            for meaning in &self.meanings[value as usize] {
                if taken.claim(meaning.family(), start, end) {
                    hits.push(Hit {
                        meaning: *meaning,
                        start,
                        end,
                    });
                }
            }
        }
        hits
    }
}

/// The last span that each family has claimed.
#[derive(Default)]
struct Taken {
    by_kind: [Vec<Option<(usize, usize)>>; FAMILY_KINDS],
}

impl Taken {
    /// Claims the place for the family; the same span may be claimed again, by another meaning of the same string.
    fn claim(&mut self, family: Option<Family>, start: usize, end: usize) -> bool {
        let Some((kind, member)) = family else {
            return true;
        };
        let members = &mut self.by_kind[kind];
        if members.len() <= member {
            members.resize(member + 1, None);
        }
        match members[member] {
            Some(claimed) if claimed != (start, end) && start < claimed.1 => false,
            _ => {
                members[member] = Some((start, end));
                true
            }
        }
    }
}

//! 变体还原 — words written to slip past filters (`设保局`, `gz`, `“毕业”`) back to what they stand for.
//!
//! Only the reading changes; what is stored and shown stays as published.

use crate::analyze::reading::Reading;
use crate::text::normalize::fold;
use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};

/// A chain variant counts only with another variant this near, in characters.
const CHAIN_REACH: usize = 40;

/// One row of `variants.tsv`.
pub(super) struct Variant {
    written: String,
    stands_for: String,
    when: When,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Always.
    Direct,
    /// With a second variant near it and an anchor in the post: `gz` alone means nothing.
    Chain,
    /// Between quotation marks.
    Quoted,
}

impl Variant {
    /// Reads the cells of a row.
    pub fn parse(written: &str, stands_for: &str, when: &str) -> Result<Self, String> {
        let when = match when {
            "direct" => When::Direct,
            "chain" => When::Chain,
            "quoted" => When::Quoted,
            other => return Err(format!("“{other}”应为 direct、chain 或 quoted")),
        };
        Ok(Variant {
            written: fold(written),
            stands_for: fold(stands_for),
            when,
        })
    }
}

/// The table, ready for matching.
pub(super) struct Variants {
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    list: Vec<Variant>,
}

impl Variants {
    /// Builds the automaton; of rows with the same writing the first counts.
    pub fn build(variants: Vec<Variant>) -> Self {
        let mut list: Vec<Variant> = Vec::with_capacity(variants.len());
        for variant in variants {
            let is_new = !list.iter().any(|known| known.written == variant.written);
            // Another script or width folds to the word itself.
            if is_new && variant.written != variant.stands_for {
                list.push(variant);
            }
        }
        let values = list.iter().map(|variant| &variant.written).zip(0u32..);
        // An empty table cannot be built, and needs no automaton.
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build_with_values(values)
            .ok();
        Variants { automaton, list }
    }

    /// The reading with variants restored, and what was restored: as published, and what it stands for.
    ///
    /// `has_anchor` says whether a reading names a place or a matter of ours.
    pub fn restore(
        &self,
        reading: Reading,
        has_anchor: impl Fn(&Reading) -> bool,
    ) -> (Reading, Vec<(String, String)>) {
        let found = self.find(&reading);
        if found.is_empty() {
            return (reading, Vec::new());
        }
        let direct: Vec<Found> = (found.iter().copied())
            .filter(|one| self.is_certain(&reading, one))
            .collect();
        let chained: Vec<Found> = (found.iter().copied())
            .filter(|one| {
                let is_chain = self.list[one.variant].when == When::Chain;
                self.is_certain(&reading, one) || (is_chain && is_chained(&found, one))
            })
            .collect();
        let is_anchored = || has_anchor(&self.replace(&reading, &direct));
        let chosen = if chained.len() > direct.len() && is_anchored() {
            chained
        } else {
            direct
        };
        let restored = chosen
            .iter()
            .map(|one| {
                let stands_for = self.list[one.variant].stands_for.clone();
                (reading.original(one.start, one.end), stands_for)
            })
            .collect();
        (self.replace(&reading, &chosen), restored)
    }

    fn find(&self, reading: &Reading) -> Vec<Found> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        automaton
            .leftmost_find_iter(reading.text())
            .map(|found| Found {
                variant: found.value() as usize,
                start: reading.character_at(found.start()),
                end: reading.character_at(found.end()),
            })
            .filter(|found| reading.stands_alone(found.start, found.end))
            .collect()
    }

    fn is_certain(&self, reading: &Reading, found: &Found) -> bool {
        match self.list[found.variant].when {
            When::Direct => true,
            When::Chain => false,
            When::Quoted => is_quoted(reading, found.start, found.end),
        }
    }

    fn replace(&self, reading: &Reading, found: &[Found]) -> Reading {
        let replacements: Vec<(usize, usize, &str)> = found
            .iter()
            .map(|one| {
                let stands_for = self.list[one.variant].stands_for.as_str();
                (one.start, one.end, stands_for)
            })
            .collect();
        reading.replaced(&replacements)
    }
}

#[derive(Clone, Copy)]
struct Found {
    variant: usize,
    start: usize,
    end: usize,
}

/// Another variant stands near, before or after; `found` is in order, so only neighbours need a look.
fn is_chained(found: &[Found], one: &Found) -> bool {
    let position = found.partition_point(|other| other.start < one.start);
    let before = position.checked_sub(1).and_then(|index| found.get(index));
    let after = found.get(position + 1);
    before.is_some_and(|other| other.variant != one.variant && one.start - other.end <= CHAIN_REACH)
        || after.is_some_and(|other| {
            other.variant != one.variant && other.start - one.end <= CHAIN_REACH
        })
}

/// True between quotation marks of any kind.
pub(super) fn is_quoted(reading: &Reading, start: usize, end: usize) -> bool {
    let before = start
        .checked_sub(1)
        .and_then(|position| reading.folded(position));
    let opens = matches!(before, Some('“' | '"' | '「' | '『' | '‘' | '\''));
    opens
        && matches!(
            reading.folded(end),
            Some('”' | '"' | '」' | '』' | '’' | '\'')
        )
}

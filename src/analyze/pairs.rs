//! 两词同现 — two halves near each other (`工资` … `没发`) are evidence as a listed word is: in one clause, or, where the
//! table says so, over several.

use crate::analyze::reading::Reading;
use crate::analyze::terms::{Hit, Meaning, Side};

/// A pair: what it is evidence for, and how far its halves may stand apart.
pub(super) struct Pair {
    /// Meaning of the two together.
    pub target: Meaning,
    /// Characters between the halves at most.
    pub within: usize,
    /// The halves may stand in different clauses: a story is told over several.
    pub crosses_clauses: bool,
}

/// Hits of all pairs; `hits` are in order of their start. Linear: only the last of each half is remembered.
pub(super) fn find(pairs: &[Pair], reading: &Reading, hits: &[Hit]) -> Vec<Hit> {
    let mut last: Vec<[Option<Hit>; 2]> = vec![[None, None]; pairs.len()];
    let mut found = Vec::new();
    for hit in hits {
        let Meaning::Half(pair, side) = hit.meaning else {
            continue;
        };
        let (own, other) = match side {
            Side::First => (0, 1),
            Side::Second => (1, 0),
        };
        if let Some(partner) = last[pair][other]
            && is_near(reading, &partner, hit, &pairs[pair])
        {
            found.push(Hit {
                meaning: pairs[pair].target,
                start: partner.start,
                end: hit.end,
            });
            last[pair] = [None, None];
        } else {
            last[pair][own] = Some(*hit);
        }
    }
    found
}

fn is_near(reading: &Reading, left: &Hit, right: &Hit, pair: &Pair) -> bool {
    right.start >= left.end
        && right.start - left.end <= pair.within
        && (pair.crosses_clauses || reading.clause(left.start) == reading.clause(right.start))
}

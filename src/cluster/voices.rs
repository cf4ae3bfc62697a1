//! Essences of events by the pairs they hold: how much of each essence a post covers. Only essences that share a pair
//! with the post are touched.

use super::essence::Essence;
use super::pairs::Pairs;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Events by the pairs of their essences.
#[derive(Default)]
pub struct Voices {
    by_pair: HashMap<u32, Vec<(u32, f32)>, BuildHasherDefault<AsItIs>>,
    /// Pairs of each event's essence.
    pairs: Vec<Vec<u32>>,
}

impl Voices {
    /// Sets the essence of an event, by its number, in place of an earlier one.
    pub fn set(&mut self, event: usize, essence: &Essence) {
        if self.pairs.len() <= event {
            self.pairs.resize_with(event + 1, Vec::new);
        }
        for pair in std::mem::take(&mut self.pairs[event]) {
            if let Some(events) = self.by_pair.get_mut(&pair) {
                events.retain(|(other, _)| *other as usize != event);
            }
        }
        for (pair, weight) in &essence.weights {
            let events = self.by_pair.entry(*pair).or_default();
            events.push((event as u32, *weight));
            self.pairs[event].push(*pair);
        }
    }

    /// Every event with the share of its essence that the post covers; 0 … 1.
    pub fn coverage(&self, pairs: &Pairs) -> impl Iterator<Item = (usize, f64)> {
        let mut covered = vec![0f32; self.pairs.len()];
        for pair in pairs.distinct() {
            for (event, weight) in self.by_pair.get(&pair).into_iter().flatten() {
                covered[*event as usize] += weight;
            }
        }
        (covered.into_iter().enumerate())
            .filter(|(_, covered)| *covered > 0.0)
            .map(|(event, covered)| (event, f64::from(covered)))
    }
}

/// Keys are mixed already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u32(&mut self, key: u32) {
        // A hash table looks at the highest bits first and at the lowest ones next.
        self.0 = u64::from(key) << 32 | u64::from(key);
    }
}

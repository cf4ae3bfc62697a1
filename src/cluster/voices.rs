//! 代表 — the posts that speak for events, and how close another post is to each of them. Only voices that share a pair
//! of characters with the post are touched.

use super::likeness::Pairs;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Voices by the pairs of characters they hold.
#[derive(Default)]
pub struct Voices {
    by_pair: HashMap<u64, Vec<(u32, u32)>, BuildHasherDefault<AsItIs>>,
    list: Vec<Voice>,
}

struct Voice {
    post: usize,
    length: f64,
}

impl Voices {
    /// Adds a post, by its number.
    pub fn add(&mut self, post: usize, pairs: &Pairs) {
        let voice = self.list.len() as u32;
        for (pair, count) in &pairs.counts {
            self.by_pair.entry(*pair).or_default().push((voice, *count));
        }
        self.list.push(Voice {
            post,
            length: pairs.length,
        });
    }

    /// Every voice with its closeness: the cosine of the character pairs; 0 … 1.
    pub fn closeness(&self, pairs: &Pairs) -> impl Iterator<Item = (usize, f64)> {
        let mut common = vec![0u64; self.list.len()];
        for (pair, count) in &pairs.counts {
            for (voice, other) in self.by_pair.get(pair).into_iter().flatten() {
                common[*voice as usize] += u64::from(*count) * u64::from(*other);
            }
        }
        let length = pairs.length;
        self.list.iter().zip(common).map(move |(voice, common)| {
            let lengths = length * voice.length;
            let closeness = if lengths == 0.0 {
                0.0
            } else {
                common as f64 / lengths
            };
            (voice.post, closeness)
        })
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

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

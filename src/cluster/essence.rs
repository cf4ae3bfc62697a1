//! 要点 — what tells an event from all others: the few pairs of characters that its first posts share and that are rare
//! elsewhere. It is fixed by the first posts: later ones are compared with it and do not move it on.

use super::pairs::Pairs;
use std::sync::LazyLock;

/// Pairs in an essence. Measured: 12 join too much, 20 too little.
const ESSENCE_PAIRS: usize = 16;
/// Posts that make an essence, in the order of their publication.
pub const ESSENCE_POSTS: usize = 16;
/// Share of these posts that must hold a pair.
const MIN_SHARE: f32 = 0.25;
/// A pair in the text counts so much of one in the title, which names the matter.
const TEXT_WEIGHT: f32 = 0.5;
/// A pair in so few posts may be the event's own: it is as rare as one in a single post.
const FEW_POSTS: f32 = 3.0;
/// Everyday speech weighs as much as so many posts of our own.
const EVERYDAY_POSTS: f32 = 1000.0;
/// Share of everyday posts that hold a pair which is not listed.
const UNLISTED_SHARE: f32 = 0.0003;
/// Bits of a pair's hash that its count goes by.
const BUCKET_BITS: u32 = 18;

/// Pairs of everyday Chinese by rarity: `8` stands before those that one post in 2⁸ holds. Counted on public Weibo posts
/// and news.
const EVERYDAY_PAIRS: &str = include_str!("common_pairs.txt");

/// Rarity of each bucket's pairs in everyday speech; 0 for pairs that are not listed.
static EVERYDAY_RARITY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut rarities = vec![0; 1 << BUCKET_BITS];
    for line in EVERYDAY_PAIRS.lines() {
        let (rarity, pairs) = line.split_once(' ').expect("a rarity before the pairs");
        let rarity: u8 = rarity.parse().expect("a small number");
        let letters: Vec<char> = pairs.chars().collect();
        for pair in letters.chunks_exact(2) {
            rarities[bucket(Pairs::key(pair[0], pair[1]))] = rarity;
        }
    }
    rarities
});

/// Share of everyday posts that hold a pair.
fn everyday_share(pair: u32) -> f32 {
    match EVERYDAY_RARITY[bucket(pair)] {
        0 => UNLISTED_SHARE,
        rarity => 0.5f32.powi(i32::from(rarity)),
    }
}

fn bucket(pair: u32) -> usize {
    (pair >> (u32::BITS - BUCKET_BITS)) as usize
}

/// 常见程度 — how many of the posts looked at hold each pair.
pub struct Commonness {
    post_counts: Vec<u16>,
    post_count: u16,
}

impl Default for Commonness {
    fn default() -> Self {
        Commonness {
            post_counts: vec![0; 1 << BUCKET_BITS],
            post_count: 0,
        }
    }
}

impl Commonness {
    /// Counts one more post.
    pub fn count(&mut self, pairs: &Pairs) {
        let Some(post_count) = self.post_count.checked_add(1) else {
            return;
        };
        self.post_count = post_count;
        for pair in pairs.distinct() {
            self.post_counts[bucket(pair)] = self.post_counts[bucket(pair)].saturating_add(1);
        }
    }

    /// How telling a pair is: the logarithm of the number of posts among which one holds it.
    fn rarity(&self, pair: u32) -> f32 {
        let ours = f32::from(self.post_counts[bucket(pair)]).max(FEW_POSTS);
        let everyday = everyday_share(pair) * EVERYDAY_POSTS;
        ((f32::from(self.post_count) + EVERYDAY_POSTS) / (ours + everyday)).ln()
    }
}

/// How much two posts say the same: the cosine of their pairs, each as much as it tells; 0 … 1.
pub fn closeness(left: &Pairs, right: &Pairs, commonness: &Commonness) -> f64 {
    let weigh = |pair: u32| commonness.rarity(pair).powi(2);
    let length = |pairs: &Pairs| pairs.distinct().map(weigh).sum::<f32>();
    let common: f32 = left.common(right).map(weigh).sum();
    let lengths = (length(left) * length(right)).sqrt();
    f64::from(common / lengths.max(f32::MIN_POSITIVE))
}

/// 要点 — the telling pairs of an event with their weights, which add up to 1.
pub struct Essence {
    pub weights: Vec<(u32, f32)>,
}

impl Essence {
    /// What the first posts of an event share and others do not hold.
    pub fn of<'p>(first: impl Iterator<Item = &'p Pairs>, commonness: &Commonness) -> Essence {
        let mut held: Vec<(u32, f32)> = Vec::new();
        let mut post_count = 0.0;
        for pairs in first.take(ESSENCE_POSTS) {
            held.extend(
                pairs
                    .with_place()
                    .map(|(pair, is_in_title)| (pair, if is_in_title { 1.0 } else { TEXT_WEIGHT })),
            );
            post_count += 1.0;
        }
        held.sort_unstable_by_key(|(pair, _)| *pair);
        let mut weights: Vec<(u32, f32)> = held
            .chunk_by(|(left, _), (right, _)| left == right)
            .map(|same| {
                (
                    same[0].0,
                    same.iter().map(|(_, weight)| weight).sum::<f32>() / post_count,
                )
            })
            .filter(|(_, share)| *share >= MIN_SHARE)
            .map(|(pair, share)| (pair, share * commonness.rarity(pair)))
            .collect();
        if weights.len() > ESSENCE_PAIRS {
            weights.select_nth_unstable_by(ESSENCE_PAIRS, |left, right| {
                right.1.total_cmp(&left.1).then(left.0.cmp(&right.0))
            });
            weights.truncate(ESSENCE_PAIRS);
        }
        let sum: f32 = weights.iter().map(|(_, weight)| weight).sum();
        for (_, weight) in &mut weights {
            *weight /= sum.max(f32::MIN_POSITIVE);
        }
        Essence { weights }
    }
}

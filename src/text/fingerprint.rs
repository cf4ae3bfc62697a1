//! 指纹 — one number per text; near-copies have numbers that differ in few bits.

use crate::text::normalize::letters;
use xxhash_rust::xxh3::xxh3_64;

/// SimHash over overlapping pieces of four characters, punctuation and white space left out
/// (Charikar 2002, "Similarity estimation techniques from rounding algorithms"). Texts under four characters hash whole.
pub fn fingerprint(text: &str) -> u64 {
    let mut bytes = String::with_capacity(text.len());
    let mut starts = Vec::with_capacity(text.len() / 3 + 1);
    for letter in letters(text) {
        starts.push(bytes.len());
        bytes.push(letter);
    }
    if starts.len() < 4 {
        return xxh3_64(bytes.as_bytes());
    }
    starts.push(bytes.len());
    let mut votes = Votes::default();
    for bounds in starts.windows(5) {
        votes.add(xxh3_64(&bytes.as_bytes()[bounds[0]..bounds[4]]));
    }
    votes.majority()
}

/// How many hashes have each bit set.
#[derive(Default)]
struct Votes {
    count: u32,
    totals: [[u32; 8]; 8],
    /// Eight counters of one byte per byte of the hash; they are added to the totals before one can overflow.
    lanes: [u64; 8],
    in_lanes: u32,
}

/// A byte spread out: bit `n` as the lowest bit of byte `n`.
const SPREAD: [u64; 256] = {
    let mut spread = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[byte] |= ((byte as u64 >> bit) & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    spread
};

impl Votes {
    fn add(&mut self, hash: u64) {
        for (lane, byte) in self.lanes.iter_mut().zip(hash.to_le_bytes()) {
            *lane += SPREAD[usize::from(byte)];
        }
        self.count += 1;
        self.in_lanes += 1;
        if self.in_lanes == u32::from(u8::MAX) {
            self.empty_lanes();
        }
    }

    fn empty_lanes(&mut self) {
        for (totals, lane) in self.totals.iter_mut().zip(&mut self.lanes) {
            for (total, counter) in totals.iter_mut().zip(lane.to_le_bytes()) {
                *total += u32::from(counter);
            }
            *lane = 0;
        }
        self.in_lanes = 0;
    }

    /// The bits that more than half of the hashes have set.
    fn majority(mut self) -> u64 {
        self.empty_lanes();
        let totals = self.totals.iter().flatten().enumerate();
        totals
            .filter(|(_, total)| **total * 2 > self.count)
            .fold(0, |hash, (bit, _)| hash | 1 << bit)
    }
}

/// Bits in which two fingerprints differ; 0 … 64.
pub fn distance(left: u64, right: u64) -> u32 {
    (left ^ right).count_ones()
}

#[cfg(test)]
mod tests {
    use super::{distance, fingerprint};
    use crate::text::normalize::letters;
    use xxhash_rust::xxh3::xxh3_64;

    const COMPLAINT: &str = "第一趟说缺凭证,第二趟说要盖章,第三趟系统升级让明天再来,请假扣的钱谁来赔?大厅到底能不能一次说清。";

    #[test]
    fn a_copy_with_a_tail_stays_near() {
        let copy = format!("{COMPLAINT}(转自论坛)");
        assert!(distance(fingerprint(COMPLAINT), fingerprint(&copy)) <= 10);
    }

    /// The definition, word for word; stored fingerprints rest on it.
    fn by_definition(text: &str) -> u64 {
        let letters: Vec<char> = letters(text).collect();
        let hashes: Vec<u64> = letters
            .windows(4)
            .map(|piece| xxh3_64(piece.iter().collect::<String>().as_bytes()))
            .collect();
        let ones = |bit: u32| hashes.iter().filter(|hash| *hash >> bit & 1 == 1).count();
        (0..64).fold(0, |hash, bit| {
            hash | u64::from(ones(bit) * 2 > hashes.len()) << bit
        })
    }

    #[test]
    fn counting_in_lanes_is_counting() {
        for times in [1, 2, 7, 40] {
            let text = COMPLAINT.repeat(times);
            assert_eq!(fingerprint(&text), by_definition(&text));
        }
    }

    #[test]
    fn another_text_is_far() {
        let other = "市民来电询问社保卡密码锁定后在哪里解锁,工作人员答复任意合作网点均可办理,本人带身份证即可。";
        assert!(distance(fingerprint(COMPLAINT), fingerprint(other)) > 16);
    }
}

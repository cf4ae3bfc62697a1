//! 指纹 — one number per text; near-copies have numbers that differ in few bits.

use crate::text::normalize::fold;
use xxhash_rust::xxh3::xxh3_64;

/// SimHash over overlapping pieces of four characters, punctuation and white space left out
/// (Charikar 2002, "Similarity estimation techniques from rounding algorithms"). Texts under four characters hash whole.
pub fn fingerprint(text: &str) -> u64 {
    let letters: Vec<char> = fold(text)
        .chars()
        .filter(|character| character.is_alphanumeric())
        .collect();
    if letters.len() < 4 {
        return xxh3_64(letters.iter().collect::<String>().as_bytes());
    }
    let mut votes = [0i32; 64];
    let mut piece = String::new();
    for window in letters.windows(4) {
        piece.clear();
        piece.extend(window);
        let hash = xxh3_64(piece.as_bytes());
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    votes
        .iter()
        .enumerate()
        .filter(|(_, vote)| **vote > 0)
        .fold(0, |hash, (bit, _)| hash | 1 << bit)
}

/// Bits in which two fingerprints differ; 0 … 64.
pub fn distance(left: u64, right: u64) -> u32 {
    (left ^ right).count_ones()
}

#[cfg(test)]
mod tests {
    use super::{distance, fingerprint};

    const COMPLAINT: &str = "第一趟说缺凭证,第二趟说要盖章,第三趟系统升级让明天再来,请假扣的钱谁来赔?大厅到底能不能一次说清。";

    #[test]
    fn a_copy_with_a_tail_stays_near() {
        let copy = format!("{COMPLAINT}(转自论坛)");
        assert!(distance(fingerprint(COMPLAINT), fingerprint(&copy)) <= 10);
    }

    #[test]
    fn another_text_is_far() {
        let other = "市民来电询问社保卡密码锁定后在哪里解锁,工作人员答复任意合作网点均可办理,本人带身份证即可。";
        assert!(distance(fingerprint(COMPLAINT), fingerprint(other)) > 16);
    }
}

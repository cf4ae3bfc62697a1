//! 特征 — text → runs of neighbouring characters, hashed. What only identifies (addresses, account names, numbers) is one
//! sign each; width, case and script do not matter.

use crate::text::normalize::fold_with_positions;

/// Stands for an address.
const ADDRESS: char = '\u{1}';
/// Stands for an account that is named.
const ACCOUNT: char = '@';
/// Stands for a number.
const NUMBER: char = '0';

/// A longer run of one character says no more.
const MAX_RUN: usize = 3;

/// Longest account name.
const MAX_NAME: usize = 20;

/// The characters whose runs are counted; at most `limit` are read.
pub fn characters(text: &str, limit: usize) -> Vec<char> {
    let folded: Vec<char> = fold_with_positions(text)
        .map(|(character, _)| character)
        .take(limit)
        .collect();
    let mut plain = Plain {
        kept: Vec::with_capacity(folded.len()),
        run: 0,
    };
    let mut position = 0;
    while let Some(&character) = folded.get(position) {
        let rest = &folded[position..];
        let (sign, length) = match character {
            'h' if address_length(rest) > 0 => (ADDRESS, address_length(rest)),
            '@' => (ACCOUNT, 1 + name_length(&rest[1..])),
            digit if digit.is_ascii_digit() => (NUMBER, count(rest, |c| c.is_ascii_digit())),
            space if space.is_whitespace() => (' ', count(rest, char::is_whitespace)),
            other => (other, 1),
        };
        plain.push(sign);
        position += length;
    }
    plain.trimmed()
}

/// Characters on their way, without long runs.
struct Plain {
    kept: Vec<char>,
    run: usize,
}

impl Plain {
    fn push(&mut self, character: char) {
        self.run = match self.kept.last() {
            Some(last) if *last == character => self.run + 1,
            _ => 1,
        };
        let is_first = self.kept.is_empty();
        if self.run <= MAX_RUN && !(is_first && character == ' ') {
            self.kept.push(character);
        }
    }

    fn trimmed(mut self) -> Vec<char> {
        while self.kept.last() == Some(&' ') {
            self.kept.pop();
        }
        self.kept
    }
}

fn count(rest: &[char], is_one: impl Fn(char) -> bool) -> usize {
    rest.iter()
        .take_while(|character| is_one(**character))
        .count()
}

/// Length of a web address at the beginning, 0 where none stands.
fn address_length(rest: &[char]) -> usize {
    let has = |start: &str| rest.iter().copied().take(start.len()).eq(start.chars());
    let head = if has("https") {
        5
    } else if has("http") {
        4
    } else {
        return 0;
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._/?=&%#~:-".contains(c);
    if !rest.get(head).is_some_and(|next| matches!(next, ':' | '/')) {
        return 0;
    }
    head + count(&rest[head..], is_part)
}

fn name_length(rest: &[char]) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, ':' | '@' | ',' | '。');
    count(rest, |c| !ends(c)).min(MAX_NAME)
}

/// Where every hash begins.
pub(super) const START: u32 = 0x811c_9dc5;

/// Hash of characters, from a start.
pub(super) fn hash_of(start: u32, characters: impl Iterator<Item = char>) -> u32 {
    finished(characters.fold(start, |hash, character| mixed(hash, character as u32)))
}

/// Calls `see` with the hash, the start and the end of every run of 1 to `longest` characters. `field` tells runs of
/// different parts of a post apart.
pub(super) fn for_each_run(
    characters: &[char],
    longest: usize,
    field: u32,
    mut see: impl FnMut(u32, usize, usize),
) {
    for start in 0..characters.len() {
        let mut hash = start_of(field);
        for (length, character) in (1..=longest).zip(&characters[start..]) {
            hash = mixed(hash, *character as u32);
            see(finished(hash), start, start + length);
        }
    }
}

/// Adds the hashes of the same runs, shorter runs first: without asking anything in between, which is several times faster.
pub(super) fn hash_runs(characters: &[char], longest: usize, field: u32, into: &mut Vec<u32>) {
    let mut hashes = vec![start_of(field); characters.len()];
    for length in 1..=longest.min(characters.len()) {
        let last = &characters[length - 1..];
        for (hash, character) in hashes.iter_mut().zip(last) {
            *hash = mixed(*hash, *character as u32);
        }
        into.extend(hashes[..last.len()].iter().map(|hash| finished(*hash)));
    }
}

fn start_of(field: u32) -> u32 {
    START ^ field.wrapping_mul(0x9e37_79b9)
}

fn mixed(hash: u32, value: u32) -> u32 {
    (hash.rotate_left(5) ^ value).wrapping_mul(0x2722_0a95)
}

/// Spreads the bits: the table uses the lower ones (the finalizer of MurmurHash3, public domain).
fn finished(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::{characters, for_each_run, hash_runs};

    #[test]
    fn what_only_identifies_is_one_sign() {
        let plain: String = characters(
            " ＠张三丰 社保卡在http://t.cn/Ab12 丢了13912345678次！！！！！  ",
            99,
        )
        .into_iter()
        .collect();
        assert_eq!(plain, "@ 社保卡在\u{1} 丢了0次!!!");
    }

    #[test]
    fn every_run_is_seen_once_and_fields_differ() {
        let text = characters("社保卡", 99);
        let mut seen = Vec::new();
        for_each_run(&text, 2, 0, |hash, start, end| {
            seen.push((hash, start, end))
        });
        let spans: Vec<(usize, usize)> =
            seen.iter().map(|(_, start, end)| (*start, *end)).collect();
        assert_eq!(spans, [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]);
        let mut other = Vec::new();
        for_each_run(&text, 2, 1, |hash, _, _| other.push(hash));
        assert!(seen.iter().all(|(hash, ..)| !other.contains(hash)));
        let mut same = Vec::new();
        hash_runs(&text, 2, 1, &mut same);
        same.sort_unstable();
        other.sort_unstable();
        assert_eq!(same, other);
    }
}

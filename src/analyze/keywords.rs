//! 关键词 — words that stand for a post, most telling first: topic terms, organisations, places, risk words.

use crate::analyze::found::Found;
use crate::analyze::rules::Rules;
use crate::analyze::terms::{Meaning, Strength};

/// Keywords kept per post.
const KEYWORDS_KEPT: usize = 8;

/// Picks the words.
pub(super) fn keywords(found: &Found, rules: &Rules) -> Vec<String> {
    let risk: Vec<usize> = ["E4", "E3", "N4", "N3", "N2"]
        .iter()
        .filter_map(|group| rules.group(group))
        .collect();
    let mut ranked: Vec<(u8, usize, usize)> = found
        .hits
        .iter()
        .filter_map(|hit| {
            let rank = match hit.meaning {
                Meaning::Term(_, Strength::Strong) => 0,
                Meaning::Org(..) => 1,
                Meaning::Group(group, _) if risk.contains(&group) => 2,
                Meaning::Place(_) => 3,
                Meaning::Term(_, Strength::Generic) => 4,
                _ => return None,
            };
            // Pairs span a phrase; a keyword is a word.
            let is_word = hit.end - hit.start <= 10;
            let head = u8::from(!found.reading.is_head(hit.start));
            is_word.then_some((rank * 2 + head, hit.start, hit.end))
        })
        .collect();
    ranked.sort_unstable();
    let mut words: Vec<String> = Vec::new();
    for (_, start, end) in ranked {
        if words.len() == KEYWORDS_KEPT {
            break;
        }
        let word = found.reading.original(start, end);
        let is_part = words.iter().any(|known| known.contains(&word));
        if !is_part {
            words.push(word);
        }
    }
    words
}

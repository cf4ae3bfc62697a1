//! Words marked in a text: what made the rules fire, as far as the reasons quote it.

use crate::index::snippet;
use crate::model::Reason;

/// Quoted words looked for at most.
const MAX_WORDS: usize = 30;

/// A stretch of a text.
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether a rule went by them.
    pub is_marked: bool,
}

/// What the reasons quote “so”, longest first; single letters say nothing.
pub fn quoted(reasons: &[Reason]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for reason in reasons {
        for part in reason.text.split('“').skip(1) {
            let Some((word, _)) = part.split_once('”') else {
                continue;
            };
            let word = word.trim();
            let is_telling = (2..=20).contains(&word.chars().count());
            if is_telling && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
    }
    words.truncate(MAX_WORDS);
    words
}

/// The whole line, in pieces.
pub fn whole(line: &str, words: &[String]) -> Vec<Piece> {
    passage(line, words, line.chars().count().max(1))
}

/// A passage of at most `width` characters in which most of the words stand.
pub fn passage(text: &str, words: &[String], width: usize) -> Vec<Piece> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let found = snippet(text, &words, width);
    let characters: Vec<char> = found.text.chars().collect();
    let mut pieces = Vec::new();
    let mut push = |from: usize, to: usize, is_marked| {
        if from < to {
            pieces.push(Piece {
                text: characters[from..to].iter().collect(),
                is_marked,
            });
        }
    };
    let mut end = 0;
    for (from, to) in found.highlights {
        push(end, from, false);
        push(from, to, true);
        end = to;
    }
    push(end, characters.len(), false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::{passage, quoted, whole};
    use crate::model::Reason;

    fn reason(text: &str) -> Reason {
        Reason {
            rule: "O3".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_the_reasons_quote_is_marked() {
        let words = quoted(&[
            reason("出现“拉横幅”“人”"),
            reason("又见“拉横幅”，未闭合“换"),
        ]);
        assert_eq!(words, ["拉横幅"]);
        let pieces = whole("明天去拉横幅", &words);
        let marked: Vec<(&str, bool)> = (pieces.iter())
            .map(|piece| (piece.text.as_str(), piece.is_marked))
            .collect();
        assert_eq!(marked, [("明天去", false), ("拉横幅", true)]);
        assert_eq!(passage("", &words, 10).len(), 0);
    }
}

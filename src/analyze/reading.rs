//! 读法 — a post's title and text in the form that terms are matched against, with the way back to the original.
//!
//! Folded, without invisible characters and without signs put between characters to hide a word (`社*保`, `农 民 工`).

use crate::text::normalize::fold_with_positions;

/// Characters that are judged; what follows does not change a label. Protects against pasted books.
const JUDGED_CHARS: usize = 100_000;

/// Where no title exists, this many characters count as the head.
const HEAD_CHARS: usize = 40;

/// A text ready for matching.
pub(super) struct Reading {
    text: String,
    characters: Vec<Character>,
    /// For each byte position of the text, how many characters begin before it.
    before_byte: Vec<u32>,
    original: Vec<char>,
    head: usize,
    has_title: bool,
}

/// A character of the reading.
#[derive(Clone, Copy, Debug)]
struct Character {
    folded: char,
    byte: usize,
    origin: usize,
    clause: u32,
    sentence: u32,
}

impl Reading {
    /// Reads a title and a text.
    pub fn new(title: &str, text: &str) -> Self {
        let original: Vec<char> = title
            .chars()
            .chain(std::iter::once('\n'))
            .chain(text.chars())
            .take(JUDGED_CHARS)
            .collect();
        let joined: String = original.iter().collect();
        let folded: Vec<(char, usize)> = fold_with_positions(&joined)
            .filter(|(character, _)| !is_invisible(*character))
            .collect();
        let squeezed = squeeze(&folded);
        let title_chars = title.trim().chars().count();
        let head = match title_chars {
            0 => HEAD_CHARS,
            _ => title_chars,
        };
        Reading::build(squeezed, original, head, title_chars > 0)
    }

    /// The same text with some spans replaced; `replacements` are in order and do not overlap.
    pub fn replaced(&self, replacements: &[(usize, usize, &str)]) -> Self {
        let mut pieces = Vec::with_capacity(self.characters.len());
        let mut next = 0;
        let copy = |character: &Character| Piece {
            folded: character.folded,
            origin: character.origin,
            breaks: false,
        };
        for (start, end, instead) in replacements {
            pieces.extend(self.characters[next..*start].iter().map(copy));
            let origin = self.characters[*start].origin;
            pieces.extend(instead.chars().map(|folded| Piece {
                folded,
                origin,
                breaks: false,
            }));
            // The last one points at the end, so that the original of the whole comes out whole.
            if let (Some(last), Some(before)) = (pieces.last_mut(), end.checked_sub(1)) {
                last.origin = self.characters[before].origin;
            }
            next = *end;
        }
        pieces.extend(self.characters[next..].iter().map(copy));
        Reading::build(pieces, self.original.clone(), self.head, self.has_title)
    }

    fn build(pieces: Vec<Piece>, original: Vec<char>, head: usize, has_title: bool) -> Self {
        let mut text = String::with_capacity(pieces.len() * 3);
        let mut characters = Vec::with_capacity(pieces.len());
        let mut before_byte = Vec::with_capacity(pieces.len() * 3 + 1);
        let (mut clause, mut sentence) = (0, 0);
        for (position, piece) in (0u32..).zip(pieces) {
            before_byte.push(position);
            before_byte.extend((1..piece.folded.len_utf8()).map(|_| position + 1));
            characters.push(Character {
                folded: piece.folded,
                byte: text.len(),
                origin: piece.origin,
                clause,
                sentence,
            });
            text.push(piece.folded);
            if ends_sentence(piece.folded) {
                sentence += 1;
            }
            if piece.breaks || ends_sentence(piece.folded) || ends_clause(piece.folded) {
                clause += 1;
            }
        }
        before_byte.push(characters.len() as u32);
        Reading {
            text,
            characters,
            before_byte,
            original,
            head,
            has_title,
        }
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Number of characters.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// Position in characters of a byte position; the end of the text maps to its length.
    pub fn character_at(&self, byte: usize) -> usize {
        self.before_byte
            .get(byte)
            .map_or(self.characters.len(), |count| *count as usize)
    }

    /// Position in bytes of a character; past the end, the length of the text.
    pub fn byte_at(&self, position: usize) -> usize {
        self.characters
            .get(position)
            .map_or(self.text.len(), |character| character.byte)
    }

    /// The folded text between two positions.
    pub fn between(&self, start: usize, end: usize) -> &str {
        let (from, to) = (self.byte_at(start), self.byte_at(end));
        self.text.get(from..to).unwrap_or_default()
    }

    /// The folded character at a position.
    pub fn folded(&self, position: usize) -> Option<char> {
        self.characters
            .get(position)
            .map(|character| character.folded)
    }

    /// Number of the clause a position lies in.
    pub fn clause(&self, position: usize) -> u32 {
        self.characters
            .get(position)
            .map_or(u32::MAX, |character| character.clause)
    }

    /// Number of the sentence a position lies in.
    pub fn sentence(&self, position: usize) -> u32 {
        self.characters
            .get(position)
            .map_or(u32::MAX, |character| character.sentence)
    }

    /// True for positions in the title, or in the first characters of a text without one.
    pub fn is_head(&self, position: usize) -> bool {
        self.characters
            .get(position)
            .is_some_and(|character| character.origin <= self.head)
    }

    /// True for positions in the title proper.
    pub fn is_title(&self, position: usize) -> bool {
        self.has_title && self.is_head(position)
    }

    /// The words as they were published.
    pub fn original(&self, start: usize, end: usize) -> String {
        let (Some(first), Some(last)) = (
            self.characters.get(start),
            self.characters.get(end.saturating_sub(1)),
        ) else {
            return String::new();
        };
        self.original[first.origin..=last.origin.max(first.origin)]
            .iter()
            .filter(|character| !is_invisible(**character))
            .collect()
    }

    /// False where a Latin or numeric term is part of a longer word or number: `996` in a telephone number.
    pub fn stands_alone(&self, start: usize, end: usize) -> bool {
        let glued = |left: Option<usize>, right: usize| {
            let left = left.and_then(|position| self.folded(position));
            let right = self.folded(right);
            left.is_some_and(|character| character.is_ascii_alphanumeric())
                && right.is_some_and(|character| character.is_ascii_alphanumeric())
        };
        !glued(start.checked_sub(1), start) && !glued(end.checked_sub(1), end)
    }
}

struct Piece {
    folded: char,
    origin: usize,
    breaks: bool,
}

/// Removes single signs between two Chinese characters: they hide words from filters and mean nothing else.
fn squeeze(folded: &[(char, usize)]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(folded.len());
    for (index, (character, origin)) in folded.iter().enumerate() {
        let before = pieces.last().map(|piece| piece.folded);
        let after = folded.get(index + 1).map(|(next, _)| *next);
        let is_between = before.is_some_and(is_chinese) && after.is_some_and(is_chinese);
        if is_between && is_inserted_sign(*character) {
            if let Some(last) = pieces.last_mut() {
                last.breaks = matches!(character, ' ' | '/' | '|');
            }
            continue;
        }
        pieces.push(Piece {
            folded: *character,
            origin: *origin,
            breaks: false,
        });
    }
    pieces
}

fn is_inserted_sign(character: char) -> bool {
    matches!(
        character,
        ' ' | '\t' | '*' | '/' | '.' | '·' | '_' | '-' | '|' | '~' | '^' | '+' | '•'
    )
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{fe0e}' | '\u{fe0f}')
}

fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}')
}

fn ends_sentence(character: char) -> bool {
    matches!(character, '。' | '!' | '?' | '\n' | '\r')
}

fn ends_clause(character: char) -> bool {
    matches!(character, ',' | ';' | ':' | '、')
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn signs_that_hide_a_word_are_removed_and_the_original_is_kept() {
        let reading = Reading::new("", "郑州社*保局让农 民 工等");
        assert!(reading.text().contains("社保局让农民工"));
        assert_eq!(reading.original(3, 6), "社*保局");
    }

    #[test]
    fn a_number_inside_a_number_does_not_stand_alone() {
        let reading = Reading::new("", "电话13996123");
        assert!(!reading.stands_alone(5, 8));
    }
}

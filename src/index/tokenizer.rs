//! Three ways to cut a text for the index: into characters and into pairs of neighbours (for membership), and into jieba's
//! words (for order).
//!
//! All fold first (`text::normalize`), on the indexed text and on the query alike.

use crate::text::normalize::{fold, fold_with_positions};
use crate::text::segment::Segmenter;
use std::sync::Arc;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

/// Name of the tokenizer of single characters.
pub const SINGLES: &str = "singles";
/// Name of the tokenizer of neighbouring characters.
pub const PAIRS: &str = "pairs";
/// Name of the word tokenizer.
pub const WORDS: &str = "words";

/// Stands behind the last character of a text.
const END: char = '\0';

/// Makes all known to an index.
pub fn register(manager: &TokenizerManager, segmenter: &Arc<Segmenter>) {
    manager.register(SINGLES, Characters { length: 1 });
    manager.register(PAIRS, Characters { length: 2 });
    manager.register(
        WORDS,
        Words {
            segmenter: Arc::clone(segmenter),
        },
    );
}

/// Folded characters, white space among them as one and the same character: a string matches where it stands in one
/// piece and nowhere else.
pub fn characters(text: &str) -> impl Iterator<Item = char> + '_ {
    fold_with_positions(text).map(|(character, _)| {
        if character.is_whitespace() || character == END {
            ' '
        } else {
            character
        }
    })
}

/// Folded words, as many as the segmenter finds for search.
pub fn words(text: &str, segmenter: &Segmenter) -> Vec<String> {
    let mut tokens = Tokens::of(fold(text), segmenter);
    let mut words = Vec::new();
    while tokens.advance() {
        words.push(tokens.current.text.clone());
    }
    words
}

/// Every run of so many neighbouring characters, at the position of its first.
#[derive(Clone)]
struct Characters {
    length: usize,
}

impl Tokenizer for Characters {
    type TokenStream<'a> = Runs<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Runs<'a> {
        // Every character begins a pair, the last one with the end: `Places::of_character` rests on that.
        let ends = self.length - 1;
        let mut waiting: Box<dyn Iterator<Item = char> + 'a> =
            Box::new(characters(text).chain(std::iter::repeat_n(END, ends)));
        let begin: String = waiting.by_ref().take(self.length - 1).collect();
        Runs {
            waiting,
            current: Token {
                // The first character in front of it makes room.
                text: format!("\0{begin}"),
                ..Token::default()
            },
            next: 0,
        }
    }
}

/// One run after the other, each written into the same token.
struct Runs<'a> {
    waiting: Box<dyn Iterator<Item = char> + 'a>,
    current: Token,
    next: usize,
}

impl TokenStream for Runs<'_> {
    fn advance(&mut self) -> bool {
        let Some(character) = self.waiting.next() else {
            return false;
        };
        self.current.text.remove(0);
        self.current.text.push(character);
        self.current.position = self.next;
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

#[derive(Clone)]
struct Words {
    segmenter: Arc<Segmenter>,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens::of(fold(text), &self.segmenter)
    }
}

/// Words found beforehand, each copied into the same token.
struct Tokens {
    folded: String,
    /// Bytes of each word in `folded`.
    words: std::vec::IntoIter<std::ops::Range<usize>>,
    current: Token,
    next: usize,
}

impl Tokens {
    fn of(folded: String, segmenter: &Segmenter) -> Self {
        let begin = folded.as_ptr() as usize;
        let words: Vec<_> = segmenter
            .cut_for_search(&folded)
            .into_iter()
            .map(|token| {
                let from = token.word.as_ptr() as usize - begin;
                from..from + token.word.len()
            })
            .collect();
        Tokens {
            folded,
            words: words.into_iter(),
            current: Token::default(),
            next: 0,
        }
    }
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else {
            return false;
        };
        self.current.text.clear();
        self.current.text.push_str(&self.folded[word]);
        self.current.position = self.next;
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

//! Three ways to cut a text for the index: into characters and into pairs of neighbours (for membership), and into jieba's
//! words (for order).
//!
//! All of them are given folded text ([`plain`]), the indexed text and the query alike.

use crate::text::normalize::fold_with_positions;
use crate::text::segment::{self, Segmenter};
use std::str::Chars;
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

/// Folded characters, white space among them as one and the same character, and so are square brackets: a string matches where it stands in one
/// piece and nowhere else.
pub fn characters(text: &str) -> impl Iterator<Item = char> + '_ {
    characters_with_positions(text).map(|(character, _)| character)
}

/// The same, each with the position of the original character it came from.
pub fn characters_with_positions(text: &str) -> impl Iterator<Item = (char, usize)> + '_ {
    fold_with_positions(text).map(|(character, position)| {
        let character = match character {
            END => ' ',
            // 〔2017〕12号 is typed as [2017]12号.
            '〔' | '【' => '[',
            '〕' | '】' => ']',
            blank if blank.is_whitespace() => ' ',
            other => other,
        };
        (character, position)
    })
}

/// The text as the index has it.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    plain.extend(characters(text));
    plain
}

/// Folded words, as many as the segmenter finds for search.
pub fn words(text: &str, segmenter: &Segmenter) -> Vec<String> {
    let plain = plain(text);
    let words = segmenter.cut_for_search(&plain).into_iter();
    words.map(|token| token.word.to_owned()).collect()
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
        let is_pair = self.length == 2;
        let mut waiting = text.chars();
        Runs {
            before: if is_pair { waiting.next() } else { None },
            waiting,
            is_pair,
            current: Token::default(),
            next: 0,
        }
    }
}

/// One run after the other, each written into the same token.
struct Runs<'a> {
    /// The character a pair begins with.
    before: Option<char>,
    waiting: Chars<'a>,
    is_pair: bool,
    current: Token,
    next: usize,
}

impl TokenStream for Runs<'_> {
    fn advance(&mut self) -> bool {
        self.current.text.clear();
        if self.is_pair {
            let Some(before) = self.before else {
                return false;
            };
            self.before = self.waiting.next();
            self.current.text.push(before);
            self.current.text.push(self.before.unwrap_or(END));
        } else {
            let Some(character) = self.waiting.next() else {
                return false;
            };
            self.current.text.push(character);
        }
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
    type TokenStream<'a> = Tokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens<'a> {
        Tokens {
            words: self.segmenter.cut_for_search(text).into_iter(),
            current: Token::default(),
            next: 0,
        }
    }
}

/// Words found beforehand, each copied into the same token.
struct Tokens<'a> {
    words: std::vec::IntoIter<segment::Token<'a>>,
    current: Token,
    next: usize,
}

impl TokenStream for Tokens<'_> {
    fn advance(&mut self) -> bool {
        let Some(token) = self.words.next() else {
            return false;
        };
        self.current.text.clear();
        self.current.text.push_str(token.word);
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

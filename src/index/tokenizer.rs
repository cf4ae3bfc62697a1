//! Two ways to cut a text for the index: into characters (for membership) and into jieba's words (for order).
//!
//! Both fold first (`text::normalize`), on the indexed text and on the query alike.

use crate::text::normalize::{fold, fold_with_positions};
use crate::text::segment::Segmenter;
use std::sync::Arc;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

/// Name of the character tokenizer.
pub const CHARACTERS: &str = "characters";
/// Name of the word tokenizer.
pub const WORDS: &str = "words";

/// Makes both known to an index.
pub fn register(manager: &TokenizerManager, segmenter: &Arc<Segmenter>) {
    manager.register(CHARACTERS, Characters);
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
        if character.is_whitespace() {
            ' '
        } else {
            character
        }
    })
}

/// Folded words, as many as the segmenter finds for search.
pub fn words(text: &str, segmenter: &Segmenter) -> Vec<String> {
    let folded = fold(text);
    segmenter
        .cut_for_search(&folded)
        .into_iter()
        .map(|token| token.word.to_owned())
        .collect()
}

#[derive(Clone)]
struct Characters;

impl Tokenizer for Characters {
    type TokenStream<'a> = CharacterTokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> CharacterTokens<'a> {
        CharacterTokens {
            waiting: Box::new(characters(text).enumerate()),
            current: Token::default(),
        }
    }
}

/// One character after the other, each written into the same token.
struct CharacterTokens<'a> {
    waiting: Box<dyn Iterator<Item = (usize, char)> + 'a>,
    current: Token,
}

impl TokenStream for CharacterTokens<'_> {
    fn advance(&mut self) -> bool {
        let Some((position, character)) = self.waiting.next() else {
            return false;
        };
        self.current.position = position;
        self.current.text.clear();
        self.current.text.push(character);
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
        Tokens::new(words(text, &self.segmenter).into_iter().enumerate())
    }
}

/// Tokens made beforehand.
struct Tokens {
    waiting: std::vec::IntoIter<Token>,
    current: Token,
}

impl Tokens {
    fn new(tokens: impl Iterator<Item = (usize, String)>) -> Self {
        let tokens: Vec<Token> = tokens
            .map(|(position, text)| Token {
                position,
                text,
                ..Token::default()
            })
            .collect();
        Tokens {
            waiting: tokens.into_iter(),
            current: Token::default(),
        }
    }
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        match self.waiting.next() {
            Some(token) => {
                self.current = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

//! Files → posts. Pure: bytes in, posts and refused rows out; the caller stores them.
//!
//! JSON Lines now; CSV, XLSX and forms come with a later version.

mod jsonl;

pub use jsonl::read_jsonl;

use crate::model::Post;
use serde::Serialize;

/// A row that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Row of the file, from 1.
    pub row: usize,
    /// One Chinese sentence.
    pub reason: String,
}

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Rows that are not blank.
    pub read: usize,
    /// Posts, each with its row.
    pub posts: Vec<(usize, Post)>,
    /// Rows that are no posts.
    pub refused: Vec<Refused>,
}

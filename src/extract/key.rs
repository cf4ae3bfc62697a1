//! 帖子标识 — a post that its page gives no number → a mark that stays when the post moves to another place of the page.

use crate::model::Post;
use xxhash_rust::xxh3::xxh3_64;

/// Author, time and words of a post as 16 hexadecimal digits. A time that was computed (`3分钟前`) differs from visit to
/// visit and is left out.
pub fn key_of(post: &Post) -> String {
    let author = post.author.as_deref().unwrap_or_default();
    let stated = post.published_at.filter(|published| !published.is_inferred);
    let time = stated.map_or(0, |published| published.at.timestamp());
    let words = format!("{author}\n{time}\n{}", post.text);
    format!("{:016x}", xxh3_64(words.as_bytes()))
}

//! One found post → its rows in `posts`, `originals`, `readings`: new, or known by its natural key and read again.

use super::posts::engagement;
use super::rows::{to_json, to_ms};
use super::{Discovered, SaveCounts};
use crate::model::{Engagement, Post, PostId, Timestamp};
use anyhow::Result;
use rusqlite::{OptionalExtension, Transaction, params};
use xxhash_rust::xxh3::xxh3_128;

/// What makes two findings the same post: its address; else the id of whoever handed it in; else its words.
pub(super) fn natural_key(post: &Post) -> String {
    if let Some(url) = &post.url {
        return url.clone();
    }
    if let Some(external_id) = &post.external_id {
        return format!("id:{}:{external_id}", post.source_name);
    }
    let published = post.published_at.map_or(0, |published| to_ms(published.at));
    let words = format!(
        "{}\n{published}\n{}\n{}",
        post.source_name, post.title, post.text
    );
    format!("words:{:032x}", xxh3_128(words.as_bytes()))
}

/// The next revision; the index follows it. One transaction may take several.
pub(super) const NEXT_REVISION: &str = "(SELECT coalesce(max(revision), 0) + 1 FROM posts)";

pub(super) fn save_post(
    transaction: &Transaction<'_>,
    source_id: Option<&str>,
    discovered: &Discovered,
    now: Timestamp,
) -> Result<(PostId, SaveCounts)> {
    let post = &discovered.original;
    let key = natural_key(post);
    let known: Option<(i64, Engagement)> = transaction
        .prepare_cached(
            "SELECT id, comments, reposts, likes, views FROM posts WHERE natural_key = ?1",
        )?
        .query_row([&key], |row| Ok((row.get(0)?, engagement(row, 1)?)))
        .optional()?;
    if let Some((id, before)) = known {
        if !post.engagement.is_unknown() && post.engagement != before {
            update_engagement(transaction, PostId(id), post)?;
        }
        let counts = SaveCounts {
            duplicate: 1,
            ..SaveCounts::default()
        };
        return Ok((PostId(id), counts));
    }
    let id = insert_post(transaction, source_id, &key, discovered, now)?;
    if !post.engagement.is_unknown() {
        insert_reading(transaction, id, post)?;
    }
    let counts = SaveCounts {
        new: 1,
        ..SaveCounts::default()
    };
    Ok((id, counts))
}

fn insert_post(
    transaction: &Transaction<'_>,
    source_id: Option<&str>,
    key: &str,
    discovered: &Discovered,
    now: Timestamp,
) -> Result<PostId> {
    let (post, masked) = (&discovered.original, &discovered.masked);
    transaction
        .prepare_cached(&format!(
            "INSERT INTO posts (natural_key, revision, source_id, url, external_id, channel,
                 source_name, outlet, outlet_tier, title, text, author, published_at,
                 published_precision, is_inferred, effective_at, fetched_at, first_seen_at,
                 comments, reposts, likes, views, has_image, has_video, floor, source_region,
                 extra, fingerprint, is_official)
             VALUES (?1, {NEXT_REVISION}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
                 ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)"
        ))?
        .execute(params![
            key,
            source_id,
            post.url,
            post.external_id,
            post.channel.code(),
            post.source_name,
            post.outlet,
            post.outlet_tier.code(),
            masked.title,
            masked.text,
            masked.author,
            post.published_at.map(|published| to_ms(published.at)),
            post.published_at
                .map(|published| published.precision.code()),
            post.published_at
                .is_some_and(|published| published.is_inferred),
            to_ms(post.effective_at()),
            to_ms(post.fetched_at),
            to_ms(now),
            post.engagement.comments,
            post.engagement.reposts,
            post.engagement.likes,
            post.engagement.views,
            post.has_image,
            post.has_video,
            post.floor,
            post.source_region,
            to_json(&post.extra)?,
            masked.fingerprint.cast_signed(),
            post.is_official,
        ])?;
    let id = transaction.last_insert_rowid();
    transaction
        .prepare_cached(
            "INSERT INTO originals (post_id, title, text, author) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![id, post.title, post.text, post.author])?;
    Ok(PostId(id))
}

/// A new reading: the numbers of the post, and its level may have to rise. A number the page does not show this time
/// stays as it was; a reading older than the latest is kept as a reading only.
fn update_engagement(transaction: &Transaction<'_>, id: PostId, post: &Post) -> Result<()> {
    transaction
        .prepare_cached(&format!(
            "UPDATE posts SET comments = coalesce(?2, comments), reposts = coalesce(?3, reposts),
                 likes = coalesce(?4, likes), views = coalesce(?5, views), fetched_at = ?6,
                 needs_analysis = (cleared_at IS NULL), revision = {NEXT_REVISION}
             WHERE id = ?1 AND fetched_at <= ?6"
        ))?
        .execute(params![
            id.0,
            post.engagement.comments,
            post.engagement.reposts,
            post.engagement.likes,
            post.engagement.views,
            to_ms(post.fetched_at),
        ])?;
    insert_reading(transaction, id, post)
}

fn insert_reading(transaction: &Transaction<'_>, id: PostId, post: &Post) -> Result<()> {
    let numbers = post.engagement;
    transaction
        .prepare_cached(
            "INSERT INTO readings (post_id, at, comments, reposts, likes, views)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (post_id, at) DO NOTHING",
        )?
        .execute(params![
            id.0,
            to_ms(post.fetched_at),
            numbers.comments,
            numbers.reposts,
            numbers.likes,
            numbers.views
        ])?;
    Ok(())
}

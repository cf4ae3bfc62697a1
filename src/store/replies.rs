//! `replies`: answers to citizens, one by one or a day's count of a channel.

use super::Store;
use super::rows::{code, from_ms, to_ms};
use crate::model::{Answered, Channel, NewReply, PostId, Reply, ReplyCounts, ReplyId, Timestamp};
use anyhow::Result;
use rusqlite::{OptionalExtension, Transaction, params};

/// Why a reply was not registered.
#[derive(Debug, thiserror::Error)]
pub enum ReplyError {
    /// The day has its count.
    #[error("{day}{channel}答复已登记{count}件；数字有误请勾选“更正”，同日另有一批请写合计数并勾选“更正”", channel = channel.label())]
    Counted {
        /// The day.
        day: String,
        /// 渠道.
        channel: Channel,
        /// What it has.
        count: u64,
    },
    /// The post was answered.
    #[error("信息#{0}的答复已登记，不重复计数；内容有误请勾选“更正”")]
    Answered(i64),
    /// What should be corrected was never registered.
    #[error("没有可更正的登记：{0}；首次登记请不要勾选“更正”")]
    NothingToCorrect(String),
    /// The post is not there.
    #[error("没有编号为{0}的信息")]
    NoPost(i64),
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl From<rusqlite::Error> for ReplyError {
    fn from(error: rusqlite::Error) -> Self {
        ReplyError::Store(error.into())
    }
}

impl Store {
    /// Registers a reply, or a day's count. With `corrects`, what was registered of the same post or day before is
    /// counted no more; it stays as a row.
    ///
    /// # Errors
    /// [`ReplyError`]: it was registered before and this is no correction, or never and this is one, or the post is not
    /// there.
    pub fn register_reply(
        &self,
        reply: &NewReply,
        corrects: bool,
        now: Timestamp,
    ) -> Result<ReplyId, ReplyError> {
        // The refusal travels beside the transaction: `write` rolls back on any error.
        let mut refusal = None;
        let done = self.write_durably(|transaction| {
            insert(transaction, reply, corrects, now).map_err(|error| {
                refusal = Some(error);
                anyhow::anyhow!("refused")
            })
        });
        done.map_err(|error| refusal.unwrap_or(ReplyError::Store(error)))
    }

    /// Replies from `from` to before `to`, latest first, at most `limit`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn replies(&self, from: Timestamp, to: Timestamp, limit: usize) -> Result<Vec<Reply>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, channel, replied_at, is_bulk, count, post_id, text, satisfaction, asked_at, by, recorded_at
             FROM replies WHERE is_corrected = 0 AND replied_at >= ?1 AND replied_at < ?2
             ORDER BY replied_at DESC, id DESC LIMIT ?3",
        )?;
        let zone = self.zone;
        let replies = select
            .query_map(params![to_ms(from), to_ms(to), limit], |row| {
                let asked_at: Option<i64> = row.get(8)?;
                let is_bulk: bool = row.get(3)?;
                let answered = if is_bulk {
                    Answered::Many { count: row.get(4)? }
                } else {
                    Answered::One {
                        post: row.get::<_, Option<i64>>(5)?.map(PostId),
                        text: row.get(6)?,
                        satisfaction: row.get(7)?,
                        asked_at: asked_at.map(|ms| from_ms(ms, zone)),
                    }
                };
                Ok(Reply {
                    id: ReplyId(row.get(0)?),
                    reply: NewReply {
                        channel: code(&row.get::<_, String>(1)?)?,
                        replied_at: from_ms(row.get(2)?, zone),
                        answered,
                        by: row.get(9)?,
                    },
                    recorded_at: from_ms(row.get(10)?, zone),
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(replies)
    }

    /// 逐件 — answers registered one by one of that day and channel; a day's count leaves them out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn single_replies(&self, channel: Channel, replied_at: Timestamp) -> Result<u64> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT count(*) FROM replies
             WHERE is_corrected = 0 AND is_bulk = 0 AND channel = ?1 AND day = ?2",
        )?;
        let parameters = params![channel.code(), day_of(replied_at)];
        Ok(select.query_row(parameters, |row| row.get(0))?)
    }

    /// 答复件数 from `from` to before `to`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn reply_counts(&self, from: Timestamp, to: Timestamp) -> Result<ReplyCounts> {
        let reader = self.reader()?;
        let period = params![to_ms(from), to_ms(to)];
        let mut by_channel = reader.prepare_cached(
            "SELECT channel, sum(count) FROM replies
             WHERE is_corrected = 0 AND replied_at >= ?1 AND replied_at < ?2
             GROUP BY channel ORDER BY 2 DESC, 1",
        )?;
        let by_channel = by_channel
            .query_map(period, |row| {
                Ok((code(&row.get::<_, String>(0)?)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<(Channel, u64)>>>()?;
        let mut by_month = reader.prepare_cached(
            "SELECT substr(day, 1, 7), sum(count) FROM replies
             WHERE is_corrected = 0 AND replied_at >= ?1 AND replied_at < ?2 GROUP BY 1 ORDER BY 1",
        )?;
        let by_month = by_month
            .query_map(period, |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(String, u64)>>>()?;
        let (rated, mean_satisfaction) = reader.query_row(
            "SELECT count(satisfaction), avg(satisfaction) FROM replies
             WHERE is_corrected = 0 AND replied_at >= ?1 AND replied_at < ?2",
            period,
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut waits = reader.prepare_cached(
            "SELECT replied_at - asked_at AS wait FROM replies
             WHERE is_corrected = 0 AND replied_at >= ?1 AND replied_at < ?2 AND asked_at IS NOT NULL
             ORDER BY wait",
        )?;
        let waits = waits
            .query_map(period, |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        Ok(ReplyCounts {
            total: by_channel.iter().map(|(_, count)| count).sum(),
            by_channel,
            by_month,
            rated,
            mean_satisfaction,
            timed: waits.len() as u64,
            median_hours: median_hours(&waits),
        })
    }
}

fn insert(
    transaction: &Transaction<'_>,
    reply: &NewReply,
    corrects: bool,
    now: Timestamp,
) -> Result<ReplyId, ReplyError> {
    let day = day_of(reply.replied_at);
    let (is_bulk, count, post) = match &reply.answered {
        Answered::Many { count } => (true, *count, None),
        Answered::One { post, .. } => (false, 1, *post),
    };
    if let Some(post) = post
        && !transaction
            .prepare_cached("SELECT 1 FROM posts WHERE id = ?1")?
            .exists([post.0])?
    {
        return Err(ReplyError::NoPost(post.0));
    }
    let known = transaction
        .query_row(
            "SELECT id, count FROM replies
             WHERE is_corrected = 0 AND (?1 AND is_bulk = 1 AND channel = ?2 AND day = ?3 OR post_id = ?4)",
            params![is_bulk, reply.channel.code(), day, post.map(|post| post.0)],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?)),
        )
        .optional()?;
    match (known, post) {
        (None, _) if corrects => return Err(nothing_to_correct(reply, &day)),
        (None, _) => {}
        (Some((id, _)), _) if corrects => {
            transaction.execute("UPDATE replies SET is_corrected = 1 WHERE id = ?1", [id])?;
        }
        (Some(_), Some(post)) => return Err(ReplyError::Answered(post.0)),
        (Some((_, count)), None) => {
            return Err(ReplyError::Counted {
                day,
                channel: reply.channel,
                count,
            });
        }
    }
    let (text, satisfaction, asked_at) = match &reply.answered {
        Answered::Many { .. } => ("", None, None),
        Answered::One {
            text,
            satisfaction,
            asked_at,
            ..
        } => (text.as_str(), *satisfaction, *asked_at),
    };
    transaction.execute(
        "INSERT INTO replies (channel, replied_at, day, is_bulk, count, post_id, text, satisfaction, asked_at, by, recorded_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            reply.channel.code(),
            to_ms(reply.replied_at),
            day,
            is_bulk,
            count,
            post.map(|post| post.0),
            text,
            satisfaction,
            asked_at.map(to_ms),
            reply.by,
            to_ms(now)
        ],
    )?;
    Ok(ReplyId(transaction.last_insert_rowid()))
}

fn day_of(replied_at: Timestamp) -> String {
    replied_at.format("%Y-%m-%d").to_string()
}

fn nothing_to_correct(reply: &NewReply, day: &str) -> ReplyError {
    ReplyError::NothingToCorrect(match &reply.answered {
        Answered::Many { .. } => format!("{day}{}没有按日登记", reply.channel.label()),
        Answered::One {
            post: Some(post), ..
        } => format!("信息#{}没有登记过答复", post.0),
        Answered::One { post: None, .. } => {
            "逐件登记的答复只能按信息更正，请填写信息编号".to_owned()
        }
    })
}

/// Of sorted milliseconds.
fn median_hours(waits: &[i64]) -> Option<f64> {
    let middle = waits.len() / 2;
    let upper = *waits.get(middle)? as f64;
    let median = match waits.len() % 2 {
        0 => (waits[middle - 1] as f64 + upper) / 2.0,
        _ => upper,
    };
    Some(median / 3_600_000.0)
}

//! `issues.seal`, `issue_renditions`: what a signature froze. The seal is a SHA-256 over the stored text of content,
//! number, signature and 计数依据, so that it holds whatever a later program makes of them.

use super::Store;
use super::rows::{to_json, to_ms};
use crate::model::{IssueId, Timestamp};
use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

/// Level of compression: renditions are written once and read seldom.
const PACKING: i32 = 9;
/// What the seal covers and in which order; another order is another name.
const SEALED_AS: &str = "yuqing issue 1";

/// 成品 as it was frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenRendition {
    /// Code of the format.
    pub format: String,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
    /// The bytes; `None` where what is stored cannot be unpacked.
    pub body: Option<Vec<u8>>,
}

impl FrozenRendition {
    /// Are the bytes those that were frozen?
    pub fn is_intact(&self) -> bool {
        self.body
            .as_deref()
            .is_some_and(|body| hash(body) == self.sha256)
    }
}

/// 内容散列 of a signed issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// As stored with the signature; `None` where the issue was signed before seals were kept.
    pub stored: Option<String>,
    /// As computed now.
    pub computed: String,
}

impl Store {
    /// The seal of an issue, stored and computed anew; `None` before the signature.
    ///
    /// # Errors
    /// The database refuses.
    pub fn seal_of_issue(&self, id: IssueId) -> Result<Option<Seal>> {
        let reader = self.reader()?;
        let stored: Option<(Option<i64>, Option<String>)> = reader
            .query_row(
                "SELECT number, seal FROM issues WHERE id = ?1",
                [id.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let Some((Some(_), stored)) = stored else {
            return Ok(None);
        };
        Ok(Some(Seal {
            stored,
            computed: compute(&reader, id)?,
        }))
    }

    /// A frozen rendition, as it was first made.
    ///
    /// # Errors
    /// The database refuses.
    pub fn frozen_rendition(&self, id: IssueId, format: &str) -> Result<Option<FrozenRendition>> {
        let found = self.frozen_renditions(id)?;
        Ok(found.into_iter().find(|frozen| frozen.format == format))
    }

    /// All frozen renditions of an issue.
    ///
    /// # Errors
    /// The database refuses.
    pub fn frozen_renditions(&self, id: IssueId) -> Result<Vec<FrozenRendition>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT format, sha256, body FROM issue_renditions WHERE issue_id = ?1 ORDER BY format",
        )?;
        let frozen = select
            .query_map([id.0], |row| {
                let packed: Vec<u8> = row.get(2)?;
                Ok(FrozenRendition {
                    format: row.get(0)?,
                    sha256: row.get(1)?,
                    body: zstd::decode_all(packed.as_slice()).ok(),
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(frozen)
    }

    /// Freezes a rendition of a signed issue. One that was frozen before stays; what is frozen is given back.
    ///
    /// # Errors
    /// The database refuses.
    pub fn freeze_rendition(
        &self,
        id: IssueId,
        format: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>> {
        let packed = Packed::new(format, body)?;
        self.write_durably(|transaction| {
            packed.insert(transaction, id, now)?;
            let stored: Option<Vec<u8>> = transaction
                .query_row(
                    "SELECT body FROM issue_renditions WHERE issue_id = ?1 AND format = ?2",
                    params![id.0, format],
                    |row| row.get(0),
                )
                .optional()?;
            match stored {
                Some(stored) => {
                    zstd::decode_all(stored.as_slice()).context("封存的成品已损坏，请从备份恢复")
                }
                None => Ok(body.to_vec()),
            }
        })
    }

    /// Freezes renditions of a signed issue together: a kill leaves all of them or none. Those that were frozen before
    /// stay.
    ///
    /// # Errors
    /// The database refuses.
    pub fn freeze_renditions(
        &self,
        id: IssueId,
        made: &[(&str, Vec<u8>)],
        now: Timestamp,
    ) -> Result<()> {
        let packed = made
            .iter()
            .map(|(format, body)| Packed::new(format, body))
            .collect::<Result<Vec<Packed>>>()?;
        self.write_durably(|transaction| {
            for rendition in &packed {
                rendition.insert(transaction, id, now)?;
            }
            Ok(())
        })
    }

    /// Signed issues of which one of the formats, given by their codes, is not frozen yet.
    ///
    /// # Errors
    /// The database refuses.
    pub fn issues_to_freeze(&self, formats: &[&str], limit: usize) -> Result<Vec<IssueId>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id FROM issues WHERE state = 'signed' AND seal IS NOT NULL
                 AND EXISTS (SELECT 1 FROM json_each(?1) AS wanted WHERE NOT EXISTS (
                     SELECT 1 FROM issue_renditions WHERE issue_id = issues.id AND format = wanted.value))
             ORDER BY id LIMIT ?2",
        )?;
        let ids = select
            .query_map(params![to_json(&formats)?, limit], |row| {
                Ok(IssueId(row.get(0)?))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(ids)
    }
}

/// A rendition, ready for its row.
struct Packed<'r> {
    format: &'r str,
    sha256: String,
    body: Vec<u8>,
}

impl<'r> Packed<'r> {
    fn new(format: &'r str, body: &[u8]) -> Result<Packed<'r>> {
        Ok(Packed {
            format,
            sha256: hash(body),
            body: zstd::encode_all(body, PACKING).context("pack a rendition")?,
        })
    }

    fn insert(&self, connection: &Connection, id: IssueId, now: Timestamp) -> Result<()> {
        connection.execute(
            "INSERT INTO issue_renditions (issue_id, format, made_at, sha256, body)
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM issues WHERE id = ?1 AND state = 'signed')
             ON CONFLICT DO NOTHING",
            params![id.0, self.format, to_ms(now), self.sha256, self.body],
        )?;
        Ok(())
    }
}

/// Stores the seal of an issue that has just got its number.
pub(super) fn seal(connection: &Connection, id: IssueId) -> Result<()> {
    let seal = compute(connection, id)?;
    connection.execute(
        "UPDATE issues SET seal = ?2 WHERE id = ?1",
        params![id.0, seal],
    )?;
    Ok(())
}

fn compute(connection: &Connection, id: IssueId) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut line = |text: &str| {
        hasher.update(text.len().to_string());
        hasher.update(b":");
        hasher.update(text);
        hasher.update(b"\n");
    };
    line(SEALED_AS);
    let parts: Vec<String> = connection.query_row(
        "SELECT digest, series, part, year, number, total_number, period_from, period_to, drafted_at, signed_at,
             signed_by, coalesce(corrects, 0), content FROM issues WHERE id = ?1",
        [id.0],
        |row| (0..13).map(|column| text_of(row, column)).collect(),
    )?;
    parts.iter().for_each(|part| line(part));
    let mut select = connection.prepare_cached(
        "SELECT part, post_id, day, channel, is_removed, level, sentiment, coalesce(topic, ''), region
         FROM issue_counted WHERE issue_id = ?1 ORDER BY part, post_id",
    )?;
    let mut rows = select.query([id.0])?;
    while let Some(row) = rows.next()? {
        for column in 0..9 {
            line(&text_of(row, column)?);
        }
    }
    Ok(hex(&hasher.finalize()))
}

fn text_of(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<String> {
    use rusqlite::types::ValueRef;
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    })
}

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! `attachments`: pictures and PDF of posts and cases, by hash; a post entered by hand together with its own.

use super::rows::{code, from_ms, to_ms};
use super::save::save_post;
use super::{Discovered, Store};
use crate::model::{
    AttachedTo, Attachment, AttachmentId, CaseId, NewAttachment, PostId, Timestamp,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Row, Transaction, params};

const COLUMNS: &str = "id, post_id, case_id, name, kind, byte_count, hash, added_by, added_at";

impl Store {
    /// 补录 — one post with its attachments, in one transaction. Its row, and whether it is new: the same post and the
    /// same file are stored once.
    ///
    /// # Errors
    /// The database refuses; then nothing is stored.
    pub fn save_entry(
        &self,
        post: &Discovered,
        files: &[NewAttachment],
        now: Timestamp,
    ) -> Result<(PostId, bool)> {
        self.write_durably(|transaction| {
            let (id, counts) = save_post(transaction, None, post, now)?;
            attach(transaction, AttachedTo::Post(id), files, now)?;
            Ok((id, counts.new > 0))
        })
    }

    /// Files to a case. `false`: no such case.
    ///
    /// # Errors
    /// The database refuses.
    pub fn attach_to_case(
        &self,
        id: CaseId,
        files: &[NewAttachment],
        now: Timestamp,
    ) -> Result<bool> {
        self.write_durably(|transaction| {
            let is_there = transaction
                .prepare_cached("SELECT 1 FROM cases WHERE id = ?1")?
                .exists([id.0])?;
            if is_there {
                attach(transaction, AttachedTo::Case(id), files, now)?;
            }
            Ok(is_there)
        })
    }

    /// Attachments of a post or a case, oldest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn attachments_of(&self, to: AttachedTo) -> Result<Vec<Attachment>> {
        let (column, id) = match to {
            AttachedTo::Post(id) => ("post_id", id.0),
            AttachedTo::Case(id) => ("case_id", id.0),
        };
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM attachments WHERE {column} = ?1 ORDER BY id"
        ))?;
        let rows = select.query_map([id], |row| attachment(row, self.zone))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// One attachment.
    ///
    /// # Errors
    /// The database refuses.
    pub fn attachment(&self, id: AttachmentId) -> Result<Option<Attachment>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {COLUMNS} FROM attachments WHERE id = ?1"))?;
        let found = select.query_row([id.0], |row| attachment(row, self.zone));
        Ok(found.optional()?)
    }
}

fn attach(
    transaction: &Transaction<'_>,
    to: AttachedTo,
    files: &[NewAttachment],
    now: Timestamp,
) -> Result<()> {
    let (post, case) = match to {
        AttachedTo::Post(id) => (Some(id.0), None),
        AttachedTo::Case(id) => (None, Some(id.0)),
    };
    for file in files {
        transaction
            .prepare_cached(
                "INSERT INTO attachments (post_id, case_id, name, kind, byte_count, hash, added_by,
                     added_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                post,
                case,
                file.name,
                file.kind.code(),
                file.byte_count,
                file.hash,
                file.by,
                to_ms(now)
            ])?;
    }
    Ok(())
}

fn attachment(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Attachment> {
    let post: Option<i64> = row.get(1)?;
    let to = match post {
        Some(post) => AttachedTo::Post(PostId(post)),
        None => AttachedTo::Case(CaseId(row.get(2)?)),
    };
    Ok(Attachment {
        id: AttachmentId(row.get(0)?),
        to,
        file: NewAttachment {
            name: row.get(3)?,
            kind: code(&row.get::<_, String>(4)?)?,
            byte_count: row.get(5)?,
            hash: row.get(6)?,
            by: row.get(7)?,
        },
        added_at: from_ms(row.get(8)?, zone),
    })
}

//! `opinions`: how often people agreed with each rule. Follows from `corrections`, and is written with them, so that nobody
//! has to read them all.

use super::Store;
use super::corrections::corrections_of;
use super::rows::code;
use crate::model::{Adoption, Field, PostId, opinions};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{OptionalExtension, Transaction, params};

impl Store {
    /// 采纳率 of every rule and field, the rule of the lowest code first; where no rule had fired, under `-`.
    ///
    /// # Errors
    /// The database refuses.
    pub fn adoption_by_rule(&self) -> Result<Vec<(String, Field, Adoption)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT rule, field, count(*) FILTER (WHERE agrees), count(*) FILTER (WHERE NOT agrees)
             FROM opinions GROUP BY rule, field ORDER BY rule, field",
        )?;
        let rates = select
            .query_map([], |row| {
                let adoption = Adoption {
                    agreed: row.get(2)?,
                    disagreed: row.get(3)?,
                };
                Ok((row.get(0)?, code(&row.get::<_, String>(1)?)?, adoption))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(rates)
    }

    /// 采纳率 of one rule on one field.
    ///
    /// # Errors
    /// The database refuses.
    pub fn adoption_of_rule(&self, rule: &str, field: Field) -> Result<Adoption> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT count(*) FILTER (WHERE agrees), count(*) FILTER (WHERE NOT agrees)
             FROM opinions WHERE rule = ?1 AND field = ?2",
        )?;
        Ok(select.query_row([rule, field.code()], |row| {
            Ok(Adoption {
                agreed: row.get(0)?,
                disagreed: row.get(1)?,
            })
        })?)
    }

    /// 指纹 of a post.
    ///
    /// # Errors
    /// The database refuses.
    pub fn fingerprint(&self, id: PostId) -> Result<Option<u64>> {
        let reader = self.reader()?;
        let print: Option<i64> = reader
            .prepare_cached("SELECT fingerprint FROM posts WHERE id = ?1")?
            .query_row([id.0], |row| row.get(0))
            .optional()?;
        Ok(print.map(i64::cast_unsigned))
    }

    /// 指纹 of every post somebody corrected.
    ///
    /// # Errors
    /// The database refuses.
    pub fn corrected_fingerprints(&self) -> Result<Vec<(PostId, u64)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT id, fingerprint FROM posts
             WHERE id IN (SELECT post_id FROM corrections) ORDER BY id",
        )?;
        let corrected = select
            .query_map([], |row| {
                Ok((PostId(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned()))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(corrected)
    }
}

/// The opinions on a post as its corrections are now.
pub(super) fn save_opinions(transaction: &Transaction<'_>, id: PostId, zone: Tz) -> Result<()> {
    transaction
        .prepare_cached("DELETE FROM opinions WHERE post_id = ?1")?
        .execute([id.0])?;
    let no_rule = ["-".to_owned()];
    for (field, agrees, rules) in opinions(&corrections_of(transaction, id, zone)?) {
        for rule in if rules.is_empty() {
            &no_rule[..]
        } else {
            rules
        } {
            transaction
                .prepare_cached(
                    "INSERT INTO opinions (rule, field, post_id, agrees) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![rule, field.code(), id.0, agrees])?;
        }
    }
    Ok(())
}

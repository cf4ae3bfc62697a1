//! `rule_parts`: how often in a row a part of a site's rules found nothing.

use super::Store;
use super::rows::{from_ms, to_ms};
use crate::model::Timestamp;
use anyhow::Result;
use rusqlite::params;
use serde::Serialize;

/// 失效规则 — a part of a site's rules that has found nothing on several pages in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrokenRule {
    /// Host of the pages.
    pub host: String,
    /// Place in the file: `article.body`.
    pub part: String,
    /// Pages in a row.
    pub miss_count: u32,
    /// When it last found something; `None`: never.
    pub last_hit: Option<Timestamp>,
    /// The last page on which it found nothing.
    pub example: String,
}

impl Store {
    /// Notes which parts of the rules of `host` found something on the page at `url`. Gives the parts that have now
    /// failed `limit` times in a row, once each.
    ///
    /// # Errors
    /// The database refuses.
    pub fn record_rule_uses<'u>(
        &self,
        host: &str,
        url: &str,
        uses: impl IntoIterator<Item = (&'u str, bool)>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<String>> {
        self.write(|transaction| {
            let mut note = transaction.prepare_cached(
                "INSERT INTO rule_parts (host, part, miss_count, last_hit, last_miss, example)
                 VALUES (?1, ?2, NOT ?3, iif(?3, ?4, NULL), iif(?3, NULL, ?4), iif(?3, '', ?5))
                 ON CONFLICT (host, part) DO UPDATE SET
                     miss_count = iif(?3, 0, miss_count + 1),
                     last_hit = iif(?3, ?4, last_hit),
                     last_miss = iif(?3, last_miss, ?4),
                     example = iif(?3, example, ?5)
                 RETURNING miss_count",
            )?;
            let mut broken = Vec::new();
            for (part, has_matched) in uses {
                let row = params![host, part, has_matched, to_ms(now), url];
                let misses: u32 = note.query_row(row, |row| row.get(0))?;
                if misses == limit {
                    broken.push(part.to_owned());
                }
            }
            Ok(broken)
        })
    }

    /// Parts that have found nothing on `limit` pages in a row or more.
    ///
    /// # Errors
    /// The database refuses.
    pub fn broken_rules(&self, limit: u32) -> Result<Vec<BrokenRule>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT host, part, miss_count, last_hit, example FROM rule_parts
             WHERE miss_count >= ?1 ORDER BY host, part",
        )?;
        let broken = select
            .query_map([limit], |row| {
                Ok(BrokenRule {
                    host: row.get(0)?,
                    part: row.get(1)?,
                    miss_count: row.get(2)?,
                    last_hit: row
                        .get::<_, Option<i64>>(3)?
                        .map(|ms| from_ms(ms, self.zone)),
                    example: row.get(4)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(broken)
    }
}

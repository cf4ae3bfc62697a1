//! 审计清单 — the lines of the audit as a table to take along.

use super::App;
use super::table::harmless;
use crate::store::AuditFilter;
use anyhow::Result;

/// Lines read at a time.
const PORTION: usize = 5_000;

impl App {
    /// All lines of a filter, latest first, as CSV for Excel with the watermark above. How many, and the file?
    ///
    /// # Errors
    /// The database refuses.
    pub fn audit_table(&self, filter: &AuditFilter, watermark: &str) -> Result<(usize, Vec<u8>)> {
        let mut table = csv::WriterBuilder::new()
            .flexible(true)
            .from_writer("\u{feff}".as_bytes().to_vec());
        table.write_record([watermark])?;
        table.write_record([
            "序号",
            "时间",
            "姓名",
            "事项",
            "对象",
            "情况",
            "地址",
            "校验值",
        ])?;
        let mut count = 0;
        let (mut offset, mut last) = (0, i64::MAX);
        loop {
            let portion = self.store.audit(&AuditFilter {
                offset,
                limit: PORTION,
                ..filter.clone()
            })?;
            let read = portion.len();
            for line in portion {
                // Lines written meanwhile move the portions: what came already is skipped.
                if line.id >= last {
                    continue;
                }
                last = line.id;
                table.write_record([
                    line.id.to_string(),
                    line.at.format("%Y-%m-%d %H:%M:%S").to_string(),
                    harmless(line.actor),
                    line.action.label().to_owned(),
                    harmless(line.subject),
                    harmless(line.detail),
                    line.address,
                    line.hash,
                ])?;
                count += 1;
            }
            if read < PORTION {
                return Ok((count, table.into_inner()?));
            }
            offset += read;
        }
    }
}

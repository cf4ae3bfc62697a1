//! Brings a database up to this program's version. Migrations append and are never edited after a release.

use super::Store;
use anyhow::{Result, ensure};
use rusqlite::{Connection, TransactionBehavior};

/// In order; the database's `user_version` counts those already applied.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_collect.sql"),
    include_str!("migrations/0003_stopped.sql"),
    include_str!("migrations/0004_imports.sql"),
    include_str!("migrations/0005_targets.sql"),
    include_str!("migrations/0006_hosts.sql"),
    include_str!("migrations/0007_corrections.sql"),
    include_str!("migrations/0008_events.sql"),
    include_str!("migrations/0009_event_ids.sql"),
    include_str!("migrations/0010_old_news.sql"),
    include_str!("migrations/0011_opinions.sql"),
    include_str!("migrations/0012_looks.sql"),
    include_str!("migrations/0013_watches.sql"),
    include_str!("migrations/0014_deliveries.sql"),
    include_str!("migrations/0015_issues.sql"),
    include_str!("migrations/0016_alerts.sql"),
    include_str!("migrations/0017_cases.sql"),
    include_str!("migrations/0018_ledgers.sql"),
    include_str!("migrations/0019_adoptions.sql"),
    include_str!("migrations/0020_access.sql"),
    include_str!("migrations/0021_attachments.sql"),
    include_str!("migrations/0022_rule_changes.sql"),
    include_str!("migrations/0024_today.sql"),
    include_str!("migrations/0025_proof.sql"),
    include_str!("migrations/0026_searches.sql"),
    include_str!("migrations/0027_day_revisions.sql"),
    include_str!("migrations/0028_posts_of_event.sql"),
    include_str!("migrations/0029_changes_of_event.sql"),
];

impl Store {
    /// 数据库版本: migrations applied.
    ///
    /// # Errors
    /// The database refuses.
    pub fn schema_version(&self) -> Result<u32> {
        let reader = self.reader()?;
        Ok(reader.query_row("PRAGMA user_version", [], |row| row.get(0))?)
    }
}

/// Applies what is missing, each step in a transaction of its own.
///
/// # Errors
/// A newer program made this database, or the disk refused.
pub fn migrate(connection: &mut Connection) -> Result<()> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let applied: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        ensure!(
            applied <= MIGRATIONS.len(),
            "数据库是更新版本的程序建立的（版本{applied}，本程序只认得到{}），请换用新版本的程序",
            MIGRATIONS.len()
        );
        let Some(step) = MIGRATIONS.get(applied) else {
            return Ok(());
        };
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", applied + 1)?;
        transaction.commit()?;
    }
}

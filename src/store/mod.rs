//! The truth: SQLite, the only module with SQL. One file per table; each method is a question or a deed in the words
//! of the domain, so that a twin on another database can take its place.

mod adoption;
mod alert_inputs;
mod alert_rounds;
mod alerts;
mod api_keys;
mod arrivals;
mod attachments;
mod audit;
mod case_files;
mod case_reminders;
mod cases;
mod copies_by_hand;
mod corrections;
mod deliveries;
mod delivery_claims;
mod event_decisions;
mod event_lists;
mod event_ties;
mod events;
mod evidence;
mod hosts;
mod imports;
mod issue_archive;
mod issue_drafts;
mod issue_edits;
mod issue_seals;
mod issue_steps;
mod issues;
mod judgements;
mod ledger;
mod ledgers;
mod looks;
mod migrate;
mod old_news;
mod posts;
mod replies;
mod rows;
mod rule_changes;
mod rule_parts;
mod save;
mod searches;
mod sessions;
mod shift;
mod source_claims;
mod sources;
mod targets;
mod upkeep;
mod uptakes;
mod users;
mod watches;

pub use alert_inputs::{RisenEvent, RisenPost, WaitingHit};
pub use alerts::{AlertActError, AlertFilter};
pub use arrivals::Arrival;
pub use audit::AuditFilter;
pub use cases::{CaseAct, CaseError, Passage};
pub use copies_by_hand::{CopyByHand, CopyError, Marked};
pub use corrections::Act;
pub use deliveries::{DeliveryError, DeliveryFilter};
pub use delivery_claims::{AttemptEnd, DeliveryClaim};
pub use event_lists::{EventFilter, ListedEvent, MemberLine};
pub use events::{EventDraft, EventMembers};
pub use evidence::{DeletedPost, PackedCapture, WaitingCapture};
pub use imports::{ImportRecord, InboxLook};
pub use issue_archive::ArchiveFilter;
pub use issue_drafts::SavedDraft;
pub use issue_edits::{Change, Edit, EditError};
pub use issue_seals::{FrozenRendition, Seal};
pub use issue_steps::SignError;
pub use issues::IssueFilter;
pub use old_news::LookedAt;
pub use posts::{Discovered, NewPost, PostToAnalyze, PostToCluster, SaveCounts};
pub use replies::ReplyError;
pub use rule_changes::{RuleChange, RuleChangeLine};
pub use rule_parts::BrokenRule;
pub use sessions::{FailuresOf, NewSession, UsedLink};
pub use shift::Flagged;
pub use sources::{PastVisit, SourceState, Visit};
pub use targets::{Claim, DueReading, PageResult, Readable, Validators};
pub use upkeep::NumberGap;
pub use uptakes::UptakeError;
pub use users::Credentials;

use anyhow::{Context, Result};
use chrono_tz::Tz;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};
use source_claims::OwnClaims;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many migrations this program knows.
const MIGRATIONS_KNOWN: usize = migrate::MIGRATIONS.len();

/// How long a statement waits for another process that is writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// 数据库 — every stage's memory. Share it by reference; calls take milliseconds and block.
pub struct Store {
    path: PathBuf,
    zone: Tz,
    writer: Mutex<Connection>,
    idle_readers: Mutex<Vec<Connection>>,
    /// Sources this process visits now.
    own_claims: Mutex<OwnClaims>,
}

impl Store {
    /// Opens `yuqing.db` below `folder`, creates it or brings it up to this program's version. Times are given out in
    /// `zone`.
    ///
    /// # Errors
    /// The folder cannot be written, the file is no database, or a newer program made it.
    pub fn open(folder: &Path, zone: Tz) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("不能建立数据目录 {}", folder.display()))?;
        let path = folder.join("yuqing.db");
        let mut connection = connect(&path)?;
        // The writer's pages stay valid; those of a reader are forgotten whenever somebody wrote.
        connection.pragma_update(None, "cache_size", -16_000)?;
        migrate::migrate(&mut connection)
            .with_context(|| format!("不能升级数据库 {}", path.display()))?;
        Ok(Store {
            path,
            zone,
            writer: Mutex::new(connection),
            idle_readers: Mutex::new(Vec::new()),
            own_claims: Mutex::default(),
        })
    }

    /// Runs `deed` in one transaction that begins as a writer, so that two writers never deadlock.
    ///
    /// A killed process loses nothing that was committed; a power cut may take back the last moments as a whole: pages
    /// read then are simply read again.
    fn write<T>(&self, deed: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>) -> Result<T> {
        transact(&mut self.lock_writer(), deed)
    }

    /// As `write`, and survives a power cut: for what people did, which nobody would do again by itself.
    fn write_durably<T>(
        &self,
        deed: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut connection = self.lock_writer();
        connection.pragma_update(None, "synchronous", "FULL")?;
        let result = transact(&mut connection, deed);
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        result
    }

    fn lock_writer(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back: the connection itself is sound.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection for questions; several may ask at once while one writes.
    fn reader(&self) -> Result<Reader<'_>> {
        let idle = self.lock_readers().pop();
        let connection = idle.map_or_else(|| connect(&self.path), Ok)?;
        Ok(Reader {
            store: self,
            connection: Some(connection),
        })
    }

    fn lock_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A borrowed connection; goes back to the store when dropped.
struct Reader<'s> {
    store: &'s Store,
    connection: Option<Connection>,
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("present until the reader is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.store.lock_readers().extend(self.connection.take());
    }
}

fn transact<T>(
    connection: &mut Connection,
    deed: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = deed(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = prepare(path).with_context(|| format!("不能打开数据库 {}", path.display()))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The first statement is the first to notice that a file is no database.
fn prepare(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Else a statement is prepared anew whenever a parameter changes that its plan might depend on.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;",
    )?;
    Ok(connection)
}

#[cfg(test)]
mod tests;

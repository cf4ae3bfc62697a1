//! App: settings, store, index, fetcher, built once and shared by `Arc`; and the clock, so that a test or the demo may
//! live in another time.

mod accounts;
mod adoption;
mod alerts;
mod audit;
mod backup;
mod backups;
mod counted_days;
mod doctor;
mod event_members;
mod export;
mod ledger;
mod machine;
mod own_account;
mod restore;
mod rules;
mod search;
mod signed_issues;
mod source_report;
mod system;
mod table;
mod trend;
mod watches;

pub use accounts::{LinkPurpose, SignIn, SignInError};
pub use adoption::{PostAdoption, RuleAdoption, TemplateAdoption};
pub use alerts::{AlertReport, DutyReport};
pub use backup::{BackupFile, BackupReport, Manifest, backups_in, dated_name, prune_backups};
pub use backups::{BACKED_UP, BackupCheck, KeptBackup};
pub use doctor::doctor;
pub use export::Export;
pub use ledger::{FrozenMark, LedgerReport};
pub use machine::{DiskSpace, disk_space};
pub use own_account::{MAX_KEYS, ProofError};
pub use restore::{RestoreError, RestoreOrder, Restored, check_backup, restore};
pub use rules::Collecting;
pub use search::{Hit, SNIPPET_CHARS, SearchOrder, SearchReport};
pub use source_report::SourceReport;
pub use system::{Sizes, SystemReport};
pub use table::{Cell, Rows, Table, TableFormat, watermark};
pub use trend::{MAX_STEPS, Trend, TrendStep, share};
pub use watches::WatchReport;

use crate::cluster;
use crate::config::Config;
use crate::deliver::Sender;
use crate::document::Press;
use crate::evidence::{Archive, Attachments};
use crate::fetch::{Fetcher, LanguageModel};
use crate::index::Index;
use crate::model::Timestamp;
use crate::store::Store;
use anyhow::{Context, Result, bail};
use chrono::{TimeZone, Utc};
use chrono_tz::Tz;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// Everything the steps of the pipeline need.
pub struct App {
    /// What the operator decided.
    pub config: Config,
    /// The truth.
    pub store: Store,
    /// Search.
    pub index: Index,
    /// Pages behind flagged posts.
    pub archive: Archive,
    /// Pictures and PDF handed in.
    pub attachments: Attachments,
    /// The network.
    pub fetcher: Fetcher,
    /// Who writes summaries, where the operator named somebody.
    pub language_model: Option<LanguageModel>,
    /// 投递.
    pub sender: Sender,
    /// How pages are printed.
    pub press: Press,
    /// The time.
    pub clock: Clock,
    /// Saved queries.
    watching: watches::Watching,
    /// Rules and sources in force.
    standing: rules::Standing,
    /// What a ledger counted before.
    counted_days: counted_days::CountedDays,
    /// Posts of events as their pages count them.
    events_seen: event_members::EventsSeen,
    /// Signed issues as a ledger reads them.
    signed_issues: signed_issues::SignedIssues,
    /// What clustering compared lately.
    pub cluster_memory: Mutex<cluster::Memory>,
    folder: PathBuf,
    /// Places for work that blocks.
    blocking: Arc<Semaphore>,
}

/// Threads of blocking work: more would only wait for the same cores and the same database, each with memory of its own.
const BLOCKING_THREADS: usize = 6;

impl App {
    /// Opens the data folder and builds the parts.
    ///
    /// # Errors
    /// The folder cannot be used, the inbox would swallow it, the database or the index is damaged.
    pub fn open(config: Config, folder: &Path, clock: Clock) -> Result<Arc<App>> {
        config.check_inbox(folder)?;
        let zone = config.settings.bureau.time_zone;
        let store = Store::open(folder, zone)?;
        let now = clock.now(zone);
        store.register_sources(first_checks(&config, now))?;
        let watching = watches::Watching::begin(&config, &store, now)?;
        let standing = rules::Standing::begin(&config);
        let index = open_index(&config, &store, folder)?;
        let fetcher = Fetcher::new(config.settings.fetch.clone())?;
        let language_model = LanguageModel::new(&config.settings.summary)?;
        let sender = Sender::new(&config.settings.deliver, &config.settings.smtp)?;
        let press = Press::new(&config.settings.document);
        Ok(Arc::new(App {
            config,
            store,
            index,
            archive: Archive::new(folder.join("evidence")),
            attachments: Attachments::new(folder.join("attachments")),
            fetcher,
            language_model,
            sender,
            press,
            clock,
            watching,
            standing,
            counted_days: counted_days::CountedDays::default(),
            events_seen: event_members::EventsSeen::default(),
            signed_issues: signed_issues::SignedIssues::default(),
            cluster_memory: Mutex::default(),
            folder: folder.to_owned(),
            blocking: Arc::new(Semaphore::new(BLOCKING_THREADS)),
        }))
    }

    /// Now, with the offset of the configured zone.
    pub fn now(&self) -> Timestamp {
        self.clock.now(self.zone())
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The configured zone.
    pub fn zone(&self) -> Tz {
        self.config.settings.bureau.time_zone
    }

    /// Runs blocking work (CPU, database) where it does not hold up the network.
    ///
    /// # Errors
    /// The work's own.
    pub async fn on_cpu<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&App) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // The place belongs to the work: whoever no longer waits for it does not make room for more.
        let place = Arc::clone(&self.blocking).acquire_owned();
        let place = place.await.context("never closed")?;
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&app)
        })
        .await
        .context("work on the CPU broke off")?
    }

    /// Takes the data folder for one daemon; keep the value as long as it runs. What only its owner may do is done
    /// here: claims of a killed process are given back, posts judged by other rules are judged again, changed schedules
    /// take effect.
    ///
    /// # Errors
    /// Another process holds it: the message names the process.
    pub fn lock_folder(&self) -> Result<FolderLock> {
        let lock = FolderLock::take(&self.folder)?;
        self.index.tidy()?;
        self.watched().register_all(self)?;
        self.store.release_claims()?;
        self.store
            .mark_judged_by_other_rules(self.rules().version())?;
        self.follow_schedules()?;
        Ok(lock)
    }
}

/// Where the index of a data folder lies.
pub fn index_folder(data: &Path) -> PathBuf {
    data.join("index")
}

/// Opens the index. A damaged one is begun anew – nothing is lost, it derives from the store – but only by whoever
/// holds the folder: another process may be using it at this moment.
fn open_index(config: &Config, store: &Store, folder: &Path) -> Result<Index> {
    let path = index_folder(folder);
    let open = || {
        let segmenter = Arc::clone(config.rules.segmenter());
        Index::open(&path, config.settings.index.clone(), segmenter)
    };
    let begin_anew = |why: &str| {
        let _lock = FolderLock::take(folder).with_context(|| format!("检索索引{why}，需要重建"))?;
        tracing::warn!("检索索引{why}，从数据库重建");
        Index::remove(&path)?;
        open()
    };
    match open() {
        Err(error) => {
            tracing::warn!("The search index cannot be opened: {error:#}");
            check_writable(&path)?;
            begin_anew("已损坏")
        }
        Ok(index) if index.cursor()? > store.latest_revision()? => {
            drop(index);
            begin_anew("比数据库新")
        }
        Ok(index) => Ok(index),
    }
}

/// An index on a disk that may only be read is not damaged.
fn check_writable(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        let probe = folder.join("writable");
        File::create(&probe)
            .and_then(|_| std::fs::remove_file(&probe))
            .with_context(|| {
                format!(
                    "检索索引目录 {} 不能写入，请检查目录权限和磁盘",
                    folder.display()
                )
            })?;
    }
    Ok(())
}

/// A new source is read at once, not at its next scheduled time: a first result matters more than the minute.
fn first_checks(config: &Config, now: Timestamp) -> impl Iterator<Item = (&str, Timestamp)> {
    config
        .sources
        .iter()
        .map(move |declared| (declared.source.id.as_str(), now))
}

/// 时钟.
pub enum Clock {
    /// The machine's.
    System,
    /// Milliseconds since 1970, set by whoever plays time.
    Set(AtomicI64),
}

impl Clock {
    /// A clock that stands at `now` until it is set again.
    pub fn standing_at(now: Timestamp) -> Clock {
        Clock::Set(AtomicI64::new(now.timestamp_millis()))
    }

    /// Moves a standing clock; the machine's cannot be moved.
    pub fn set(&self, now: Timestamp) {
        if let Clock::Set(ms) = self {
            ms.store(now.timestamp_millis(), Ordering::SeqCst);
        }
    }

    fn now(&self, zone: Tz) -> Timestamp {
        let utc = match self {
            Clock::System => Utc::now(),
            Clock::Set(ms) => Utc
                .timestamp_millis_opt(ms.load(Ordering::SeqCst))
                .single()
                .unwrap_or_default(),
        };
        utc.with_timezone(&zone).fixed_offset()
    }
}

/// The data folder belongs to one daemon; released when dropped, also by a killed process.
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, which exists.
    ///
    /// # Errors
    /// Another process holds it: the message names the process.
    pub fn take(folder: &Path) -> Result<FolderLock> {
        let path = folder.join("yuqing.lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("不能打开锁文件 {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder)?;
                bail!(
                    "数据目录 {} 正由进程{}使用；请先停止它，或用 --data 指定另一个目录",
                    folder.display(),
                    holder.trim()
                );
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("不能锁定 {}", path.display()));
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{}", std::process::id())?;
        file.flush()?;
        Ok(FolderLock { _file: file })
    }
}

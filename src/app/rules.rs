//! 规则与信源 in force: swapped as a whole while everything runs. Whoever judges or visits takes one set at its beginning
//! and keeps it to its end.

use super::App;
use crate::analyze::Rules;
use crate::config::{
    Config, ConfigFolder, DeclaredSource, SOURCES_FILE, load_rules, load_sites, load_sources,
};
use crate::extract::Sites;
use crate::model::Problem;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::SystemTime;

/// What is visited, and how its pages are read.
#[derive(Clone)]
pub struct Collecting {
    /// `sources.toml`.
    pub sources: Vec<DeclaredSource>,
    /// `sites/*.toml`.
    pub sites: Arc<Sites>,
}

impl Collecting {
    /// The sources that are visited.
    pub fn enabled(&self) -> impl Iterator<Item = &DeclaredSource> {
        self.sources.iter().filter(|source| source.is_enabled)
    }
}

/// Rules and sources in force, and the files that say so.
pub struct Standing {
    rules: RwLock<Arc<Rules>>,
    collecting: RwLock<Arc<Collecting>>,
    /// What the folder held when it was last looked at, and whether that was taken over.
    seen: Mutex<(Look, bool)>,
    /// One file is written at a time.
    editing: Mutex<()>,
}

/// Files with their lengths and the times of their last change.
type Look = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl Standing {
    /// What the configuration says.
    pub fn begin(config: &Config) -> Standing {
        let look = config.folder.as_deref().map(look).unwrap_or_default();
        Standing {
            rules: RwLock::new(Arc::clone(&config.rules)),
            collecting: RwLock::new(Arc::new(Collecting {
                sources: config.sources.clone(),
                sites: Arc::clone(&config.sites),
            })),
            seen: Mutex::new((look, true)),
            editing: Mutex::default(),
        }
    }
}

impl App {
    /// 规则 in force at this moment.
    pub fn rules(&self) -> Arc<Rules> {
        let rules = self.standing.rules.read();
        Arc::clone(&rules.unwrap_or_else(PoisonError::into_inner))
    }

    /// 信源 and how they are read, at this moment.
    pub fn collecting(&self) -> Arc<Collecting> {
        let collecting = self.standing.collecting.read();
        Arc::clone(&collecting.unwrap_or_else(PoisonError::into_inner))
    }

    /// The folder of the configuration, as it is now; it may have been begun since the start.
    ///
    /// # Errors
    /// The folder is gone.
    pub fn config_files(&self) -> Result<ConfigFolder, Vec<Problem>> {
        let begun = self.config.new_folder.as_deref();
        let folder = (self.config.folder.as_deref()).or(begun.filter(|folder| folder.is_dir()));
        ConfigFolder::open(folder)
    }

    /// Where changed files are written; absent where nothing may be changed.
    pub fn writable_folder(&self) -> Option<&Path> {
        let (own, new) = (&self.config.folder, &self.config.new_folder);
        own.as_deref().or(new.as_deref())
    }

    /// As long as the value is held, nobody else at the desk writes a file of the configuration.
    pub fn begin_editing(&self) -> MutexGuard<'_, ()> {
        let editing = self.standing.editing.lock();
        editing.unwrap_or_else(PoisonError::into_inner)
    }

    /// Judges by these rules from now on. How many posts are judged again?
    ///
    /// # Errors
    /// The store refuses.
    pub fn switch_rules(&self, rules: Arc<Rules>) -> Result<usize> {
        let version = rules.version().to_owned();
        let slot = self.standing.rules.write();
        *slot.unwrap_or_else(PoisonError::into_inner) = rules;
        self.store.mark_judged_by_other_rules(&version)
    }

    /// Visits these sources from now on; a new one at once.
    ///
    /// # Errors
    /// The store refuses.
    pub fn switch_sources(&self, collecting: Collecting) -> Result<()> {
        let now = self.now();
        let ids = collecting.sources.iter();
        (self.store).register_sources(ids.map(|known| (known.source.id.as_str(), now)))?;
        let slot = self.standing.collecting.write();
        *slot.unwrap_or_else(PoisonError::into_inner) = Arc::new(collecting);
        self.follow_schedules()
    }

    /// Visits come earlier where a schedule now names an earlier time.
    pub(super) fn follow_schedules(&self) -> Result<()> {
        let (now, collecting) = (self.now(), self.collecting());
        let next = collecting.enabled().filter_map(|declared| {
            let next = declared.schedule.next_after(now, self.zone())?;
            Some((declared.source.id.as_str(), next))
        });
        self.store.bring_forward(next)
    }

    /// Takes over what was changed in the files of rules and sources, without a restart: when two looks in a row find the
    /// same, for a file may be caught while it is written. Files with mistakes change nothing, which is told once. For
    /// whoever holds the data folder.
    ///
    /// # Errors
    /// The store refuses.
    pub fn renew_files(&self) -> Result<()> {
        let Some(folder) = self.writable_folder().filter(|folder| folder.is_dir()) else {
            return Ok(());
        };
        let look = look(folder);
        let mut seen = (self.standing.seen.lock()).unwrap_or_else(PoisonError::into_inner);
        if seen.0 != look {
            *seen = (look, false);
            return Ok(());
        }
        if std::mem::replace(&mut seen.1, true) {
            return Ok(());
        }
        drop(seen);
        let _editing = self.begin_editing();
        match self.config_files() {
            Ok(files) => self.take_files_over(&files),
            Err(problems) => {
                tell(&problems);
                Ok(())
            }
        }
    }

    fn take_files_over(&self, files: &ConfigFolder) -> Result<()> {
        match load_rules(files, &self.config.settings) {
            // Also of the same version: synonyms are no part of it.
            Ok(rules) => {
                let marked = self.switch_rules(rules)?;
                tracing::info!(marked, "Read the rules again: {marked} posts to judge");
            }
            Err(problems) => tell(&problems),
        }
        match (load_sources(files), load_sites(files)) {
            (Ok(sources), Ok(sites)) => {
                let count = sources.len();
                if sources != self.collecting().sources {
                    tracing::info!(count, "Read {SOURCES_FILE} again: {count} sources");
                }
                self.switch_sources(Collecting { sources, sites })
            }
            (sources, sites) => {
                tell(&sources.err().unwrap_or_default());
                tell(&sites.err().unwrap_or_default());
                Ok(())
            }
        }
    }
}

fn tell(problems: &[Problem]) {
    for problem in problems {
        tracing::warn!("规则和信源仍按原来的：{problem}");
    }
}

/// Files that say what is judged and visited.
fn look(folder: &Path) -> Look {
    let mut paths = vec![
        folder.join("topics.toml"),
        folder.join("levels.toml"),
        folder.join(SOURCES_FILE),
    ];
    for below in ["lexicon", "sites"] {
        let entries = std::fs::read_dir(folder.join(below)).into_iter().flatten();
        paths.extend(entries.flatten().map(|entry| entry.path()));
    }
    paths.sort();
    let files = paths.into_iter().filter_map(|path| {
        let metadata = path.metadata().ok()?;
        Some((path, metadata.len(), metadata.modified().ok()))
    });
    files.collect()
}

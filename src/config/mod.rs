//! Defaults → files → environment, checked: what an operator wrote, as the settings of each stage.
//!
//! Every mistake is a [`Problem`] with file, line and key. Stages receive their own settings; none reads this module.

mod append;
mod calendar;
mod deadlines;
mod duty;
mod edit;
mod embedded;
mod environment;
mod imports;
mod inbox;
mod place;
mod recipients;
mod settings;
mod sources;
mod watch_edit;
mod watches;
mod write;

pub use append::{Block, free_id, quoted, replace_file, with_blocks};
pub use duty::parse_duty;
pub use edit::{BlockName, with_value, with_words};
pub use embedded::ConfigFolder;
pub use imports::parse_mapping;
pub use recipients::{FILE as RECIPIENTS_FILE, parse_recipients};
pub use settings::{Bureau, CrawlSettings, DaemonSettings, Settings, WebSettings};
pub use sources::{DeclaredSource, FILE as SOURCES_FILE, parse_sources};
pub use watch_edit::{
    EditedWatch, WatchDraft, WatchMistake, add_watch, change_watch, remove_watch,
    watch_file_problems,
};
pub use watches::{DeclaredWatch, FILE as WATCHES_FILE, parse_watches};
pub use write::{mark_of, write_config_file};

use crate::alert::DutySettings;
use crate::analyze::{LevelsFile, RuleFiles, Rules, TopicsFile};
use crate::case::Deadlines;
use crate::deliver::Recipient;
use crate::digest::{DigestSettings, DigestsFile};
use crate::extract::{SiteRules, Sites, bare_host};
use crate::import::Mapping;
use crate::model::{Problem, WorkCalendar};
use crate::train::TrainingFile;
use place::parse;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 配置 — everything an operator decides.
#[derive(Clone)]
pub struct Config {
    /// `yuqing.toml`.
    pub settings: Settings,
    /// `sources.toml`.
    pub sources: Vec<DeclaredSource>,
    /// `sites/*.toml`.
    pub sites: Arc<Sites>,
    /// `imports/*.toml`.
    pub mappings: Arc<[Mapping]>,
    /// `topics.toml`, `levels.toml`, `lexicon/*`.
    pub rules: Arc<Rules>,
    /// `duty.toml`.
    pub duty: DutySettings,
    /// `digests.toml`.
    pub digests: Vec<DigestSettings>,
    /// `watches.toml`.
    pub watches: Vec<DeclaredWatch>,
    /// `recipients.toml`.
    pub recipients: Vec<Recipient>,
    /// `calendar/*.toml`.
    pub calendar: Arc<WorkCalendar>,
    /// `deadlines.toml`.
    pub deadlines: Arc<Deadlines>,
    /// The operator's folder; absent where everything is as shipped.
    pub folder: Option<PathBuf>,
    /// Where such a folder is begun when somebody changes something at the desk; absent where nothing may be changed.
    pub new_folder: Option<PathBuf>,
}

impl Config {
    /// Reads the configuration folder; what it lacks comes from the defaults inside the program.
    ///
    /// # Errors
    /// Every problem found, each with file, line and key.
    pub fn load(folder: Option<&Path>) -> Result<Config, Vec<Problem>> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Config::read(&ConfigFolder::open(folder)?, variables)
    }

    /// Reads a configuration from `folder`, with `variables` in place of the environment.
    ///
    /// # Errors
    /// Every problem found.
    pub fn read(
        folder: &ConfigFolder,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, Vec<Problem>> {
        let mut problems = Vec::new();
        let settings = keep(settings::load(folder, variables), &mut problems);
        let sources = keep_all(sources::load(folder), &mut problems);
        let sites = keep_all(load_sites(folder), &mut problems);
        // Where it is wrong, the problems say so, and nothing is built of it.
        let duty = keep_all(duty::load(folder), &mut problems).unwrap_or_default();
        let mappings = keep(imports::load(folder), &mut problems);
        let digests = keep(load_digests(folder), &mut problems);
        let deadlines = keep_all(deadlines::load(folder), &mut problems);
        let watches = keep_all(watches::load(folder), &mut problems);
        let recipients = keep_all(recipients::load(folder), &mut problems);
        if let (Some(digests), Some(recipients)) = (&digests, &recipients) {
            let unknown = recipients::unknown_in_digests(digests, recipients, folder);
            problems.extend(unknown);
        }
        let tables = keep_all(load_tables(folder), &mut problems);
        let rules = match (&settings, tables) {
            (Some(settings), Some(tables)) => keep_all(compile(tables, settings), &mut problems),
            _ => None,
        };
        let calendar = settings.as_ref().and_then(|settings| {
            let hours = settings.bureau.office_hours;
            keep_all(calendar::load(folder, hours), &mut problems)
        });
        match (
            settings, sources, sites, mappings, rules, digests, watches, recipients, calendar,
        ) {
            (
                Some(settings),
                Some(sources),
                Some(sites),
                Some(mappings),
                Some(rules),
                Some(digests),
                Some(watches),
                Some(recipients),
                Some(calendar),
            ) if problems.is_empty() => Ok(Config {
                settings,
                sources,
                sites,
                mappings,
                duty,
                rules,
                digests,
                watches,
                recipients,
                calendar: Arc::new(calendar),
                // Absent only with a problem.
                deadlines: Arc::new(deadlines.unwrap_or_default()),
                folder: folder.path().map(Path::to_owned),
                new_folder: None,
            }),
            _ => Err(problems),
        }
    }

    /// 收件人 of this id, if something may be sent to it.
    pub fn active_recipient(&self, id: &str) -> Option<&Recipient> {
        let mut active = self.recipients.iter().filter(|known| known.is_active);
        active.find(|known| known.id == id)
    }

    /// What leaves this program, and what is missing for it.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = self.settings.summary.notices();
        let has_mail = self.settings.smtp.is_configured();
        notices.extend(recipients::notices(
            &self.recipients,
            &self.named_recipients(),
            has_mail,
        ));
        notices.extend(self.duty.notices());
        notices.extend(self.settings.web.notices());
        notices
    }

    /// Codes of recipients that other files name, and where.
    fn named_recipients(&self) -> Vec<(String, &str)> {
        let mut named = Vec::new();
        for declared in &self.watches {
            let place = format!("watches.toml 的专题“{}”", declared.watch.name);
            let codes = declared.watch.recipients.iter();
            named.extend(codes.map(|code| (place.clone(), code.as_str())));
        }
        let duty = self.duty.people();
        named.extend(duty.map(|code| ("duty.toml ".to_owned(), code)));
        for digest in &self.digests {
            let place = format!("digests.toml 的刊物“{}”", digest.code);
            let codes = digest.recipients.iter();
            named.extend(codes.map(|code| (place.clone(), code.as_str())));
        }
        let case = self.settings.case.recipients.iter();
        named
            .extend(case.map(|code| ("yuqing.toml 的 case.recipients ".to_owned(), code.as_str())));
        named
    }

    /// The sources that are visited.
    pub fn enabled_sources(&self) -> impl Iterator<Item = &DeclaredSource> {
        self.sources.iter().filter(|source| source.is_enabled)
    }
}

/// The rules of collection of a folder.
///
/// # Errors
/// Every problem found.
pub fn load_sites(folder: &ConfigFolder) -> Result<Arc<Sites>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut rules: Vec<SiteRules> = Vec::new();
    let mut named: HashMap<String, String> = HashMap::new();
    let files = folder.files_below("sites", "toml");
    for (file, text) in files.map_err(|problem| vec![problem])? {
        let Some(site) = keep(parse_site_rules(&file, &text), &mut problems) else {
            continue;
        };
        for host in &site.hosts {
            // Which of the two holds would follow from the order of file names.
            let before = named.insert(bare_host(host), file.clone());
            if let Some(before) = before.filter(|before| *before != file) {
                problems.push(host_named_twice(host, &before, &file, &text));
            }
        }
        rules.push(site);
    }
    if problems.is_empty() {
        Ok(Arc::new(Sites::new(rules)))
    } else {
        Err(problems)
    }
}

fn host_named_twice(host: &str, before: &str, file: &str, text: &str) -> Problem {
    let line = text.lines().position(|line| line.contains(host));
    Problem {
        file: file.to_owned(),
        line: line.map_or(0, |line| line + 1),
        key: "hosts".to_owned(),
        message: format!("“{host}”的规则已在 {before} 中，请把两个文件并成一个，或删去其中一处"),
    }
}

/// Topics, levels, terms, models.
type Tables = (
    TopicsFile,
    LevelsFile,
    Vec<(String, String)>,
    Vec<(String, Vec<u8>)>,
);

fn load_tables(folder: &ConfigFolder) -> Result<Tables, Vec<Problem>> {
    let mut problems = Vec::new();
    let topics = keep(table(folder, "topics.toml"), &mut problems);
    let levels = keep(table(folder, "levels.toml"), &mut problems);
    let lexicon = keep(lexicon(folder), &mut problems);
    let models = keep(folder.bytes_over_shipped("models", "model"), &mut problems);
    match (topics, levels, lexicon, models) {
        (Some(topics), Some(levels), Some(lexicon), Some(models)) => {
            Ok((topics, levels, lexicon, models))
        }
        _ => Err(problems),
    }
}

fn compile(tables: Tables, settings: &Settings) -> Result<Arc<Rules>, Vec<Problem>> {
    let (topics, levels, lexicon, models) = tables;
    let files = RuleFiles {
        topics,
        levels,
        lexicon,
        models,
        home: settings.bureau.home(),
    };
    Rules::compile(files).map(Arc::new)
}

fn table<T: DeserializeOwned>(folder: &ConfigFolder, file: &str) -> Result<T, Problem> {
    parse(file, &folder.text(file)?)
}

/// Tables of terms by their bare file names: `rules` names the folder itself where it reports a problem.
fn lexicon(folder: &ConfigFolder) -> Result<Vec<(String, String)>, Problem> {
    let mut tables = folder.files_below("lexicon", "tsv")?;
    for (file, _) in &mut tables {
        *file = file.trim_start_matches("lexicon/").to_owned();
    }
    Ok(tables)
}

/// Every digest, each right by itself and with a code of its own: two of one code would share their numbers.
fn load_digests(folder: &ConfigFolder) -> Result<Vec<DigestSettings>, Problem> {
    let text = folder.text("digests.toml")?;
    let file: DigestsFile = parse("digests.toml", &text)?;
    let mut seen = std::collections::HashSet::new();
    for (position, digest) in file.digest.iter().enumerate() {
        let double = || {
            let message = format!("刊物代号“{}”写了两次，请换一个", digest.code);
            ("digest.code", message)
        };
        let is_new = seen.insert(digest.code.clone());
        let mistake = digest.mistake().or_else(|| (!is_new).then(double));
        if let Some((key, message)) = mistake {
            return Err(Problem {
                file: "digests.toml".to_owned(),
                line: line_in_block(&text, "[[digest]]", position, key),
                key: key.to_owned(),
                message,
            });
        }
    }
    Ok(file.digest)
}

/// The line of a key within the so manieth block, else of the block's heading; 0 where there is none.
fn line_in_block(text: &str, heading: &str, position: usize, key: &str) -> usize {
    let name = key.rsplit('.').next().unwrap_or(key);
    let is_heading = |line: &str| line.trim_start().starts_with(heading);
    let lines = text.lines().enumerate();
    let mut headings = lines.filter(|(_, line)| is_heading(line));
    let Some((start, _)) = headings.nth(position) else {
        return 0;
    };
    let block = text.lines().skip(start + 1);
    let mut keys = block.take_while(|line| !is_heading(line));
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    match keys.position(is_key) {
        Some(after) => start + 2 + after,
        None => start + 1,
    }
}

/// The rules of a folder without its models: lexicon and thresholds alone.
///
/// # Errors
/// Every problem found.
pub fn rules_by_words(
    folder: &ConfigFolder,
    settings: &Settings,
) -> Result<Arc<Rules>, Vec<Problem>> {
    let (topics, levels, lexicon, _) = load_tables(folder)?;
    compile((topics, levels, lexicon, Vec::new()), settings)
}

/// The rules of a folder, its models included.
///
/// # Errors
/// Every problem found.
pub fn load_rules(folder: &ConfigFolder, settings: &Settings) -> Result<Arc<Rules>, Vec<Problem>> {
    compile(load_tables(folder)?, settings)
}

/// The sources of a folder.
///
/// # Errors
/// Every problem found.
pub fn load_sources(folder: &ConfigFolder) -> Result<Vec<DeclaredSource>, Vec<Problem>> {
    sources::load(folder)
}

/// 训练配置: what `yuqing train` reads and how.
///
/// # Errors
/// The first mistake in `training.toml`.
pub fn load_training(folder: &ConfigFolder) -> Result<TrainingFile, Problem> {
    parse("training.toml", &folder.text("training.toml")?)
}

/// Reads one file of site rules.
///
/// # Errors
/// The first mistake in it.
pub fn parse_site_rules(file: &str, text: &str) -> Result<SiteRules, Problem> {
    parse(file, text)
}

fn keep<T>(result: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

fn keep_all<T>(result: Result<T, Vec<Problem>>, problems: &mut Vec<Problem>) -> Option<T> {
    result.map_err(|found| problems.extend(found)).ok()
}

#[cfg(test)]
mod tests;

//! 信源修改 — a probed source, or another name, tier, schedule of a known one → `sources.toml`, in force at once. Checked
//! as a whole before the first byte is written; nothing else in the file changes.

use super::probe::Guess;
use super::rule_change::keep_old;
use crate::app::{App, Collecting};
use crate::config::{
    Block, BlockName, ConfigFolder, DeclaredSource, SOURCES_FILE, free_id, load_sites, mark_of,
    parse_site_rules, parse_sources, quoted, with_blocks, with_value, write_config_file,
};
use crate::model::{OutletTier, Problem, canonical_url};
use anyhow::Result;
use serde::Serialize;
use std::collections::HashSet;
use std::path::Path;
use url::Url;

/// Why a source is not written.
#[derive(Debug)]
pub enum SourceRefusal {
    /// Mistakes, with file, line and key.
    Wrong(Vec<Problem>),
    /// The address is this source's already.
    Known(Box<DeclaredSource>),
    /// No source of this id.
    Unknown,
    /// It does not stand as a `[[source]]` of its own.
    NoBlock,
    /// The file is another one meanwhile.
    Moved,
    /// There is no folder that may be written to.
    NoFolder,
    /// Our fault.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for SourceRefusal {
    fn from(error: E) -> Self {
        SourceRefusal::Failed(error.into())
    }
}

/// 保存结果.
#[derive(Debug, Serialize)]
pub struct SavedSource {
    /// Id of the source.
    pub id: String,
    /// File the source was appended to.
    pub sources_file: String,
    /// File of rules that was written.
    pub rules_file: Option<String>,
    /// Lines for a person to add, where the file of rules was there already.
    pub lines_to_add: Option<String>,
    /// Shipped files of rules that were copied: an own folder replaces them all.
    pub copied_count: usize,
}

/// What may be changed of a source at the desk; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct SourceEdit {
    /// 名称.
    pub name: Option<String>,
    /// 媒体级别.
    pub tier: Option<OutletTier>,
    /// 采集时刻, five fields of cron.
    pub schedule: Option<String>,
    /// Is it visited?
    pub enabled: Option<bool>,
    /// 备注.
    pub note: Option<String>,
}

/// Braces of a template are no part of an address; they compare as they are.
pub fn one_address(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) if !address.contains('{') => canonical_url(&url),
        _ => address.to_owned(),
    }
}

/// Refuses an address that is some source's already.
///
/// # Errors
/// It is: [`SourceRefusal::Known`].
pub fn check_new_source(sources: &[DeclaredSource], address: &str) -> Result<(), SourceRefusal> {
    let same =
        |declared: &&DeclaredSource| one_address(&declared.source.url) == one_address(address);
    match sources.iter().find(same) {
        None => Ok(()),
        Some(known) => Err(SourceRefusal::Known(Box::new(known.clone()))),
    }
}

/// The guess with the id that was chosen, or one that nobody has.
pub fn with_free_id(mut guess: Guess, chosen: Option<&str>, sources: &[DeclaredSource]) -> Guess {
    let ids = sources.iter().map(|declared| declared.source.id.clone());
    let mut taken: HashSet<String> = ids.collect();
    guess.block.id = match chosen {
        Some(id) => id.to_owned(),
        None => free_id(&guess.block.id, &mut taken),
    };
    guess
}

/// Name of the file of rules below the configuration folder.
pub fn rules_file(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    format!("sites/{}.toml", host.chars().map(plain).collect::<String>())
}

/// A source as it is going to be written.
pub struct NewSource<'s> {
    /// Its block.
    pub block: &'s Block,
    /// The page it was found on.
    pub page: &'s Url,
    /// Rules for its site; empty where there are none to write.
    pub rules: &'s str,
    /// The same without the line that names the site, for a file that is there already.
    pub tables: &'s str,
}

/// Writes a source and its rules into `folder`, where `known` is collected so far.
///
/// # Errors
/// The address is known, or the files would not be right; then nothing is written.
pub fn save_source(
    folder: &Path,
    known: &Collecting,
    new: &NewSource<'_>,
) -> Result<SavedSource, SourceRefusal> {
    let address = new.block.keys.iter().find(|(key, _)| *key == "url");
    let address: Option<String> = address.and_then(|(_, url)| serde_json::from_str(url).ok());
    check_new_source(&known.sources, address.as_deref().unwrap_or_default())?;
    check_new_source(&known.sources, new.page.as_str())?;

    let before = text_in(folder)?;
    let after = with_blocks(&before, std::slice::from_ref(new.block));
    parse_sources(&after).map_err(SourceRefusal::Wrong)?;
    let mut saved = SavedSource {
        id: new.block.id.clone(),
        sources_file: folder.join(SOURCES_FILE).display().to_string(),
        rules_file: None,
        lines_to_add: None,
        copied_count: 0,
    };
    if !new.rules.is_empty() {
        let name = rules_file(new.page);
        let text = format!(
            "# {}：由 yuqing probe 根据样页生成，改版后请重新探测或手工修改。\n{}",
            new.block.name, new.rules
        );
        parse_site_rules(&name, &text).map_err(|problem| SourceRefusal::Wrong(vec![problem]))?;
        let path = folder.join(&name);
        // Rules for this host may stand in a file of another name.
        if path.exists() || known.sites.names(new.page) {
            saved.lines_to_add = Some(new.tables.to_owned());
        } else {
            saved.copied_count = write_config_file(folder, &name, &text)?;
            saved.rules_file = Some(path.display().to_string());
        }
    }
    write_config_file(folder, SOURCES_FILE, &after)?;
    Ok(saved)
}

/// The operator's file, else the shipped one.
fn text_in(folder: &Path) -> Result<String, SourceRefusal> {
    let files = match folder.is_dir() {
        true => ConfigFolder::open(Some(folder)).map_err(SourceRefusal::Wrong)?,
        false => ConfigFolder::shipped(),
    };
    let text = files.text(SOURCES_FILE);
    text.map_err(|problem| SourceRefusal::Wrong(vec![problem]))
}

/// As [`save_source`], at the desk: in force at once, the old file kept.
///
/// # Errors
/// As there; or nothing may be written.
pub fn add_source(app: &App, by: &str, new: &NewSource<'_>) -> Result<SavedSource, SourceRefusal> {
    let _editing = app.begin_editing();
    let folder = app.writable_folder().ok_or(SourceRefusal::NoFolder)?;
    let before = text_in(folder)?;
    let saved = save_source(folder, &app.collecting(), new)?;
    keep_old(app, by, SOURCES_FILE, &before)?;
    take_over(app)?;
    Ok(saved)
}

/// The mark of `sources.toml` as it is now.
///
/// # Errors
/// It cannot be read.
pub fn sources_mark(app: &App) -> Result<String, SourceRefusal> {
    let files = app.config_files().map_err(SourceRefusal::Wrong)?;
    Ok(mark_of(&files.text(SOURCES_FILE)?))
}

/// Writes what is changed of a source, in force at once. What was changed, in words; `None` where nothing differs.
/// `mark` is that of the file somebody edited, where they saw it.
///
/// # Errors
/// It is refused; then nothing is written.
pub fn edit_source(
    app: &App,
    by: &str,
    id: &str,
    edit: &SourceEdit,
    mark: Option<&str>,
) -> Result<Option<String>, SourceRefusal> {
    let _editing = app.begin_editing();
    let folder = app.writable_folder().ok_or(SourceRefusal::NoFolder)?;
    let before = text_in(folder)?;
    if mark.is_some_and(|mark| mark != mark_of(&before)) {
        return Err(SourceRefusal::Moved);
    }
    let sources = parse_sources(&before).map_err(SourceRefusal::Wrong)?;
    let known = sources.iter().find(|known| known.source.id == id);
    let known = known.ok_or(SourceRefusal::Unknown)?;
    let changes = changes(known, edit);
    if changes.is_empty() {
        return Ok(None);
    }
    let block = BlockName {
        table: "source",
        key: "id",
        id,
    };
    let mut after = before.clone();
    for (key, value, _) in &changes {
        after = with_value(&after, block, key, Some(value)).ok_or(SourceRefusal::NoBlock)?;
    }
    let edited = parse_sources(&after).map_err(SourceRefusal::Wrong)?;
    let others = |all: &[DeclaredSource]| -> Vec<DeclaredSource> {
        let others = all.iter().filter(|known| known.source.id != id);
        others.cloned().collect()
    };
    if others(&edited) != others(&sources) {
        return Err(SourceRefusal::NoBlock);
    }
    keep_old(app, by, SOURCES_FILE, &before)?;
    write_config_file(folder, SOURCES_FILE, &after)?;
    take_over(app)?;
    let said = changes.into_iter().map(|(_, _, said)| said);
    Ok(Some(said.collect::<Vec<_>>().join("，")))
}

/// Key, value as TOML has it, and in words.
fn changes(known: &DeclaredSource, edit: &SourceEdit) -> Vec<(&'static str, String, String)> {
    let mut changes = Vec::new();
    let mut text = |key, label: &str, old: &str, new: Option<&str>| {
        if let Some(new) = new.filter(|new| *new != old) {
            changes.push((key, quoted(new), format!("{label}由“{old}”改为“{new}”")));
        }
    };
    text("name", "名称", &known.source.name, edit.name.as_deref());
    text(
        "tier",
        "媒体级别",
        known.source.tier.code(),
        edit.tier.map(OutletTier::code),
    );
    text(
        "schedule",
        "采集时刻",
        known.schedule.line(),
        edit.schedule.as_deref(),
    );
    text("note", "备注", &known.note, edit.note.as_deref());
    if let Some(enabled) = edit.enabled.filter(|new| *new != known.is_enabled) {
        let said = if enabled { "启用" } else { "停用" };
        changes.push(("enabled", enabled.to_string(), said.to_owned()));
    }
    changes
}

/// What the files say now is in force.
fn take_over(app: &App) -> Result<(), SourceRefusal> {
    let files = app.config_files().map_err(SourceRefusal::Wrong)?;
    let sources = crate::config::load_sources(&files).map_err(SourceRefusal::Wrong)?;
    let sites = load_sites(&files).map_err(SourceRefusal::Wrong)?;
    Ok(app.switch_sources(Collecting { sources, sites })?)
}

/// The source is visited as soon as the crawler comes round, and again after it had stopped itself. `false`: it is not
/// enabled.
///
/// # Errors
/// The store refuses.
pub fn crawl_soon(app: &App, id: &str) -> Result<bool, SourceRefusal> {
    let collecting = app.collecting();
    let mut sources = collecting.sources.iter();
    let known = sources.find(|known| known.source.id == id);
    if !known.ok_or(SourceRefusal::Unknown)?.is_enabled {
        return Ok(false);
    }
    app.store.visit_soon(id, app.now())?;
    Ok(true)
}

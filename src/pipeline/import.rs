//! One file → posts in the store, a row in the ledger of imports, on demand a list of refused rows beside the file. The
//! same file twice adds nothing.

use super::discovered;
use crate::app::App;
use crate::import::{
    FileFormat, Mapping, Reading, Refused, Rows, Unreadable, is_own_list, read_file, refused_csv,
};
use crate::model::{Channel, Post};
use crate::store::{Discovered, ImportRecord};
use crate::text::mask::mask;
use crate::text::mistake::of_system;
use anyhow::Result;
use bytesize::ByteSize;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Posts stored per transaction.
const BATCH: usize = 1000;

/// Reasons that go into one line of the ledger.
const REASONS_NOTED: usize = 3;

/// How a file is to be imported.
#[derive(Clone, Copy, Default)]
pub struct ImportOrder<'a> {
    /// What it is said to be; its content decides if absent.
    pub format: Option<FileFormat>,
    /// Sheet of a workbook.
    pub sheet: Option<&'a str>,
    /// 渠道 of rows that name none.
    pub channel: Option<Channel>,
    /// 导入对照 asked for; headers choose if absent.
    pub mapping: Option<&'a Mapping>,
    /// Only look.
    pub is_dry_run: bool,
    /// It was dropped into the inbox.
    pub is_from_inbox: bool,
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// Rows that are not blank.
    pub read: usize,
    /// Posts not known before.
    pub new: u64,
    /// Posts known before.
    pub duplicate: u64,
    /// Rows refused.
    pub refused: Vec<Refused>,
    /// Name of the mapping that was used.
    pub mapping: Option<String>,
    /// What looked odd.
    pub warnings: Vec<String>,
    /// Why the file as a whole could not be read.
    pub error: Option<String>,
    /// Headers of the cells of refused rows.
    pub header: Vec<String>,
    /// The refused rows are lines of JSON: the list shows them, but cannot be imported.
    pub is_json_lines: bool,
}

impl Imported {
    /// Was anything of it usable?
    pub fn is_readable(&self) -> bool {
        self.error.is_none()
    }

    /// What a person should know, in one line; empty if all went well.
    pub fn message(&self) -> String {
        let reasons = self.refused.iter().take(REASONS_NOTED);
        let reasons = reasons.map(|refused| format!("第{}行：{}", refused.row, refused.reason));
        let mut sentences: Vec<String> = self.error.iter().cloned().collect();
        sentences.extend(self.warnings.iter().cloned());
        sentences.extend(reasons);
        sentences.join("；")
    }
}

/// Imports one file. A file that cannot be read is an outcome, not an error.
///
/// # Errors
/// The store refuses.
pub fn import_file(app: &App, path: &Path, order: &ImportOrder<'_>) -> Result<Imported> {
    let bytes = bytes_of(path, app.config.settings.import.max_file);
    import_bytes(app, file_name(path), bytes, order)
}

/// Imports what somebody sent with a form.
///
/// # Errors
/// The store refuses.
pub fn import_upload(
    app: &App,
    name: &str,
    bytes: Vec<u8>,
    order: &ImportOrder<'_>,
) -> Result<Imported> {
    // Only the last part of a name, whatever a browser or somebody else calls the file.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    import_bytes(
        app,
        crate::import::file_name(OsStr::new(name)),
        Ok(bytes),
        order,
    )
}

fn import_bytes(
    app: &App,
    name: String,
    bytes: Result<Vec<u8>, String>,
    order: &ImportOrder<'_>,
) -> Result<Imported> {
    let imported = match bytes.and_then(|bytes| read(app, &bytes, &name, order)) {
        Ok(mut rows) => {
            let posts = std::mem::take(&mut rows.posts);
            Imported {
                read: rows.read,
                refused: rows.refused,
                header: rows.header,
                is_json_lines: rows.is_json_lines,
                mapping: rows.mapping,
                warnings: rows.warnings,
                ..store(app, posts, order.is_dry_run)?
            }
        }
        Err(message) => Imported {
            error: Some(message),
            ..Imported::default()
        },
    };
    if !order.is_dry_run {
        app.store
            .record_import(&record(app, name, &imported, order))?;
    }
    Ok(imported)
}

/// Notes a file that could not even be tried, as far as the store still takes notes.
pub(super) fn note_failed(app: &App, path: &Path, message: String) -> Imported {
    let imported = Imported {
        error: Some(message),
        ..Imported::default()
    };
    let order = ImportOrder {
        is_from_inbox: true,
        ..ImportOrder::default()
    };
    let noted = (app.store).record_import(&record(app, file_name(path), &imported, &order));
    if let Err(error) = noted {
        tracing::error!("A failed import is not in the ledger: {error:#}");
    }
    imported
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().map(crate::import::file_name);
    name.unwrap_or_else(|| path.display().to_string())
}

fn read(app: &App, bytes: &[u8], name: &str, order: &ImportOrder<'_>) -> Result<Rows, String> {
    let settings = &app.config.settings.import;
    let reading = Reading {
        format: order.format,
        sheet: order.sheet,
        channel: order.channel,
        mapping: order.mapping,
        known_mappings: &app.config.mappings,
        ..Reading::new(name, settings, app.now())
    };
    read_file(bytes, &reading).map_err(|unreadable| unreadable.to_string())
}

/// Never more than the limit, whatever the file grows to.
fn bytes_of(path: &Path, limit: ByteSize) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => "没有这个文件".to_owned(),
        ErrorKind::PermissionDenied => "没有读取这个文件的权限".to_owned(),
        ErrorKind::IsADirectory => "这是目录，不是文件".to_owned(),
        _ => format!("读不出这个文件（{}）", of_system(&error)),
    };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let mut bytes = Vec::new();
    if size <= limit.as_u64() {
        file.take(limit.as_u64() + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    }
    let size = ByteSize(size.max(bytes.len() as u64));
    if size > limit {
        return Err(Unreadable::TooLarge(size, limit).to_string());
    }
    Ok(bytes)
}

/// Batch by batch, so that no more than one batch is held twice, as published and masked.
fn store(app: &App, posts: Vec<(usize, Post)>, is_dry_run: bool) -> Result<Imported> {
    let mut imported = Imported::default();
    let mut posts = posts.into_iter().filter_map(|(_, post)| discovered(post));
    loop {
        let batch: Vec<Discovered> = posts.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(imported);
        }
        if is_dry_run {
            let known = app.store.count_known(&batch)?;
            imported.duplicate += known;
            imported.new += batch.len() as u64 - known;
        } else {
            let saved = app.store.save_posts(&batch, app.now())?;
            imported.new += saved.new;
            imported.duplicate += saved.duplicate;
        }
    }
}

/// Where the refused rows of a file may be listed: `x.csv.refused.csv`, `x.csv.refused-2.csv` …; those of a list that was
/// mended stand in the next one, never in one of its own name.
fn refused_lists(path: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let name = path.file_name().unwrap_or_default().to_owned();
    let (base, first) = match name.to_str().and_then(list_number) {
        Some((base, number)) => (OsString::from(base), number + 1),
        None => (name, 1),
    };
    (first..).map(move |number| {
        let mut name = base.clone();
        match number {
            1 => name.push(".refused.csv"),
            _ => name.push(format!(".refused-{number}.csv")),
        }
        folder.join(name)
    })
}

/// `x.csv.refused-2.csv` → `x.csv` and 2.
fn list_number(name: &str) -> Option<(&str, u32)> {
    let (base, number) = name.strip_suffix(".csv")?.rsplit_once(".refused")?;
    let number = match number {
        "" => 1,
        _ => number.strip_prefix('-')?.parse().ok()?,
    };
    (number < LISTS).then_some((base, number))
}

/// Lists beside one file; more of them are a mistake.
const LISTS: u32 = 1000;

/// Writes the refused rows to a list beside the file, or removes one of an earlier import. A list that says something
/// else may be half mended: it stays, as does a file of the same name that is no list of ours. The list, if there is one
/// now.
///
/// # Errors
/// A Chinese sentence: why it could not be written. The import itself stands.
pub fn list_refused(path: &Path, imported: &Imported) -> Result<Option<PathBuf>, String> {
    if imported.refused.is_empty() {
        return remove_list(path);
    }
    let bytes = refused_csv(&imported.header, &imported.refused);
    for list in refused_lists(path).take(LISTS as usize) {
        match fs::read(&list) {
            Ok(there) if there == bytes => return Ok(Some(list)),
            Ok(there) if is_own_list(&there) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let written = write_whole(&list, &bytes);
                written.map_err(|error| unwritten(&list, &error))?;
                return Ok(Some(list));
            }
            _ => {
                return Err(format!(
                    "{} 不是本程序写的，没有覆盖，拒收清单未写出",
                    list.display()
                ));
            }
        }
    }
    Err("旁边的拒收清单太多，没有再写；请删去处理过的清单".to_owned())
}

/// Nothing is refused any more. What was mended in a list was imported with it: a list that was read itself stays.
fn remove_list(path: &Path) -> Result<Option<PathBuf>, String> {
    let is_list = |name: &OsStr| {
        name.to_str()
            .is_some_and(|name| list_number(name).is_some())
    };
    let list = refused_lists(path).next().unwrap_or_default();
    if path.file_name().is_some_and(is_list)
        || !fs::read(&list).is_ok_and(|bytes| is_own_list(&bytes))
    {
        return Ok(None);
    }
    fs::remove_file(&list).map_err(|error| unwritten(&list, &error))?;
    Ok(None)
}

fn unwritten(list: &Path, error: &std::io::Error) -> String {
    format!(
        "拒收清单 {} 写不出来（{}）",
        list.display(),
        of_system(error)
    )
}

/// Nobody sees half a list.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}

fn record(
    app: &App,
    file_name: String,
    imported: &Imported,
    order: &ImportOrder<'_>,
) -> ImportRecord {
    ImportRecord {
        file_name,
        taken_at: app.now(),
        from_inbox: order.is_from_inbox,
        read: imported.read as u64,
        new: imported.new,
        duplicate: imported.duplicate,
        refused: imported.refused.len() as u64,
        // Reasons quote what stood there; the ledger is shown to everybody.
        message: mask(&imported.message()),
    }
}

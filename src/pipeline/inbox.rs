//! 收件目录 — files dropped into a folder are imported and moved aside. A file is touched once it looks the same at two
//! looks; a crash between import and move repeats the import, which adds nothing.

use super::import::{ImportOrder, Imported, import_file, refused_list};
use crate::app::App;
use crate::store::InboxLook;
use anyhow::{Context, Result};
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Ends of the names of files that are still being written.
const UNFINISHED: [&str; 6] = [
    ".part",
    ".tmp",
    ".crdownload",
    ".download",
    ".partial",
    ".swp",
];

/// Imports what lies whole in the inbox. Files taken, with what came of each.
///
/// # Errors
/// The folder cannot be read, a file cannot be moved, or the store refuses.
pub fn inbox_once(app: &App) -> Result<Vec<(String, Imported)>> {
    let inbox = app.folder().join(&app.config.settings.import.inbox);
    fs::create_dir_all(&inbox).with_context(|| format!("create inbox {}", inbox.display()))?;
    let looks = looks(&inbox)?;
    let mut done = Vec::new();
    for name in app.store.note_inbox(&looks, app.now())? {
        let imported = take(app, &inbox, &name)?;
        done.push((name, imported));
    }
    Ok(done)
}

fn looks(inbox: &Path) -> Result<Vec<InboxLook>> {
    let entries = fs::read_dir(inbox).with_context(|| format!("read inbox {}", inbox.display()))?;
    let mut looks: Vec<InboxLook> = entries.filter_map(|entry| look(&entry.ok()?)).collect();
    looks.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(looks)
}

/// `None` for what is no whole file of somebody's: folders, links, names of temporary files, a file that just went away.
fn look(entry: &DirEntry) -> Option<InboxLook> {
    let name = entry.file_name().into_string().ok()?;
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    if is_temporary(&name) {
        return None;
    }
    let modified = metadata.modified().ok()?;
    let age = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(InboxLook {
        name,
        size: metadata.len(),
        modified_at_ms: i64::try_from(age.as_millis()).ok()?,
    })
}

fn is_temporary(name: &str) -> bool {
    let lower = name.to_lowercase();
    // `~$` is Excel's mark of an open workbook.
    lower.starts_with(['.', '~']) || UNFINISHED.iter().any(|end| lower.ends_with(end))
}

fn take(app: &App, inbox: &Path, name: &str) -> Result<Imported> {
    let file = inbox.join(name);
    let order = ImportOrder {
        is_from_inbox: true,
        ..ImportOrder::default()
    };
    let imported = import_file(app, &file, &order)?;
    let folder = if imported.is_readable() {
        inbox
            .join("done")
            .join(app.now().format("%Y-%m").to_string())
    } else {
        inbox.join("refused")
    };
    let moved = move_aside(&file, &folder, name)?;
    if let Some(list) = &imported.refused_list {
        move_to(list, &refused_list(&moved))?;
    }
    if let Some(error) = &imported.error {
        explain(&moved, error);
    }
    Ok(imported)
}

/// Moves a file; one of the same name that lies there already keeps its own.
fn move_aside(file: &Path, folder: &Path, name: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    let free = (1..)
        .map(|number| folder.join(numbered(name, number)))
        .find(|path| path.symlink_metadata().is_err())
        .expect("some number is free");
    move_to(file, &free)?;
    Ok(free)
}

/// `工单.xlsx`, `工单-2.xlsx`, `工单-3.xlsx` …
fn numbered(name: &str, number: usize) -> String {
    match (number, name.rsplit_once('.')) {
        (1, _) => name.to_owned(),
        (_, Some((stem, extension))) => format!("{stem}-{number}.{extension}"),
        (_, None) => format!("{name}-{number}"),
    }
}

fn move_to(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("move {} to {}", from.display(), to.display()))
}

/// Whoever dropped the file looks into the folder, not into a log.
fn explain(file: &Path, error: &str) {
    let mut name = file.as_os_str().to_owned();
    name.push(".原因.txt");
    if let Err(failed) = fs::write(&name, format!("\u{feff}{error}\r\n")) {
        tracing::warn!("Cannot write {}: {failed}", Path::new(&name).display());
    }
}

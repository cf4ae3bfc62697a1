//! 收件目录 — files dropped into a folder are imported and moved aside. A file is touched once it looks the same at two
//! looks; a crash between import and move repeats the import, which adds nothing.

use super::import::{ImportOrder, Imported, import_file, list_refused, note_failed};
use crate::app::App;
use crate::import::file_name;
use crate::store::InboxLook;
use anyhow::{Context, Result, bail};
use std::fs::{self, DirEntry};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use xxhash_rust::xxh3::xxh3_64;

/// Ends of the names of files that are still being written.
const UNFINISHED: [&str; 6] = [
    ".part",
    ".tmp",
    ".crdownload",
    ".download",
    ".partial",
    ".swp",
];

/// What shows that a folder is the data folder of a daemon.
const OWN_FILES: [&str; 2] = ["yuqing.db", "yuqing.lock"];

/// Folders that files are moved to.
const OWN_FOLDERS: [&str; 2] = [DONE, REFUSED];
const DONE: &str = "done";
const REFUSED: &str = "refused";

/// Imports what lies whole in the inbox. Files taken, with what came of each.
///
/// # Errors
/// The folder cannot be read, or the store cannot say which files were seen before. What goes wrong with one file is an
/// outcome of that file.
pub fn inbox_once(app: &App) -> Result<Vec<(String, Imported)>> {
    let inbox = app.folder().join(&app.config.settings.import.inbox);
    fs::create_dir_all(&inbox).with_context(|| format!("create inbox {}", inbox.display()))?;
    refuse_folder_of_data(&inbox)?;
    let waiting = waiting(&inbox)?;
    let looks: Vec<InboxLook> = waiting.iter().map(|file| file.look.clone()).collect();
    let settled = app.store.note_inbox(&looks, app.now())?;
    let mut done = Vec::new();
    for file in waiting {
        if settled.contains(&file.look.name) {
            let imported = take(app, &inbox, &file);
            done.push((file.look.name, imported));
        }
    }
    Ok(done)
}

/// Folders that somebody put into the inbox; what lies in them is not read. None where there is no inbox yet.
pub fn inbox_folders(app: &App) -> Vec<String> {
    let inbox = app.folder().join(&app.config.settings.import.inbox);
    let entries = fs::read_dir(inbox).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| file_name(&entry.file_name()))
        .filter(|name| !OWN_FOLDERS.contains(&name.as_str()) && !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// Says that folders are left alone, if there are any.
pub fn note_of_folders(names: &[String]) -> Option<String> {
    let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
    let more = if names.len() > 5 { "等" } else { "" };
    (!shown.is_empty()).then(|| {
        format!(
            "收件目录里有{}个文件夹没有读取（{}{more}）：请把其中的文件直接放进收件目录",
            names.len(),
            shown.join("、")
        )
    })
}

/// The settings were checked at the start; folders are renamed and links turned while a daemon runs.
fn refuse_folder_of_data(inbox: &Path) -> Result<()> {
    if OWN_FILES.iter().all(|own| !inbox.join(own).exists()) {
        return Ok(());
    }
    bail!(
        "收件目录 {} 里有本程序的数据库，没有读取其中任何文件；请在 yuqing.toml 的 import.inbox 另写一个专用目录",
        inbox.display()
    )
}

/// A file of the inbox.
struct Waiting {
    look: InboxLook,
    /// Its name may be no UTF-8: archives from Windows hold GB18030.
    path: PathBuf,
}

fn waiting(inbox: &Path) -> Result<Vec<Waiting>> {
    let entries = fs::read_dir(inbox).with_context(|| format!("read inbox {}", inbox.display()))?;
    let mut waiting: Vec<Waiting> = entries.filter_map(|entry| look(&entry.ok()?)).collect();
    waiting.sort_by(|a, b| (&a.look.name, &a.path).cmp(&(&b.look.name, &b.path)));
    // Names of other bytes may read alike: an archive unpacked twice, once as UTF-8 and once as GB18030.
    for at in (1..waiting.len()).rev() {
        if waiting[at].look.name == waiting[at - 1].look.name {
            let bytes = waiting[at].path.as_os_str().as_encoded_bytes();
            waiting[at].look.name = format!("{:08x}-{}", xxh3_64(bytes), waiting[at].look.name);
        }
    }
    Ok(waiting)
}

/// `None` for what is no whole file of somebody's: folders, links, names of temporary files and of our database, a file
/// that just went away.
fn look(entry: &DirEntry) -> Option<Waiting> {
    let name = file_name(&entry.file_name());
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    if is_temporary(&name) || is_own(&name) {
        return None;
    }
    let modified = metadata.modified().ok()?;
    let age = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let look = InboxLook {
        name,
        size: metadata.len(),
        modified_at_ms: i64::try_from(age.as_millis()).ok()?,
    };
    Some(Waiting {
        look,
        path: entry.path(),
    })
}

fn is_temporary(name: &str) -> bool {
    let lower = name.to_lowercase();
    // `~$` is Excel's mark of an open workbook.
    lower.starts_with(['.', '~']) || UNFINISHED.iter().any(|end| lower.ends_with(end))
}

/// The database with its log and copies of it, and the lock.
fn is_own(name: &str) -> bool {
    let lower = name.to_lowercase();
    OWN_FILES.iter().any(|own| lower.starts_with(own))
}

fn take(app: &App, inbox: &Path, file: &Waiting) -> Imported {
    let mut imported = import(app, &file.path);
    let folder = if imported.is_readable() {
        inbox.join(DONE).join(app.now().format("%Y-%m").to_string())
    } else {
        inbox.join(REFUSED)
    };
    // One file that cannot be moved must not hold up the others.
    match move_aside(&file.path, &folder, &file.look.name) {
        Ok(moved) => explain(&moved, &imported),
        Err(error) => {
            tracing::error!("A file of the inbox stays where it is: {error:#}");
            let message = format!("已导入，但移不出收件目录，请检查目录权限（{error:#}）");
            imported.warnings.push(message);
        }
    }
    imported
}

/// One file that cannot be dealt with must neither hold up the others nor be tried for ever.
fn import(app: &App, path: &Path) -> Imported {
    let order = ImportOrder {
        is_from_inbox: true,
        ..ImportOrder::default()
    };
    let tried = panic::catch_unwind(AssertUnwindSafe(|| import_file(app, path, &order)));
    let message = match tried {
        Ok(Ok(imported)) => return imported,
        Ok(Err(error)) => format!("导入时出错，没有导完，请改好后重新放入收件目录（{error:#}）"),
        Err(_panic) => "导入时程序出错，没有导完，请把文件交给管理员".to_owned(),
    };
    tracing::error!("A file of the inbox could not be imported: {message}");
    note_failed(app, path, message)
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
fn explain(moved: &Path, imported: &Imported) {
    let failed = match &imported.error {
        None => list_refused(moved, imported).err(),
        Some(error) => {
            let mut name = moved.as_os_str().to_owned();
            name.push(".原因.txt");
            let written = fs::write(&name, format!("\u{feff}{error}\r\n"));
            written.err().map(|error| error.to_string())
        }
    };
    if let Some(failed) = failed {
        tracing::warn!(
            "What came of {} is not beside it: {failed}",
            moved.display()
        );
    }
}

//! 备份 — one ZIP file with everything that cannot be made anew: a copy of the database as of one moment, pages kept as
//! evidence, attachments, the operator's configuration; last a manifest with the hash of each part. The index is left out:
//! it derives from the database. Searching and writing go on meanwhile.

use super::App;
use crate::model::Timestamp;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{File, TryLockError};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Layout of the file; another one is another number.
pub const FORMAT: u32 = 1;
/// Name of the manifest inside.
pub const MANIFEST: &str = "manifest.json";
/// Where backups go that name no place, below the data folder.
pub const FOLDER: &str = "backups";
/// Parts of the data folder that are not copied as they are: the database by a snapshot, the others can be made anew or
/// are of this machine.
const LEFT_OUT: &[&str] = &[
    "yuqing.db",
    "yuqing.db-wal",
    "yuqing.db-shm",
    "yuqing.lock",
    "backup.lock",
    "index",
    FOLDER,
];
/// Files of the configuration that hold secrets by intention.
const SECRET_EXTENSION: &str = "env";
/// Fast: databases of text shrink to a fifth at the lowest levels already.
const DEFLATE_LEVEL: i64 = 3;
const PIECE: usize = 256 * 1024;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the program that made it.
    pub program: String,
    /// Version of its tables.
    pub schema: usize,
    /// When.
    pub made_at: Timestamp,
    /// 单位.
    pub bureau: String,
    /// Everything else in the file.
    pub parts: Vec<Part>,
}

/// One file inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `data/…` or `config/…`.
    pub name: String,
    /// Size before packing.
    pub bytes: u64,
    /// Of the bytes.
    pub sha256: String,
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BackupReport {
    /// Where.
    pub file: PathBuf,
    /// Size of the file.
    pub bytes: u64,
    /// Parts in it.
    pub parts: usize,
    /// When.
    pub made_at: Timestamp,
    /// How long it took.
    pub took_ms: u64,
}

/// A backup as it lies in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BackupFile {
    /// File name.
    pub name: String,
    /// Size.
    pub bytes: u64,
}

impl App {
    /// Makes a backup; the file appears when it is whole, readable for its owner only. The caller writes it down in the
    /// audit with [`super::BACKED_UP`] as subject: the checkup asks there for the last one.
    ///
    /// # Errors
    /// The file is there already, another backup is being made, or the disk refuses.
    pub fn backup(&self, path: &Path) -> Result<BackupReport> {
        let (begun, made_at) = (Instant::now(), self.now());
        ensure!(!path.exists(), "{} 已存在，请换一个文件名", path.display());
        let _only = take_turn(&self.folder.join("backup.lock"))?;
        let folder = path.parent().filter(|above| !above.as_os_str().is_empty());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("不能建立目录 {}", folder.display()))?;
        }
        let unfinished = path.with_added_extension("part");
        let snapshot = path.with_added_extension("db.part");
        let written = self.write_backup(&unfinished, &snapshot, made_at);
        // Gone already where it was never begun.
        let _ = std::fs::remove_file(&snapshot);
        let written = written.and_then(|parts| {
            std::fs::rename(&unfinished, path)?;
            Ok(parts)
        });
        if written.is_err() {
            // Half a backup would be taken for a whole one.
            let _ = std::fs::remove_file(&unfinished);
        }
        let parts = written.with_context(|| format!("备份没有写成 {}", path.display()))?;
        Ok(BackupReport {
            file: path.to_owned(),
            bytes: std::fs::metadata(path)?.len(),
            parts,
            made_at,
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// How many parts?
    fn write_backup(
        &self,
        unfinished: &Path,
        snapshot: &Path,
        made_at: Timestamp,
    ) -> Result<usize> {
        // A killed backup may have left its pieces.
        for old in [unfinished, snapshot] {
            if old.exists() {
                std::fs::remove_file(old)?;
            }
        }
        let file = private_file(unfinished)?;
        drop(private_file(snapshot)?);
        self.store.copy_to(snapshot)?;
        let mut archive = ZipWriter::new(BufWriter::new(file));
        let mut parts = Vec::new();
        parts.extend(put(&mut archive, "data/yuqing.db", snapshot)?);
        std::fs::remove_file(snapshot)?;
        // After the database: evidence only grows, so whatever the copy of it names is there.
        for (name, path) in files_below(&self.folder, LEFT_OUT)? {
            parts.extend(put(&mut archive, &format!("data/{name}"), &path)?);
        }
        if let Some(folder) = &self.config.folder {
            for (name, path) in files_below(folder, &[])? {
                if path.extension().is_none_or(|end| end != SECRET_EXTENSION) {
                    parts.extend(put(&mut archive, &format!("config/{name}"), &path)?);
                }
            }
        }
        let count = parts.len();
        let manifest = Manifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: crate::store::Store::known_schema(),
            made_at,
            bureau: self.config.settings.bureau.name.clone(),
            parts,
        };
        archive.start_file(MANIFEST, options(MANIFEST))?;
        archive.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
        let file = archive
            .finish()?
            .into_inner()
            .map_err(|error| error.into_error())?;
        file.sync_all()?;
        Ok(count)
    }

    /// Where backups go that name no place.
    pub fn backup_folder(&self) -> PathBuf {
        self.folder.join(FOLDER)
    }
}

/// `yuqing-20170415-093000.zip`.
pub fn dated_name(made_at: Timestamp) -> String {
    format!("yuqing-{}.zip", made_at.format("%Y%m%d-%H%M%S"))
}

/// Backups in a folder that bear a date, latest first; none where the folder is not there.
///
/// # Errors
/// The folder cannot be read.
pub fn backups_in(folder: &Path) -> Result<Vec<BackupFile>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(error).with_context(|| format!("看不到备份目录 {}", folder.display()));
        }
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_dated(&name) {
            let bytes = entry.metadata()?.len();
            found.push(BackupFile { name, bytes });
        }
    }
    found.sort_by(|one, other| other.name.cmp(&one.name));
    Ok(found)
}

/// Removes all but the latest `keep` backups that bear a date. Which?
///
/// # Errors
/// One cannot be removed.
pub fn prune_backups(folder: &Path, keep: usize) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for old in backups_in(folder)?.into_iter().skip(keep) {
        std::fs::remove_file(folder.join(&old.name))
            .with_context(|| format!("删不掉旧备份 {}", old.name))?;
        removed.push(old.name);
    }
    Ok(removed)
}

fn is_dated(name: &str) -> bool {
    let date = name.strip_prefix("yuqing-");
    let date = date.and_then(|rest| rest.strip_suffix(".zip"));
    date.is_some_and(|date| {
        date.len() == 15 && (date.bytes()).all(|byte| byte.is_ascii_digit() || byte == b'-')
    })
}

/// One backup at a time: two would only wait for the same disk.
fn take_turn(path: &Path) -> Result<File> {
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .with_context(|| format!("不能打开锁文件 {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => anyhow::bail!("另一个备份正在进行，请等它结束"),
        Err(TryLockError::Error(error)) => Err(error).context("不能锁定备份"),
    }
}

/// The database holds what is masked everywhere else.
fn private_file(path: &Path) -> Result<File> {
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("写不成 {}", path.display()))
}

fn options(name: &str) -> SimpleFileOptions {
    let is_packed = [
        ".gz", ".zip", ".docx", ".xlsx", ".jpg", ".jpeg", ".png", ".webp",
    ];
    let is_packed = is_packed.iter().any(|end| name.ends_with(end));
    let options = SimpleFileOptions::default()
        .large_file(true)
        .unix_permissions(0o600);
    match is_packed {
        true => options.compression_method(CompressionMethod::Stored),
        false => options
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(DEFLATE_LEVEL)),
    }
}

/// `None`: the file went away meanwhile, as expired evidence does.
fn put(archive: &mut ZipWriter<BufWriter<File>>, name: &str, path: &Path) -> Result<Option<Part>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("读不了 {}", path.display())),
    };
    // What is appended while it is read belongs to the next backup.
    let length = file.metadata()?.len();
    archive.start_file(name, options(name))?;
    let (bytes, sha256) = copy_hashed(&mut file.take(length), archive)
        .with_context(|| format!("备份 {}", path.display()))?;
    Ok(Some(Part {
        name: name.to_owned(),
        bytes,
        sha256,
    }))
}

/// How many bytes, and their hash.
pub fn copy_hashed(from: &mut impl Read, to: &mut impl Write) -> Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        to.write_all(&piece[..read])?;
        bytes += read as u64;
    }
    let mut sha256 = String::new();
    for byte in hasher.finalize() {
        write!(sha256, "{byte:02x}")?;
    }
    Ok((bytes, sha256))
}

/// Plain files below a folder with their names relative to it, in order; no links, nothing unfinished.
fn files_below(folder: &Path, left_out: &[&str]) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((above, folder)) = open.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("读不了目录 {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let is_ours = above.is_empty()
                && (left_out.contains(&name.as_str())
                    || name.starts_with(super::restore::REPLACED)
                    || name.starts_with("index."));
            if is_ours || name.ends_with(".part") || is_dated(&name) {
                continue;
            }
            let kind = entry.file_type()?;
            let (name, path) = (format!("{above}{name}"), entry.path());
            if kind.is_dir() {
                open.push((format!("{name}/"), path));
            } else if kind.is_file() {
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{backups_in, prune_backups};
    use tempfile::TempDir;

    #[test]
    fn only_backups_with_a_date_are_removed_and_the_latest_stay() {
        let folder = TempDir::new().expect("a folder");
        for name in [
            "yuqing-20170414-020000.zip",
            "yuqing-20170413-020000.zip",
            "yuqing-20170415-020000.zip",
            "yuqing-before-the-move.zip",
            "notes.txt",
        ] {
            std::fs::write(folder.path().join(name), "x").expect("written");
        }
        let removed = prune_backups(folder.path(), 2).expect("removes");
        assert_eq!(removed, ["yuqing-20170413-020000.zip"]);
        let left = backups_in(folder.path()).expect("reads");
        assert_eq!(left[0].name, "yuqing-20170415-020000.zip");
        assert_eq!(left.len(), 2);
        assert!(folder.path().join("yuqing-before-the-move.zip").exists());
    }
}

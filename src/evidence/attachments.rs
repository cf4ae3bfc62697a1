//! 附件 — bytes handed in → files below the data folder, by their SHA-256: the same file lies there once, and what is read
//! is what was stored.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The folder of attachments.
pub struct Attachments {
    folder: PathBuf,
}

/// Two requests may write the same file at a time.
static WRITTEN: AtomicU64 = AtomicU64::new(0);

impl Attachments {
    /// Attachments below `folder`; nothing is created before the first.
    pub fn new(folder: PathBuf) -> Attachments {
        Attachments { folder }
    }

    /// Stores bytes; under which hash they lie.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&self, bytes: &[u8]) -> Result<String> {
        let hash = hash(bytes);
        let path = self.path(&hash);
        if fs::metadata(&path).is_ok_and(|known| known.len() == bytes.len() as u64) {
            return Ok(hash);
        }
        let name = || format!("不能写入附件 {}", path.display());
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).with_context(name)?;
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let part = folder.join(format!("{hash}.{}-{number}.part", std::process::id()));
        let written = File::create(&part).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        let moved = written.and_then(|()| fs::rename(&part, &path));
        if moved.is_err() {
            // What is left of it helps nobody; that it cannot be removed either says nothing new.
            let _ = fs::remove_file(&part);
        }
        moved.with_context(name)?;
        Ok(hash)
    }

    /// The bytes of a hash; `None`: they are gone.
    ///
    /// # Errors
    /// The disk refuses, or other bytes lie there.
    pub fn read(&self, hash_wanted: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(hash_wanted);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            bytes => bytes.with_context(|| format!("读不出附件 {}", path.display()))?,
        };
        ensure!(
            hash(&bytes) == hash_wanted,
            "附件 {} 的内容与登记的摘要不符，请从备份恢复",
            path.display()
        );
        Ok(Some(bytes))
    }

    /// Where the files lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn path(&self, hash: &str) -> PathBuf {
        let first = hash.get(..2).unwrap_or_default();
        self.folder.join(first).join(hash)
    }
}

fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

//! The machine we run on: room on its disks. The only file that names rustix.

use anyhow::{Context, Result};
use serde::Serialize;
use std::path::Path;

/// 磁盘空间 of the disk that holds a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DiskSpace {
    /// Bytes that we may still write.
    pub free_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// Room on the disk of `folder`.
///
/// # Errors
/// The folder is gone.
pub fn disk_space(folder: &Path) -> Result<DiskSpace> {
    let found = rustix::fs::statvfs(folder)
        .with_context(|| format!("看不到 {} 所在磁盘的空间", folder.display()))?;
    Ok(DiskSpace {
        free_bytes: found.f_bavail.saturating_mul(found.f_frsize),
        total_bytes: found.f_blocks.saturating_mul(found.f_frsize),
    })
}

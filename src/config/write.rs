//! Files of the configuration folder, written by the desk: one at a time, the old one or the new one, never half of it.

use super::append::replace_file;
use super::embedded::ConfigFolder;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// The mark of a text: who edited another text than the one in force is told so.
pub fn mark_of(text: &str) -> String {
    format!("{:016x}", xxh3_64(text.as_bytes()))
}

/// Writes `lexicon/risk.tsv` and the like below `folder`, which is made where it is missing. A first file in a folder of
/// its own brings copies of the shipped ones along, for an own folder replaces the shipped one as a whole. How many?
///
/// # Errors
/// The folder cannot be written to.
pub fn write_config_file(folder: &Path, name: &str, text: &str) -> Result<usize> {
    fs::create_dir_all(folder).with_context(|| format!("建不了目录 {}", folder.display()))?;
    let copied = match name.split_once('/') {
        Some((below, file)) => {
            let extension = file.rsplit('.').next().unwrap_or_default();
            own_folder(folder, below, extension)?
        }
        None => 0,
    };
    replace_file(&folder.join(name), text)?;
    Ok(copied)
}

/// Copies the shipped files of a sub-folder that the operator has not. How many?
fn own_folder(folder: &Path, below: &str, extension: &str) -> Result<usize> {
    let own = folder.join(below);
    if own.is_dir() {
        return Ok(0);
    }
    let shipped = ConfigFolder::shipped().files_below(below, extension)?;
    // Half a folder would replace the shipped one as well: it gets its name when it is whole.
    let part = folder.join(format!("{below}.part"));
    if part.is_dir() {
        fs::remove_dir_all(&part).with_context(|| format!("删不掉 {}", part.display()))?;
    }
    fs::create_dir_all(&part).with_context(|| format!("建不了目录 {}", part.display()))?;
    for (name, text) in &shipped {
        let name = name.rsplit('/').next().unwrap_or(name);
        replace_file(&part.join(name), text)?;
    }
    fs::rename(&part, &own).with_context(|| format!("写不出 {}", own.display()))?;
    Ok(shipped.len())
}

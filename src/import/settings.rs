//! `[import]` of `yuqing.toml`: where files are dropped, and how large they may be.

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// `[import]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ImportSettings {
    /// Watched folder, relative to the data folder.
    pub inbox: PathBuf,
    /// Largest file.
    pub max_file: ByteSize,
    /// Largest workbook, unpacked.
    pub max_unpacked: ByteSize,
    /// Most rows of one file.
    pub max_rows: NonZeroUsize,
}

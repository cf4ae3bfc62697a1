//! `imports/*.toml` → mappings: how the exports of other systems are read.

use super::ConfigFolder;
use super::place::{line_of, parse};
use crate::import::{Mapping, MappingFile, MappingMistake};
use crate::model::Problem;
use std::path::Path;
use std::sync::Arc;

/// Name of the folder.
const FOLDER: &str = "imports";

/// Reads and checks every mapping.
pub fn load(folder: &ConfigFolder) -> Result<Arc<[Mapping]>, Problem> {
    let files = folder.files_below(FOLDER, "toml")?;
    files
        .iter()
        .map(|(file, text)| parse_mapping(file, text))
        .collect()
}

/// Reads one mapping.
///
/// # Errors
/// The first mistake in it.
pub fn parse_mapping(file: &str, text: &str) -> Result<Mapping, Problem> {
    let written: MappingFile = parse(file, text)?;
    let code = Path::new(file)
        .file_stem()
        .map_or_else(|| file.into(), std::ffi::OsStr::to_string_lossy);
    Mapping::new(&code, written).map_err(|mistake: MappingMistake| Problem {
        file: file.to_owned(),
        line: line_of(text, mistake.span.start),
        key: mistake.key.to_owned(),
        message: mistake.message,
    })
}

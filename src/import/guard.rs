//! Looks into a workbook before it is read: is it one, and what would it cost? Sizes that the archive declares are not
//! believed; every part is unpacked once, in small pieces, and counted.

use super::outcome::Unreadable;
use bytesize::ByteSize;
use regex::bytes::Regex;
use std::io::{Cursor, ErrorKind, Read};
use std::sync::LazyLock;
use zip::ZipArchive;

/// Parts of a real workbook: sheets, styles, pictures.
const MAX_PARTS: usize = 10_000;

const PIECE: usize = 64 * 1024;

/// The reader sets memory aside for as many strings as a workbook says it has.
static DECLARED_STRINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"uniqueCount\s*=\s*["']?\s*(\d+)"#).expect("the pattern is part of the program")
});

/// What a workbook holds beside cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Macros; they are never run.
    pub has_macros: bool,
}

/// Refuses what is no workbook, and what would grow beyond `max_unpacked`.
///
/// # Errors
/// The reason, with what to do.
pub fn inspect(bytes: &[u8], max_unpacked: ByteSize) -> Result<Contents, Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MAX_PARTS {
        return Err(Unreadable::Bomb(max_unpacked));
    }
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.to_lowercase()))
        .collect();
    let contents = kind(&names)?;
    let mut left = max_unpacked.as_u64();
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        left = unpack(part, left, max_unpacked)?;
    }
    Ok(contents)
}

fn kind(names: &[String]) -> Result<Contents, Unreadable> {
    let has = |name: &str| names.iter().any(|found| found == name);
    if has("xl/workbook.bin") {
        return Err(Unreadable::OldSheet("二进制工作簿（.xlsb）"));
    }
    if has("content.xml") && has("mimetype") {
        return Err(Unreadable::OldSheet("ODF 文档（.ods）"));
    }
    if has("word/document.xml") {
        return Err(Unreadable::OtherKind("Word 文档"));
    }
    if has("ppt/presentation.xml") {
        return Err(Unreadable::OtherKind("PowerPoint 文档"));
    }
    if !has("[content_types].xml") {
        return Err(Unreadable::OtherKind("压缩包，请先解压"));
    }
    Ok(Contents {
        has_macros: names.iter().any(|name| name.ends_with("vbaproject.bin")),
    })
}

/// Counts one part; returns what is left for the others.
fn unpack(mut part: impl Read, mut left: u64, limit: ByteSize) -> Result<u64, Unreadable> {
    let bomb = || Unreadable::Bomb(limit);
    // The end of the piece before is looked at again: a number may lie across the border.
    let mut piece = vec![0; PIECE + 64];
    let mut kept = 0;
    loop {
        let read = match part.read(&mut piece[kept..]) {
            Ok(0) => return Ok(left),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Unreadable::Damaged(error.to_string())),
        };
        left = left.checked_sub(read as u64).ok_or_else(bomb)?;
        let seen = &piece[..kept + read];
        if kept == 0 && is_utf16(seen) {
            return Err(Unreadable::Damaged("内部文件不是 UTF-8".to_owned()));
        }
        if declares_more_than(seen, limit) {
            return Err(bomb());
        }
        let tail = seen.len().min(64);
        let from = seen.len() - tail;
        piece.copy_within(from..from + tail, 0);
        kept = tail;
    }
}

/// No program writes it; what is looked for below would not be seen in it.
fn is_utf16(begin: &[u8]) -> bool {
    [&b"\xff\xfe"[..], b"\xfe\xff", b"<\0", b"\0<"]
        .iter()
        .any(|mark| begin.starts_with(mark))
}

/// A string takes five bytes at the very least.
fn declares_more_than(piece: &[u8], limit: ByteSize) -> bool {
    DECLARED_STRINGS.captures_iter(piece).any(|found| {
        let digits = String::from_utf8_lossy(&found[1]);
        digits
            .parse::<u64>()
            .map_or(true, |declared| declared > limit.as_u64() / 5)
    })
}

fn broken(error: &zip::result::ZipError) -> Unreadable {
    let message = error.to_string();
    if message.to_lowercase().contains("password") {
        return Unreadable::Password;
    }
    Unreadable::Damaged(message.chars().take(120).collect())
}

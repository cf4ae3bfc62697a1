//! What a file that somebody hands in really is: its first bytes and the whole of its header decide, never its name alone.
//! Pure.

use crate::model::AttachmentKind;

/// Pixels of a side: larger pictures only fill the memory of whoever opens them.
const MAX_SIDE: u32 = 30_000;
/// Bytes at the end of a PDF among which its last line stands.
const PDF_END: usize = 2048;

/// The kind of a file; its extension must say the same.
///
/// # Errors
/// A Chinese sentence: why it is not taken.
pub fn check_content(name: &str, bytes: &[u8]) -> Result<AttachmentKind, String> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let promised = AttachmentKind::of_extension(extension);
    if bytes.is_empty() {
        return Err(format!("“{name}”是空文件"));
    }
    let Some((kind, is_whole)) = sniff(bytes) else {
        return Err(match promised {
            Some(promised) => format!(
                "“{name}”的扩展名是{extension}，内容不是{}",
                promised.label()
            ),
            None => format!(
                "“{name}”不是图片或PDF；只收png、jpg、webp、gif图片和PDF，网页、SVG、压缩包等不收"
            ),
        });
    };
    match promised {
        Some(promised) if promised == kind && is_whole => Ok(kind),
        Some(promised) if promised == kind => {
            Err(format!("“{name}”不完整或已损坏，请重新截图或另存后再传"))
        }
        _ => Err(format!(
            "“{name}”的内容是{}，与扩展名不符，请改正扩展名后再传",
            kind.label()
        )),
    }
}

/// What it is by its first bytes, and whether the rest of the header holds.
fn sniff(bytes: &[u8]) -> Option<(AttachmentKind, bool)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some((AttachmentKind::Png, is_png(bytes).is_some()));
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Some((AttachmentKind::Jpeg, is_jpeg(bytes).is_some()));
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Some((AttachmentKind::Gif, is_gif(bytes).is_some()));
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some((AttachmentKind::Webp, is_webp(bytes).is_some()));
    }
    if bytes.starts_with(b"%PDF-") {
        return Some((AttachmentKind::Pdf, is_pdf(bytes)));
    }
    None
}

fn side(pixels: u32) -> Option<()> {
    (1..=MAX_SIDE).contains(&pixels).then_some(())
}

pub(super) fn big(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

pub(super) fn short(bytes: &[u8], at: usize) -> Option<u32> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u32::from(u16::from_be_bytes(two.try_into().ok()?)))
}

pub(super) fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let some = bytes.get(at..at.checked_add(count)?)?;
    Some((some.iter().rev()).fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// IHDR first, chunk after chunk to IEND.
fn is_png(bytes: &[u8]) -> Option<()> {
    if big(bytes, 8)? != 13 || bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    side(big(bytes, 16)?)?;
    side(big(bytes, 20)?)?;
    if !matches!(bytes.get(24)?, 1 | 2 | 4 | 8 | 16) || !matches!(bytes.get(25)?, 0 | 2 | 3 | 4 | 6)
    {
        return None;
    }
    let (mut at, mut has_data) = (8, false);
    loop {
        let length = big(bytes, at)? as usize;
        let name = bytes.get(at + 4..at + 8)?;
        let next = at.checked_add(12)?.checked_add(length)?;
        bytes.get(next - 1)?;
        has_data |= name == b"IDAT";
        if name == b"IEND" {
            return has_data.then_some(());
        }
        at = next;
    }
}

/// Segment after segment to the size and the scan, and an end of the picture behind it.
fn is_jpeg(bytes: &[u8]) -> Option<()> {
    let (mut at, mut has_size) = (2, false);
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Fill bytes, and marks without a length.
            0xff => {
                at += 1;
                continue;
            }
            0x01 | 0xd0..=0xd7 => {
                at += 2;
                continue;
            }
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                side(short(bytes, at + 5)?)?;
                side(short(bytes, at + 7)?)?;
                has_size = true;
            }
            0xda if has_size => {
                let scan = bytes.get(at..)?;
                return scan.windows(2).any(|two| two == b"\xff\xd9").then_some(());
            }
            0x00 | 0xd8 | 0xd9 | 0xda => return None,
            _ => {}
        }
        let length = short(bytes, at + 2)? as usize;
        if length < 2 {
            return None;
        }
        at = at.checked_add(2 + length)?;
    }
}

/// The screen, then a picture, and the end.
fn is_gif(bytes: &[u8]) -> Option<()> {
    side(little(bytes, 6, 2)?)?;
    side(little(bytes, 8, 2)?)?;
    let flags = *bytes.get(10)?;
    let colours = match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    };
    let first = *bytes.get(13 + colours)?;
    (matches!(first, 0x21 | 0x2c) && bytes.contains(&0x3b)).then_some(())
}

/// The size of the whole, and that of the picture.
fn is_webp(bytes: &[u8]) -> Option<()> {
    let whole = little(bytes, 4, 4)? as usize;
    bytes.get(whole.checked_add(7)?)?;
    let data = 20;
    let (width, height) = match bytes.get(12..16)? {
        b"VP8 " if bytes.get(data + 3..data + 6)? == b"\x9d\x01\x2a" => {
            let pixels = |at| Some(little(bytes, at, 2)? & 0x3fff);
            (pixels(data + 6)?, pixels(data + 8)?)
        }
        b"VP8L" if *bytes.get(data)? == 0x2f => {
            let bits = little(bytes, data + 1, 4)?;
            ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8X" => (
            little(bytes, data + 4, 3)? + 1,
            little(bytes, data + 7, 3)? + 1,
        ),
        _ => return None,
    };
    side(width)?;
    side(height)
}

/// A version, and the last line near the end.
fn is_pdf(bytes: &[u8]) -> bool {
    let is_version = bytes.get(5..8).is_some_and(|version| {
        matches!(version[0], b'1' | b'2') && version[1] == b'.' && version[2].is_ascii_digit()
    });
    let end = &bytes[bytes.len().saturating_sub(PDF_END)..];
    let has = |word: &[u8]| end.windows(word.len()).any(|some| some == word);
    is_version && has(b"startxref") && has(b"%%EOF")
}

#[cfg(test)]
mod tests;

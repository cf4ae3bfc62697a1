//! What a picture tells beside what it shows (where and when it was taken, with whose telephone, by whom) → the same picture
//! without it. Only parts that a picture needs to be shown are kept; which way is up is one of them. Pure.

use super::content::{big, little, short};
use crate::model::AttachmentKind;

/// Chunks of a PNG beside the critical ones.
const PNG_KEPT: &[&[u8]] = &[
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs", b"hIST",
    b"sPLT", b"acTL", b"fcTL", b"fdAT",
];
/// Chunks of a WebP.
const WEBP_KEPT: &[&[u8]] = &[
    b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
];
/// What a WebP's header says of Exif and XMP.
const WEBP_METADATA: u8 = 0x0c;

/// The same file without what is told beside; a PDF and a GIF as they are. `None`: it cannot be followed to its end.
pub fn without_metadata(kind: AttachmentKind, bytes: &[u8]) -> Option<Vec<u8>> {
    match kind {
        AttachmentKind::Jpeg => jpeg(bytes),
        AttachmentKind::Png => png(bytes),
        AttachmentKind::Webp => webp(bytes),
        AttachmentKind::Gif | AttachmentKind::Pdf => Some(bytes.to_vec()),
    }
}

/// Segment after segment to the end of the picture; telephones put a second one and a film behind it.
fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..2)?.to_vec();
    let (mut at, mut turned) = (2, None);
    loop {
        let marker = *bytes.get(at + 1).filter(|_| bytes[at] == 0xff)?;
        match marker {
            // Fill bytes, and marks without a length.
            0xff => {
                at += 1;
                continue;
            }
            0x01 | 0xd0..=0xd7 => {
                kept.extend([0xff, marker]);
                at += 2;
                continue;
            }
            0xd9 => break,
            _ => {}
        }
        let next = at + 2 + short(bytes, at + 2)? as usize;
        let content = bytes.get(at + 4..next)?;
        match is_shown(marker, content) {
            true => kept.extend(&bytes[at..next]),
            false => turned = turned.or_else(|| orientation(content)),
        }
        at = next;
        if marker == 0xda {
            let scan = bytes.get(at..)?;
            let end = scan
                .windows(2)
                .position(|two| two[0] == 0xff && !matches!(two[1], 0x00 | 0xff | 0xd0..=0xd7))?;
            kept.extend(&scan[..end]);
            at += end;
        }
    }
    kept.extend(b"\xff\xd9");
    if let Some(turned) = turned {
        let segment = [
            b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
            &[turned],
            &[0; 6],
        ];
        kept.splice(2..2, segment.concat());
    }
    Some(kept)
}

/// Of the segments of applications those with the size of a dot, the colours, and how they are packed.
fn is_shown(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xe0 => content.starts_with(b"JFIF\0"),
        0xe2 => content.starts_with(b"ICC_PROFILE\0"),
        0xee => content.starts_with(b"Adobe"),
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// Which way is up, where Exif says that the picture is to be turned.
fn orientation(content: &[u8]) -> Option<u8> {
    let tiff = content.strip_prefix(b"Exif\0\0")?;
    let is_little = tiff.starts_with(b"II");
    let two = |at: usize| match is_little {
        true => little(tiff, at, 2),
        false => short(tiff, at),
    };
    let first = match is_little {
        true => little(tiff, 4, 4)?,
        false => big(tiff, 4)?,
    };
    let first = usize::try_from(first).ok()?;
    let count = two(first)? as usize;
    let mut entries = (0..count).map(|number| first + 2 + number * 12);
    let entry = entries.find(|entry| two(*entry) == Some(0x0112))?;
    let turned = u8::try_from(two(entry + 8)?).ok()?;
    (2..=8).contains(&turned).then_some(turned)
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut kept = bytes.get(..8)?.to_vec();
    let mut at = 8;
    loop {
        let name = bytes.get(at + 4..at + 8)?;
        let next = (at + 12).checked_add(big(bytes, at)? as usize)?;
        let chunk = bytes.get(at..next)?;
        if name[0].is_ascii_uppercase() || PNG_KEPT.contains(&name) {
            kept.extend(chunk);
        }
        if name == b"IEND" {
            return Some(kept);
        }
        at = next;
    }
}

fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let end = (little(bytes, 4, 4)? as usize).checked_add(8)?;
    let bytes = bytes.get(..end)?;
    let mut kept = bytes.get(..12)?.to_vec();
    let mut at = 12;
    while at < end {
        let name = bytes.get(at..at + 4)?;
        let content = (at + 8).checked_add(little(bytes, at + 4, 4)? as usize)?;
        bytes.get(..content)?;
        // Of odd length with a blank behind it, but for some at the end.
        let next = (content + content % 2).min(end);
        if WEBP_KEPT.contains(&name) {
            let begin = kept.len();
            kept.extend(&bytes[at..next]);
            if let Some(flags) = kept.get_mut(begin + 8).filter(|_| name == b"VP8X") {
                *flags &= !WEBP_METADATA;
            }
        }
        at = next;
    }
    let size = u32::try_from(kept.len() - 8).ok()?;
    kept[4..8].copy_from_slice(&size.to_le_bytes());
    Some(kept)
}

#[cfg(test)]
mod tests;

//! Bytes → text and the name of the character set. Claims of the page count only as far as its bytes bear them out.
//! Never fails: what cannot be decoded becomes `�`, with a warning. Usual pages are decoded once.

mod claim;
mod euc_tw;
mod likeness;

use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use likeness::Likeness;
use std::borrow::Cow;

/// Bytes that are read in several character sets to choose one, from the first that is not ASCII.
const SAMPLE_BYTES: usize = 64 * 1024;

/// Replaced characters a page may have before an editor hears of it: half a character where a text was cut.
const TOLERATED_ERRORS: usize = 3;

/// What a claim adds to the score of its reading: rows of rare characters are decided by it, prose is not.
const CLAIM_BONUS: f64 = 0.1;

/// A reading with this share of common characters is Chinese; wrong readings stay below 0.2.
const CHINESE_SCORE: f64 = 0.25;

/// 字符集 — one that can be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Of the Web's standard.
    Web(&'static Encoding),
    /// Older Taiwanese sites; not part of the standard.
    EucTw,
}

const GB: Charset = Charset::Web(GB18030);
const UTF8: Charset = Charset::Web(UTF_8);
const CHINESE: [Charset; 3] = [GB, Charset::Web(BIG5), Charset::EucTw];

impl Charset {
    /// As pages write it; GB2312 and GBK are read as their superset GB18030.
    pub fn for_label(label: &str) -> Option<Charset> {
        let letters = label.chars().filter(char::is_ascii_alphanumeric);
        let bare: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
        match bare.as_str() {
            "euctw" | "xeuctw" | "cns11643" => return Some(Charset::EucTw),
            // Labels that no standard knows, and sites write.
            "gb2312" | "gb18030" | "gb180302022" | "gb180302005" | "cp936" | "ms936" => {
                return Some(GB);
            }
            "big5" | "big5hkscs" | "cp950" | "ms950" => return Some(Charset::Web(BIG5)),
            _ => {}
        }
        let encoding = Encoding::for_label(label.as_bytes())?;
        // GB18030, not GBK: government sites use four-byte characters in personal names.
        Some(if encoding == GBK {
            GB
        } else {
            Charset::Web(encoding)
        })
    }

    fn name(self) -> &'static str {
        match self {
            Charset::EucTw => "EUC-TW",
            Charset::Web(encoding) if encoding == GB18030 => "GB18030",
            Charset::Web(encoding) => encoding.name(),
        }
    }

    /// Text, and whether anything was replaced.
    fn text_of(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Charset::Web(encoding) => encoding.decode_without_bom_handling(bytes),
            Charset::EucTw => {
                let (text, had_errors) = euc_tw::decode(bytes);
                (Cow::Owned(text), had_errors)
            }
        }
    }
}

/// Decoded text, the canonical name of its character set, and what went wrong.
pub struct Decoded<'b> {
    pub text: Cow<'b, str>,
    pub charset: &'static str,
    pub warning: Option<String>,
    /// The bytes are no text in any character set.
    pub is_garbage: bool,
}

/// Decodes `bytes`; `rule` is what an operator wrote about the site and is believed.
pub fn decode<'b>(
    bytes: &'b [u8],
    content_type: Option<&str>,
    rule: Option<Charset>,
) -> Decoded<'b> {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        return decoded(Charset::Web(encoding), &bytes[mark_length..]);
    }
    if let Some(charset) = rule {
        return decoded(charset, bytes);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return decoded(Charset::Web(encoding), bytes);
    }
    let claims = claim::all(bytes, content_type);
    if let Ok(text) = std::str::from_utf8(bytes) {
        if is_convincing_utf8(text, &claims) {
            return finished(UTF8, Cow::Borrowed(text), false);
        }
    } else if is_broken_utf8(bytes) {
        return decoded(UTF8, bytes);
    }
    // Most pages say what they are: read once, looked over, done.
    if let Some(claim) = claims.first().filter(|claim| CHINESE.contains(claim)) {
        let (text, had_errors) = claim.text_of(bytes);
        if !had_errors && bears_out(&text) {
            return finished(*claim, text, false);
        }
    }
    decoded(likeliest(bytes, &claims), bytes)
}

fn decoded(charset: Charset, bytes: &[u8]) -> Decoded<'_> {
    let (text, had_errors) = charset.text_of(bytes);
    finished(charset, text, had_errors)
}

fn finished(charset: Charset, text: Cow<'_, str>, had_errors: bool) -> Decoded<'_> {
    let name = charset.name();
    if is_garbage(&text) {
        return Decoded {
            warning: Some("内容不是文字，没有提取。".to_owned()),
            text: Cow::Borrowed(""),
            charset: name,
            is_garbage: true,
        };
    }
    let broken = if had_errors {
        text.matches('\u{fffd}').count()
    } else {
        0
    };
    Decoded {
        is_garbage: false,
        warning: (broken > TOLERATED_ERRORS)
            .then(|| format!("按 {name} 解码时有{broken}处无法识别的字符，内容可能有乱码。")),
        text,
        charset: name,
    }
}

/// Valid UTF-8, and not by chance: two Chinese characters in GBK can look like two-byte UTF-8 letters.
fn is_convincing_utf8(text: &str, claims: &[Charset]) -> bool {
    if claims.first().is_none_or(|claim| *claim == UTF8) {
        return true;
    }
    let wide = text.chars().filter(|c| c.len_utf8() >= 3).count();
    let narrow = text.chars().filter(|c| c.len_utf8() == 2).count();
    wide > narrow
}

/// UTF-8 with a few broken characters: in any other encoding nearly all its sequences would be.
fn is_broken_utf8(bytes: &[u8]) -> bool {
    let (mut wide, mut broken) = (0, 0);
    let mut rest = sample(bytes);
    for chunk in sample(bytes).utf8_chunks() {
        wide += chunk.valid().chars().filter(|c| c.len_utf8() >= 3).count();
        broken += usize::from(!chunk.invalid().is_empty());
        // Whatever follows cannot make up for it.
        rest = &rest[chunk.valid().len() + chunk.invalid().len()..];
        if wide + rest.len() / 3 < 20 * broken {
            return false;
        }
    }
    wide >= 10 && wide >= 20 * broken
}

/// UTF-16 whose mark is missing: every other byte of its ASCII is zero, and most other units are Chinese.
pub fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    if head.len() < 4 || !head.contains(&0) {
        return None;
    }
    let shares = |unit: fn([u8; 2]) -> u16| {
        let (mut plain, mut ascii) = (0, 0);
        for pair in head.chunks_exact(2) {
            let unit = unit([pair[0], pair[1]]);
            ascii += usize::from(matches!(unit, 9 | 10 | 13 | 0x20..0x7f));
            plain += usize::from(matches!(unit, 0x3000..0xa000 | 0xff00..0xfff0));
        }
        (plain + ascii, ascii)
    };
    let readings = [
        (UTF_16LE, shares(u16::from_le_bytes)),
        (UTF_16BE, shares(u16::from_be_bytes)),
    ];
    let (encoding, (readable, _)) = readings.into_iter().max_by_key(|(_, shares)| *shares)?;
    (readable * 2 * 10 >= head.len() * 9).then_some(encoding)
}

/// The text reads like one in the claimed character set: hardly an odd character, and enough common ones.
fn bears_out(text: &str) -> bool {
    let likeness = Likeness::of(text);
    // In a few words common characters may meet by chance.
    let wanted = if likeness.han < 100 {
        2.0 * CHINESE_SCORE
    } else {
        CHINESE_SCORE
    };
    likeness.odd * 50 <= likeness.han && likeness.score() >= wanted
}

/// The character set in which a sample reads most like Chinese; of equals the page's own claims come first.
fn likeliest(bytes: &[u8], claims: &[Charset]) -> Charset {
    let sample = sample(bytes);
    let read = |charset: Charset| Likeness::of(&charset.text_of(sample).0);
    let mut best = GB;
    let mut score = read(GB).score();
    for charset in claims.iter().rev().filter(|claim| **claim != UTF8) {
        let claimed = read(*charset).score() + CLAIM_BONUS;
        if claimed >= score {
            (best, score) = (*charset, claimed);
        }
    }
    let big5 = read(Charset::Web(BIG5));
    if big5.score() > score {
        (best, score) = (Charset::Web(BIG5), big5.score());
    }
    // Every page of GB2312 can be read as EUC-TW without an error: only much better will do.
    let euc_tw = read(Charset::EucTw);
    if euc_tw.han >= 10 && euc_tw.score() > score + 0.15 {
        (best, score) = (Charset::EucTw, euc_tw.score());
    }
    match claims.first() {
        // Nothing looks Chinese: a page in Korean is what it says.
        Some(claim) if score < CHINESE_SCORE && read(*claim).odd == 0 => *claim,
        _ => best,
    }
}

/// What is not ASCII begins with a whole character: in all these character sets the first byte is above 0x7f.
fn sample(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| !byte.is_ascii());
    let rest = &bytes[start.unwrap_or(bytes.len())..];
    &rest[..rest.len().min(SAMPLE_BYTES)]
}

/// One character in twenty is broken, private or a control: a picture or an archive read as text.
fn is_garbage(text: &str) -> bool {
    if !may_be_garbage(text.as_bytes()) {
        return false;
    }
    let (mut odd, mut all) = (0usize, 0usize);
    for character in text.chars() {
        all += 1;
        let is_odd = match character {
            '\t' | '\n' | '\r' | '\x0c' => false,
            other => other.is_control() || likeness::is_odd(other),
        };
        odd += usize::from(is_odd);
    }
    // A short text with one slip is still a text.
    odd > 20 && odd * 20 > all
}

/// A quick look at the UTF-8 bytes, which never counts less than there is.
fn may_be_garbage(bytes: &[u8]) -> bool {
    /// A count of so many fits into a byte: processors compare and add a row of bytes at once.
    const ROW: usize = 128;
    // Without branches, for the same reason.
    let is_odd = |byte: u8, next: u8| {
        let is_control =
            ((byte < 9) | (byte == 11) | ((14..0x20).contains(&byte))) | (byte == 0x7f);
        let is_private = (byte == 0xee) | ((byte == 0xef) & ((next < 0xa4) | (next == 0xbf)));
        is_control | is_private | ((byte == 0xc2) & (next < 0xa0))
    };
    let count = |row: &[u8], nexts: &[u8]| {
        let pairs = row.iter().zip(nexts);
        pairs.fold(0, |odd, (byte, next)| odd + u8::from(is_odd(*byte, *next)))
    };
    let Some((last, before)) = bytes.split_last() else {
        return false;
    };
    let rows = before.chunks(ROW).zip(bytes[1..].chunks(ROW));
    let odd: usize = rows
        .map(|(row, nexts)| usize::from(count(row, nexts)))
        .sum();
    odd + usize::from(is_odd(*last, 0)) > 20
}

#[cfg(test)]
mod tests;

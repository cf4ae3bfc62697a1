//! Bytes of a text file → text. Excel writes UTF-8 with a mark, GB18030 without one, or UTF-16; files put together by hand
//! mix them line by line.

use encoding_rs::{Encoding, GB18030};
use std::ffi::OsStr;

/// A text and what was odd about its bytes.
pub struct Decoded {
    /// 正文.
    pub text: String,
    /// For the person who imports.
    pub warning: Option<String>,
}

/// Decodes `bytes`; `None` if they are no text.
pub fn decode(bytes: &[u8]) -> Option<Decoded> {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark_length..]);
        return checked(text.into_owned(), None);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return checked(text.to_owned(), None);
    }
    let wide_lines = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| is_wide_utf8(line));
    if wide_lines.count() == 0 {
        // GB18030, not GBK: names of people need its four-byte characters.
        let (text, _) = GB18030.decode_without_bom_handling(bytes);
        return checked(text.into_owned(), None);
    }
    checked(
        by_lines(bytes),
        Some("文件里混有 UTF-8 和 GB18030 两种编码，已逐行识别，请抽查有无乱码".to_owned()),
    )
}

/// Name of a file as a person reads it: archives made on Chinese Windows hold GB18030.
pub fn file_name(name: &OsStr) -> String {
    let bytes = name.as_encoded_bytes();
    match std::str::from_utf8(bytes) {
        Ok(name) => name.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Chinese in UTF-8: in GB18030 nearly no line of some length is valid as such.
fn is_wide_utf8(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| text.chars().any(|c| c.len_utf8() >= 3))
}

/// Neither encoding has a line feed inside a character.
fn by_lines(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.push_str(&GB18030.decode_without_bom_handling(line).0),
        }
    }
    text
}

/// One character in twenty that nobody writes: a picture or a program.
fn checked(text: String, warning: Option<String>) -> Option<Decoded> {
    let (mut odd, mut broken, mut all) = (0usize, 0usize, 0usize);
    for character in text.chars() {
        all += 1;
        broken += usize::from(character == '\u{fffd}');
        let is_control =
            character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\x0b');
        odd += usize::from(is_control || character == '\u{fffd}');
    }
    if odd > 20 && odd * 20 > all || odd > 0 && odd * 2 > all {
        return None;
    }
    let broken = (broken > 0).then(|| format!("有{broken}处无法识别的字符，内容可能有乱码"));
    Some(Decoded {
        text,
        warning: warning.or(broken),
    })
}

#[cfg(test)]
mod tests {
    use super::decode;
    use encoding_rs::GB18030;

    const LINE: &str = "郑州市社保大厅排队三小时，𠮷先生说明天再来\n";

    #[test]
    fn what_excel_writes_is_read() {
        let gb = GB18030.encode(LINE).0;
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(LINE.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let marked = format!("\u{feff}{LINE}");
        for bytes in [gb.as_ref(), &utf16, marked.as_bytes(), LINE.as_bytes()] {
            assert_eq!(decode(bytes).expect("a text").text, LINE);
        }
    }

    #[test]
    fn lines_of_two_encodings_are_told_apart() {
        let bytes = [LINE.as_bytes(), &GB18030.encode(LINE).0].concat();
        let decoded = decode(&bytes).expect("a text");
        assert_eq!(decoded.text, LINE.repeat(2));
        assert!(decoded.warning.is_some());
    }

    #[test]
    fn pictures_are_no_text() {
        let bytes: Vec<u8> = (0..2000u32).map(|at| (at * 7 % 256) as u8).collect();
        assert!(decode(&bytes).is_none());
    }
}

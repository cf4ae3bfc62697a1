//! Bytes → text and the name of the character set. Claims of the page count only as far as its bytes bear them out.
//! Never fails: what cannot be decoded becomes `�`, with a warning.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// Claims stand at the top of a page; WHATWG looks at 1,024 bytes, old pages put styles before them.
const CLAIM_BYTES: usize = 8192;

/// Replaced characters a page may have before an editor hears of it: half a character where a text was cut.
const TOLERATED_ERRORS: usize = 3;

static CLAIM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:<meta[^>]{0,200}?charset\s*=\s*|<\?xml[^>]{0,100}?encoding\s*=\s*)["']?\s*([\w-]{3,20})"#)
        .expect("the pattern is part of the program")
});

/// Decoded text, the canonical name of its character set, and what went wrong.
pub struct Decoded {
    pub text: String,
    pub charset: String,
    pub warning: Option<String>,
    /// The bytes are no text in any character set.
    pub is_garbage: bool,
}

/// Decodes `bytes`; `rule` is what an operator wrote about the site and is believed.
pub fn decode(
    bytes: &[u8],
    content_type: Option<&str>,
    rule: Option<&'static Encoding>,
) -> Decoded {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        return decoded(encoding, &bytes[mark_length..]);
    }
    if let Some(encoding) = rule {
        return decoded(encoding, bytes);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return decoded(encoding, bytes);
    }
    let claims = claims(bytes, content_type);
    if is_convincing_utf8(bytes, &claims) || is_broken_utf8(bytes) {
        return decoded(UTF_8, bytes);
    }
    // A claim with next to no errors needs no comparison, and most pages claim right.
    let is_borne_out = |claim: &&&'static Encoding| 1000 * errors(claim, bytes) <= bytes.len();
    if let Some(claim) = claims.first().filter(is_borne_out) {
        return decoded(claim, bytes);
    }
    let guess = guess(bytes);
    // The first of equals wins: the page's own claims come before our guesses.
    let candidates = claims.into_iter().chain([guess, GB18030, BIG5]);
    let best = candidates.min_by_key(|encoding| errors(encoding, bytes));
    decoded(best.unwrap_or(GB18030), bytes)
}

/// Encoding for a label as pages write it; GB2312 and GBK are read as their superset GB18030.
pub fn for_label(label: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label.as_bytes())?;
    // GB18030, not GBK: government sites use four-byte characters in personal names.
    Some(if encoding == GBK { GB18030 } else { encoding })
}

fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let broken = if had_errors {
        text.matches('\u{fffd}').count()
    } else {
        0
    };
    let charset = canonical_name(encoding);
    if is_garbage(&text) {
        return Decoded {
            warning: Some("内容不是文字，没有提取。".to_owned()),
            text: String::new(),
            charset,
            is_garbage: true,
        };
    }
    Decoded {
        is_garbage: false,
        warning: (broken > TOLERATED_ERRORS)
            .then(|| format!("按 {charset} 解码时有 {broken} 处无法识别的字符，内容可能有乱码。")),
        text: text.into_owned(),
        charset,
    }
}

fn canonical_name(encoding: &'static Encoding) -> String {
    if encoding == GB18030 {
        return "GB18030".to_owned();
    }
    encoding.name().to_owned()
}

fn claims(bytes: &[u8], content_type: Option<&str>) -> Vec<&'static Encoding> {
    let header = content_type
        .map(str::to_ascii_lowercase)
        .and_then(|value| Some(value.split_once("charset=")?.1.to_owned()))
        .map(|label| label.trim_matches(['"', '\'', ' ', ';']).to_owned());
    let head = &bytes[..bytes.len().min(CLAIM_BYTES)];
    let written = CLAIM
        .captures_iter(head)
        .map(|claim| String::from_utf8_lossy(&claim[1]).into_owned());
    let labels = header.into_iter().chain(written);
    let encodings = labels.filter_map(|label| for_label(&label));
    // Latin-1 is what servers say when nobody configured them, UTF-16 cannot stand in ASCII.
    encodings
        .filter(|encoding| ![WINDOWS_1252, UTF_16LE, UTF_16BE].contains(encoding))
        .collect()
}

/// Valid UTF-8, and not by chance: two Chinese characters in GBK can look like two-byte UTF-8 letters.
fn is_convincing_utf8(bytes: &[u8], claims: &[&'static Encoding]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let wide = text.chars().filter(|c| c.len_utf8() >= 3).count();
    let narrow = text.chars().filter(|c| c.len_utf8() == 2).count();
    match claims.first() {
        Some(claim) if *claim != UTF_8 => wide > narrow,
        _ => true,
    }
}

/// UTF-8 with a few broken characters: in any other encoding nearly all its sequences would be.
fn is_broken_utf8(bytes: &[u8]) -> bool {
    let (mut wide, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        wide += chunk.valid().chars().filter(|c| c.len_utf8() >= 3).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    broken > 0 && wide >= 10 && wide >= 20 * broken
}

fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Allow);
    match guess {
        // The rest of the list is not Chinese: at a Chinese bureau such a guess is mostly a short text.
        encoding if [UTF_8, BIG5].contains(&encoding) => encoding,
        _ => GB18030,
    }
}

/// One character in twenty is broken, private or a control: a picture or an archive read as text.
fn is_garbage(text: &str) -> bool {
    let (mut odd, mut all) = (0usize, 0usize);
    for character in text.chars() {
        all += 1;
        let is_odd = match character {
            '\t' | '\n' | '\r' | '\x0c' => false,
            '\u{fffd}' | '\u{e000}'..='\u{f8ff}' => true,
            other => other.is_control(),
        };
        odd += usize::from(is_odd);
    }
    // A short text with one slip is still a text.
    odd > 20 && odd * 20 > all
}

/// Characters that no page would write: broken ones, and the private ones that GB18030 makes of Big5.
fn errors(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    text.chars()
        .filter(|character| matches!(character, '\u{fffd}' | '\u{e000}'..='\u{f8ff}'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::decode;
    use encoding_rs::{BIG5, GB18030};

    const TEXT: &str = "<p>郑州市社会保险局发布通知，养老保险缴费窗口周六照常办理业务。</p>";
    const TRADITIONAL: &str =
        "<p>勞工保險局發布通知，養老給付窗口週六照常辦理業務，請攜帶證件。</p>";

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn gb2312_is_read_as_its_superset() {
        let page = format!("<meta charset=gb2312>{TEXT}㐀𠮷");
        let decoded = decode(&gb(&page), None, None);
        assert_eq!((decoded.text, &*decoded.charset), (page, "GB18030"));
    }

    #[test]
    fn a_wrong_header_loses_against_the_bytes() {
        let decoded = decode(&gb(TEXT), Some("text/html; charset=utf-8"), None);
        assert_eq!((&*decoded.text, &*decoded.charset), (TEXT, "GB18030"));
        let decoded = decode(TEXT.as_bytes(), Some("text/html; charset=GBK"), None);
        assert_eq!((&*decoded.text, &*decoded.charset), (TEXT, "UTF-8"));
        let decoded = decode(&gb(TEXT), Some("text/html; charset=ISO-8859-1"), None);
        assert_eq!((&*decoded.text, &*decoded.charset), (TEXT, "GB18030"));
    }

    #[test]
    fn without_any_claim_the_bytes_decide() {
        assert_eq!(decode(&gb(TEXT), None, None).text, TEXT);
        let big5 = BIG5.encode(TRADITIONAL).0;
        let decoded = decode(&big5, None, None);
        assert_eq!((&*decoded.text, &*decoded.charset), (TRADITIONAL, "Big5"));
    }

    #[test]
    fn one_broken_character_does_not_make_utf8_something_else() {
        let mut bytes = "河南省郑州市社会保险中心发布二〇一七年养老金调整通知"
            .as_bytes()
            .to_vec();
        bytes.insert(30, 0xe4);
        let page = decode(&bytes, None, None);
        assert_eq!(page.charset, "UTF-8");
        assert!(page.text.contains("养老金调整"));
    }

    #[test]
    fn half_a_character_does_not_cost_the_claim() {
        let mut bytes = b"<meta charset=utf-8>".to_vec();
        bytes.extend(TEXT.as_bytes());
        bytes.extend("郑".as_bytes().iter().take(2));
        let decoded = decode(&bytes, None, None);
        assert_eq!((&*decoded.charset, decoded.warning), ("UTF-8", None));
    }

    #[test]
    fn byte_order_marks_and_utf_16_are_understood() {
        let with_mark = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        assert_eq!(decode(&with_mark, Some("a; charset=gbk"), None).text, TEXT);
        let wide: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&wide, None, None).charset, "UTF-16LE");
    }

    #[test]
    fn garbage_gives_a_warning() {
        let bytes: Vec<u8> = [0x81, 0x20, 0xff, 0xc3, 0x28].repeat(20);
        assert!(decode(&bytes, None, None).warning.is_some());
    }
}

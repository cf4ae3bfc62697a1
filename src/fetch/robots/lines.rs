//! Bytes of a robots.txt → the lines that are rules. As forgiving as the crawlers that sites are written for: lost
//! colons, known typing errors, any line end, a byte order mark. It does not know whom a rule is for.

/// Longer lines are cut there, as Google does; a path has 2083 characters at most, each of them up to eight bytes.
const MAX_LINE_BYTES: usize = 2083 * 8 - 1;

/// One line that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'t> {
    UserAgent(&'t [u8]),
    Allow(&'t [u8]),
    Disallow(&'t [u8]),
    CrawlDelay(&'t [u8]),
}

/// The meaningful lines of a file, in order.
pub fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    without_mark(text)
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .filter_map(line)
}

/// The file without a byte order mark, or what is left of one.
fn without_mark(text: &[u8]) -> &[u8] {
    let mark = b"\xef\xbb\xbf";
    let length = text
        .iter()
        .zip(mark)
        .take_while(|(byte, mark)| byte == mark)
        .count();
    &text[length..]
}

fn line(bytes: &[u8]) -> Option<Line<'_>> {
    let bytes = &bytes[..bytes.len().min(MAX_LINE_BYTES)];
    let end = bytes.iter().position(|byte| *byte == b'#');
    let bytes = bytes[..end.unwrap_or(bytes.len())].trim_ascii();
    let (key, value) = key_and_value(bytes)?;
    let key = key.to_ascii_lowercase();
    let is_one_of = |names: &[&str]| names.iter().any(|name| key.starts_with(name.as_bytes()));
    if is_one_of(&["user-agent", "useragent", "user agent"]) {
        Some(Line::UserAgent(value))
    } else if is_one_of(&["allow"]) {
        Some(Line::Allow(value))
    } else if is_one_of(&[
        "disallow",
        "dissallow",
        "dissalow",
        "disalow",
        "diasllow",
        "disallaw",
    ]) {
        Some(Line::Disallow(value))
    } else if is_one_of(&["crawl-delay", "crawldelay", "crawl delay"]) {
        Some(Line::CrawlDelay(value))
    } else {
        None
    }
}

/// `key: value`; without a colon, two words.
fn key_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let colon = line.iter().position(|byte| *byte == b':');
    let at = colon.or_else(|| line.iter().position(is_blank))?;
    let (key, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
    let is_readable = colon.is_some() || !value.iter().any(is_blank);
    (is_readable && !key.is_empty()).then_some((key, value))
}

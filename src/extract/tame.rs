//! HTML → HTML that the parser takes in linear and little time. Browsers stop nesting at some level; so do we. The words
//! of readers stay as they are; programs, styles and comments are left out, and bombs are cut.

use memchr::memchr;
use regex::bytes::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Browsers allow 512; real pages stay under 100.
const MAX_DEPTH: usize = 200;

/// Attributes of one element; the parser compares each with each.
const MAX_ATTRIBUTES: usize = 500;

/// Copies of unclosed `<b>`, `<font>` … that the parser may have to make; real pages need a few hundred.
const MAX_REOPENED: usize = 200_000;

/// Markup that is safe to parse, and a warning where something was cut.
pub struct Tamed<'t> {
    pub html: Cow<'t, str>,
    pub warning: Option<String>,
}

/// Cuts tags that would nest too deeply, be copied too often or have too many attributes, and what no reader sees.
pub fn tame(html: &str) -> Tamed<'_> {
    let slim = without_programs(html);
    let weight = weigh(&slim);
    let is_reopened = weight.reopened > MAX_REOPENED;
    if weight.depth <= MAX_DEPTH && weight.attributes <= MAX_ATTRIBUTES && !is_reopened {
        return Tamed {
            html: slim,
            warning: None,
        };
    }
    Tamed {
        html: Cow::Owned(flatten(&slim, is_reopened)),
        warning: Some("网页标签嵌套过深或属性过多，已截去多余部分，内容可能不完整。".to_owned()),
    }
}

/// Elements whose insides no reader sees; the parser takes them for text up to their end tag.
const PROGRAMS: [&str; 4] = ["script", "style", "noscript", "iframe"];

/// Leaves out comments and the insides of scripts and styles: often most of a page, never its text.
fn without_programs(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let (mut slim, mut copied_to, mut position) = (String::new(), 0, 0);
    while let Some(start) = memchr(b'<', &bytes[position..]) {
        let start = position + start;
        position = start + 1;
        let (from, to) = if bytes[position..].starts_with(b"!--") {
            (start, end_of_comment(bytes, start + 4))
        } else if let Some(name) = program_at(&bytes[position..]) {
            let (end, _) = end_of_tag(bytes, position + name.len());
            // JSON-LD tells title and time.
            let is_data = contains(&bytes[start..end], b"ld+json");
            position = end;
            if is_data {
                continue;
            }
            (end, start_of_end_tag(bytes, end, name))
        } else {
            continue;
        };
        slim.push_str(&html[copied_to..from]);
        (copied_to, position) = (to, to);
    }
    if copied_to == 0 {
        return Cow::Borrowed(html);
    }
    slim.push_str(&html[copied_to..]);
    Cow::Owned(slim)
}

fn program_at(bytes: &[u8]) -> Option<&'static str> {
    PROGRAMS.into_iter().find(|name| {
        let is_name = bytes
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()));
        is_name
            && bytes
                .get(name.len())
                .is_some_and(|byte| !byte.is_ascii_alphanumeric())
    })
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part))
}

/// Behind the `-->` of a comment whose words begin at `start`; `<!-->` is a comment too. The end of the page where it is
/// never closed.
fn end_of_comment(bytes: &[u8], start: usize) -> usize {
    static END: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("(?-u)--!?>").expect("the pattern is valid"));
    if bytes.get(start) == Some(&b'>') {
        return start + 1;
    }
    let found = END.find_at(bytes, start.min(bytes.len()));
    found.map_or(bytes.len(), |found| found.end())
}

/// Where the element of this name, whose start tag ends at `start`, is closed.
fn start_of_end_tag(bytes: &[u8], start: usize, name: &str) -> usize {
    static END: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("(?-u)</").expect("the pattern is valid"));
    let mut position = start;
    while let Some(found) = END.find_at(bytes, position) {
        position = found.end();
        let rest = &bytes[position..];
        if rest
            .get(..name.len())
            .is_some_and(|rest| rest.eq_ignore_ascii_case(name.as_bytes()))
        {
            return position - 2;
        }
    }
    bytes.len()
}

/// The worst that a page asks of a parser.
#[derive(Default)]
struct Weight {
    depth: usize,
    reopened: usize,
    attributes: usize,
}

fn weigh(html: &str) -> Weight {
    let mut weight = Weight::default();
    let (mut depth, mut formatting_depth) = (0usize, 0usize);
    for tag in tags(html) {
        weight.attributes = weight.attributes.max(tag.attributes);
        match tag.kind {
            Kind::Formatting if tag.is_end => formatting_depth = formatting_depth.saturating_sub(1),
            Kind::Formatting => formatting_depth += 1,
            _ if !tag.is_end => weight.reopened += formatting_depth,
            _ => {}
        }
        match tag.kind {
            Kind::Void | Kind::SelfClosing => {}
            _ if tag.is_end => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
        weight.depth = weight.depth.max(depth);
    }
    weight
}

fn flatten(html: &str, without_formatting: bool) -> String {
    let mut flat = String::with_capacity(html.len());
    let (mut depth, mut copied_to) = (0usize, 0usize);
    for tag in tags(html) {
        let is_cut = match tag.kind {
            _ if tag.attributes > MAX_ATTRIBUTES => true,
            Kind::Void | Kind::SelfClosing => false,
            Kind::Formatting if without_formatting => true,
            _ if tag.is_end => {
                depth = depth.saturating_sub(1);
                depth >= MAX_DEPTH
            }
            _ => {
                depth += 1;
                depth > MAX_DEPTH
            }
        };
        if is_cut {
            flat.push_str(&html[copied_to..tag.start]);
            copied_to = tag.end;
        }
    }
    flat.push_str(&html[copied_to..]);
    flat
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Never has children.
    Void,
    /// Closed by the next of its kind (`<p>`, `<li>`, `<a>`): unclosed ones do not nest.
    SelfClosing,
    /// Reopened by the parser in every block until closed.
    Formatting,
    Nesting,
}

struct Tag {
    start: usize,
    end: usize,
    is_end: bool,
    attributes: usize,
    kind: Kind,
}

/// Tags in order; comments and the insides of scripts may yield some that are none, which only makes us careful.
fn tags(html: &str) -> impl Iterator<Item = Tag> + '_ {
    let bytes = html.as_bytes();
    let mut position = 0;
    std::iter::from_fn(move || {
        loop {
            let start = position + memchr(b'<', bytes.get(position..)?)?;
            let is_end = bytes.get(start + 1) == Some(&b'/');
            let name_start = start + 1 + usize::from(is_end);
            let name_length = html[name_start..]
                .bytes()
                .take_while(u8::is_ascii_alphanumeric)
                .count();
            position = name_start;
            if name_length == 0 || !bytes[name_start].is_ascii_alphabetic() {
                continue;
            }
            let name = &html[name_start..name_start + name_length];
            let (end, attributes) = end_of_tag(bytes, name_start + name_length);
            position = end;
            return Some(Tag {
                start,
                end,
                is_end,
                attributes,
                kind: kind(name),
            });
        }
    })
}

/// Position behind the `>` that ends a tag, and how many attributes it may have. A quote counts after `=` only.
fn end_of_tag(bytes: &[u8], start: usize) -> (usize, usize) {
    let (mut attributes, mut quote, mut previous) = (0, None, b' ');
    for (position, byte) in bytes.iter().enumerate().skip(start) {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return (position + 1, attributes),
            (None, b'"' | b'\'') if previous == b'=' => quote = Some(*byte),
            (None, b' ' | b'\t' | b'\r' | b'\n' | b'\x0c' | b'/') => {
                attributes += 1;
                continue;
            }
            _ => {}
        }
        previous = *byte;
    }
    (bytes.len(), attributes)
}

fn kind(name: &str) -> Kind {
    let mut lower = [0u8; 10];
    let Some(lower) = lower.get_mut(..name.len()) else {
        return Kind::Nesting;
    };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    match std::str::from_utf8(lower).unwrap_or_default() {
        "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta"
        | "param" | "source" | "track" | "wbr" | "frame" => Kind::Void,
        "p" | "li" | "dt" | "dd" | "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "option"
        | "optgroup" | "html" | "head" | "body" | "colgroup" | "a" | "nobr" => Kind::SelfClosing,
        "b" | "big" | "code" | "em" | "font" | "i" | "s" | "small" | "strike" | "strong" | "tt"
        | "u" => Kind::Formatting,
        _ => Kind::Nesting,
    }
}

#[cfg(test)]
mod tests {
    use super::tame;

    #[test]
    fn ordinary_pages_pass_untouched() {
        let page = "<div><p>一<p>二<br><b>三</b></div>".repeat(2000);
        assert!(tame(&page).warning.is_none());
    }

    #[test]
    fn programs_and_comments_go_and_what_machines_are_told_stays() {
        let page = "<p>一</p><script>if (a<b) '<p>二'</SCRIPT ><!-- 三 --><style>p{}</style>\
            <script type=\"application/ld+json\">{\"a\":1}</script><!--><p>四";
        let slim = "<p>一</p><script></SCRIPT ><style></style>\
            <script type=\"application/ld+json\">{\"a\":1}</script><p>四";
        assert_eq!(tame(page).html, slim);
    }

    #[test]
    fn bombs_are_cut_but_their_words_stay() {
        let bomb = format!("{}词{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
        let tamed = tame(&bomb);
        assert!(tamed.warning.is_some() && tamed.html.contains('词'));
        assert!(tamed.html.matches("<div>").count() <= 200);
    }

    #[test]
    fn elements_with_attributes_without_end_go() {
        let bomb = format!("<p>一<p a='>'{}>二", " b c".repeat(1000));
        assert_eq!(tame(&bomb).html, "<p>一二");
    }

    #[test]
    fn formatting_that_would_be_copied_without_end_goes() {
        let fonts: String = (0..300).map(|n| format!("<font size={n}>")).collect();
        let bomb = format!("{fonts}{}", "<p>词".repeat(100_000));
        assert!(!tame(&bomb).html.contains("<font"));
    }
}

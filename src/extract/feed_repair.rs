//! Slightly broken feeds → XML that a strict parser takes: control characters, bare `&`, entities of HTML, prefixes
//! nobody declared, odd version numbers. Only text is rewritten; what it means is `feed`'s business.

use regex::{Captures, Regex};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Entries salvaged from a broken feed; feeds have tens.
const MAX_ENTRIES: usize = 500;

/// The text is decoded already: a declaration that names a character set would have it decoded again, and the parser
/// panics at one that stands further down. By another name it is an instruction to somebody else.
pub fn without_declarations(text: &str) -> String {
    let text = text.trim_start_matches(['\u{feff}', '\n', '\r', ' ', '\t']);
    text.replace("<?xml", "<?not-xml")
}

/// Formats that went out of use, in the words of those that followed: RSS 0.9x as 2.0, Atom 0.3 as 1.0.
pub fn modernise(text: &str) -> String {
    if text.contains(OLD_ATOM) {
        return modern_atom(text);
    }
    set_version(text)
}

const OLD_ATOM: &str = "http://purl.org/atom/ns#";

fn modern_atom(text: &str) -> String {
    static MODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\s+mode\s*=\s*["'][a-z0-9]*["']"#).expect("the pattern is valid")
    });
    let mut modern = MODE.replace_all(text, "").into_owned();
    for (old, new) in [
        (OLD_ATOM, "http://www.w3.org/2005/Atom"),
        ("type=\"text/html\"", "type=\"html\""),
        ("type=\"text/plain\"", "type=\"text\""),
        ("type=\"application/xhtml+xml\"", "type=\"xhtml\""),
        ("<issued>", "<published>"),
        ("</issued>", "</published>"),
        ("<modified>", "<updated>"),
        ("</modified>", "</updated>"),
    ] {
        modern = modern.replace(old, new);
    }
    modern
}

/// The same feed with everything mended that can be.
pub fn repair(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|character| is_allowed(*character))
        .collect();
    declare_prefixes(&escape_ampersands(&text))
}

/// XML 1.0 allows three control characters.
fn is_allowed(character: char) -> bool {
    !character.is_control() || matches!(character, '\t' | '\n' | '\r')
}

/// `a & b` → `a &amp; b`, `&nbsp;` → its character; known entities and CDATA stay.
fn escape_ampersands(text: &str) -> String {
    static AMPERSAND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)<!\[CDATA\[.*?(?:\]\]>|\z)|&(?:(amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});|([a-zA-Z]{2,8});)?")
            .expect("the pattern is valid")
    });
    let escaped = AMPERSAND.replace_all(text, |found: &Captures<'_>| {
        let whole = &found[0];
        if whole.starts_with("<!") || found.get(1).is_some() {
            return whole.to_owned();
        }
        match found.get(2).map(|name| name.as_str()) {
            Some("nbsp") => "\u{a0}".to_owned(),
            Some("mdash") => "—".to_owned(),
            Some("hellip") => "…".to_owned(),
            Some("ldquo") => "“".to_owned(),
            Some("rdquo") => "”".to_owned(),
            Some("middot") => "·".to_owned(),
            Some(name) => format!("&amp;{name};"),
            None => "&amp;".to_owned(),
        }
    });
    escaped.into_owned()
}

/// `<rss>` and `<rss version="0.93">` are read as 2.0, which has all their elements.
fn set_version(text: &str) -> String {
    static ROOT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("<rss\\b([^>]*)>").expect("the pattern is valid"));
    static VERSION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\s+version\s*=\s*["'][^"']*["']"#).expect("the pattern is valid")
    });
    ROOT.replace(text, |found: &Captures<'_>| {
        format!("<rss version=\"2.0\"{}>", VERSION.replace(&found[1], ""))
    })
    .into_owned()
}

/// Feeds use a handful of prefixes; what has more is no feed.
const MAX_PREFIXES: usize = 50;

/// Declares every prefix that is used and was not declared, in the root element.
fn declare_prefixes(text: &str) -> String {
    static USED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"<([A-Za-z][\w.-]*):[A-Za-z]").expect("the pattern is valid"));
    static ROOT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"<(?:rss|feed|rdf:RDF|RDF)\b").expect("the pattern is valid"));
    let used: BTreeSet<&str> = USED
        .captures_iter(text)
        .filter_map(|found| found.get(1).map(|prefix| prefix.as_str()))
        .collect();
    // Asked once for each prefix, and there are only so many that make sense.
    let used = used
        .into_iter()
        .take(MAX_PREFIXES)
        .filter(|prefix| !text.contains(&format!("xmlns:{prefix}")));
    let mut declarations = String::new();
    for prefix in used {
        let address = match prefix {
            "dc" => "http://purl.org/dc/elements/1.1/",
            "content" => "http://purl.org/rss/1.0/modules/content/",
            "media" => "http://search.yahoo.com/mrss/",
            "atom" => "http://www.w3.org/2005/Atom",
            "rdf" => "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            _ => "urn:undeclared",
        };
        declarations.push_str(&format!(" xmlns:{prefix}=\"{address}\""));
    }
    ROOT.replace(text, |found: &Captures<'_>| {
        format!("{}{declarations}", &found[0])
    })
    .into_owned()
}

/// Each entry of a broken feed as a feed of its own.
pub fn entries(text: &str) -> Vec<String> {
    static ITEM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)<item\b[^>]*>.*?</item>|<entry\b[^>]*>.*?</entry>")
            .expect("the pattern is valid")
    });
    ITEM.find_iter(text)
        .take(MAX_ENTRIES)
        .map(|entry| {
            let entry = entry.as_str();
            let whole = if entry.starts_with("<item") {
                format!("<rss version=\"2.0\"><channel><title></title>{entry}</channel></rss>")
            } else {
                format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{entry}</feed>")
            };
            declare_prefixes(&whole)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{modernise, repair, without_declarations};

    #[test]
    fn broken_xml_is_mended() {
        let broken =
            "<rss version=\"2.0\"><dc:date>一\u{b}&nbsp;二 & 三</dc:date><![CDATA[a&b]]>&lt;</rss>";
        assert_eq!(
            repair(broken),
            "<rss xmlns:dc=\"http://purl.org/dc/elements/1.1/\" version=\"2.0\">\
             <dc:date>一\u{a0}二 &amp; 三</dc:date><![CDATA[a&b]]>&lt;</rss>"
        );
    }

    #[test]
    fn older_formats_are_read_as_their_successors() {
        assert_eq!(
            modernise("<rss version='0.93' a=\"b\">"),
            "<rss version=\"2.0\" a=\"b\">"
        );
        assert_eq!(
            modernise(
                "<feed xmlns=\"http://purl.org/atom/ns#\"><title mode=\"escaped\" type=\"text/html\"/><issued>"
            ),
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title type=\"html\"/><published>"
        );
    }

    #[test]
    fn no_declaration_is_left_to_change_the_character_set() {
        let text =
            "\u{feff}\n<?xml version=\"1.0\" encoding='gb2312'?><rss/><?xml encoding='big5'?>";
        assert_eq!(
            without_declarations(text),
            "<?not-xml version=\"1.0\" encoding='gb2312'?><rss/><?not-xml encoding='big5'?>"
        );
    }
}

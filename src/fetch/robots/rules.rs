//! The rules of one robots.txt for one crawler, and what they say of a path (RFC 9309, 2.2): the longest pattern
//! decides, and between equals the one that allows.

use super::lines::{Line, lines};
use std::time::Duration;
use url::Url;

/// What a site asks of us. Empty: everything is allowed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    is_allowed: bool,
    /// Percent-encoded; `*` stands for anything, `$` at the end for the end.
    pattern: String,
}

impl Rules {
    /// Reads the groups for `agent`; where there is none, those for everybody.
    pub fn parse(text: &[u8], agent: &str) -> Rules {
        let (mut own, mut everybodys) = (None::<Rules>, Rules::default());
        let (mut is_ours, mut is_everybodys) = (false, false);
        let mut has_rules = false;
        for line in lines(text) {
            if let Line::UserAgent(name) = line {
                if has_rules {
                    (is_ours, is_everybodys, has_rules) = (false, false, false);
                }
                if names_everybody(name) {
                    is_everybodys = true;
                } else if product_token(name).eq_ignore_ascii_case(agent.as_bytes()) {
                    is_ours = true;
                    // A group without rules is one too: it allows everything.
                    own.get_or_insert_default();
                }
                continue;
            }
            let group = match &mut own {
                Some(own) if is_ours => own,
                _ if is_everybodys => &mut everybodys,
                // A rule before any group, or for somebody else.
                _ => continue,
            };
            // RFC 9309 knows no Crawl-delay: such a line ends no list of names.
            has_rules |= !matches!(line, Line::CrawlDelay(_));
            group.add(line);
        }
        own.unwrap_or(everybodys)
    }

    /// May `url` be read?
    pub fn allows(&self, url: &Url) -> bool {
        // The fragment is never sent.
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        path == "/robots.txt" || self.allows_path(&encoded(path.as_bytes()))
    }

    /// May this path, with its query, be read?
    pub fn allows_path(&self, path: &str) -> bool {
        let plain = decoded(path);
        let longest = |is_allowed: bool| {
            let rules = self.rules.iter();
            rules
                .filter(|rule| rule.is_allowed == is_allowed)
                // What is forbidden is forbidden in any spelling.
                .filter(|rule| {
                    matches(&rule.pattern, path) || !is_allowed && matches(&rule.pattern, &plain)
                })
                .map(|rule| rule.pattern.len())
                .max()
        };
        longest(false) <= longest(true)
    }

    /// `Crawl-delay`: the pause the site asks for.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    fn add(&mut self, line: Line<'_>) {
        match line {
            Line::Allow(pattern) => self.allow(pattern),
            Line::Disallow(pattern) => self.disallow(pattern),
            // The first one stands: a later one in the same group was meant for a later name.
            Line::CrawlDelay(seconds) => {
                self.crawl_delay = self.crawl_delay.or_else(|| delay(seconds));
            }
            Line::UserAgent(_) => {}
        }
    }

    fn allow(&mut self, pattern: &[u8]) {
        let pattern = encoded(pattern);
        // Whoever allows a folder's index page allows the folder, which is the same page.
        if let Some((folder, name)) = pattern.rsplit_once('/')
            && name.starts_with("index.htm")
        {
            self.push(true, format!("{folder}/$"));
        }
        self.push(true, pattern);
    }

    fn disallow(&mut self, pattern: &[u8]) {
        let pattern = encoded(pattern);
        let plain = decoded(&pattern);
        if plain != pattern {
            self.push(false, plain);
        }
        self.push(false, pattern);
    }

    /// An empty pattern says nothing.
    fn push(&mut self, is_allowed: bool, pattern: String) {
        if !pattern.is_empty() {
            self.rules.push(Rule {
                is_allowed,
                pattern,
            });
        }
    }
}

/// `*`, alone or before a blank.
fn names_everybody(name: &[u8]) -> bool {
    matches!(name, [b'*'] | [b'*', b' ' | b'\t', ..])
}

/// The name without version and remarks: `FooBot` of `FooBot/2.1`.
fn product_token(name: &[u8]) -> &[u8] {
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_');
    let end = name.iter().position(|byte| !is_part(byte));
    &name[..end.unwrap_or(name.len())]
}

fn delay(seconds: &[u8]) -> Option<Duration> {
    let seconds: f64 = std::str::from_utf8(seconds).ok()?.parse().ok()?;
    (seconds > 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Does `path` begin as `pattern` says? Each part between stars is looked for behind the one before it; the leftmost
/// place is always good enough, so nothing is tried twice.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let (first, others) = pattern
        .split_once('*')
        .map_or((pattern, None), |(first, others)| (first, Some(others)));
    let Some(mut rest) = path.strip_prefix(first) else {
        return false;
    };
    let Some(others) = others else {
        return !is_whole || rest.is_empty();
    };
    let (middle, last) = others.rsplit_once('*').unwrap_or(("", others));
    for part in middle.split('*') {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    if is_whole {
        rest.ends_with(last)
    } else {
        rest.contains(last)
    }
}

/// A pattern as an address is written: what is not ASCII, and what stands in no address, as `%E3`; `%e3` as `%E3`.
fn encoded(pattern: &[u8]) -> String {
    let mut encoded = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match (byte, behind) {
            (b'%', [high, low, behind @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                encoded.push('%');
                encoded.push(high.to_ascii_uppercase().into());
                encoded.push(low.to_ascii_uppercase().into());
                rest = behind;
            }
            (b' ' | b'"' | b'<' | b'>' | 0x7f.., _) => encoded.push_str(&format!("%{byte:02X}")),
            _ => encoded.push((*byte).into()),
        }
    }
    encoded
}

/// Letters and digits that were written as `%41` without need.
fn decoded(path: &str) -> String {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3);
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        match byte.map(char::from) {
            Some(c) if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~') => {
                decoded.push(c);
                rest = &rest[at + 3..];
            }
            _ => {
                decoded.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

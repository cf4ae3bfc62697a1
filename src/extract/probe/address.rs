//! Addresses of one list → patterns that fit them and those of tomorrow: numbers become `\d+`, days `20\d\d`, a part
//! that differs from link to link `[^/]+`. The host stays as it is.

use crate::extract::dates;
use crate::model::Timestamp;
use chrono::Datelike;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use url::{Position, Url};

/// A part of an address that differs between links, in a pattern.
const ANY_PART: &str = "[^/?]+";

/// Addresses of one shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Regular expression.
    pub pattern: String,
    /// Addresses of this shape.
    pub count: usize,
}

/// The shapes among these addresses, most frequent first.
pub fn shapes(urls: &[&Url]) -> Vec<Shape> {
    let mut by_parts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for url in urls {
        *by_parts.entry(parts(url)).or_default() += 1;
    }
    let mut shapes: Vec<Shape> = Vec::new();
    for (parts, count) in merged(by_parts.into_iter().collect()) {
        let pattern = pattern(&parts);
        // What was joined may have become what stands beside it.
        match shapes.iter_mut().find(|known| known.pattern == pattern) {
            Some(known) => known.count += count,
            None => shapes.push(Shape { pattern, count }),
        }
    }
    shapes.sort_by(|one, other| {
        let by_count = other.count.cmp(&one.count);
        by_count.then_with(|| one.pattern.cmp(&other.pattern))
    });
    shapes
}

/// `//host`, then each part of the path as a pattern, then the query, if there is one.
fn parts(url: &Url) -> Vec<String> {
    let host = escaped(url.host_str().unwrap_or_default());
    let port = url.port().map_or("", |_| r":\d+");
    let mut parts = vec![format!("//{host}{port}")];
    let mut day = Day::default();
    let path = url.path().split('/').skip(1);
    parts.extend(path.map(|part| generalised(part, &mut day)));
    if let Some(query) = url.query() {
        parts.push(format!(r"\?{}", generalised_query(query)));
    }
    parts
}

/// `t20170414_812.html` → `t20\d{6}_\d+\.html`.
fn generalised(part: &str, day: &mut Day) -> String {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d+").expect("the pattern is valid"));
    if is_key(part) {
        let ending = part.rsplit_once('.').map_or("", |(_, ending)| ending);
        return match ending {
            "" => ANY_PART.to_owned(),
            ending => format!(r"{ANY_PART}\.{}", escaped(ending)),
        };
    }
    let mut general = String::new();
    let mut end = 0;
    for number in NUMBER.find_iter(part) {
        general += &escaped(&part[end..number.start()]);
        general += day.digits(number.as_str());
        end = number.end();
    }
    general + &escaped(&part[end..])
}

/// As `regex::escape`, without the marks that mean nothing outside of brackets: people will read this.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 4);
    for character in text.chars() {
        if r"\.+*?()|[]{}^$".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Which numbers of an address may be month and day: two behind a year.
#[derive(Default)]
struct Day {
    to_come: u8,
}

impl Day {
    /// How a number in an address goes on: years and days keep their length.
    fn digits(&mut self, number: &str) -> &'static str {
        let is_of_century = number.starts_with("20");
        let is_part_of_day = number.len() == 2 && self.to_come > 0;
        self.to_come = match number.len() {
            4 if is_of_century => 2,
            _ => self.to_come.saturating_sub(1),
        };
        let is_day = number.len() == 8
            && ("01"..="12").contains(&&number[4..6])
            && ("01"..="31").contains(&&number[6..]);
        match number.len() {
            2 if is_part_of_day => r"\d\d",
            4 if is_of_century => r"20\d\d",
            8 if is_of_century && is_day => r"20\d{6}",
            _ => r"\d+",
        }
    }
}

/// A random key: `KX2f9abQ`. Letters and digits change places more than twice.
fn is_key(part: &str) -> bool {
    let word = part.split('.').next().unwrap_or(part);
    let letters: Vec<char> = word.chars().collect();
    let changes = letters.windows(2).filter(|pair| {
        pair.iter().all(char::is_ascii_alphanumeric)
            && pair[0].is_ascii_digit() != pair[1].is_ascii_digit()
    });
    letters.len() >= 6 && changes.count() > 2
}

fn generalised_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, value)) if value.chars().all(|c| c.is_ascii_digit()) && !value.is_empty() => {
            format!(r"{}=\d+", escaped(key))
        }
        Some((key, value)) => format!("{}={}", escaped(key), escaped(value)),
        None => escaped(pair),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Shapes that differ in one part only, the name of a column say, become one.
fn merged(mut shapes: Vec<(Vec<String>, usize)>) -> Vec<(Vec<String>, usize)> {
    let mut at = 0;
    while at < shapes.len() {
        let like = (at + 1..shapes.len()).find_map(|other| {
            let place = only_difference(&shapes[at].0, &shapes[other].0)?;
            Some((other, place))
        });
        let Some((other, place)) = like else {
            at += 1;
            continue;
        };
        let (_, count) = shapes.remove(other);
        let joined = joined(&shapes[at].0[place]);
        shapes[at].0[place] = joined;
        shapes[at].1 += count;
        // A wider shape may fit one that was passed over.
        at = 0;
    }
    shapes
}

/// Where two shapes differ, if it is in one part of the path.
fn only_difference(one: &[String], other: &[String]) -> Option<usize> {
    if one.len() != other.len() {
        return None;
    }
    let mut places = (0..one.len()).filter(|place| one[*place] != other[*place]);
    let place = places.next()?;
    let is_path = place > 0 && !one[place].starts_with(r"\?");
    // Something must be left that tells articles: a number, or a key.
    let rest = (1..one.len()).filter(|other| *other != place);
    let is_telling = |part: &String| part.contains(r"\d") || part.starts_with(ANY_PART);
    let tells = rest.map(|at| &one[at]).any(is_telling);
    (places.next().is_none() && is_path && tells).then_some(place)
}

fn joined(part: &str) -> String {
    match part.rsplit_once(r"\.") {
        Some((_, ending)) => format!(r"{ANY_PART}\.{ending}"),
        None => ANY_PART.to_owned(),
    }
}

fn pattern(parts: &[String]) -> String {
    let query = parts.last().filter(|part| part.starts_with(r"\?"));
    let path = &parts[..parts.len() - usize::from(query.is_some())];
    let mut pattern = path.join("/");
    match query {
        Some(query) => pattern += query,
        // `/news/12` is not to fit `/news/12/comments`.
        None if !pattern
            .rsplit('/')
            .next()
            .is_some_and(|name| name.contains(r"\.")) =>
        {
            pattern += "(?:[?#]|$)";
        }
        None => {}
    }
    pattern
}

/// The address with `{yyyy}`, `{mm}`, `{dd}` in place of the day it names; `None` where it names none.
pub fn with_places_of_day(url: &Url, now: Timestamp) -> Option<String> {
    let day = dates::day_of_url(url, now)?.at;
    let (year, month, day) = (day.year(), day.month(), day.day());
    let path = &url[Position::BeforePath..];
    for (first, second) in [("-", "/"), ("", "/"), ("/", "/"), ("-", "-"), ("", "")] {
        let written = format!("{year:04}{first}{month:02}{second}{day:02}");
        if path.contains(&written) {
            let places = format!("{{yyyy}}{first}{{mm}}{second}{{dd}}");
            let named = path.replacen(&written, &places, 1);
            return Some(format!("{}{named}", &url[..Position::BeforePath]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{shapes, with_places_of_day};
    use regex::Regex;
    use url::Url;

    fn of(addresses: &[&str]) -> Vec<(String, usize)> {
        let urls: Vec<Url> = addresses
            .iter()
            .map(|address| Url::parse(address).expect("an address"))
            .collect();
        let shapes = shapes(&urls.iter().collect::<Vec<_>>());
        for shape in &shapes {
            let regex = Regex::new(&shape.pattern).expect("a pattern");
            assert!(urls.iter().any(|url| regex.is_match(url.as_str())));
        }
        shapes
            .into_iter()
            .map(|shape| (shape.pattern, shape.count))
            .collect()
    }

    #[test]
    fn numbers_and_days_are_generalised() {
        for (address, pattern) in [
            (
                "https://n.a.cn/2017/04-14/812.html",
                r"//n\.a\.cn/20\d\d/\d\d-\d\d/\d+\.html",
            ),
            (
                "http://a.cn/art/t20170414_81.shtml",
                r"//a\.cn/art/t20\d{6}_\d+\.shtml",
            ),
            ("http://a.cn/?id=7&m=show", r"//a\.cn/\?id=\d+&m=show"),
            ("http://a.cn/s/KX2f9abQ", r"//a\.cn/s/[^/?]+(?:[?#]|$)"),
            (
                "http://127.0.0.1:8080/news/12",
                r"//127\.0\.0\.1:\d+/news/\d+(?:[?#]|$)",
            ),
        ] {
            assert_eq!(of(&[address]), [(pattern.to_owned(), 1)], "{address}");
        }
    }

    #[test]
    fn columns_are_joined_and_strangers_stay_apart() {
        let found = of(&[
            "http://a.cn/shehui/1.html",
            "http://a.cn/minsheng/222.html",
            "http://a.cn/jingji/3333.html",
            "http://b.cn/shehui/4.html",
        ]);
        assert_eq!(
            found,
            [
                (r"//a\.cn/[^/?]+/\d+\.html".to_owned(), 3),
                (r"//b\.cn/shehui/\d+\.html".to_owned(), 1)
            ]
        );
    }

    #[test]
    fn the_day_of_an_edition_becomes_its_place() {
        for (address, template) in [
            (
                "https://p.cn/hnrb/html/2017-04/14/node_1.htm",
                "https://p.cn/hnrb/html/{yyyy}-{mm}/{dd}/node_1.htm",
            ),
            (
                "https://p.cn/20170414/a.html",
                "https://p.cn/{yyyy}{mm}{dd}/a.html",
            ),
        ] {
            let url = Url::parse(address).expect("an address");
            let now = chrono::DateTime::parse_from_rfc3339("2017-04-15T09:00:00+08:00");
            let found = with_places_of_day(&url, now.expect("a time"));
            assert_eq!(found.as_deref(), Some(template));
        }
    }
}

//! Google's own test of its robots.txt parser, read from the C++ file where it is at hand: its string constants and
//! its `EXPECT_…(IsUserAgentAllowed(…))` lines. The file is not part of the repository; without it the test says so.

use super::Rules;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One expectation.
#[derive(Debug)]
struct Case {
    /// Name of the C++ test.
    test: String,
    robots: String,
    agent: String,
    url: String,
    is_allowed: bool,
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

/// Words, string literals (neighbours joined) and signs; comments are left out.
fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => while rest.next().is_some_and(|c| c != '\n') {},
            '"' => {
                let text = literal(&mut rest);
                match tokens.last_mut() {
                    Some(Token::Text(before)) => before.push_str(&text),
                    _ => tokens.push(Token::Text(text)),
                }
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
            c if c.is_whitespace() => {}
            c => tokens.push(Token::Sign(c)),
        }
    }
    tokens
}

/// The rest of a literal; bytes written as `\xEF` occur only in tests that do not match anything.
fn literal(rest: &mut impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => match rest.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some('t') => text.push('\t'),
                Some(c) => text.push(c),
                None => break,
            },
            c => text.push(c),
        }
    }
    text
}

/// Every expectation whose texts are constants; the number of those that are not.
fn cases(source: &str) -> (Vec<Case>, usize) {
    let tokens = tokens(source);
    let mut constants: HashMap<&str, &str> = HashMap::new();
    let mut cases = Vec::new();
    let (mut test, mut skipped) = (String::new(), 0);
    for (at, window) in tokens.windows(3).enumerate() {
        match window {
            [Token::Word(suite), Token::Sign(','), Token::Word(name)]
                if suite == "RobotsUnittest" =>
            {
                test.clone_from(name);
                constants.clear();
            }
            [Token::Word(name), Token::Sign('='), Token::Text(text)] => {
                constants.insert(name, text);
            }
            // A text that is put together afterwards is no constant.
            [Token::Sign('&'), Token::Word(name), Token::Sign(',')] => {
                constants.remove(name.as_str());
            }
            [Token::Word(expect), Token::Sign('('), Token::Word(call)]
                if expect.starts_with("EXPECT_") && call == "IsUserAgentAllowed" =>
            {
                let texts = arguments(&tokens[at + 4..], &constants);
                let Some([robots, agent, url]) = texts.as_deref() else {
                    skipped += 1;
                    continue;
                };
                cases.push(Case {
                    test: test.clone(),
                    robots: (*robots).to_owned(),
                    agent: (*agent).to_owned(),
                    url: (*url).to_owned(),
                    is_allowed: expect == "EXPECT_TRUE",
                });
            }
            _ => {}
        }
    }
    (cases, skipped)
}

fn arguments<'t>(tokens: &'t [Token], constants: &HashMap<&str, &'t str>) -> Option<Vec<&'t str>> {
    let mut texts = Vec::new();
    for pair in tokens.chunks(2) {
        texts.push(match &pair[0] {
            Token::Text(text) => text.as_str(),
            Token::Word(name) => constants.get(name.as_str())?,
            Token::Sign(_) => return None,
        });
        match pair.get(1) {
            Some(Token::Sign(',')) => {}
            Some(Token::Sign(')')) => break,
            _ => return None,
        }
    }
    Some(texts)
}

/// What Google takes for the path: everything from the first `/` or `?` behind the host, without the fragment.
fn path_of(url: &str) -> String {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind_scheme
        .find(['/', '?'])
        .map_or("", |at| &behind_scheme[at..]);
    let path = path.split('#').next().unwrap_or_default();
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

fn file() -> PathBuf {
    let data = std::env::var_os("YUQING_EVAL_DATA").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    data.unwrap_or_else(beside)
        .join("conformance/robots/google_robots_test.cc")
}

#[test]
fn every_case_of_google_that_concerns_matching_passes() {
    let Ok(source) = std::fs::read_to_string(file()) else {
        println!("{} is not here: nothing measured", file().display());
        return;
    };
    let (cases, skipped) = cases(&source);
    // An empty address cannot be asked for here: addresses are parsed before anybody asks robots.txt.
    let (cases, empty): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| !case.url.is_empty());
    let failed: Vec<String> = cases
        .iter()
        .filter(|case| {
            let rules = Rules::parse(case.robots.as_bytes(), &case.agent);
            rules.allows_path(&path_of(&case.url)) != case.is_allowed
        })
        .map(|case| format!("{}: {} for {}", case.test, case.url, case.robots))
        .collect();
    println!(
        "{} of {} cases pass; left out: {} without an address, {skipped} whose text is put together in C++",
        cases.len() - failed.len(),
        cases.len(),
        empty.len()
    );
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(cases.len() > 100, "the file was read as it should be");
}

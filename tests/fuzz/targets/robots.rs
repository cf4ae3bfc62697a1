//! The last line is a path, the lines before it a robots.txt. The two files are read from where they stand: nobody
//! outside `fetch` needs them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;

#[path = "../../../src/fetch/robots/lines.rs"]
mod lines;
#[path = "../../../src/fetch/robots/rules.rs"]
mod rules;

use rules::Rules;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    let (text, path) = bytes.split_at(end.unwrap_or(0));
    let path = String::from_utf8_lossy(path);
    let mut url = Url::parse("http://www.example.com/").expect("an address");
    let (path, query) = path.trim_start().split_once('?').unwrap_or((&path, ""));
    url.set_path(path);
    url.set_query(Some(query).filter(|query| !query.is_empty()));

    let rules = Rules::parse(text, "yuqing");
    let is_allowed = rules.allows(&url);
    assert!(rules.allows(&url.join("/robots.txt").expect("an address")));
    assert_eq!(rules, Rules::parse(text, "YUQING"), "names have no case");

    // A site that forbids us everything at the end of a file of ours is obeyed, whatever stood before.
    let closed = [
        b"User-agent: yuqing\nDisallow: /\n\n".as_slice(),
        b"User-agent: other\n",
        text,
    ]
    .concat();
    let closed = Rules::parse(&closed, "yuqing");
    let open = closed == Rules::parse(b"User-agent: yuqing\nDisallow: /", "yuqing");
    assert!(!open || url.path() == "/robots.txt" || !closed.allows(&url));

    // A fragment is never sent; a longer rule for exactly this address decides.
    let mut marked = url.clone();
    marked.set_fragment(Some("a"));
    assert_eq!(rules.allows(&marked), is_allowed);
    if let Some(delay) = rules.crawl_delay() {
        assert!(!delay.is_zero());
    }
});

//! Addresses of threads: which thread a page belongs to, and whether it is the first of its pages.

use regex::Regex;
use std::sync::LazyLock;
use url::Url;

/// Address of the thread, without the reply that a search led to: `?pid=1&cid=0#1`.
pub fn thread_address(url: &Url) -> Url {
    let others = url
        .query_pairs()
        .filter(|(name, _)| name != "pid" && name != "cid");
    let others: Vec<(String, String)> = others
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut bare = url.clone();
    bare.set_fragment(None);
    if url.query_pairs().count() == others.len() {
        return bare;
    }
    bare.set_query(None);
    if !others.is_empty() {
        bare.query_pairs_mut().extend_pairs(others);
    }
    bare
}

/// `thread-7-2-1.html`, `&page=2`, `?pn=2`: not the page that the first post stands on.
pub fn is_later_page(url: &Url) -> bool {
    static PAGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:thread-\d+-|[?&](?:page|pn)=|-page-)(\d{1,6})")
            .expect("the pattern is valid")
    });
    let page = PAGE
        .captures(url.as_str())
        .and_then(|found| found[1].parse::<u32>().ok());
    page.is_some_and(|page| page > 1)
}

#[cfg(test)]
mod tests {
    use super::{is_later_page, thread_address};
    use url::Url;

    #[test]
    fn a_reply_found_by_search_belongs_to_its_thread() {
        for (found, thread) in [
            ("http://a.test/p/7?pid=1&cid=0#1", "http://a.test/p/7"),
            ("http://a.test/p/7?pn=2&pid=1", "http://a.test/p/7?pn=2"),
            (
                "http://a.test/t?tid=7&x=%E7%A4%BE",
                "http://a.test/t?tid=7&x=%E7%A4%BE",
            ),
        ] {
            let url = Url::parse(found).expect("an address");
            assert_eq!(thread_address(&url).as_str(), thread);
        }
    }

    #[test]
    fn later_pages_are_known_by_their_number() {
        for (address, is_later) in [
            ("http://a.test/thread-7-1-1.html", false),
            ("http://a.test/thread-7-2-1.html", true),
            ("http://a.test/read-htm-tid-7-page-3.html", true),
            ("http://a.test/p/7?pn=2", true),
            ("http://a.test/p/7", false),
        ] {
            let url = Url::parse(address).expect("an address");
            assert_eq!(is_later_page(&url), is_later, "{address}");
        }
    }
}

//! Feeds, JSON and sitemaps of the fixtures with some bytes changed, cut out or put in: there is always an answer.

use crate::extract::{Sites, SourceHints, extract};
use crate::model::{Page, SourceKind};
use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::sample::Index;
use std::path::Path;
use std::sync::LazyLock;
use url::Url;

/// Pages that machines wrote, in their bytes.
static PAGES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/extract");
    let entries = std::fs::read_dir(&root).expect("the fixtures are part of the repository");
    let names = ["page.xml", "page.json"];
    let files = entries
        .flatten()
        .flat_map(|entry| names.map(|name| entry.path().join(name)));
    files.filter_map(|file| std::fs::read(file).ok()).collect()
});

fn read(bytes: Vec<u8>, kind: Option<SourceKind>) {
    let page = Page {
        url: Url::parse("http://www.example.com/x.xml").expect("an address"),
        content_type: None,
        bytes,
        fetched_at: chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00")
            .expect("a time"),
    };
    let hints = SourceHints {
        kind,
        ..SourceHints::default()
    };
    let limit = page.fetched_at + chrono::Duration::days(1);
    let found = extract(&page, &hints, &Sites::default());
    let mut times = found.posts.iter().filter_map(|post| post.published_at);
    assert!(times.all(|published| published.at <= limit));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_change_of_a_fixture_makes_it_panic(
        page in any::<Index>(),
        from in any::<Index>(),
        length in 0..40usize,
        instead in proptest::collection::vec(any::<u8>(), 0..20),
        cut in any::<Option<Index>>(),
    ) {
        let mut bytes = page.get(&PAGES).clone();
        let from = from.index(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, instead);
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        for kind in [None, Some(SourceKind::Feed), Some(SourceKind::Json), Some(SourceKind::Sitemap)] {
            read(bytes.clone(), kind);
        }
    }
}

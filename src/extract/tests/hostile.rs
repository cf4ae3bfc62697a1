//! Pages that want to hurt: whatever the bytes, there is an answer, soon, and no panic.

use crate::extract::{Extraction, Sites, SourceHints, extract};
use crate::model::{Page, SourceKind};
use proptest::prelude::{ProptestConfig, any, proptest};
use std::time::{Duration, Instant};
use url::Url;

/// Generous for a test build on a busy machine; quadratic time takes minutes.
const PATIENCE: Duration = Duration::from_secs(60);

fn read(bytes: Vec<u8>, kind: Option<SourceKind>) -> Extraction {
    let page = Page {
        url: Url::parse("http://www.example.com/a").expect("an address"),
        content_type: None,
        bytes,
        fetched_at: chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00")
            .expect("a time"),
    };
    let hints = SourceHints {
        kind,
        ..SourceHints::default()
    };
    extract(&page, &hints, &Sites::default())
}

fn read_soon(name: &str, bytes: Vec<u8>) -> Extraction {
    let started = Instant::now();
    let length = bytes.len();
    let found = read(bytes, None);
    let took = started.elapsed();
    println!(
        "{name}: {length} bytes, {} ms, {:?}",
        took.as_millis(),
        found.format
    );
    assert!(took < PATIENCE, "{name} took {took:?}");
    found
}

#[test]
fn bombs_are_survived() {
    let text = "社保".repeat(300);
    for (name, bomb) in [
        (
            "nested divs",
            format!(
                "{}{text}{}",
                "<div>".repeat(100_000),
                "</div>".repeat(100_000)
            ),
        ),
        ("unclosed divs", "<div>".repeat(300_000)),
        (
            "unclosed fonts",
            format!("{}{}", "<font a=b>".repeat(1000), "<p>一".repeat(10_000)),
        ),
        (
            "distinct fonts",
            format!(
                "{}{}",
                (0..500)
                    .map(|n| format!("<font a={n}>"))
                    .collect::<String>(),
                "<p>一".repeat(10_000)
            ),
        ),
        ("nested tables", "<table><tr><td>".repeat(10_000)),
        ("nested lists", "<ul><li>".repeat(5_000)),
        (
            "links",
            "<a href=/2017/1.html>一二三四五六七八九十</a>".repeat(5_000),
        ),
        (
            "attributes",
            format!(
                "<p {}>",
                (0..100_000).map(|n| format!("a{n}=1 ")).collect::<String>()
            ),
        ),
        ("angles", "<".repeat(50_000)),
        ("open tag", format!("<div {}", "a".repeat(2_000_000))),
        (
            "one paragraph",
            format!("<p>{}", "社会保险，".repeat(300_000)),
        ),
        (
            "many paragraphs",
            "<p>社会保险，养老保险，医疗保险，工伤保险，失业保险。</p>".repeat(40_000),
        ),
        (
            "siblings",
            format!("<body>{}", "<i>一</i>".repeat(1_000_000 / 4)),
        ),
        (
            "links around the text",
            format!("<a href=/1>{}", "<p>社会保险，养老保险，医疗保险。".repeat(20_000)),
        ),
        (
            "posts in a row",
            "<div>2017-04-14 社会保险，养老保险，医疗保险，工伤保险，失业保险，住房公积金，各有各的办法。<a href=/1>一</a><a href=/2>二</a></div>"
                .repeat(20_000),
        ),
        (
            "nested titles",
            format!("{}题目在这里", "<div class=title>".repeat(150)).repeat(50),
        ),
        ("unclosed scripts", "<script>".repeat(300_000)),
        ("unclosed comments", "<!--".repeat(300_000)),
        ("half closed scripts", format!("<script>{}", "</scrip".repeat(200_000))),
        ("pagers", "<a href=/a_2.html>2</a>".repeat(50_000)),
        ("nested json", "[".repeat(1_000_000)),
        (
            "nested feed",
            format!(
                "<rss version=\"2.0\"><channel><item>{}",
                "<a>".repeat(200_000)
            ),
        ),
        ("open comment", format!("<!--{}", "-".repeat(2_000_000))),
    ] {
        read_soon(name, bomb.into_bytes());
    }
}

#[test]
fn garbage_and_binaries_give_a_warning() {
    let noise: Vec<u8> = (0u32..5_000_000)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for bytes in [
        noise,
        Vec::new(),
        b" \r\n".to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
        vec![0; 100],
        b"GIF89a".to_vec(),
    ] {
        let found = read_soon("garbage", bytes);
        assert!(!found.warnings.is_empty());
    }
}

#[test]
fn every_kind_takes_every_page() {
    for kind in SourceKind::ALL {
        for bytes in [
            "",
            "<html>",
            "{}",
            "[1,2]",
            "<rss>",
            "<rss version=\"2.0\"/>",
            "null",
            "文",
        ] {
            let found = read(bytes.as_bytes().to_vec(), Some(*kind));
            assert!(!found.warnings.is_empty(), "{kind} {bytes}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read(bytes, None);
    }

    #[test]
    fn no_markup_makes_it_panic(
        markup in "(<(div|table|td|p|a href=/1|b|font|script|title|h1|item|rss|td class=t_f|svg|select|template)>|</(div|b|p|td|table)>|2017-04-14|来源：|作者：|社保卡|&#x0;|<!--|]]>|<!\\[CDATA\\[){0,60}",
    ) {
        read(markup.into_bytes(), None);
    }
}

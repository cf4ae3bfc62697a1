use crate::extract::{Extraction, Format, Sites, SourceHints, extract};
use crate::model::{Page, SourceKind};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::{ProptestConfig, any, proptest};
use std::io::Write;
use url::Url;

fn read(bytes: &[u8]) -> Extraction {
    let page = Page {
        url: Url::parse("http://www.example.com/sitemap.xml.gz").expect("an address"),
        content_type: None,
        bytes: bytes.to_vec(),
        fetched_at: chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:00+08:00")
            .expect("a time"),
    };
    let hints = SourceHints {
        kind: Some(SourceKind::Sitemap),
        ..SourceHints::default()
    };
    extract(&page, &hints, &Sites::default())
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).expect("memory takes all");
    packer.finish().expect("memory takes all")
}

const MAP: &str = "<urlset><url><loc>http://www.example.com/1.html</loc></url></urlset>";

#[test]
fn a_packed_sitemap_is_unpacked() {
    let found = read(&packed(MAP.as_bytes()));
    assert_eq!((found.format, found.links.len()), (Format::Sitemap, 1));
    assert_eq!(found.warnings, Vec::<String>::new());
}

#[test]
fn a_packed_bomb_is_a_warning() {
    let found = read(&packed(&vec![b' '; 60 << 20]));
    assert_eq!(found.warnings, ["站点地图解压后超过50MB，没有读取。"]);
}

#[test]
fn half_a_packed_file_gives_what_came() {
    let whole = MAP.replace("</urlset>", &"<url><loc>/2.html</loc></url>".repeat(9000));
    let bytes = packed(whole.as_bytes());
    let found = read(&bytes[..bytes.len() / 2]);
    assert!(
        !found.links.is_empty() && found.warnings.len() == 1,
        "{:?}",
        found.warnings
    );
}

#[test]
fn definitions_of_entities_are_refused() {
    let bomb = format!(
        "<!DOCTYPE x [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;\">]>{MAP}",
        "a".repeat(99)
    );
    let found = read(bomb.as_bytes());
    assert!(found.links.is_empty());
    assert!(found.warnings[0].contains("实体"), "{:?}", found.warnings);
}

#[test]
fn no_more_addresses_are_read_than_the_protocol_allows() {
    let urls: String = (0..50_100)
        .map(|n| format!("<url><loc>/{n}.html</loc></url>"))
        .collect();
    let found = read(format!("<urlset>{urls}</urlset>").as_bytes());
    assert_eq!(found.links.len(), 50_000);
    assert_eq!(found.warnings, ["站点地图超过5万个网址，只读取了前5万个。"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_change_of_a_sitemap_makes_it_panic(at in 0..MAP.len(), bytes in proptest::collection::vec(any::<u8>(), 0..8)) {
        let mut changed = MAP.as_bytes().to_vec();
        let end = (at + bytes.len() / 2).min(changed.len());
        changed.splice(at..end, bytes);
        read(&changed);
        read(&packed(&changed)[..at.min(40)]);
    }
}

//! What the fuzz targets (`tests/fuzz`) found, cut to what matters.

use crate::extract::{Extraction, Sites, SourceHints, extract};
use crate::model::{Page, SourceKind};
use url::Url;

fn read(text: &str, kind: Option<SourceKind>) -> Extraction {
    let page = Page {
        url: Url::parse("http://www.example.com/x").expect("an address"),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        bytes: text.as_bytes().to_vec(),
        fetched_at: chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00")
            .expect("a time"),
    };
    let hints = SourceHints {
        kind,
        ..SourceHints::default()
    };
    extract(&page, &hints, &Sites::default())
}

#[test]
fn pages_bring_no_control_characters_in() {
    let found = read(
        "<meta name=og:title content='补&#27;[2J贴'><h1>补贴</h1><p>今天&#1;起&#27;发放，\u{1}请到一楼窗口办理，不再等候。",
        None,
    );
    let post = &found.posts[0];
    assert_eq!(
        (&*post.title, &*post.text),
        ("补[2J贴", "今天起发放，请到一楼窗口办理，不再等候。")
    );
}

#[test]
fn ids_and_categories_of_feeds_are_lines() {
    let found = read(
        "<rss version='2.0'><channel><item><title>一</title><guid isPermaLink='false'> 1\n2 </guid>\
         <category>民\t生\n</category><pubDate>何\n时\u{1}</pubDate></item></channel></rss>",
        Some(SourceKind::Feed),
    );
    let post = &found.posts[0];
    assert_eq!(post.external_id.as_deref(), Some("1 2"));
    assert_eq!(post.extra["栏目"], "民 生");
    assert!(found.warnings.iter().any(|said| said.contains("“何 时”")));
}

#[test]
fn ids_and_names_in_json_are_lines_or_absent() {
    let found = read(
        r#"[{"id":"1\n2","content":"<p>补贴</p>","created_at":"2017-04-14","account":{"acct":"<i></i>","display_name":"<b></b>"}}]"#,
        Some(SourceKind::Json),
    );
    let post = &found.posts[0];
    assert_eq!(post.external_id.as_deref(), Some("1 2"));
    assert_eq!(post.author, None);
}

#[test]
fn a_second_declaration_of_a_feed_is_no_reason_to_panic() {
    let padding = "<!-- 说明 -->".repeat(2000);
    let feed = format!(
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{padding}\
         <?xml version='1.0' encoding='gb2312'?><item><title>补贴</title></item></channel></rss>"
    );
    let found = read(&feed, Some(SourceKind::Feed));
    assert_eq!(found.posts[0].title, "补贴");
}

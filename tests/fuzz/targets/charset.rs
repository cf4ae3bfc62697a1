//! The first line is a label, the rest a page: labelled in its header, by its site's rules, and not at all.

#![no_main]

use encoding_rs::Encoding;
use libfuzzer_sys::fuzz_target;
use yuqing::extract::{SiteRules, Sites};
use yuqing_fuzz::{page, read};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let label = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let body = parts.next().unwrap_or_default();
    let mut page = page("www.example.com", body);
    check_name(&read(&page, None, &Sites::default()).charset);

    page.content_type = Some(format!("text/html; charset={label}"));
    let labelled = read(&page, None, &Sites::default());
    check_name(&labelled.charset);
    // Plain ASCII has one reading, whatever is claimed.
    if body.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        page.content_type = None;
        assert_eq!(labelled.posts, read(&page, None, &Sites::default()).posts);
    }

    if let Some(rules) = rules(&label) {
        check_name(&read(&page, None, &Sites::new(vec![rules])).charset);
    }
});

/// Rules that say no more than the character set; labels that none has are refused when rules are read.
fn rules(label: &str) -> Option<SiteRules> {
    let is_plain = label
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    let text = format!("hosts = [\"www.example.com\"]\ncharset = \"{label}\"\n");
    is_plain.then(|| toml::from_str(&text).ok()).flatten()
}

/// Names are those of the standard, which reads them back.
fn check_name(name: &str) {
    let is_known = Encoding::for_label(name.as_bytes())
        .is_some_and(|found| found.name() == name || name == "GB18030");
    assert!(is_known || name == "EUC-TW", "{name}");
}

use super::canonical_url;
use url::Url;

fn canonical(text: &str) -> String {
    canonical_url(&Url::parse(text).expect("test address"))
}

#[test]
fn tracking_keys_fragment_and_order_do_not_make_another_post() {
    let expected = "https://news.example.cn/a?id=7&page=2";
    for variant in [
        "https://NEWS.example.cn:443/a?page=2&id=7",
        "https://news.example.cn/a?id=7&page=2&utm_source=x&from=timeline",
        "https://news.example.cn/a?id=7&page=2#comments",
    ] {
        assert_eq!(canonical(variant), expected);
    }
}

#[test]
fn a_reply_of_a_thread_is_a_post_of_its_own() {
    assert_ne!(
        canonical("http://bbs.example.cn/t/1#pid12"),
        canonical("http://bbs.example.cn/t/1#pid13")
    );
    assert_eq!(
        canonical("http://bbs.example.cn/t/1#top"),
        "http://bbs.example.cn/t/1"
    );
}

#[test]
fn canonical_form_is_stable() {
    for address in [
        "http://a.cn/x?b=%E6%AC%A0%E8%96%AA&a=1",
        "http://a.cn/?q=a+b",
        "http://a.cn/x?flag",
    ] {
        let once = canonical(address);
        assert_eq!(canonical(&once), once);
    }
}

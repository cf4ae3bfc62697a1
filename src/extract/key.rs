//! 帖子标识 — a post that its page gives no number → a mark that stays when the post moves to another place of the page.

use crate::model::Post;
use xxhash_rust::xxh3::xxh3_64;

/// Author, time and words of a post as 16 hexadecimal digits. A time that was computed (`3分钟前`) differs from visit to
/// visit and is left out.
pub fn key_of(post: &Post) -> String {
    let author = post.author.as_deref().unwrap_or_default();
    let stated = post.published_at.filter(|published| !published.is_inferred);
    let time = stated.map_or(0, |published| published.at.timestamp());
    let words = format!("{author}\n{time}\n{}", post.text);
    format!("{:016x}", xxh3_64(words.as_bytes()))
}

#[cfg(test)]
mod tests {
    use crate::extract::{Sites, SourceHints, extract};
    use crate::model::Page;
    use url::Url;

    fn addresses(url: &str, body: &str) -> Vec<String> {
        let page = Page {
            url: Url::parse(url).expect("an address"),
            fetched_at: chrono::DateTime::parse_from_rfc3339("2017-04-14T14:20:35+08:00")
                .expect("a time"),
            content_type: Some("text/html; charset=utf-8".to_owned()),
            bytes: body.as_bytes().to_vec(),
        };
        let found = extract(&page, &SourceHints::default(), &Sites::default());
        let posts = found.posts.into_iter();
        posts.filter_map(|post| post.url).collect()
    }

    #[test]
    fn comments_keep_their_address_when_another_comes_before() {
        let page = |comments: &[&str]| {
            let comments: String = comments
                .iter()
                .map(|words| {
                    format!("<div itemprop=\"comment\"><p itemprop=text>{words}</p></div>")
                })
                .collect();
            let text = "窗口排队的人从大厅一直站到了门外，有人带了小板凳，有人看书。".repeat(5);
            let body = format!("<h1>窗口排队三小时</h1><article><p>{text}</p></article>{comments}");
            addresses("http://a.test/1.html", &body)
        };
        let before = page(&["我也排过。"]);
        let after = page(&["今天不用排了。", "我也排过。"]);
        assert_eq!((before.len(), after.len()), (2, 3), "{before:?} {after:?}");
        assert_eq!(before.last(), after.last());
    }

    #[test]
    fn replies_without_number_and_floor_have_addresses_of_their_own() {
        let floor = |words: &str| {
            format!(
                "<div class=\"l_post\" data-pid><div class=\"d_post_content\">{words}</div></div>"
            )
        };
        let body = format!(
            "<h3 class=core_title_txt>排队</h3>{}{}",
            floor("我也排过三小时。"),
            floor("网上可以约。")
        );
        let found = addresses("http://tieba.baidu.com/p/123?pn=2", &body);
        assert!(found.len() == 2 && found[0] != found[1], "{found:?}");
        assert!(found.iter().all(|url| url.contains("#reply-")), "{found:?}");
    }
}

//! What the names of an element (class, id) say about it: furniture of the page, or the text of an article. Hints, not
//! truths: whoever asks compares with what the element holds.

use crate::extract::html;
use scraper::ElementRef;

/// What names hint at; of several the last one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    None,
    /// Navigation, comments, other articles, share bars, footers.
    Furniture,
    /// Containers that common Chinese content systems and schema.org use for the text.
    Text,
}

/// What the attributes of one element say, all read in one pass.
#[derive(Clone, Copy)]
pub struct Marks {
    pub hint: Hint,
    /// Named like a title.
    pub is_titled: bool,
    /// Its words are kept from readers.
    pub is_hidden: bool,
    /// It has an address.
    pub has_href: bool,
}

/// The marks of one element.
pub fn marks(element: ElementRef<'_>) -> Marks {
    let (hint, is_telling) = match element.value().name() {
        "html" | "body" | "article" | "main" | "a" | "font" | "b" | "strong" | "br" | "img" => {
            (Hint::None, false)
        }
        "nav" | "footer" | "aside" => (Hint::Furniture, false),
        _ => (Hint::None, true),
    };
    let mut marks = Marks {
        hint,
        is_titled: false,
        is_hidden: false,
        has_href: false,
    };
    for (name, value) in &element.value().attrs {
        let attribute = &*name.local;
        match attribute {
            "class" | "id" => {
                marks.is_titled |= value.contains("title");
                if is_telling {
                    marks.hint = marks.hint.max(of_name(value));
                }
            }
            "itemprop" if is_telling && &**value == "articleBody" => marks.hint = Hint::Text,
            "href" => marks.has_href |= name.ns.is_empty(),
            _ => {}
        }
        marks.is_hidden |= html::hides(attribute, value);
    }
    marks
}

/// The hint of one `class` or `id`.
fn of_name(names: &str) -> Hint {
    if names.split_ascii_whitespace().any(is_text_name) {
        Hint::Text
    } else if is_furniture(names) {
        Hint::Furniture
    } else {
        Hint::None
    }
}

fn is_text_name(name: &str) -> bool {
    matches!(
        name,
        "TRS_Editor"
            | "UCAP-CONTENT"
            | "ozoom"
            | "zoom"
            | "Zoom"
            | "article-content"
            | "article_content"
            | "articleContent"
            | "article-body"
            | "articleBody"
            | "entry-content"
            | "post-content"
            | "news_content"
            | "news-content"
            | "newscontent"
            | "vsb_content"
            | "v_news_content"
            | "content_text"
            | "detail-content"
            | "art_content"
            | "articlecontent"
    )
}

/// `relatedNews`, `post-footer`, `comment_list`: some word of the names is one of ours.
fn is_furniture(names: &str) -> bool {
    let (mut is_sure, mut is_likely, mut is_main) = (false, false, false);
    for word in Words(names) {
        let mut lower = [0u8; 12];
        let Some(lower) = lower.get_mut(..word.len()) else {
            is_sure |= word.to_ascii_lowercase().starts_with("recommend");
            continue;
        };
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        match &*lower {
            b"comment" | b"comments" | b"commentlist" | b"cmt" | b"reply" | b"replies"
            | b"related" | b"relate" | b"relation" | b"recommend" | b"footer" | b"foot"
            | b"copyright" | b"share" | b"bdshare" | b"bdsharebox" | b"hotnews" | b"sidebar"
            | b"breadcrumb" | b"breadcrumbs" | b"crumb" | b"crumbs" | b"toolbar"
            | b"pagination" | b"pager" | b"nav" | b"navbar" | b"trackback"
            // Sites name their blocks in Pinyin as well: 推荐 相关 评论 分享 导航.
            | b"tuijian" | b"xiangguan" | b"pinglun" | b"fenxiang" | b"daohang" => is_sure = true,
            b"side" | b"aside" | b"menu" | b"rank" | b"ranking" | b"hot" | b"login" | b"banner"
            | b"navigation" | b"tags" | b"paihang" | b"remen" | b"guanggao" => is_likely = true,
            b"main" | b"content" | b"article" | b"body" | b"text" | b"detail"
            | b"zhengwen" | b"neirong" => is_main = true,
            _ => {}
        }
    }
    is_sure || (is_likely && !is_main)
}

/// Words of a name: letters up to something else or to a capital behind a small one.
struct Words<'n>(&'n str);

impl<'n> Iterator for Words<'n> {
    type Item = &'n str;

    fn next(&mut self) -> Option<&'n str> {
        let bytes = self.0.as_bytes();
        let start = bytes.iter().position(u8::is_ascii_alphabetic)?;
        let rest = &bytes[start..];
        let mut end = 1;
        while end < rest.len()
            && rest[end].is_ascii_alphabetic()
            && !(rest[end].is_ascii_uppercase() && rest[end - 1].is_ascii_lowercase())
        {
            end += 1;
        }
        let word = &self.0[start..start + end];
        self.0 = &self.0[start + end..];
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::is_furniture;

    #[test]
    fn words_inside_names_are_understood_however_they_are_joined() {
        for name in [
            "comment_list",
            "relatedNews",
            "post-footer",
            "clearfix bdsharebuttonbox share",
            "left-menu",
        ] {
            assert!(is_furniture(name), "{name}");
        }
        for name in [
            "content",
            "TRS_Editor",
            "main-side-text",
            "commentary",
            "post",
        ] {
            assert!(!is_furniture(name), "{name}");
        }
    }
}

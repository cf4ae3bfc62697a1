//! OPML, the list of feeds that feed readers exchange ↔ feeds. Folders are flattened; anything without a feed address is
//! passed over.

use super::charset::decode;
use quick_xml::escape::escape;
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use thiserror::Error;

/// A list of more feeds is a mistake.
const MAX_FEEDS: usize = 10_000;

/// 订阅 — one feed of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Name; the address where the list has none.
    pub title: String,
    /// Address of the feed.
    pub url: String,
}

/// Why a list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpmlMistake {
    /// Not XML, or not whole.
    #[error("不是完整的 OPML（第{line}行：{message}）")]
    Broken {
        /// Line, from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// XML of another kind.
    #[error("不是 OPML：没有 <opml> 元素")]
    OtherKind,
    /// Bytes that are no text.
    #[error("内容不是文字")]
    NotText,
    /// More than anybody reads.
    #[error("超过{MAX_FEEDS}个订阅，没有导入")]
    TooMany,
}

/// Every feed of the list, in its order; the same address once.
///
/// # Errors
/// It is no OPML.
pub fn read_opml(bytes: &[u8]) -> Result<Vec<Feed>, OpmlMistake> {
    let text = decode(bytes).ok_or(OpmlMistake::NotText)?.text;
    let mut reader = Reader::from_str(&text);
    let mut feeds: Vec<Feed> = Vec::new();
    let mut is_opml = false;
    loop {
        let event = reader
            .read_event()
            .map_err(|error| broken(&text, reader.error_position(), &error.to_string()))?;
        match event {
            Event::Start(element) | Event::Empty(element) => {
                is_opml |= element.local_name().as_ref().eq_ignore_ascii_case("opml");
                let feed = feed(&element)
                    .map_err(|error| broken(&text, reader.buffer_position(), &error.to_string()))?;
                let is_known = |new: &Feed| feeds.iter().any(|known| known.url == new.url);
                feeds.extend(feed.filter(|new| !is_known(new)));
                if feeds.len() > MAX_FEEDS {
                    return Err(OpmlMistake::TooMany);
                }
            }
            Event::Eof if is_opml => return Ok(feeds),
            Event::Eof => return Err(OpmlMistake::OtherKind),
            _ => {}
        }
    }
}

/// Names of attributes are written in several cases.
fn feed(element: &BytesStart<'_>) -> Result<Option<Feed>, AttrError> {
    if !element
        .local_name()
        .as_ref()
        .eq_ignore_ascii_case("outline")
    {
        return Ok(None);
    }
    let (mut url, mut title, mut text) = (String::new(), String::new(), String::new());
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        // An entity that nobody defined stays as it stands.
        let value = value.unwrap_or_else(|_| attribute.value.clone());
        match attribute.key.as_ref().to_ascii_lowercase().as_str() {
            "xmlurl" => url = value.trim().to_owned(),
            "title" => title = value.trim().to_owned(),
            "text" => text = value.trim().to_owned(),
            _ => {}
        }
    }
    if url.is_empty() {
        return Ok(None);
    }
    let title = [text, title, url.clone()]
        .into_iter()
        .find(|name| !name.is_empty());
    Ok(Some(Feed {
        title: title.unwrap_or_default(),
        url,
    }))
}

fn broken(text: &str, position: u64, message: &str) -> OpmlMistake {
    let end = usize::try_from(position)
        .unwrap_or(usize::MAX)
        .min(text.len());
    let before = &text.as_bytes()[..end];
    OpmlMistake::Broken {
        line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        message: message.to_owned(),
    }
}

/// A list that other feed readers take in.
pub fn write_opml(title: &str, feeds: &[Feed]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n  <head>\n    \
         <title>{}</title>\n  </head>\n  <body>\n",
        escape(title)
    );
    for feed in feeds {
        let name = escape(&*feed.title);
        text += &format!(
            "    <outline type=\"rss\" text=\"{name}\" title=\"{name}\" xmlUrl=\"{}\"/>\n",
            escape(&*feed.url)
        );
    }
    text += "  </body>\n</opml>\n";
    text
}

#[cfg(test)]
mod tests {
    use super::{Feed, OpmlMistake, read_opml, write_opml};

    fn feed(title: &str, url: &str) -> Feed {
        Feed {
            title: title.to_owned(),
            url: url.to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let feeds = [
            feed("甲 & 乙 <网> \"引\"", "https://a.example.cn/rss?x=1&y=2"),
            feed("丙", "http://b.cn/"),
        ];
        let text = write_opml("订阅 & 清单", &feeds);
        assert_eq!(read_opml(text.as_bytes()), Ok(feeds.to_vec()));
    }

    #[test]
    fn folders_are_flattened_and_doubles_dropped() {
        let text = "<OPML><body><outline text='新闻'><outline title='甲' XMLURL='http://a.cn/'/>\
                    <outline xmlurl=' http://a.cn/ '/><outline text='无地址'/></outline></body></OPML>";
        assert_eq!(
            read_opml(text.as_bytes()),
            Ok(vec![feed("甲", "http://a.cn/")])
        );
    }

    #[test]
    fn what_is_no_list_says_so() {
        let broken = read_opml("<opml>\n<body>\n<outline xmlUrl='a</body>".as_bytes());
        assert!(
            matches!(broken, Err(OpmlMistake::Broken { line: 3, .. })),
            "{broken:?}"
        );
        assert_eq!(read_opml(b"<rss></rss>"), Err(OpmlMistake::OtherKind));
        assert_eq!(read_opml(b""), Err(OpmlMistake::OtherKind));
    }

    #[test]
    fn depth_and_entities_do_no_harm() {
        let deep = format!("<opml>{}", "<outline>".repeat(200_000));
        assert!(read_opml(deep.as_bytes()).is_ok_and(|feeds| feeds.is_empty()));
        let bomb =
            "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><opml><outline xmlUrl='http://a.cn/&a;'/></opml>";
        assert!(read_opml(bomb.as_bytes()).is_ok());
    }
}

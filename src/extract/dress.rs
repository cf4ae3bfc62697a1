//! HTML → HTML without attributes that dress a page or start its programs. Only for pages whose site has no rules: those
//! may select by any attribute. Tags end where the parser ends them; what is unusual is left as it is.

use memchr::{memchr, memmem};
use std::borrow::Cow;

/// Attributes that nothing in this module asks for; `style` and `on…` as well, see `is_dress`.
const DRESS: [&str; 9] = [
    "target",
    "align",
    "valign",
    "bgcolor",
    "border",
    "cellspacing",
    "cellpadding",
    "srcset",
    "alt",
];

/// The parser compares the attributes of these, to reopen each kind a few times only.
const COMPARED: [&str; 13] = [
    "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// The parser takes their insides for text up to their end tag.
const TEXTS: [&str; 9] = [
    "script", "style", "noscript", "iframe", "title", "textarea", "xmp", "noembed", "noframes",
];

/// Behind these tags are other rules.
const FOREIGN: [&str; 3] = ["svg", "math", "plaintext"];

/// Leaves out attributes that only dress the page.
pub fn undress(html: Cow<'_, str>) -> Cow<'_, str> {
    let mut page = Page {
        html: &html,
        slim: String::with_capacity(html.len()),
        copied_to: 0,
    };
    let mut position = 0;
    while let Some(next) = page.tag_behind(position) {
        position = next;
    }
    if page.copied_to == 0 {
        return html;
    }
    page.cut(html.len(), html.len());
    Cow::Owned(page.slim)
}

/// A page on its way.
struct Page<'t> {
    html: &'t str,
    slim: String,
    copied_to: usize,
}

impl<'t> Page<'t> {
    /// Reads the next tag and what belongs to it; gives the position behind, `None` where nothing more is to be cut.
    fn tag_behind(&mut self, position: usize) -> Option<usize> {
        let bytes = self.html.as_bytes();
        let start = position + memchr(b'<', &bytes[position..])? + 1;
        match bytes.get(start)? {
            b'/' => self.end_of_tag(name_end(bytes, start + 1)?, false),
            // The comments are gone: a doctype, or what the parser makes a comment of.
            b'!' if bytes[start..].starts_with(b"!-") || bytes[start..].starts_with(b"![") => None,
            b'!' | b'?' => Some(start + memchr(b'>', &bytes[start..])? + 1),
            byte if byte.is_ascii_alphabetic() => {
                let name_end = name_end(bytes, start)?;
                let name = &self.html[start..name_end];
                if is_one_of(&FOREIGN, name) {
                    return None;
                }
                let end = self.end_of_tag(name_end, !is_one_of(&COMPARED, name))?;
                if is_one_of(&TEXTS, name) {
                    return end_of_text(bytes, end, name);
                }
                Some(end)
            }
            _ => Some(start),
        }
    }

    /// Position behind the tag whose attributes begin at `position`; leaves out its dress.
    fn end_of_tag(&mut self, mut position: usize, may_cut: bool) -> Option<usize> {
        let bytes = self.html.as_bytes();
        // Of two attributes of one name the parser takes the first.
        let mut has_lost_style = false;
        loop {
            while is_blank(*bytes.get(position)?) || bytes[position] == b'/' {
                position += 1;
            }
            if bytes[position] == b'>' {
                return Some(position + 1);
            }
            let attribute = Attribute::at(bytes, position)?;
            let name = &self.html[position..attribute.name_end];
            let value = &self.html[attribute.value_start..attribute.end];
            let is_style = name.eq_ignore_ascii_case("style");
            if may_cut && (is_dress(name, value) || (is_style && has_lost_style)) {
                has_lost_style |= is_style;
                self.cut(position, attribute.end);
            }
            position = attribute.end;
        }
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.slim.push_str(&self.html[self.copied_to..from]);
        self.copied_to = to;
    }
}

/// Where the parts of an attribute are.
struct Attribute {
    name_end: usize,
    value_start: usize,
    end: usize,
}

impl Attribute {
    /// The attribute that begins at `start`; `None` where the page ends in it.
    fn at(bytes: &[u8], start: usize) -> Option<Self> {
        let is_end = |byte: &u8| is_blank(*byte) || matches!(byte, b'/' | b'>' | b'=');
        // A `=` in front is part of the name.
        let name_end = start + 1 + bytes[start + 1..].iter().position(is_end)?;
        let sign = name_end + blanks(bytes, name_end)?;
        if bytes[sign] != b'=' {
            return Some(Attribute {
                name_end,
                value_start: name_end,
                end: name_end,
            });
        }
        let value_start = sign + 1 + blanks(bytes, sign + 1)?;
        let end = match bytes[value_start] {
            quote @ (b'"' | b'\'') => value_start + 2 + memchr(quote, &bytes[value_start + 1..])?,
            _ => {
                let mut value = bytes[value_start..].iter();
                value_start + value.position(|byte| is_blank(*byte) || *byte == b'>')?
            }
        };
        Some(Attribute {
            name_end,
            value_start,
            end,
        })
    }
}

/// True for an attribute that nothing asks for. A `style` may hide its element.
fn is_dress(name: &str, value: &str) -> bool {
    let is_program = || {
        name.get(..2)
            .is_some_and(|on| on.eq_ignore_ascii_case("on"))
            && name.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let is_plain_style =
        || name.eq_ignore_ascii_case("style") && !value.contains("none") && !value.contains('&');
    is_one_of(&DRESS, name) || is_program() || is_plain_style()
}

fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'\x0c')
}

/// How many blanks stand at `start`; `None` where nothing follows them.
fn blanks(bytes: &[u8], start: usize) -> Option<usize> {
    bytes[start..].iter().position(|byte| !is_blank(*byte))
}

fn name_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut name = bytes[start..].iter();
    let length = name.position(|byte| is_blank(*byte) || matches!(byte, b'/' | b'>'))?;
    Some(start + length)
}

/// Where the text that begins at `start` is ended by a tag of this name.
fn end_of_text(bytes: &[u8], start: usize, name: &str) -> Option<usize> {
    memmem::find_iter(&bytes[start..], b"</")
        .map(|end| start + end)
        .find(|end| {
            let rest = &bytes[end + 2..];
            let is_name = rest
                .get(..name.len())
                .is_some_and(|rest| rest.eq_ignore_ascii_case(name.as_bytes()));
            let next = rest.get(name.len());
            is_name && next.is_some_and(|next| is_blank(*next) || matches!(next, b'/' | b'>'))
        })
}

#[cfg(test)]
mod tests {
    use super::undress;

    #[test]
    fn what_dresses_goes_and_what_tells_stays() {
        for (page, slim) in [
            (
                "<p class=a style='color: red' onclick=\"go('>')\">一",
                "<p class=a  >一",
            ),
            ("<td align=left/><td\nalt=\"\"id=b>", "<td ><td\nid=b>"),
            ("<p style='display:none'>", "<p style='display:none'>"),
            ("<p style=a style=\"display:none\">", "<p  >"),
            ("<b style=a><a style=a>", "<b style=a><a >"),
            (
                "<title><p style=a></title><p style=a>",
                "<title><p style=a></title><p >",
            ),
            ("<p title='<p style=a>'>", "<p title='<p style=a>'>"),
            ("<svg><p style=a>", "<svg><p style=a>"),
            ("<p style=a", "<p style=a"),
        ] {
            assert_eq!(undress(page.into()), slim);
        }
    }
}

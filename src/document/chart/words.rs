//! How much room words take in a drawing, and how they are made to fit. An estimate: whoever looks has another font.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const CLOSING: [char; 10] = ['，', '。', '、', '；', '：', '）', '”', '》', '！', '？'];

/// Width of `text` at `size`: a Chinese character is as wide as it is high, a figure a little over half.
pub fn width(text: &str, size: f64) -> f64 {
    columns(text) as f64 * size * 0.54
}

fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// At most `room` wide; what is cut is marked.
pub fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        if width(&short, size) + width("…", size) + character_width(character, size) > room {
            break;
        }
        short.push(character);
    }
    short.push('…');
    short
}

/// At most `count` lines of at most `room`; the last is cut where it is too long.
pub fn wrap(text: &str, size: f64, room: f64, count: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    // Lines of about the same length: one character alone on the last looks like a mistake.
    let wanted = (width(text, size) / room).ceil();
    let room = if wanted > 1.0 && wanted <= count as f64 {
        room.min(width(text, size) / wanted + size)
    } else {
        room
    };
    while width(rest, size) > room && lines.len() + 1 < count {
        let end = break_at(rest, size, room);
        if end == 0 {
            break;
        }
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines.push(shorten(rest, size, room));
    lines
}

/// Byte after the last character that fits; a space in the second half of the line is a better place.
fn break_at(text: &str, size: f64, room: f64) -> usize {
    let mut used = 0.0;
    let mut end = 0;
    for (at, character) in text.char_indices() {
        used += character_width(character, size);
        if used > room {
            break;
        }
        end = at + character.len_utf8();
    }
    // A line does not begin with a mark that closes.
    if text[end..].starts_with(CLOSING) {
        let last = text[..end].char_indices().next_back();
        end = last.map_or(end, |(at, _)| at).max(first_character(text));
    }
    text[..end]
        .rfind(' ')
        .filter(|at| *at > end / 2)
        .unwrap_or(end)
}

fn first_character(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

fn character_width(character: char, size: f64) -> f64 {
    UnicodeWidthChar::width(character).unwrap_or(0) as f64 * size * 0.54
}

//! 取文窗口 — the parts of a post that a classifier reads, each by itself: a long text must not drown its title.

use super::pieces::{characters, hash_runs};
use super::signs::Signs;
use serde::{Deserialize, Serialize};

/// Longer texts are cut: what follows does not change a class.
const WHOLE_CHARS: usize = 2500;

/// One part of a post. Written as `title`, `whole`, `first:60`, `signs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Window {
    /// 标题.
    Title,
    /// Title and text.
    Whole,
    /// So many characters from the beginning of the text; of the whole where it has no title.
    First(usize),
    /// 征象: what the rules found in it.
    Signs,
}

/// What signs count beside a window of text, so that neither drowns the other; measured on our examples.
const SHARE_OF_SIGNS: f32 = 0.3;

impl Window {
    /// Length to which the window's features are brought.
    pub fn share(self) -> f32 {
        match self {
            Window::Signs => SHARE_OF_SIGNS,
            _ => 1.0,
        }
    }
}

impl TryFrom<String> for Window {
    type Error = String;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        let first = |written: &str| written.strip_prefix("first:")?.parse().ok();
        match (written.as_str(), first(&written)) {
            ("title", _) => Ok(Window::Title),
            ("whole", _) => Ok(Window::Whole),
            ("signs", _) => Ok(Window::Signs),
            (_, Some(count)) => Ok(Window::First(count)),
            _ => Err(format!(
                "“{written}”应为 title、whole、signs 或 first:字数，如 first:60"
            )),
        }
    }
}

impl From<Window> for String {
    fn from(window: Window) -> String {
        match window {
            Window::Title => "title".to_owned(),
            Window::Whole => "whole".to_owned(),
            Window::Signs => "signs".to_owned(),
            Window::First(count) => format!("first:{count}"),
        }
    }
}

/// A post as classifiers read it.
pub struct Characters {
    /// Title, line, text.
    all: Vec<char>,
    title_length: usize,
    text_start: usize,
    /// Hashes of what the rules found, each once.
    signs: Vec<u32>,
}

impl Characters {
    /// Title and text.
    pub fn new(title: &str, text: &str) -> Characters {
        let mut all = characters(title, WHOLE_CHARS);
        let title_length = all.len();
        if title_length > 0 {
            all.push('\n');
        }
        let text_start = all.len();
        all.extend(characters(text, WHOLE_CHARS));
        all.truncate(WHOLE_CHARS + text_start);
        Characters {
            all,
            title_length,
            text_start,
            signs: Vec::new(),
        }
    }

    /// Adds what the rules found.
    pub fn set_signs(&mut self, signs: Signs) {
        self.signs = signs.hashes();
    }

    /// Adds the hashes of everything that a window shows. `field` tells windows apart.
    pub(super) fn hashes(&self, window: Window, longest: usize, field: u32, into: &mut Vec<u32>) {
        match window {
            Window::Signs => into.extend(&self.signs),
            _ => hash_runs(self.seen_through(window), longest, field, into),
        }
    }

    /// The characters of a window.
    pub fn seen_through(&self, window: Window) -> &[char] {
        match window {
            Window::Title => &self.all[..self.title_length],
            Window::Whole => &self.all,
            Window::First(count) => {
                let rest = &self.all[self.text_start..];
                &rest[..count.min(rest.len())]
            }
            Window::Signs => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Characters, Window};

    #[test]
    fn windows_show_their_part() {
        let post = Characters::new("社保卡", "等了三个月");
        let seen = |window| post.seen_through(window).iter().collect::<String>();
        assert_eq!(seen(Window::Title), "社保卡");
        assert_eq!(seen(Window::Whole), "社保卡\n等了三个月");
        assert_eq!(seen(Window::First(3)), "等了三");
        let untitled = Characters::new("", "等");
        assert!(untitled.seen_through(Window::Title).is_empty());
        assert_eq!(untitled.seen_through(Window::First(60)), ['等']);
    }

    #[test]
    fn a_window_is_written_as_it_is_read() {
        for written in ["title", "whole", "first:60", "signs"] {
            let window = Window::try_from(written.to_owned()).expect("valid");
            assert_eq!(String::from(window), written);
        }
        assert!(Window::try_from("last".to_owned()).is_err());
    }
}

//! 迹象 — one look over a text that says which masking rules can find anything in it: most texts hold nothing personal.
//!
//! A sign is necessary for its rule, never sufficient: a rule whose sign is missing would have changed nothing.

use super::cue;
use regex::RegexSet;
use std::sync::LazyLock;

/// What a text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signs {
    /// Digits, Chinese numerals included, in the longest stretch of what numbers are written with.
    pub longest_number: usize,
    words: u8,
}

/// In the order of the constants of [`Signs`].
static WORDS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        "电话|座机|固话|致电|联系方式",
        "[@＠]",
        "(?i:q ?q)|扣扣|企鹅号",
        "微 ?信|薇信|[Vv]信|(?i:vx|wx)|加微|加[Vv]",
        "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-Za-z]",
        "[0-9０-９零〇一二三四五六七八九十] ?(?:号楼|号院|栋|幢|座|单元|[#＃]楼)",
        &cue::sign(),
    ])
    .expect("the patterns are constants")
});

impl Signs {
    pub const LOCAL_LINE: usize = 0;
    pub const EMAIL: usize = 1;
    pub const QQ: usize = 2;
    pub const WECHAT: usize = 3;
    pub const PLATE: usize = 4;
    pub const ROOM: usize = 5;
    pub const NAME_CUE: usize = 6;

    /// Looks the text over.
    pub fn of(text: &str) -> Signs {
        let words = WORDS
            .matches(text)
            .iter()
            .fold(0, |all, sign| all | 1 << sign);
        Signs {
            longest_number: longest_number(text),
            words,
        }
    }

    pub fn has(self, sign: usize) -> bool {
        self.words >> sign & 1 == 1
    }

    /// As if the text held everything.
    #[cfg(test)]
    pub fn everything() -> Signs {
        Signs {
            longest_number: usize::MAX,
            words: u8::MAX,
        }
    }
}

fn longest_number(text: &str) -> usize {
    let (mut longest, mut count) = (0, 0);
    for character in text.chars() {
        match character {
            '0'..='9' | '０'..='９' => count += 1,
            '零' | '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '幺' =>
            {
                count += 1;
            }
            // What people write within and around a number.
            ' ' | '\u{3000}' | '\t' | '-' | '－' | '—' | '–' | '‐' | '.' | '．' | '·' | '+'
            | '＋' | '(' | ')' | '（' | '）' | 'X' | 'x' | 'Ｘ' | 'ｘ' => {}
            _ => count = 0,
        }
        longest = longest.max(count);
    }
    longest
}

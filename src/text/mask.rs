//! 掩码 — personal data out of a text before it is stored or shown (`spec.md` 2.2). Idempotent.
//!
//! Hotlines, document numbers, years, amounts, ISSN and digits inside addresses stay; names only where a rule is sure.

mod cue;
mod name;
mod replace;
mod signs;

use regex::Regex;
use replace::{Found, Neighbours, keep_ends, replace, stars_for_digits, without_separators};
use signs::Signs;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Compiles a pattern that is a constant of this file. `D` stands for a digit, half or full width; `N` for a digit or
/// its Chinese numeral; `S` for what people write between the groups of a number.
fn pattern(text: &str) -> Regex {
    let text = text
        .replace('D', "[0-9０-９]")
        .replace('N', "[0-9０-９零〇一二三四五六七八九幺]")
        .replace('S', "[- \u{3000}\t－—–‐.．·]");
    Regex::new(&text).expect("the pattern is a constant")
}

static IDENTITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"D{17}[0-9０-９XxＸｘ]|D{15}|D{6}S?(?:19|20|１９|２０)D{2}S?D{4}S?D{3}[0-9０-９XxＸｘ]|D{6}SD{6}S?D{3}",
    )
});
static CARD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"D{16,19}|D{4}(?:SD{4}){3}(?:SD{1,3})?|D{6}SD{10,13}"));
static MOBILE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"((?:(?:[+＋]|00)?86S?)?)([1１][3-9３-９]DS?D{4}S?D{4})"));
/// Grouped in some other way, or partly in Chinese numerals.
static ODD_MOBILE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"()([1１一幺][- \u{3000}－]?[3-9３-９三四五六七八九](?:[- \u{3000}－]?N){9})")
});
static LANDLINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([(（]?[0０]D{2,3}[)）]?)(S?)(D{7,8}|D{3,4}SD{4})"));
static LOCAL_LINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(电话|座机|固话|致电|联系方式)([号：:是 ]*)([2-8]D{6,7}|[2-8]D{2,3}SD{4})")
});
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*[@＠]([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
});
static QQ: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"((?i:q ?q)|扣扣|企鹅号)([号群是：: ]*)([1-9]D{4,10})"));
static WECHAT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(微 ?信号?|薇信|[Vv]信|(?i:vx|wx)|加微|加[Vv])((?:[号是为加：: ]|(?i:id))*)([A-Za-z])[A-Za-z0-9_-]{5,19}",
    )
    .expect("the pattern is a constant")
});
static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-Za-z])([-·•・ －]?)([A-HJ-NP-Za-hj-np-z0-9]{5,6})",
    )
    .expect("the pattern is a constant")
});
static ROOM: LazyLock<Regex> = LazyLock::new(|| {
    // `[N十]` is a class within a class: digits and Chinese numerals.
    pattern(
        r"(?:D{1,4}号院 ?)?D{1,4} ?(号楼|号院|栋|幢|座|[#＃]楼) ?(?:D{1,2} ?(单元) ?)?D{1,5}(室|户|号|层)?|D{1,2} ?(单元) ?D{1,5}(室|户|号)?|(?:[N十]{1,3}(?:号楼|号院|栋|幢|座))?(?:[N十]{1,2}单元)[N十]{1,5}(室|户|号)|[N十]{1,3}(?:号楼|栋|幢)[N十]{1,5}(室|户)",
    )
});

/// Words directly before a long number that say it is no account: 16-digit post ids are common.
const NUMBERED_THINGS: &[&str] = &[
    "ID",
    "id",
    "Id",
    "帖子",
    "编号",
    "单号",
    "订单",
    "流水号",
    "受理号",
    "信用代码",
    "许可证号",
    "注册号",
    "税号",
    "序列号",
    "型号",
];
/// Words directly after a number that say it is an amount.
const UNITS: &[&str] = &["元", "万元", "亿元", "美元", "人次", "平方米", "吨"];
/// Words that only begin like a unit: `13812345678元旦也接`.
const NO_UNITS: &[&str] = &["元旦", "元月", "元宵", "元氏", "吨位"];
/// Words shortly before a number that say it is somebody's, whatever follows it.
const TELEPHONE_WORDS: &[&str] = &["电话", "手机", "联系", "微信", "拨打"];
/// Words directly before a land line that say an office has made it public.
const PUBLIC_LINES: &[&str] = &[
    "热线",
    "咨询电话",
    "监督电话",
    "举报电话",
    "投诉电话",
    "服务电话",
    "值班电话",
    "办公电话",
    "公开电话",
    "总机",
];
/// How many characters may stand between such a word and the number.
const DIRECTLY: usize = 2;
/// The same for `手机号码是：`.
const SHORTLY: usize = 4;
/// Words near a number that say it is a bank account.
const ACCOUNT_WORDS: &[&str] = &[
    "卡号",
    "银行",
    "账号",
    "帐号",
    "账户",
    "帐户",
    "打款",
    "收款",
    "汇款",
    "转账",
    "退款",
    "工行",
    "农行",
    "建行",
    "中行",
    "交行",
    "邮储",
    "工资卡",
    "储蓄卡",
    "存折",
    "社保卡",
];
/// How far such words reach, in characters.
const WORD_REACH: usize = 10;

/// May this word be somebody's name, or a number written in Chinese? Stricter than `mask`, which must not spoil a text.
pub fn may_identify(word: &str) -> bool {
    let is_digit = |letter: char| "零〇一二三四五六七八九十百千万两幺".contains(letter);
    name::looks_like_name(word) || word.chars().all(is_digit)
}

/// The text with personal data masked: identity cards, bank cards, mobile and private land lines, e-mail, QQ, WeChat,
/// number plates, rooms, and names of private persons beside them or after `我叫` and the like.
pub fn mask(text: &str) -> String {
    // A masked number is shorter, which may bring a word within reach of the next: repeat until nothing changes.
    // Every turn that changes something leaves fewer characters to mask, so there is a last one.
    let mut masked = Cow::Borrowed(text);
    while let Some(again) = mask_once(&masked, Signs::of(&masked)) {
        masked = Cow::Owned(again);
    }
    masked.into_owned()
}

/// One turn of every rule that may find something; `None` if nothing changed.
fn mask_once(text: &str, signs: Signs) -> Option<String> {
    let mut turn = Turn {
        text: Cow::Borrowed(text),
        signs,
    };
    // Long numbers first, so that no shorter rule eats a part of them.
    let digits = Neighbours::NoDigits;
    turn.numbers(15, &IDENTITY, digits, |found| {
        (!is_numbered_thing(found)).then(|| keep_ends(&without_separators(found.whole), 6, 0))
    });
    turn.numbers(16, &CARD, digits, mask_card);
    turn.numbers(11, &MOBILE, digits, mask_mobile);
    turn.numbers(11, &ODD_MOBILE, digits, mask_mobile);
    turn.numbers(10, &LANDLINE, digits, mask_line);
    let words = Neighbours::NoWords;
    turn.words(Signs::LOCAL_LINE, &LOCAL_LINE, words, mask_line);
    turn.words(Signs::EMAIL, &EMAIL, words, |found| {
        Some(format!("{}***@{}", found.part(1), found.part(2)))
    });
    turn.words(Signs::QQ, &QQ, words, |found| {
        let number = keep_ends(found.part(3), 2, 0);
        Some(format!("{}{}{number}", found.part(1), found.part(2)))
    });
    turn.words(Signs::WECHAT, &WECHAT, words, |found| {
        let first = found.part(3);
        Some(format!("{}{}{first}***", found.part(1), found.part(2)))
    });
    turn.words(Signs::PLATE, &PLATE, words, mask_plate);
    turn.words(Signs::ROOM, &ROOM, words, |found| {
        (!is_counter(found)).then(|| stars_for_digits(found.whole))
    });
    if signs.has(Signs::NAME_CUE) || turn.text.contains("***") {
        turn.text = Cow::Owned(name::mask_names(&turn.text));
    }
    match turn.text {
        Cow::Owned(masked) if masked != text => Some(masked),
        _ => None,
    }
}

/// The text between two rules.
struct Turn<'t> {
    text: Cow<'t, str>,
    signs: Signs,
}

impl Turn<'_> {
    /// A rule for numbers of at least `digits` digits.
    fn numbers(
        &mut self,
        digits: usize,
        regex: &Regex,
        neighbours: Neighbours,
        masked: impl Fn(&Found) -> Option<String>,
    ) {
        // Masking makes no number longer: what the signs say holds until the end of the turn.
        if self.signs.longest_number >= digits {
            self.apply(regex, neighbours, masked);
        }
    }

    /// A rule that needs certain words.
    fn words(
        &mut self,
        sign: usize,
        regex: &Regex,
        neighbours: Neighbours,
        masked: impl Fn(&Found) -> Option<String>,
    ) {
        if self.signs.has(sign) {
            self.apply(regex, neighbours, masked);
        }
    }

    fn apply(
        &mut self,
        regex: &Regex,
        neighbours: Neighbours,
        masked: impl Fn(&Found) -> Option<String>,
    ) {
        if let Some(replaced) = replace(&self.text, regex, neighbours, masked) {
            self.text = Cow::Owned(replaced);
        }
    }
}

/// An account name: what looks like an account stays, a bare personal name or a telephone number is masked.
pub fn mask_author(name: &str) -> String {
    let masked = mask(name);
    match name::bare_name(masked.trim()) {
        Some(surname) => format!("{surname}某某"),
        None => masked,
    }
}

/// An order, a post, a case: its number is nobody's, unless a card is spoken of.
fn is_numbered_thing(found: &Found) -> bool {
    found.follows(NUMBERED_THINGS, DIRECTLY)
        && !found.mentions(&["身份证", "银行", "卡号"], WORD_REACH)
}

fn mask_card(found: &Found) -> Option<String> {
    if is_numbered_thing(found) {
        return None;
    }
    let is_account = found.mentions(ACCOUNT_WORDS, WORD_REACH) || replace::passes_luhn(found.whole);
    is_account.then(|| keep_ends(&without_separators(found.whole), 0, 4))
}

/// 3 + 4 digits stay, what separates them goes.
fn mask_mobile(found: &Found) -> Option<String> {
    if is_amount(found) {
        return None;
    }
    let number = keep_ends(&without_separators(found.part(2)), 3, 4);
    Some(format!("{}{number}", found.part(1)))
}

fn is_amount(found: &Found) -> bool {
    found.precedes(UNITS) && !found.precedes(NO_UNITS) && !found.follows(TELEPHONE_WORDS, SHORTLY)
}

/// Counters of offices are no homes; a flat has windows, too (`2单元301窗户漏水`).
fn is_counter(found: &Found) -> bool {
    let is_home = ["单元", "室", "户"]
        .iter()
        .any(|word| found.whole.contains(word));
    found.precedes(&["窗口", "柜台"]) && !is_home
}

fn mask_line(found: &Found) -> Option<String> {
    if is_public_line(found) {
        return None;
    }
    let number = keep_ends(&without_separators(found.part(3)), 0, 4);
    Some(format!("{}{}{number}", found.part(1), found.part(2)))
}

/// The word before may be a part of the match (`监督电话：6…`).
fn is_public_line(found: &Found) -> bool {
    let before_match: Vec<&str> = (PUBLIC_LINES.iter())
        .filter_map(|word| word.strip_suffix(found.part(1)))
        .collect();
    found.follows(PUBLIC_LINES, DIRECTLY) || found.follows(&before_match, 0)
}

/// As on a plate, or in any hand with figures enough to be no word (`云server`).
fn mask_plate(found: &Found) -> Option<String> {
    let number = found.part(3);
    let is_as_printed = !found
        .whole
        .contains(|c: char| c.is_ascii_lowercase() || c == '-');
    let figures = number.chars().filter(char::is_ascii_digit).count();
    (is_as_printed || figures >= 2).then(|| format!("{}{}*****", found.part(1), found.part(2)))
}

#[cfg(test)]
mod tests;

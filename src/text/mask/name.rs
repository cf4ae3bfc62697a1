//! Names of private persons, where a rule is sure: beside a masked number, or after `我叫`, `联系人` and the like.
//!
//! Officials, reporters and spokespeople stay; what no rule catches is left to the editor.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// The surnames of some 96 in 100 people, single characters.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游靳辛管柴蒙鲍华喻祁房滕屈饶牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑党宫费卜冷晏席卫米柏宗桂佟应臧闵苟邬边姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖明池苑房时付闫肖代邸职";

/// Surnames of two characters.
const LONG_SURNAMES: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯",
    "端木",
];

/// Characters that no given name holds: what contains one is a word (`高新区`, `于去年`), not a person.
const NOT_IN_NAMES: &str = "的了在是有我你他她它这那去年月日时不没于与和或及区县市路镇乡村街州省厂司局部处所校院店办岗位号码机话信电线询系联箱用说到从被把给让叫人某先女士师工员员长务班级排中等个们么什怎吗呢啊请问就也都还要会能可单面向常为对因前后上下里外已经只本该其各自作费";

static AFTER_CUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(我叫|我的名字叫|姓名|联系人|我是|本人|家属|当事人|户主|法人|申请人|反映人|投诉人|举报人)([:：是 ]*)([\u{4e00}-\u{9fff}]{2,4})")
        .expect("the pattern is a constant")
});
static BEFORE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(^|[^\u{4e00}-\u{9fff}]|联系|找|请打|人)([\u{4e00}-\u{9fff}]{2,4})([ :：,，(（]{0,2}(?:身份证号?码?|电话|手机号?|联系电话)?[ :：]{0,2}(?:1[3-9][0-9]\*{4}[0-9]{4}|[0-9]{6}\*{9,12}))")
        .expect("the pattern is a constant")
});
static AFTER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(1[3-9][0-9]\*{4}[0-9]{4}[ ,，:：(（]{0,2})([\u{4e00}-\u{9fff}]{2,4})($|[^\u{4e00}-\u{9fff}])")
        .expect("the pattern is a constant")
});

/// Masks the names that a rule is sure of.
pub(super) fn mask_names(text: &str) -> String {
    let text = AFTER_CUE.replace_all(text, |captures: &Captures| {
        let follows = &text[captures.get(0).map_or(0, |whole| whole.end())..];
        // `我是`, `本人` introduce more than names: there the name must end its clause.
        let is_sure = !matches!(&captures[1], "我是" | "本人" | "家属" | "法人" | "户主");
        match name_at_start(&captures[3], follows, is_sure) {
            Some((surname, length)) => {
                let rest: String = captures[3].chars().skip(length).collect();
                format!("{}{}{surname}某某{rest}", &captures[1], &captures[2])
            }
            None => captures[0].to_owned(),
        }
    });
    let text =
        BEFORE_NUMBER.replace_all(&text, |captures: &Captures| match bare_name(&captures[2]) {
            Some(surname) => format!("{}{surname}某某{}", &captures[1], &captures[3]),
            None => captures[0].to_owned(),
        });
    AFTER_NUMBER
        .replace_all(&text, |captures: &Captures| match bare_name(&captures[2]) {
            Some(surname) => format!("{}{surname}某某{}", &captures[1], &captures[3]),
            None => captures[0].to_owned(),
        })
        .into_owned()
}

/// The surname if `text` as a whole is a personal name.
pub(super) fn bare_name(text: &str) -> Option<&str> {
    let surname = surname_of(text)?;
    let given = text.strip_prefix(surname)?;
    let length = given.chars().count();
    let is_given = (1..=2).contains(&length) && !given.contains(|c| NOT_IN_NAMES.contains(c));
    let is_chinese = text
        .chars()
        .all(|character| matches!(character, '\u{4e00}'..='\u{9fff}'));
    (is_given && is_chinese).then_some(surname)
}

/// A name that `text` begins with: its surname and its length in characters. The longest that ends at a boundary wins;
/// after a sure cue three characters are taken where no boundary helps.
fn name_at_start<'t>(text: &'t str, follows: &str, is_sure: bool) -> Option<(&'t str, usize)> {
    let characters: Vec<char> = text.chars().collect();
    let surname = surname_of(text)?;
    let shortest = surname.chars().count() + 1;
    let longest = (shortest + 1).min(characters.len());
    let is_name = |length: usize| {
        let name: String = characters[..length].iter().collect();
        bare_name(&name).is_some()
    };
    let ends_clause = |length: usize| match characters.get(length) {
        Some(_) => false,
        None => follows
            .chars()
            .next()
            .is_none_or(|next| !next.is_alphanumeric()),
    };
    let by_boundary = (shortest..=longest)
        .rev()
        .find(|length| is_name(*length) && ends_clause(*length));
    let by_cue = || {
        (shortest..=longest)
            .rev()
            .find(|length| is_sure && is_name(*length))
    };
    by_boundary.or_else(by_cue).map(|length| (surname, length))
}

fn surname_of(text: &str) -> Option<&str> {
    if let Some(long) = LONG_SURNAMES.iter().find(|long| text.starts_with(**long)) {
        return text.get(..long.len());
    }
    let first = text.chars().next()?;
    if SURNAMES.contains(first) {
        text.get(..first.len_utf8())
    } else {
        None
    }
}

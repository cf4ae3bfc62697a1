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

/// Words and place names that begin like a person's name.
const NOT_NAMES: &[&str] = &[
    "毕业", "应该", "应届", "应聘", "常住", "时常", "常常", "任职", "安置", "安排", "安全", "成立",
    "成年", "成人", "项目", "石油", "方便", "明白", "明确", "明天", "程序", "金融", "马上", "高级",
    "高考", "高校", "高速", "高新", "房屋", "房东", "房主", "万一", "时间", "时候", "单独", "单身",
    "康复", "施工", "文化", "包工", "包括", "荣幸", "卫生", "卫健", "连续", "路过", "尤其", "曾经",
    "白领", "白天", "车间", "车主", "农民", "农业", "农户", "农行", "游客", "华侨", "解放", "管理",
    "管道", "水电", "和平", "党政", "全体", "许昌", "安阳", "商丘", "汤阴", "焦作", "沈丘", "安徽",
    "江苏", "江西", "云南", "贵州", "武汉", "成都", "沈阳", "宁夏", "甘肃", "石家", "金水", "管城",
    "龙湖", "龙子", "石佛", "万科", "郑大", "郑煤", "郑飞", "华润", "华为", "华联", "苏宁", "温馨",
];

/// What may follow a name within its clause.
const AFTER_NAME: &str = "于系的在现今自从因到曾有是";

/// At the end of three characters these begin the next word more often than they end a name (`李强来自`).
const BEGINS_NEXT_WORD: &str = "来今现住家男女年";

/// Cues that introduce more than names: there the end of the name must show.
const UNSURE_CUES: &[&str] = &["我是", "本人", "家属", "法人", "户主"];

static CUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:(我叫|我的名字叫|姓名|联系人|我是|本人|家属|当事人|户主|法人|申请人|反映人|投诉人|举报人)[:：是叫为 ]*)+")
        .expect("the pattern is a constant")
});

/// A number that was masked before: mobile, identity card, land line.
const MASKED: &str = r"(?:[1１一幺][3-9３-９三四五六七八九][0-9０-９零〇一二三四五六七八九幺]\*{4}[0-9０-９零〇一二三四五六七八九幺]{4}|[0-9０-９]{6}\*{9,12}|[(（]?[0０][0-9０-９]{2,3}[)）]?[- 　－—–.]?\*{3,4}[0-9０-９]{4})";

static BEFORE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = "身份证号?码?|电话|手机号?码?|联系电话|联系方式|座机";
    Regex::new(&format!(
        r"(^|[^\u{{4e00}}-\u{{9fff}}]|联系|找|请打|人)([\u{{4e00}}-\u{{9fff}}]{{2,4}})([ 　:：,，(（、]{{0,2}}(?:[男女][ 　,，、]{{0,2}})?(?:{kinds})?[ 　:：是为]{{0,2}}{MASKED})"
    ))
    .expect("the pattern is a constant")
});
static AFTER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"({MASKED}[ 　,，:：(（、]{{0,2}})([\u{{4e00}}-\u{{9fff}}]{{2,4}})($|[^\u{{4e00}}-\u{{9fff}}])"
    ))
    .expect("the pattern is a constant")
});

/// Masks the names that a rule is sure of.
pub(super) fn mask_names(text: &str) -> String {
    let text = mask_after_cues(text);
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

fn mask_after_cues(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for captures in CUE.captures_iter(text) {
        let end = captures.get(0).map_or(0, |whole| whole.end());
        // The last cue of a chain (`我是当事人`) decides.
        let is_sure = !UNSURE_CUES.contains(&&captures[1]);
        if let Some((surname, length)) = name_at_start(&text[end..], is_sure) {
            result.push_str(&text[copied..end]);
            result.push_str(surname);
            result.push_str("某某");
            copied = end + length;
        }
    }
    result.push_str(&text[copied..]);
    result
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
    let is_word = NOT_NAMES.iter().any(|word| text.starts_with(word));
    (is_given && is_chinese && !is_word).then_some(surname)
}

/// A name that `text` begins with: its surname and its length in bytes. The longest that ends at a boundary wins; after
/// a sure cue three characters are taken where no boundary helps, unless the third begins the next word.
fn name_at_start(text: &str, is_sure: bool) -> Option<(&str, usize)> {
    let surname = surname_of(text)?;
    let given = text[surname.len()..].char_indices().take(2);
    let names: Vec<&str> = given
        .map(|(at, last)| &text[..surname.len() + at + last.len_utf8()])
        .filter(|name| bare_name(name).is_some())
        .collect();
    let joins_next = |name: &str| {
        name[surname.len()..].chars().count() == 2
            && name.ends_with(|last| BEGINS_NEXT_WORD.contains(last))
    };
    let ends_name = |name: &str| match text[name.len()..].chars().next() {
        Some(next) if next.is_alphanumeric() => AFTER_NAME.contains(next) && !joins_next(name),
        _ => true,
    };
    let by_boundary = names.iter().rev().find(|name| ends_name(name));
    let by_cue = || names.iter().rev().find(|name| is_sure && !joins_next(name));
    by_boundary
        .or_else(by_cue)
        .map(|name| (surname, name.len()))
}

/// True for two to four characters that begin with a surname and are no word that we know: to be left out where a word is
/// quoted that nobody needs.
pub(super) fn looks_like_name(word: &str) -> bool {
    let is_short = (2..=4).contains(&word.chars().count());
    let is_word = NOT_NAMES.iter().any(|known| word.starts_with(known))
        || word
            .chars()
            .skip(1)
            .any(|letter| NOT_IN_NAMES.contains(letter));
    is_short && !is_word && surname_of(word).is_some()
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

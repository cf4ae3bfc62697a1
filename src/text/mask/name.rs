//! Names of private persons, where a rule is sure: beside a masked number, or after `我叫`, `联系人` and the like.
//!
//! Officials, reporters and spokespeople stay; what no rule catches is left to the editor.

use super::cue::{Cue, Kind, cues};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// The surnames of some 96 in 100 people, single characters.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游靳辛管柴蒙鲍华喻祁房滕屈饶牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑党宫费卜冷晏席卫米柏宗桂佟应臧闵苟邬边姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖明池苑房时付闫肖代邸职";

/// Surnames that also begin everyday words: after a word such as `包工头` they alone make no name.
const WORD_SURNAMES: &str = "黄周马胡何高谢许曾萧田董于余叶程苏任范金石戴贾夏方侯白江段雷史龙贺顾毛万钱严赖洪武莫汤常温康施文牛安齐易乔伍庞颜章鲁关兰焦左甘祝包宁尚符纪梅童凌毕单裴霍成苗谷盛曲翁蓝路游靳辛管柴蒙华喻房滕屈饶艾尤阳农司卓古吉简车项连麦党宫费席卫米柏宗桂应臧边姬师仇商刁沙荣巫桑明池苑时付代职全";

/// Of these, what is called and calls: after `我叫` alone they begin no name (`我叫车送孩子去医院`).
const CALLED: &str = "车时全代房单管项党施师付司席边";

/// Surnames of two characters.
const LONG_SURNAMES: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯",
    "端木",
];

/// Characters that no given name holds: what contains one is a word (`高新区`, `于去年`), not a person.
const NOT_IN_NAMES: &str = "的了在是有我你他她它这那去年月日时不没于与和或及区县市路镇乡村街州省厂司局部处所校院店办岗位号码机话信电线询系联箱用说到从被把给让叫人某先女士师工员长务班级排中等个们么什怎吗呢啊请问就也都还要会能可单面向常为对因前后上下里外已经只本该其各自作费欠拖跑骂扣逃躲拿找催讨失卷投携";

/// What is said after a surname instead of a given name: the whole is no name (`王女士`, `李主任`).
const TITLES: &[&str] = &[
    "主任", "经理", "书记", "队长", "老板", "大爷", "大妈", "大姐", "大哥", "阿姨", "叔叔", "教授",
    "律师", "记者", "总", "哥", "姐", "叔", "姨", "嫂", "爷", "氏", "姓", "同志", "警官", "医生",
    "护士", "会计", "局", "处", "科", "法官",
];

/// Words and place names that begin like a person's name.
const NOT_NAMES: &[&str] = &[
    "毕业",
    "应该",
    "应届",
    "应聘",
    "常住",
    "时常",
    "常常",
    "任职",
    "安置",
    "安排",
    "安全",
    "成立",
    "成年",
    "成人",
    "项目",
    "石油",
    "方便",
    "明白",
    "明确",
    "明天",
    "程序",
    "金融",
    "马上",
    "高级",
    "高考",
    "高校",
    "高速",
    "高新",
    "房屋",
    "房东",
    "房主",
    "万一",
    "时间",
    "时候",
    "单独",
    "单身",
    "康复",
    "施工",
    "文化",
    "包工",
    "包括",
    "荣幸",
    "卫生",
    "卫健",
    "连续",
    "路过",
    "尤其",
    "曾经",
    "白领",
    "白天",
    "车间",
    "车主",
    "农民",
    "农业",
    "农户",
    "农行",
    "游客",
    "华侨",
    "解放",
    "管理",
    "管道",
    "水电",
    "和平",
    "党政",
    "全体",
    "许昌",
    "安阳",
    "商丘",
    "汤阴",
    "焦作",
    "沈丘",
    "安徽",
    "江苏",
    "江西",
    "云南",
    "贵州",
    "武汉",
    "成都",
    "沈阳",
    "宁夏",
    "甘肃",
    "石家",
    "金水",
    "管城",
    "龙湖",
    "龙子",
    "石佛",
    "万科",
    "郑大",
    "郑煤",
    "郑飞",
    "华润",
    "华为",
    "华联",
    "苏宁",
    "温馨",
    "应如",
    "应当",
    "应按",
    "应由",
    "应及",
    "应填",
    "应提",
    "应发",
    "应付",
    "应予",
    "应尽",
    "应一",
    "应持",
    "方式",
    "方法",
    "方案",
    "方向",
    "金额",
    "车牌",
    "职称",
    "职业",
    "职工",
    "许诺",
    "许多",
    "许可",
    "张口",
    "张嘴",
    "张罗",
    "张贴",
    "张家口",
    "陈述",
    "陈旧",
    "胡说",
    "胡扯",
    "胡来",
    "胡乱",
    "黄牛",
    "高兴",
    "高价",
    "高血",
    "高中",
    "高度",
    "马虎",
    "周末",
    "周边",
    "周围",
    "周口",
    "周日",
    "林业",
    "林州",
    "罗列",
    "罗山",
    "谢谢",
    "谢绝",
    "钱款",
    "余额",
    "余款",
    "余下",
    "严重",
    "严格",
    "严禁",
    "纪检",
    "纪委",
    "尚未",
    "任何",
    "任由",
    "孙子",
    "孙辈",
    "徐州",
    "郑重",
    "杜绝",
    "丁点",
    "钟头",
    "钟点",
    "陆续",
    "秦皇",
    "辛苦",
    "司机",
    "司法",
    "简直",
    "简单",
    "商量",
    "商家",
    "商户",
    "付款",
    "付钱",
    "代表",
    "代发",
    "代办",
    "代理",
    "代缴",
    "左右",
    "毛病",
    "万达",
    "万元",
    "连夜",
    "白干",
    "祝福",
    "祝贺",
    "齐全",
    "范围",
    "程度",
    "董事",
    "何时",
    "何况",
    "温县",
    "江南",
    "李子",
    "林场",
    "沙河",
    "房管",
    "房产",
    "卫辉",
    "贺电",
    "顾客",
    "雷同",
    "夏天",
    "夏季",
];

/// What may follow a name within its clause.
const AFTER_NAME: &str = "于系的在现今自从因到曾有是";

/// What else may follow a name whose surname begins no words.
const AFTER_SURE_NAME: &str = "说被把给让去不没也就都还要会能和与及、跟欠拖跑骂扣逃拿打病死退";

/// At the end of three characters these begin the next word more often than they end a name (`李强来自`).
const BEGINS_NEXT_WORD: &str = "来今现住家男女年带打报答性电";

/// A number that was masked before: mobile, identity card, land line.
const MASKED: &str = r"(?:[1１一幺][3-9３-９三四五六七八九][0-9０-９零〇一二三四五六七八九幺]\*{4}[0-9０-９零〇一二三四五六七八九幺]{4}|[0-9０-９]{6}\*{9,12}|[(（]?[0０][0-9０-９]{2,3}[)）]?[- 　－—–.]?\*{3,4}[0-9０-９]{4})";

/// What may be a name beside a number, blanks within it included.
const NAME: &str = r"[\u{4e00}-\u{9fff}]{2,4}|[\u{4e00}-\u{9fff}][ 　][\u{4e00}-\u{9fff}](?:[ 　][\u{4e00}-\u{9fff}])?";

static BEFORE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = "身份证号?码?|电话|手机号?码?|联系电话|联系方式|座机";
    Regex::new(&format!(
        r"(^|[^\u{{4e00}}-\u{{9fff}}]|联系|找|请打|人)({NAME})([ 　:：,，(（、]{{0,2}}(?:[男女][ 　,，、]{{0,2}})?(?:{kinds})?[ 　:：是为]{{0,2}}{MASKED})"
    ))
    .expect("the pattern is a constant")
});
static AFTER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"({MASKED}[ 　,，:：(（、]{{0,2}})({NAME})($|[^\u{{4e00}}-\u{{9fff}}])"
    ))
    .expect("the pattern is a constant")
});

/// Masks the names that a rule is sure of.
pub(super) fn mask_names(text: &str) -> String {
    let text = mask_after_cues(text);
    if !text.contains("***") {
        return text;
    }
    let masked = |captures: &Captures| match bare_name(&without_blanks(&captures[2])) {
        Some(surname) => format!("{}{surname}某某{}", &captures[1], &captures[3]),
        None => captures[0].to_owned(),
    };
    let text = BEFORE_NUMBER.replace_all(&text, masked);
    AFTER_NUMBER.replace_all(&text, masked).into_owned()
}

fn mask_after_cues(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    for cue in cues(text) {
        let rest = &text[cue.end..];
        let spaced = || spaced_name(rest).filter(|_| cue.is_separated || cue.kind == Kind::Name);
        if let Some((surname, length)) = name_at_start(rest, &cue).or_else(spaced) {
            result.push_str(&text[copied..cue.end]);
            result.push_str(surname);
            result.push_str("某某");
            copied = cue.end + length;
        }
    }
    result.push_str(&text[copied..]);
    result
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}')
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\u{3000}')
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !is_blank(*c)).collect()
}

/// The surname if `text` as a whole is a personal name.
pub(super) fn bare_name(text: &str) -> Option<&str> {
    let surname = surname_of(text)?;
    let given = text.strip_prefix(surname)?;
    let length = given.chars().count();
    let is_given = (1..=2).contains(&length) && !given.contains(|c| NOT_IN_NAMES.contains(c));
    let is_chinese = text.chars().all(is_han);
    let is_word = NOT_NAMES.iter().any(|word| text.starts_with(word)) || TITLES.contains(&given);
    (is_given && is_chinese && !is_word).then_some(surname)
}

/// A name that `text` begins with: its surname and its length in bytes. The longest that ends at a boundary wins; after
/// a sure cue three characters are taken where no boundary helps, unless the third begins the next word.
fn name_at_start<'t>(text: &'t str, cue: &Cue) -> Option<(&'t str, usize)> {
    let surname = surname_of(text)?;
    let begins_words = WORD_SURNAMES.contains(surname);
    let is_sure = match cue.kind {
        Kind::Name => cue.is_separated || !CALLED.contains(surname),
        Kind::Label => cue.is_separated || !begins_words,
        Kind::Unsure => false,
        Kind::Weak if begins_words => return None,
        Kind::Weak => false,
    };
    let given = text[surname.len()..].char_indices().take(2);
    let names: Vec<&str> = given
        .map(|(at, last)| &text[..surname.len() + at + last.len_utf8()])
        .filter(|name| bare_name(name).is_some())
        .collect();
    let given_count = |name: &str| name[surname.len()..].chars().count();
    let joins_next = |name: &str| {
        given_count(name) == 2 && name.ends_with(|last| BEGINS_NEXT_WORD.contains(last))
    };
    // `赵主任`; in `赵六同志` the title begins with what could be the second letter of a given name.
    let ends_in_title = |name: &str| {
        let last = name.chars().next_back().map_or(0, char::len_utf8);
        let rest = &text[name.len() - last..];
        let is_given_alone = given_count(name) == 1;
        TITLES
            .iter()
            .any(|title| rest.starts_with(title) && (is_given_alone || title.chars().count() > 1))
    };
    let ends_name = |name: &str| match text[name.len()..].chars().next() {
        Some(next) if is_han(next) => {
            let may_follow =
                AFTER_NAME.contains(next) || !begins_words && AFTER_SURE_NAME.contains(next);
            may_follow && !joins_next(name)
        }
        _ => true,
    };
    let names = || names.iter().rev().filter(|name| !ends_in_title(name));
    let by_boundary = names().find(|name| ends_name(name));
    let by_cue = || names().find(|name| is_sure && !joins_next(name));
    by_boundary
        .or_else(by_cue)
        .map(|name| (surname, name.len()))
}

/// A name written with blanks (`张 三`, `王 建 国`) that `text` begins with.
fn spaced_name(text: &str) -> Option<(&str, usize)> {
    let surname = surname_of(text)?;
    let mut end = surname.len();
    let mut name = surname.to_owned();
    for _ in 0..2 {
        let rest = &text[end..];
        let word = rest.trim_start_matches(is_blank);
        if word.len() == rest.len() {
            break;
        }
        // More than two characters are no given name.
        let given: String = word.chars().take_while(|c| is_han(*c)).take(3).collect();
        name.push_str(&given);
        if BEGINS_NEXT_WORD.contains(&given) || bare_name(&name).is_none() {
            break;
        }
        end = text.len() - word.len() + given.len();
    }
    (end > surname.len()).then_some((surname, end))
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

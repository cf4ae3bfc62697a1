//! 人数与聚集 — how many people a text speaks of, whether they act together, and whether they announced when and where.

use crate::analyze::found::Found;
use crate::analyze::terms::Strength;
use crate::model::Topic;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// `38个农民工`, `三十多名工友`, `上百人`: a number, a measure word, and people.
static PEOPLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(上|近|约|数|几)?([0-9]{1,5}|[一二两三四五六七八九十百千]{1,6}|)(多|余|几|来)?(名|个|位|户)?(多|余|几)?(农民工|民工|工人|工友|职工|员工|同事|家长|考生|学生|学员|老人|群众|村民|居民|人员|家庭|兄弟|姐妹|老乡|司机|骑手|保安|保洁|教练|厨师|店员|服务员|快递员|女工|小工|普工|矿工|(?:钢筋|模板|架子|油漆|水电|粉刷|抹灰|木|瓦|泥|焊|电|油)工|教师|老师|退休|人(?:[^社事才力均民口家员大工数次气情生]|$))",
    )
    .expect("the pattern is a constant")
});

/// A clock time or a date.
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([0-9]{1,2}|[一二三四五六七八九十]{1,3})(点|时|号|日)|[0-9]{1,2}:[0-9]{2}")
        .expect("the pattern is a constant")
});

/// What the text tells about a crowd.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd {
    /// People spoken of, the largest number below the reach of statistics.
    pub size: Option<u32>,
    /// People spoken of in a sentence that tells of the gathering: a queue elsewhere in the text is none.
    pub gathered: Option<u32>,
    /// They act together: gather, block, carry banners.
    pub is_gathering: bool,
    /// It is announced with time and place.
    pub is_planned: bool,
    /// Words that show it.
    pub words: Vec<String>,
}

/// Numbers above are statistics (`惠及55万人`), not crowds.
const LARGEST_CROWD: u32 = 9_999;

/// Reads the crowd.
pub(super) fn read(found: &Found) -> Crowd {
    let acts = acts(found);
    let sentences: HashSet<u32> = (acts.iter())
        .map(|(start, _)| found.reading.sentence(*start))
        .collect();
    let text = found.reading.text();
    let sizes: Vec<(u32, u32)> = PEOPLE
        .find_iter(text)
        // Taking a match apart costs far more than finding it: only where there is a number to be read.
        .filter(|people| people.as_str().contains(is_numeral))
        .filter_map(|found_people| {
            let start = found.reading.character_at(found_people.start());
            let captures = PEOPLE.captures_at(text, found_people.start())?;
            Some((found.reading.sentence(start), people(&captures)?))
        })
        .filter(|(_, size)| *size <= LARGEST_CROWD)
        .collect();
    let has_time = || found.has("when") || CLOCK.is_match(text);
    Crowd {
        size: sizes.iter().map(|(_, size)| *size).max(),
        gathered: (sizes.iter())
            .filter(|(sentence, _)| sentences.contains(sentence))
            .map(|(_, size)| *size)
            .max(),
        is_gathering: !acts.is_empty(),
        is_planned: !acts.is_empty() && has_time() && found.has("where") && speaks_of_future(found),
        words: found.words_at(&acts),
    }
}

/// Words of acting together. Soft ones (`一起去`, `集合`) also tell of colleagues and queues: they need a grievance.
fn acts(found: &Found) -> Vec<(usize, usize)> {
    let company = company(found);
    let has_grievance = has_grievance(found);
    let words = (found.group("E3")).filter(|(hit, _)| !company.contains(&hit.start));
    let pairs = found.group("gather").filter(|_| has_grievance);
    words
        .chain(pairs)
        .map(|(hit, _)| (hit.start, hit.end))
        .take(20)
        .collect()
}

/// Where soft words stand that tell of company only.
pub(super) fn company(found: &Found) -> HashSet<usize> {
    if has_grievance(found) {
        return HashSet::new();
    }
    (found.group("gather_soft"))
        .map(|(hit, _)| hit.start)
        .collect()
}

fn has_grievance(found: &Found) -> bool {
    found.has("N3") || found.has("petition") || speaks_of_arrears(found)
}

/// 欠薪用语: a strong term of unpaid wages.
pub(super) fn speaks_of_arrears(found: &Found) -> bool {
    (found.terms()).any(|term| term.topic == Topic::Qx && term.strength == Strength::Strong)
}

/// `明天` and the like, not `昨天`: an announcement, not a report.
fn speaks_of_future(found: &Found) -> bool {
    const FUTURE: &[&str] = &[
        "明天",
        "明儿",
        "明晚",
        "后儿",
        "大后天",
        "明早",
        "明日",
        "后天",
        "后日",
        "下周",
        "今晚",
        "周一",
        "周二",
        "周三",
        "周四",
        "周五",
        "周六",
        "周日",
        "星期",
        "礼拜",
        "号上午",
        "号下午",
        "日上午",
        "点集合",
        "约好",
        "转告",
        "准时",
        "不见不散",
    ];
    const PAST: &[&str] = &[
        "昨天",
        "昨日",
        "上周",
        "前天",
        "去年",
        "已经散",
        "近日",
        "本报讯",
    ];
    let text = found.reading.text();
    FUTURE.iter().any(|word| text.contains(word)) && !PAST.iter().any(|word| text.contains(word))
}

fn is_numeral(character: char) -> bool {
    character.is_ascii_digit() || "一二两三四五六七八九十百千".contains(character)
}

fn people(captures: &regex::Captures) -> Option<u32> {
    let part = |index: usize| captures.get(index).map_or("", |part| part.as_str());
    let is_vague = matches!(part(1), "数" | "几");
    let number = match (part(2), is_vague) {
        ("", _) => return None,
        // 几十, 数百: at least two of the unit.
        (unit @ ("十" | "百" | "千"), true) => number(unit)? * 2,
        (digits, _) => number(digits)?,
    };
    // `一个人`, `三老人` are persons, not a crowd.
    (number >= 2).then_some(number)
}

/// Arabic or Chinese numerals up to thousands.
fn number(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let (mut total, mut digit) = (0u32, 0u32);
    for character in text.chars() {
        let unit = match character {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => {
                digit = "零一二三四五六七八九"
                    .chars()
                    .position(|known| known == character)
                    .map(|position| position as u32)
                    .or((character == '两').then_some(2))?;
                continue;
            }
        };
        total += digit.max(1) * unit;
        digit = 0;
    }
    Some(total + digit)
}

#[cfg(test)]
mod tests {
    use super::{PEOPLE, people};

    fn count(text: &str) -> Option<u32> {
        PEOPLE
            .captures_iter(text)
            .filter_map(|captures| people(&captures))
            .max()
    }

    #[test]
    fn people_are_counted_in_figures_and_in_words() {
        assert_eq!(count("拖欠我们38个农民工工资"), Some(38));
        assert_eq!(count("三十多名工友在门口"), Some(30));
        assert_eq!(count("我们几十个家长已经拉群"), Some(20));
        assert_eq!(count("上百人堵门"), Some(100));
        assert_eq!(count("数百名工人"), Some(200));
    }

    #[test]
    fn months_money_and_offices_are_no_people() {
        assert_eq!(count("拖了8个月,5万块,人社局"), None);
        assert_eq!(count("12333人工服务"), None);
    }
}

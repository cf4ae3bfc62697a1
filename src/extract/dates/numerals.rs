//! Chinese numerals before a unit of time → digits: `二〇一七年四月十四日` → `2017年4月14日`. Other words stay.

/// A year has four; longer rows of numerals are no numbers of a date.
const MAX_NUMERALS: usize = 4;

const UNITS: &str = "年月日号时点分秒天小个周星刻";

/// Rewrites the numerals of dates and durations; `半小时前` becomes `30分前`.
pub fn to_digits(line: &str) -> String {
    let line = line
        .replace("个半", ".5")
        .replace("半个小时", "30分")
        .replace("半小时", "30分");
    let characters: Vec<char> = line.chars().collect();
    let mut digits = String::with_capacity(line.len());
    let mut position = 0;
    while position < characters.len() {
        let length = numeral_length(&characters[position..]);
        let next = characters.get(position + length);
        let is_weekday = position > 0 && matches!(characters[position - 1], '周' | '期' | '拜');
        let is_before_unit = next.is_some_and(|unit| UNITS.contains(*unit) || *unit == '.');
        // `九点零九`: minutes need no unit.
        let is_minute =
            next.is_none() && position > 0 && matches!(characters[position - 1], '时' | '点');
        let is_before_unit = is_before_unit || is_minute;
        if length == 0 || length > MAX_NUMERALS || is_weekday || !is_before_unit {
            digits.extend(&characters[position..position + length.max(1)]);
        } else {
            digits.push_str(&number(&characters[position..position + length]));
        }
        position += length.max(1);
    }
    digits
}

fn numeral_length(characters: &[char]) -> usize {
    characters
        .iter()
        .take_while(|character| **character == '十' || digit(**character).is_some())
        .count()
}

fn digit(character: char) -> Option<u32> {
    Some(match character {
        '〇' | '零' | '○' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// `十四` → `14`, `二十` → `20`, `二〇一七` → `2017`.
fn number(numerals: &[char]) -> String {
    let Some(ten) = numerals.iter().position(|character| *character == '十') else {
        return numerals
            .iter()
            .filter_map(|c| digit(*c))
            .map(|d| d.to_string())
            .collect();
    };
    let tens = numerals[..ten].last().and_then(|c| digit(*c)).unwrap_or(1);
    let ones = numerals[ten + 1..]
        .first()
        .and_then(|c| digit(*c))
        .unwrap_or(0);
    (tens * 10 + ones).to_string()
}

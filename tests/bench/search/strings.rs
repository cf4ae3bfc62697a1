//! What is searched for.

use super::corpus::Corpus;

/// Strings of 1–6 characters out of random posts, quoted.
pub fn random(corpus: &Corpus, count: usize) -> Vec<String> {
    let mut dice = Dice(20170414);
    let mut strings = Vec::with_capacity(count);
    while strings.len() < count {
        let characters: Vec<char> = corpus.texts[dice.below(corpus.texts.len())]
            .chars()
            .collect();
        let length = 1 + dice.below(6);
        if characters.len() < length {
            continue;
        }
        let from = dice.below(characters.len() - length + 1);
        let string: String = characters[from..from + length].iter().collect();
        if !string.trim().is_empty() && !string.contains(['"', '“', '”']) {
            strings.push(format!("\"{string}\""));
        }
    }
    strings
}

/// 200 queries as people type them: words, two words, alternatives, exclusions.
pub fn typed(corpus: &Corpus) -> Vec<String> {
    let words = [
        "社保",
        "养老金",
        "工资",
        "失业",
        "招聘",
        "医保",
        "退休",
        "返岗",
        "复工",
        "加班",
        "口罩",
        "隔离",
        "医院",
        "武汉",
        "郑州",
        "河南",
        "富士康",
        "人社局",
        "农民工",
        "毕业生",
        "补贴",
        "延迟",
        "居家办公",
        "房租",
        "公务员",
        "老师",
        "护士",
        "外卖",
        "快递",
        "高铁",
        "12333",
        "N95",
        "APP",
        "钟南山",
        "火神山",
        "捐款",
        "物资",
        "谣言",
        "确诊",
        "疑似",
    ];
    let mut queries: Vec<String> = words.map(str::to_owned).to_vec();
    let mut dice = Dice(12333);
    while queries.len() < 200 {
        let mut word = || words[dice.below(words.len())];
        let (one, two, three) = (word(), word(), word());
        if one == two || two == three || one == three {
            continue;
        }
        queries.push(match queries.len() % 4 {
            0 => format!("{one} {two}"),
            1 => format!("{one} OR {two}"),
            2 => format!("({one} OR {two}) {three}"),
            _ => format!("{one} -{two}"),
        });
    }
    assert!(!corpus.texts.is_empty());
    queries
}

/// Kinds of queries, each timed by itself.
pub fn kinds(corpus: &Corpus) -> Vec<(&'static str, Vec<String>)> {
    let typed = typed(corpus);
    let and = typed
        .iter()
        .filter(|query| query.contains(' ') && !query.contains(" OR "))
        .cloned();
    let days = [
        "after:2020-01-25 before:2020-01-31",
        "after:2020-02-01 before:2020-02-10",
    ];
    let within = typed.iter().take(40).enumerate();
    let within = within.map(|(number, word)| format!("{word} {}", days[number % 2]));
    let exact = random(corpus, 2000)
        .into_iter()
        .filter(|string| string.chars().count() >= 6)
        .take(300);
    vec![
        ("AND of two words", and.collect()),
        ("a word in a range of days", within.collect()),
        ("exact strings of 4–6 characters", exact.collect()),
    ]
}

/// The same numbers in every run (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

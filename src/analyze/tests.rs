use super::{Home, LevelsFile, RuleFiles, Rules, Spread, TopicsFile, analyze};
use crate::model::{
    Analysis, Channel, Engagement, Intent, Jurisdiction, Level, OutletTier, Post, Precision,
    PublishedAt, Sentiment, Timestamp,
};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

mod cases;
mod fixtures;
mod segmentation;

/// The rules of `config/`, compiled once for all tests.
static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| {
    Arc::new(Rules::compile(rule_files()).expect("the rule files of the repository are valid"))
});

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("the file is part of the repository")
}

fn models() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(root().join("config/models"));
    let files = entries
        .expect("config/models is part of the repository")
        .flatten();
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a readable model");
        (path.display().to_string(), bytes)
    };
    files.map(|entry| read(entry.path())).collect()
}

fn rule_files() -> RuleFiles {
    let folder = root().join("config/lexicon");
    let mut lexicon: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("config/lexicon is part of the repository")
        .map(|entry| {
            let entry = entry.expect("a readable entry");
            let name = entry.file_name().into_string().expect("a UTF-8 name");
            let content = std::fs::read_to_string(entry.path()).expect("a UTF-8 table");
            (name, content)
        })
        .collect();
    lexicon.sort();
    RuleFiles {
        topics: toml::from_str::<TopicsFile>(&read("config/topics.toml")).expect("topics.toml"),
        levels: toml::from_str::<LevelsFile>(&read("config/levels.toml")).expect("levels.toml"),
        lexicon,
        models: models(),
        home: Home {
            city: "郑州市".to_owned(),
            city_code: "410100".to_owned(),
            province: "河南省".to_owned(),
        },
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_from_rfc3339(text).expect("a time of a test")
}

fn post(channel: Channel, text: &str) -> Post {
    Post {
        url: None,
        external_id: None,
        channel,
        source_name: "测试".to_owned(),
        outlet: None,
        outlet_tier: OutletTier::T5,
        title: String::new(),
        text: text.to_owned(),
        author: None,
        published_at: Some(PublishedAt {
            at: at("2017-11-20T10:00:00+08:00"),
            precision: Precision::Minute,
            is_inferred: false,
        }),
        fetched_at: at("2017-11-21T10:00:00+08:00"),
        engagement: Engagement::default(),
        has_image: false,
        has_video: false,
        floor: None,
        source_region: None,
        is_official: false,
        extra: serde_json::Map::new(),
    }
}

fn judge(post: &Post) -> Analysis {
    analyze(post, &Spread::of_snapshot(post), &RULES)
}

#[test]
fn odd_input_is_judged_without_panic() {
    for text in [
        "",
        "郑",
        "😡😡😡",
        "https://example.com/a https://example.com/b",
        "\u{200b}",
        "///",
        "欠",
        "“",
        "没",
    ] {
        let analysis = judge(&post(Channel::Weibo, text));
        assert!(!analysis.relevant, "{text}");
    }
}

#[test]
fn a_pasted_book_takes_linear_time() {
    let paragraph = "郑州市社保局大厅排队四小时，工资没发，二七区、金水区、新华路，明天去门口集合拉横幅！gz托欠，“毕业”。";
    for text in [
        paragraph.repeat(5 * 1024 * 1024 / paragraph.len()),
        "社".repeat(1_700_000),
        "十".repeat(1_700_000),
        "社 ".repeat(1_000_000),
    ] {
        let started = Instant::now();
        judge(&post(Channel::Weibo, &text));
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{:?}",
            started.elapsed()
        );
    }
}

#[test]
fn the_office_of_a_topic_changes_with_its_competence() {
    let topic = crate::model::Topic::Yb;
    assert_eq!(
        RULES.office(topic, at("2018-12-31T23:59:00+08:00")),
        "医疗保险处"
    );
    assert_eq!(
        RULES.office(topic, at("2019-01-01T00:00:00+08:00")),
        "市医疗保障局"
    );
}

#[test]
fn a_wrong_table_is_refused_with_file_and_line() {
    let mut files = rule_files();
    for (name, content) in &mut files.lexicon {
        if name == "intents.tsv" {
            *content = "intent\tterm\tweight\nconsult\t请问\t1\nfoo\t啥\t1\n".to_owned();
        }
    }
    let problems = Rules::compile(files).err().expect("the table is wrong");
    assert_eq!(
        (problems[0].file.as_str(), problems[0].line),
        ("lexicon/intents.tsv", 3)
    );
}

#[test]
fn without_a_model_the_words_of_a_letter_tell_schools_from_work() {
    let mut files = rule_files();
    files.models.clear();
    let rules = Rules::compile(files).expect("the rules stand without models");
    let judge = |text: &str| {
        let letter = post(Channel::MessageBoard, text);
        analyze(&letter, &Spread::of_snapshot(&letter), &rules)
    };
    let school = "中小学教师评职称的名额年年都给了校领导，一线教师没有份，请教育局公开评审办法，让各中学的教师都看得到名单，谢谢。";
    let analysis = judge(school);
    assert!(!analysis.about, "{:?}", analysis.reasons);
    assert!(
        analysis
            .reasons
            .iter()
            .any(|reason| reason.rule == "letter")
    );
    let here = judge(&format!("郑州市{school}"));
    assert!(here.about, "in our city titles of teachers are our matter");
    let work = "厂里一直没有和员工签劳动合同，工人天天加班，发工资也总是拖到下个月，到现在社保都没有参保，请领导帮帮我们这些打工的人吧。";
    assert!(judge(work).about);
}

#[test]
fn a_hidden_word_is_found_and_shown_as_published() {
    let analysis = judge(&post(Channel::Weibo, "郑州设保局又推诿,社*保断缴没人管"));
    assert!(analysis.relevant);
    let reasons: Vec<&str> = analysis
        .reasons
        .iter()
        .map(|reason| reason.text.as_str())
        .collect();
    assert!(reasons.contains(&"“设保局”还原为“社保局”"), "{reasons:?}");
}

#[test]
fn a_snapshot_within_the_hour_counts_as_the_first_hour() {
    let mut fresh = post(Channel::Weibo, "郑州社保局");
    fresh.engagement.comments = Some(60);
    assert_eq!(Spread::of_snapshot(&fresh).weight_1h, 0.0);
    fresh.fetched_at = at("2017-11-20T10:30:00+08:00");
    assert_eq!(Spread::of_snapshot(&fresh).weight_1h, 60.0);
}

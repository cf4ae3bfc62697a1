//! `/rules`: the rules in force, to be read: level rules, topics with their terms, the lexicon with a search.

pub mod changes;
pub mod edit;
pub mod names;
pub mod words;

use crate::analyze::TopicBlock;
use crate::app::App;
use crate::model::{Adoption, Field, Level, Topic};
use crate::pipeline::{RuleFile, RuleRefusal, rule_file, rule_files};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::page_number;
use crate::web::rules::words::conditions;
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use serde::Deserialize;

/// Rows of a table shown at a time.
const ROWS: usize = 100;

/// What a table of the lexicon holds.
const TABLES: &[(&str, &str)] = &[
    ("risk.tsv", "情感与风险词"),
    ("variants.tsv", "网络变体"),
    ("filters.tsv", "易误判过滤词"),
    ("gazetteer.tsv", "地名"),
    ("elsewhere.tsv", "外地地名"),
    ("organisations.tsv", "机构名"),
    ("accounts.tsv", "信源与账号"),
    ("cues.tsv", "情境词"),
    ("intents.tsv", "意图线索词"),
    ("pairs.tsv", "两词同现"),
    ("letters.tsv", "来信用词"),
    ("synonyms.tsv", "同义词"),
];

#[derive(Template)]
#[template(path = "rules.html", config = "src/web/askama.toml")]
struct LevelsPage {
    frame: Frame,
    tab: &'static str,
    version: String,
    gate: String,
    rules: Vec<RuleLine>,
}

struct RuleLine {
    id: String,
    level: Level,
    text: String,
    conditions: Vec<String>,
    /// 采纳, empty where nobody said anything.
    adoption: String,
}

#[derive(Template)]
#[template(path = "rules_topics.html", config = "src/web/askama.toml")]
struct TopicsPage {
    frame: Frame,
    tab: &'static str,
    topics: Vec<TopicLine>,
}

struct TopicLine {
    block: TopicBlock,
    /// 移交, in words.
    handed: Vec<String>,
}

/// One topic to be read, and edited by those who may.
#[derive(Template)]
#[template(path = "rules_topic.html", config = "src/web/askama.toml")]
pub struct TopicPage {
    pub frame: Frame,
    pub tab: &'static str,
    pub code: &'static str,
    pub name: String,
    pub mark: String,
    pub problems: Vec<String>,
    pub office: String,
    pub until: String,
    pub successor: String,
    /// Key, label, hint, words.
    pub lists: Vec<WordList>,
    pub handed: Vec<String>,
}

/// 一类词.
pub struct WordList {
    pub key: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub words: String,
    pub count: usize,
}

#[derive(Template)]
#[template(path = "rules_lexicon.html", config = "src/web/askama.toml")]
struct LexiconPage {
    frame: Frame,
    tab: &'static str,
    tables: Vec<TableLine>,
    file: String,
    query: String,
    /// What the file says of itself.
    notes: Vec<String>,
    columns: Vec<String>,
    rows: Vec<RowLine>,
    total: usize,
    page: usize,
    last_page: usize,
    /// Terms of topics that hold the words searched for.
    terms: Vec<(&'static str, String, &'static str)>,
}

struct TableLine {
    file: String,
    name: &'static str,
}

struct RowLine {
    file: String,
    table: &'static str,
    line: usize,
    cells: Vec<String>,
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    file: String,
    #[serde(default)]
    q: String,
    #[serde(default, deserialize_with = "page_number")]
    page: usize,
}

/// 判级规则.
pub async fn levels(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let rules = app.rules();
            let lines = rules.levels().rule.iter().map(|rule| {
                Ok(RuleLine {
                    id: rule.id.clone(),
                    level: rule.level,
                    text: names::reason(rule),
                    conditions: conditions(rule),
                    adoption: adoption(
                        app.store
                            .adoption_of_rule(&format!("level.{}", rule.id), Field::Level)?,
                    ),
                })
            });
            Ok(LevelsPage {
                frame: Frame::of(app, &visitor, "/rules")?,
                tab: "levels",
                version: rules.version().to_owned(),
                gate: gate(&rules.levels().gate),
                rules: lines.collect::<Result<_>>()?,
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

fn adoption(adoption: Adoption) -> String {
    let said = adoption.agreed + adoption.disagreed;
    match said {
        0 => String::new(),
        _ => format!("{}／{said}条", adoption.agreed),
    }
}

fn gate(gate: &crate::analyze::Gate) -> String {
    let mut parts = Vec::new();
    let mut add = |label: &str, names: Vec<&str>| {
        if !names.is_empty() {
            parts.push(format!("{label}为{}", names.join("、")));
        }
    };
    add(
        "意图",
        gate.not_intents.iter().map(|one| one.label()).collect(),
    );
    add(
        "情感",
        gate.not_sentiments.iter().map(|one| one.label()).collect(),
    );
    add(
        "管辖",
        gate.not_jurisdictions
            .iter()
            .map(|one| one.label())
            .collect(),
    );
    parts.join("，或")
}

/// 主题.
pub async fn topics(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let rules = app.rules();
            let blocks = Topic::ALL.iter().filter_map(|topic| rules.topic(*topic));
            Ok(TopicsPage {
                frame: Frame::of(app, &visitor, "/rules")?,
                tab: "topics",
                topics: blocks
                    .map(|block| TopicLine {
                        block: block.clone(),
                        handed: handed(block),
                    })
                    .collect(),
            })
        })
        .await?;
    Ok(Html(page.render()?))
}

fn handed(block: &TopicBlock) -> Vec<String> {
    let whole = block.until.zip(block.successor.as_ref());
    let whole = whole.map(|(until, to)| format!("{until}起移交{to}"));
    let parts = (block.handed_over.iter()).map(|part| {
        let (until, to, terms) = (part.until, &part.successor, part.terms.join("、"));
        format!("{until}起移交{to}：{terms}")
    });
    whole.into_iter().chain(parts).collect()
}

/// One topic.
pub async fn topic(
    State(app): Shared,
    Who(visitor): Who,
    Path(code): Path<String>,
) -> Result<Html<String>, WebError> {
    let topic: Topic = code.parse().map_err(|_| WebError::NotFound)?;
    let page = app
        .on_cpu(move |app| {
            Ok(match rule_file(app, "topics.toml") {
                Ok(file) => topic_page(app, Frame::of(app, &visitor, "/rules")?, topic, &file),
                Err(_) => None,
            })
        })
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

fn topic_page(app: &App, frame: Frame, topic: Topic, file: &RuleFile) -> Option<TopicPage> {
    let rules = app.rules();
    let block = rules.topic(topic)?;
    let lists = WORD_LISTS.iter().zip(lists_of(block));
    Some(TopicPage {
        frame,
        tab: "topics",
        code: topic.code(),
        name: block.name.clone(),
        mark: file.mark.clone(),
        problems: Vec::new(),
        office: block.office.clone(),
        until: block.until.map_or_else(String::new, |day| day.to_string()),
        successor: block.successor.clone().unwrap_or_default(),
        lists: lists
            .map(|((key, label, hint), words)| word_list(key, label, hint, words))
            .collect(),
        handed: handed(block),
    })
}

/// The lists of a topic: key, label, what they do.
pub const WORD_LISTS: [(&str, &str, &str); 4] = [
    ("strong", "强词", "单独出现即为本主题的证据"),
    ("generic", "通用词", "各主题都会用到的词"),
    ("weak", "弱词", "须与强词或机构名同现才计"),
    ("context", "情境词", "须与机构名或办事场所同现才计"),
];

/// In the order of [`WORD_LISTS`].
pub fn lists_of(block: &TopicBlock) -> [&Vec<String>; 4] {
    [&block.strong, &block.generic, &block.weak, &block.context]
}

/// A list as it is edited.
pub fn word_list(
    key: &'static str,
    label: &'static str,
    hint: &'static str,
    words: &[String],
) -> WordList {
    WordList {
        key,
        label,
        hint,
        words: words.join("、"),
        count: words.len(),
    }
}

/// 词表.
pub async fn lexicon(
    State(app): Shared,
    Who(visitor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let frame = Frame::of(app, &visitor, "/rules")?;
            Ok(lexicon_page(app, frame, wanted))
        })
        .await?;
    Ok(Html(page.map_err(refused)?.render()?))
}

fn lexicon_page(app: &App, frame: Frame, wanted: Wanted) -> Result<LexiconPage, RuleRefusal> {
    let names = rule_files(app)?;
    let files: Vec<String> = names
        .into_iter()
        .filter(|name| name.starts_with("lexicon/"))
        .collect();
    let words = wanted.q.trim().to_lowercase();
    let (mut rows, mut columns, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    if !wanted.file.is_empty() {
        let file = rule_file(app, &wanted.file)?;
        if !files.contains(&file.name) {
            return Err(RuleRefusal::Unknown);
        }
        columns = columns_of(&file.text)
            .iter()
            .map(|code| names::column(code))
            .collect();
        notes = notes_of(&file.text);
        rows = rows_with(&file, &words);
    } else if !words.is_empty() {
        for name in &files {
            rows.extend(rows_with(&rule_file(app, name)?, &words));
        }
    }
    let total = rows.len();
    let rows: Vec<RowLine> = rows
        .into_iter()
        .skip(wanted.page * ROWS)
        .take(ROWS)
        .collect();
    Ok(LexiconPage {
        frame,
        tab: "lexicon",
        tables: files
            .into_iter()
            .map(|file| TableLine {
                name: table_name(&file),
                file,
            })
            .collect(),
        terms: match words.is_empty() || !wanted.file.is_empty() {
            true => Vec::new(),
            false => terms_with(app, &words),
        },
        file: wanted.file,
        query: wanted.q,
        notes,
        columns,
        rows,
        total,
        page: wanted.page,
        last_page: total.saturating_sub(1) / ROWS,
    })
}

/// Name of a table as printed.
pub fn table_name(file: &str) -> &'static str {
    let bare = file.trim_start_matches("lexicon/");
    let known = TABLES.iter().find(|(name, _)| *name == bare);
    known.map_or("词表", |(_, name)| name)
}

/// Names of the columns of a table.
pub fn columns_of(text: &str) -> Vec<String> {
    let header = lines_of(text).next();
    let cells = header.map(|(_, header)| header.split('\t').map(str::to_owned).collect());
    cells.unwrap_or_default()
}

/// Lines of a table that are no comments, the first of them its header; numbers from 1.
pub fn lines_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    lines
        .map(|(index, line)| (index + 1, line.trim_end()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn notes_of(text: &str) -> Vec<String> {
    let comments = text.lines().take_while(|line| line.starts_with('#'));
    comments
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect()
}

fn rows_with(file: &RuleFile, words: &str) -> Vec<RowLine> {
    let columns = columns_of(&file.text);
    let named = |text: &str| {
        let cells = text.split('\t').enumerate();
        cells
            .map(|(place, cell)| match columns.get(place) {
                Some(column) => names::cell(column, cell),
                None => cell.to_owned(),
            })
            .collect()
    };
    let rows = lines_of(&file.text).skip(1);
    rows.filter(|(_, line)| words.is_empty() || line.to_lowercase().contains(words))
        .map(|(line, text)| RowLine {
            file: file.name.clone(),
            table: table_name(&file.name),
            line,
            cells: named(text),
        })
        .collect()
}

fn terms_with(app: &App, words: &str) -> Vec<(&'static str, String, &'static str)> {
    let (rules, mut found) = (app.rules(), Vec::new());
    for topic in Topic::ALL {
        let Some(block) = rules.topic(*topic) else {
            continue;
        };
        for ((_, label, _), list) in WORD_LISTS.iter().zip(lists_of(block)) {
            let holding = list
                .iter()
                .filter(|term| term.to_lowercase().contains(words));
            found.extend(holding.map(|term| (topic.code(), term.clone(), *label)));
        }
    }
    found.truncate(ROWS);
    found
}

/// What a page says of a refusal that leaves nothing to edit.
pub fn refused(refusal: RuleRefusal) -> WebError {
    match refusal {
        RuleRefusal::Unknown => WebError::NotFound,
        RuleRefusal::Failed(error) => WebError::Internal(error),
        RuleRefusal::Moved => WebError::Conflict(said(&refusal).join("；")),
        RuleRefusal::Decided(_) => WebError::Conflict(said(&refusal).join("；")),
        _ => WebError::Wrong(said(&refusal).join("；")),
    }
}

/// A refusal in sentences.
pub fn said(refusal: &RuleRefusal) -> Vec<String> {
    let sentence = match refusal {
        RuleRefusal::Wrong(problems) => {
            return problems.iter().take(20).map(ToString::to_string).collect();
        }
        RuleRefusal::Same => "内容与现行的相同，没有可试算的修改。".to_owned(),
        RuleRefusal::Moved => {
            "这个文件刚被别人改过，您的修改没有保存；文字已保留，请核对现行内容后再试算。"
                .to_owned()
        }
        RuleRefusal::Decided(state) => format!("这次修改{}，不能再处理。", state.label()),
        RuleRefusal::NoFolder => {
            "这里用的是演示配置，不能修改；请在正式运行的系统中修改。".to_owned()
        }
        RuleRefusal::Unknown | RuleRefusal::Failed(_) => "没有这个规则文件。".to_owned(),
    };
    vec![sentence]
}

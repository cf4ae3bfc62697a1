//! `/rules/edit`, `/rules/row`, `/rules/topics/{code}`: a changed text of a rule file → checked and tried, as a draft that
//! waits to be switched on. What was typed stays on the page where it is refused.

use crate::app::App;
use crate::config::{BlockName, quoted, with_value, with_words};
use crate::model::{Topic, Visitor};
use crate::pipeline::{RuleRefusal, draft_change, rule_file};
use crate::web::Shared;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::rules::{self, TopicPage, WORD_LISTS, columns_of, names, refused, table_name};
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::sync::Arc;

/// Days a trial looks back, unless somebody wants more.
const DAYS: u32 = 7;

#[derive(Template)]
#[template(path = "rules_edit.html", config = "src/web/askama.toml")]
struct FilePage {
    frame: Frame,
    tab: &'static str,
    file: String,
    mark: String,
    text: String,
    problems: Vec<String>,
    /// Keys or columns of the file, and what they mean.
    legend: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "rules_row.html", config = "src/web/askama.toml")]
struct RowPage {
    frame: Frame,
    tab: &'static str,
    file: String,
    name: &'static str,
    mark: String,
    /// Number of its line; 0 for a new one.
    line: usize,
    /// Column and value.
    cells: Vec<(String, String)>,
    notes: Vec<String>,
    problems: Vec<String>,
}

#[derive(Deserialize)]
pub struct Wanted {
    file: String,
    #[serde(default)]
    line: usize,
}

/// Days of a trial, as the form says.
pub fn days(fields: &Fields) -> Result<u32, WebError> {
    match fields.parsed::<u32>("days", "试算天数")? {
        None => Ok(DAYS),
        Some(days @ (7 | 30 | 90)) => Ok(days),
        Some(_) => Err(WebError::Wrong("试算天数只能选7、30或90天".to_owned())),
    }
}

/// The whole text of a file, to be edited.
pub async fn file_form(
    State(app): Shared,
    Who(visitor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, WebError> {
    let (frame, file) = app
        .on_cpu(move |app| {
            let frame = Frame::of(app, &visitor, "/rules")?;
            Ok((frame, rule_file(app, &wanted.file)))
        })
        .await?;
    let file = file.map_err(refused)?;
    let page = FilePage {
        frame,
        tab: tab_of(&file.name),
        legend: names::legend(&file.name, &columns_of(&file.text)),
        file: file.name,
        mark: file.mark,
        text: file.text,
        problems: Vec::new(),
    };
    Ok(Html(page.render()?))
}

fn tab_of(file: &str) -> &'static str {
    match file {
        "levels.toml" => "levels",
        "topics.toml" => "topics",
        _ => "lexicon",
    }
}

/// A text of a file.
pub async fn file(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let name = fields.required("file", "文件")?.to_owned();
    let text = fields.whole("text").to_owned();
    if text.trim().is_empty() {
        return Err(WebError::Wrong("文件不能是空的".to_owned()));
    }
    let drafted = draft(&app, &visitor, &name, &fields, Ok(text.clone())).await?;
    let refusal = match drafted {
        Ok(response) => return Ok(response),
        Err(refusal) => refusal,
    };
    let (frame, mark) = around(&app, visitor, name.clone()).await?;
    let page = FilePage {
        frame,
        tab: tab_of(&name),
        legend: names::legend(&name, &columns_of(&text)),
        file: name,
        mark: kept_mark(&refusal, &fields, mark),
        text,
        problems: rules::said(&refusal),
    };
    Ok((status(refusal)?, Html(page.render()?)).into_response())
}

/// To the draft, or why there is none.
async fn draft(
    app: &Arc<App>,
    visitor: &Visitor,
    name: &str,
    fields: &Fields,
    text: Result<String, RuleRefusal>,
) -> Result<Result<Response, RuleRefusal>, WebError> {
    let days = days(fields)?;
    let (by, name) = (visitor.by().to_owned(), name.to_owned());
    let mark = fields.required("mark", "文件标记")?.to_owned();
    let drafted = app
        .on_cpu(move |app| {
            Ok(text.and_then(|text| draft_change(app, &by, (&name, &mark), &text, days)))
        })
        .await?;
    Ok(drafted.map(|id| Redirect::to(&format!("/rules/changes/{id}")).into_response()))
}

/// What the page that is shown again needs: its frame, and the mark of the file as it is now.
async fn around(
    app: &Arc<App>,
    visitor: Visitor,
    name: String,
) -> Result<(Frame, String), WebError> {
    let (frame, file) = app
        .on_cpu(move |app| {
            let frame = Frame::of(app, &visitor, "/rules")?;
            Ok((frame, rule_file(app, &name)))
        })
        .await?;
    Ok((frame, file.map_err(refused)?.mark))
}

/// Only who was told that the file is another one may try again over it.
fn kept_mark(refusal: &RuleRefusal, fields: &Fields, now: String) -> String {
    match refusal {
        RuleRefusal::Moved => now,
        _ => fields.text("mark").to_owned(),
    }
}

fn status(refusal: RuleRefusal) -> Result<StatusCode, WebError> {
    match refusal {
        RuleRefusal::Wrong(_) | RuleRefusal::Same | RuleRefusal::NoFolder => {
            Ok(StatusCode::BAD_REQUEST)
        }
        RuleRefusal::Moved | RuleRefusal::Decided(_) => Ok(StatusCode::CONFLICT),
        RuleRefusal::Unknown => Err(WebError::NotFound),
        RuleRefusal::Failed(error) => Err(WebError::Internal(error)),
    }
}

/// Words of a form: one per line, or parted by 、 ， or blanks.
fn words(text: &str) -> Vec<String> {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '、' | '，' | ',' | '；' | ';');
    let mut words: Vec<String> = Vec::new();
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// Terms, office and dates of a topic.
pub async fn topic(
    State(app): Shared,
    Who(visitor): Who,
    Path(code): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    const FILE: &str = "topics.toml";
    let topic: Topic = code.parse().map_err(|_| WebError::NotFound)?;
    fields.required("office", "承办处室")?;
    let (edited, known) = {
        let fields = fields.clone();
        app.on_cpu(move |app| {
            let known = app.rules().topic(topic).cloned();
            let text = rule_file(app, FILE).and_then(|file| {
                edited_topic(&file.text, topic, &fields).ok_or(RuleRefusal::Unknown)
            });
            Ok((text, known))
        })
        .await?
    };
    let drafted = draft(&app, &visitor, FILE, &fields, edited).await?;
    let refusal = match drafted {
        Ok(response) => return Ok(response),
        Err(refusal) => refusal,
    };
    let (frame, mark) = around(&app, visitor, FILE.to_owned()).await?;
    let lists = WORD_LISTS
        .iter()
        .map(|(key, label, hint)| rules::word_list(key, label, hint, &words(fields.text(key))));
    let page = TopicPage {
        frame,
        tab: "topics",
        code: topic.code(),
        name: known.map_or_else(|| topic.label().to_owned(), |known| known.name),
        mark: kept_mark(&refusal, &fields, mark),
        problems: rules::said(&refusal),
        office: fields.text("office").to_owned(),
        until: fields.text("until").to_owned(),
        successor: fields.text("successor").to_owned(),
        lists: lists.collect(),
        handed: Vec::new(),
    };
    Ok((status(refusal)?, Html(page.render()?)).into_response())
}

fn edited_topic(text: &str, topic: Topic, fields: &Fields) -> Option<String> {
    let block = BlockName {
        table: "topic",
        key: "code",
        id: topic.code(),
    };
    let mut text = text.to_owned();
    for (key, _, _) in WORD_LISTS {
        text = with_words(&text, block, key, &words(fields.text(key)))?;
    }
    for key in ["office", "until", "successor"] {
        let typed = fields.text(key);
        let value = (!typed.is_empty()).then(|| quoted(typed));
        let is_same = value
            .as_deref()
            .is_some_and(|value| holds(&text, block, key, value));
        if !is_same {
            text = with_value(&text, block, key, value.as_deref())?;
        }
    }
    Some(text)
}

/// Whether the block says so already, however it is written.
fn holds(text: &str, block: BlockName<'_>, key: &str, value: &str) -> bool {
    with_value(text, block, key, Some(value)).is_some_and(|edited| edited == text)
}

/// A row of a table, to be edited; line 0 is a new one.
pub async fn row_form(
    State(app): Shared,
    Who(visitor): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, WebError> {
    let (frame, file) = app
        .on_cpu(move |app| {
            let frame = Frame::of(app, &visitor, "/rules")?;
            let file = rule_file(app, &wanted.file);
            Ok((frame, file.map(|file| (file, wanted.line))))
        })
        .await?;
    let (file, line) = file.map_err(refused)?;
    if !file.name.starts_with("lexicon/") {
        return Err(WebError::NotFound);
    }
    let columns = columns_of(&file.text);
    let known = match line {
        0 => Vec::new(),
        line => cells_at(&file.text, line).ok_or(WebError::NotFound)?,
    };
    let value = |column: usize| known.get(column).cloned().unwrap_or_default();
    let page = RowPage {
        frame,
        tab: "lexicon",
        name: table_name(&file.name),
        mark: file.mark,
        line,
        cells: (columns.into_iter().enumerate())
            .map(|(index, column)| (column, value(index)))
            .collect(),
        notes: notes(&file.text),
        problems: Vec::new(),
        file: file.name,
    };
    Ok(Html(page.render()?))
}

fn notes(text: &str) -> Vec<String> {
    let comments = text.lines().take_while(|line| line.starts_with('#'));
    comments
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect()
}

fn cells_at(text: &str, line: usize) -> Option<Vec<String>> {
    let mut rows = rules::lines_of(text).skip(1);
    let (_, text) = rows.find(|(number, _)| *number == line)?;
    Some(text.split('\t').map(str::to_owned).collect())
}

/// A row: new, changed or taken away.
pub async fn row(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let name = fields.required("file", "文件")?.to_owned();
    let line = fields.parsed::<usize>("line", "行号")?.unwrap_or(0);
    let cells: Vec<String> = (fields.all("cell").into_iter())
        .map(|cell| cell.replace(['\t', '\n', '\r'], " "))
        .collect();
    let takes_away = fields.has("delete");
    if !takes_away && cells.iter().any(String::is_empty) {
        return Err(WebError::Wrong("每一列都要填写，不填的列写“-”".to_owned()));
    }
    let (file, cells_now) = {
        let (name, cells) = (name.clone(), cells.clone());
        let mark = fields.text("mark").to_owned();
        app.on_cpu(move |app| {
            let file = rule_file(app, &name);
            let edited = file.and_then(|file| {
                if file.mark != mark {
                    return Err(RuleRefusal::Moved);
                }
                if !file.name.starts_with("lexicon/") {
                    return Err(RuleRefusal::Unknown);
                }
                let new = (!takes_away).then(|| cells.join("\t"));
                with_row(&file.text, line, new.as_deref()).ok_or(RuleRefusal::Unknown)
            });
            Ok((edited, rule_file(app, &name)))
        })
        .await?
    };
    let drafted = draft(&app, &visitor, &name, &fields, file).await?;
    let refusal = match drafted {
        Ok(response) => return Ok(response),
        Err(refusal) => refusal,
    };
    let known = cells_now.map_err(refused)?;
    let (frame, mark) = around(&app, visitor, name.clone()).await?;
    let columns = columns_of(&known.text);
    let page = RowPage {
        frame,
        tab: "lexicon",
        name: table_name(&name),
        file: name,
        // Lines may have moved: over another file a row is new.
        line: if matches!(refusal, RuleRefusal::Moved) {
            0
        } else {
            line
        },
        mark: kept_mark(&refusal, &fields, mark),
        cells: columns.into_iter().zip(cells).collect(),
        notes: notes(&known.text),
        problems: rules::said(&refusal),
    };
    Ok((status(refusal)?, Html(page.render()?)).into_response())
}

/// The text with another row in a line; without it for `None`; at its end for line 0. `None` where the line is no row.
fn with_row(text: &str, line: usize, row: Option<&str>) -> Option<String> {
    if line == 0 {
        let gap = if text.ends_with('\n') { "" } else { "\n" };
        return Some(format!("{text}{gap}{}\n", row?));
    }
    cells_at(text, line)?;
    let lines = text.split_inclusive('\n').enumerate();
    let edited = lines.map(|(index, known)| match (index + 1 == line, row) {
        (false, _) => known.to_owned(),
        (true, None) => String::new(),
        (true, Some(row)) => format!(
            "{row}{}",
            &known[known.trim_end_matches(['\r', '\n']).len()..]
        ),
    });
    Some(edited.collect())
}

#[cfg(test)]
mod tests {
    use super::{with_row, words};

    #[test]
    fn a_row_changes_and_all_else_stays() {
        let text = "# 注\nterm\tweight\n甲\t1\n乙\t2\n";
        let row = |line, new| with_row(text, line, new);
        assert_eq!(row(3, Some("丙\t3")), Some(text.replace("甲\t1", "丙\t3")));
        assert_eq!(row(3, None), Some(text.replace("甲\t1\n", "")));
        assert_eq!(row(0, Some("丙\t3")), Some(format!("{text}丙\t3\n")));
        for no_row in [1, 2, 5] {
            assert_eq!(row(no_row, None), None);
        }
    }

    #[test]
    fn words_are_parted_as_people_do() {
        assert_eq!(words(" 甲、乙\r\n丙，甲 "), ["甲", "乙", "丙"]);
    }
}

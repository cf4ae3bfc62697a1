//! 规则修改 — a file of rules → checked, tried on stored posts, switched on: the file is written, the old one kept, posts
//! are judged again. Nothing is in force before somebody said so with a reason.

use super::lab::{Lab, LabBounds, compare_rules};
use crate::app::App;
use crate::config::{load_rules, mark_of, write_config_file};
use crate::model::{Problem, RuleChangeState};
use crate::store::{RuleChange, RuleChangeLine};
use crate::text::lines::changed_lines;
use anyhow::{Context, Result};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::fs;

/// What a trial at the desk judges and lists; a whole year is for `yuqing rules diff`.
const BOUNDS: LabBounds = LabBounds {
    changes: 200,
    posts: 20_000,
};

/// Characters of the line that says what was changed.
const SUMMARY_CHARS: usize = 60;

/// A file of rules in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// `levels.toml`, `lexicon/risk.tsv`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Who edits it says which text was edited.
    pub mark: String,
}

/// 试算 of a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trial {
    /// Days looked back.
    pub days: u32,
    /// What would change.
    pub lab: Lab,
    /// Words that segmentation keeps whole come or go: searches know them after the next start.
    pub changes_words: bool,
}

/// Why a change is refused.
#[derive(Debug)]
pub enum RuleRefusal {
    /// No file of rules, or no such change.
    Unknown,
    /// Mistakes, with file, line and key.
    Wrong(Vec<Problem>),
    /// Nothing differs.
    Same,
    /// The file is another one meanwhile.
    Moved,
    /// Somebody switched it on or gave it up before: what stands now.
    Decided(RuleChangeState),
    /// There is no folder that may be written to.
    NoFolder,
    /// Our fault.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for RuleRefusal {
    fn from(error: E) -> Self {
        RuleRefusal::Failed(error.into())
    }
}

/// Names of the files of rules: levels, topics, then the lexicon.
///
/// # Errors
/// The configuration cannot be read.
pub fn rule_files(app: &App) -> Result<Vec<String>, RuleRefusal> {
    let files = app.config_files().map_err(RuleRefusal::Wrong)?;
    let lexicon = files.files_below("lexicon", "tsv")?;
    let mut names = vec!["levels.toml".to_owned(), "topics.toml".to_owned()];
    names.extend(lexicon.into_iter().map(|(name, _)| name));
    Ok(names)
}

/// One file of rules as it is in force.
///
/// # Errors
/// There is no such file, or it cannot be read.
pub fn rule_file(app: &App, name: &str) -> Result<RuleFile, RuleRefusal> {
    if !rule_files(app)?.iter().any(|known| known == name) {
        return Err(RuleRefusal::Unknown);
    }
    let text = (app.config_files().map_err(RuleRefusal::Wrong)?).text(name)?;
    Ok(RuleFile {
        name: name.to_owned(),
        mark: mark_of(&text),
        text,
    })
}

/// Checks and tries a new text of a file that was edited from the text of `mark`; nothing is in force yet. Its number.
///
/// # Errors
/// It is refused; nothing is kept.
pub fn draft_change(
    app: &App,
    by: &str,
    (name, mark): (&str, &str),
    typed: &str,
    days: u32,
) -> Result<i64, RuleRefusal> {
    let file = rule_file(app, name)?;
    if file.mark != mark {
        return Err(RuleRefusal::Moved);
    }
    if app.writable_folder().is_none() {
        return Err(RuleRefusal::NoFolder);
    }
    let text = as_written(typed, &file.text);
    if text == file.text {
        return Err(RuleRefusal::Same);
    }
    let trial = try_text(app, name, &text, days)?;
    let change = RuleChange {
        line: RuleChangeLine {
            id: 0,
            file: file.name,
            begun_at: app.now(),
            begun_by: by.to_owned(),
            summary: summary(&file.text, &text),
            state: RuleChangeState::Draft,
            decided_at: None,
            decided_by: None,
            reason: String::new(),
        },
        old_text: file.text,
        new_text: text,
        trial: serde_json::to_string(&trial)?,
    };
    Ok(app.store.add_rule_change(&change)?)
}

/// Tries a draft again, over other days.
///
/// # Errors
/// It is no draft any more, or does not fit the other files now.
pub fn try_change(app: &App, id: i64, days: u32) -> Result<(), RuleRefusal> {
    let change = draft(app, id)?;
    let trial = try_text(app, &change.line.file, &change.new_text, days)?;
    Ok(app.store.save_trial(id, &serde_json::to_string(&trial)?)?)
}

/// 启用: the file is written, the old one kept, and posts are judged again. Gives the change, and how many posts.
///
/// # Errors
/// The file is another one meanwhile, or does not fit the others; then nothing is written.
pub fn apply_change(
    app: &App,
    id: i64,
    by: &str,
    reason: &str,
) -> Result<(RuleChangeLine, usize), RuleRefusal> {
    let _editing = app.begin_editing();
    let change = draft(app, id)?;
    let name = &change.line.file;
    let file = rule_file(app, name)?;
    if file.text != change.old_text && file.text != change.new_text {
        return Err(RuleRefusal::Moved);
    }
    let folder = app.writable_folder().ok_or(RuleRefusal::NoFolder)?;
    let files = app.config_files().map_err(RuleRefusal::Wrong)?;
    let rules = load_rules(
        &files.with_file(name, &change.new_text),
        &app.config.settings,
    );
    let rules = rules.map_err(RuleRefusal::Wrong)?;
    keep_old(app, by, name, &file.text)?;
    write_config_file(folder, name, &change.new_text)?;
    let now = app.now();
    (app.store).decide_rule_change(id, RuleChangeState::Applied, by, reason, now)?;
    let marked = app.switch_rules(rules)?;
    Ok((change.line, marked))
}

/// 放弃 a draft.
///
/// # Errors
/// It is no draft any more.
pub fn drop_change(app: &App, id: i64, by: &str) -> Result<RuleChangeLine, RuleRefusal> {
    let change = draft(app, id)?;
    let now = app.now();
    (app.store).decide_rule_change(id, RuleChangeState::Dropped, by, "", now)?;
    Ok(change.line)
}

fn draft(app: &App, id: i64) -> Result<RuleChange, RuleRefusal> {
    let change = app.store.rule_change(id)?.ok_or(RuleRefusal::Unknown)?;
    match change.line.state {
        RuleChangeState::Draft => Ok(change),
        state => Err(RuleRefusal::Decided(state)),
    }
}

fn try_text(app: &App, name: &str, text: &str, days: u32) -> Result<Trial, RuleRefusal> {
    let files = app.config_files().map_err(RuleRefusal::Wrong)?;
    let rules = load_rules(&files.with_file(name, text), &app.config.settings);
    let rules = rules.map_err(RuleRefusal::Wrong)?;
    let since = app.now() - TimeDelta::days(i64::from(days));
    let words = |rules: &crate::analyze::Rules| rules.segmenter().fingerprint();
    Ok(Trial {
        days,
        changes_words: words(&rules) != words(&app.rules()),
        lab: compare_rules(app, &rules, since, BOUNDS)?,
    })
}

/// Keeps a file as it was, below the data folder: `config-history/20170414-093000-李芳-levels.toml`.
///
/// # Errors
/// The folder cannot be written to.
pub(super) fn keep_old(app: &App, by: &str, name: &str, text: &str) -> Result<()> {
    let folder = app.folder().join("config-history");
    fs::create_dir_all(&folder).with_context(|| format!("建不了目录 {}", folder.display()))?;
    let at = app.now().format("%Y%m%d-%H%M%S");
    let by: String = by.chars().filter(|c| c.is_alphanumeric()).collect();
    let name = name.replace('/', "-");
    let free = (1..).map(|number| match number {
        1 => folder.join(format!("{at}-{by}-{name}")),
        _ => folder.join(format!("{at}-{by}-{number}-{name}")),
    });
    let path = free.into_iter().find(|path| !path.exists());
    let path = path.expect("some number is free");
    fs::write(&path, text).with_context(|| format!("写不出 {}", path.display()))
}

/// A browser sends every line with CR LF and may lose the end of the last one: the lines end as those of the file do.
fn as_written(typed: &str, before: &str) -> String {
    let mut text = typed.replace("\r\n", "\n").replace('\r', "\n");
    if !text.ends_with('\n') && before.ends_with('\n') {
        text.push('\n');
    }
    match before.contains("\r\n") {
        true => text.replace('\n', "\r\n"),
        false => text,
    }
}

/// `删1行、增2行：“…”`.
fn summary(old: &str, new: &str) -> String {
    let lines = changed_lines(old, new);
    let come = lines.iter().filter(|line| line.is_new).count();
    let gone = lines.len() - come;
    let counts = match (gone, come) {
        (0, 0) => return "只改了换行".to_owned(),
        (0, come) => format!("增{come}行"),
        (gone, 0) => format!("删{gone}行"),
        (gone, come) => format!("删{gone}行、增{come}行"),
    };
    let shown = lines.iter().find(|line| line.is_new).or(lines.first());
    let words = shown.map_or("", |line| line.text.trim()).replace('\t', " ");
    let mut sample: String = words.chars().take(SUMMARY_CHARS).collect();
    if sample.len() < words.len() {
        sample.push('…');
    }
    format!("{counts}：“{sample}”")
}

#[cfg(test)]
mod tests {
    use super::{as_written, summary};

    #[test]
    fn lines_end_as_those_of_the_file() {
        for (typed, before, expected) in [
            ("a\r\nb", "x\n", "a\nb\n"),
            ("a\r\nb\r\n", "x\n", "a\nb\n"),
            ("a\nb\n", "x\r\n", "a\r\nb\r\n"),
            ("a", "x", "a"),
        ] {
            assert_eq!(as_written(typed, before), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_change_is_told_in_a_line() {
        assert_eq!(summary("a\nb\n", "a\n甲\t1\n"), "删1行、增1行：“甲 1”");
        assert_eq!(summary("a\nb\n", "a\n"), "删1行：“b”");
        assert_eq!(summary("a\n", "a\r\n"), "只改了换行");
    }
}

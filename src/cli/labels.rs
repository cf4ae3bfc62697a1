//! `yuqing labels`: what people said of posts: as a list, by rule, as rows to learn from; and what the machine suggests.

use super::Common;
use super::output::{DONE, Failure, column, print_json, print_text};
use crate::app::App;
use crate::model::{Adoption, Correction, Field, Level, LevelChange, PostId, Timestamp};
use crate::pipeline::training_rows;
use crate::text::heading::heading;
use anyhow::Context;
use clap::Args;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Labels {
    /// 按规则统计采纳率 · how often people agreed with each rule
    #[arg(long, conflicts_with_all = ["export", "suggested"])]
    by_rule: bool,
    /// 列出机器建议改级、尚未由人工确定的信息 · levels the machine would change
    #[arg(long, conflicts_with = "export")]
    suggested: bool,
    /// 导出训练数据（JSON Lines），- 为标准输出 · write rows to learn from
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

/// Suggestions shown at most.
const MAX_SUGGESTIONS: usize = 1000;

/// One rule.
#[derive(Serialize)]
struct RuleRow {
    rule: String,
    field: Field,
    agreed: u64,
    disagreed: u64,
    rate: f64,
}

/// A level the machine would change.
#[derive(Serialize)]
struct SuggestionRow {
    id: PostId,
    title: String,
    at: Timestamp,
    level: Level,
    suggested: Level,
    reasons: Vec<crate::model::Reason>,
}

impl Labels {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match &self.export {
            Some(file) => self.export(&app, file)?,
            None if self.by_rule => self.by_rule(&app)?,
            None if self.suggested => self.suggested(&app)?,
            None => self.list(&app)?,
        }
        Ok(DONE)
    }

    fn list(&self, app: &App) -> Result<(), Failure> {
        let mut corrections = app.store.corrections()?;
        corrections.reverse();
        if self.json {
            print_json(&corrections)?;
            return Ok(());
        }
        if corrections.is_empty() {
            print_text("还没有人工更正；用 `yuqing label 编号 --level 黄 --by 姓名` 更正一条\n")?;
        }
        for correction in &corrections {
            print_text(&format!("第{}条　{}", correction.post.0, line(correction)))?;
        }
        Ok(())
    }

    fn by_rule(&self, app: &App) -> Result<(), Failure> {
        let rates = app.store.adoption_by_rule()?.into_iter();
        let mut rows: Vec<RuleRow> = rates.map(rule_row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.agreed + row.disagreed));
        if self.json {
            print_json(&rows)?;
            return Ok(());
        }
        if rows.is_empty() {
            print_text("还没有人工更正，算不出采纳率\n")?;
            return Ok(());
        }
        print_text(&format!(
            "{}{}{}{}采纳率\n",
            column("规则", 20),
            column("判项", 8),
            column("采纳", 8),
            column("更正", 8)
        ))?;
        for row in rows {
            print_text(&format!(
                "{}{}{}{}{:.0}%\n",
                column(&row.rule, 20),
                column(row.field.label(), 8),
                column(&row.agreed.to_string(), 8),
                column(&row.disagreed.to_string(), 8),
                row.rate * 100.0
            ))?;
        }
        print_text(
            "“-”表示没有规则命中。规则由人修改，程序不会因更正自行改动；改前可用 `yuqing rules diff` 试算\n",
        )?;
        Ok(())
    }

    fn suggested(&self, app: &App) -> Result<(), Failure> {
        crate::pipeline::process_all(app)?;
        let mut rows = Vec::new();
        for change in app.store.open_suggestions(MAX_SUGGESTIONS)? {
            rows.push((suggestion_row(app, &change)?, change));
        }
        if self.json {
            let rows: Vec<&SuggestionRow> = rows.iter().map(|(row, _)| row).collect();
            print_json(&rows)?;
            return Ok(());
        }
        if rows.is_empty() {
            print_text("机器没有改级建议\n")?;
        }
        for (row, change) in rows {
            print_text(&format!(
                "第{}条　{}　{}\n    {change}\n",
                row.id.0,
                row.at.format("%Y-%m-%d %H:%M"),
                row.title
            ))?;
        }
        Ok(())
    }

    fn export(&self, app: &App, file: &Path) -> Result<(), Failure> {
        let is_standard = file.as_os_str() == "-";
        let mut output: Box<dyn Write> = if is_standard {
            Box::new(std::io::stdout().lock())
        } else {
            Box::new(BufWriter::new(new_file(file)?))
        };
        let (written, left_out) = training_rows(app, |row| {
            serde_json::to_writer(&mut output, row).map_err(std::io::Error::from)?;
            writeln!(output)?;
            Ok(())
        })?;
        output
            .flush()
            .with_context(|| format!("写不进文件 {}", file.display()))?;
        if is_standard {
            return Ok(());
        }
        if self.json {
            print_json(&serde_json::json!({"written": written, "left_out": left_out}))?;
            return Ok(());
        }
        let cleared = match left_out {
            0 => String::new(),
            count => format!("；{count}条的原文已清除，没有导出"),
        };
        print_text(&format!(
            "已导出{written}条到 {}{cleared}\n",
            file.display()
        ))?;
        Ok(())
    }
}

/// Nothing is written over.
fn new_file(path: &Path) -> Result<File, Failure> {
    match File::create_new(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::Usage(format!(
            "文件 {} 已存在，请换一个文件名",
            path.display()
        ))),
        Err(error) => Err(Failure::Failed(
            anyhow::Error::new(error).context(format!("写不进文件 {}", path.display())),
        )),
    }
}

fn rule_row((rule, field, adoption): (String, Field, Adoption)) -> RuleRow {
    RuleRow {
        rule,
        field,
        agreed: adoption.agreed,
        disagreed: adoption.disagreed,
        rate: adoption.rate().unwrap_or_default(),
    }
}

fn suggestion_row(app: &App, change: &LevelChange) -> anyhow::Result<SuggestionRow> {
    let stored = app.store.post(change.post)?;
    Ok(SuggestionRow {
        id: change.post,
        title: stored.map_or_else(String::new, |stored| {
            heading(&stored.post.title, &stored.post.text)
        }),
        at: change.at,
        level: change.from,
        suggested: change.to,
        reasons: change.reasons.clone(),
    })
}

/// One correction on one line, and its withdrawal on another.
pub fn line(correction: &Correction) -> String {
    let note = |note: &str| match note {
        "" => String::new(),
        note => format!("　备注：{note}"),
    };
    let at = |at: Timestamp| at.format("%Y-%m-%d %H:%M").to_string();
    let mut text = format!("{correction}{}\n", note(&correction.note));
    if let Some(withdrawn) = &correction.withdrawn {
        text += &format!(
            "    已撤回（{}，{}）{}\n",
            withdrawn.by,
            at(withdrawn.at),
            note(&withdrawn.note)
        );
    }
    text
}

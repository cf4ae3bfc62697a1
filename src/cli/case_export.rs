//! `yuqing case export`: 转办单 and 反馈单 as files.

use super::case_words::load;
use super::output::Failure;
use crate::app::App;
use crate::case::{Sheet, SheetOf, feedback_sheet, transfer_sheet};
use crate::document::Format;
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct Export {
    /// 办理件编号 · id
    id: i64,
    /// 单据：转办单 transfer，反馈单 feedback · sheet
    #[arg(long)]
    sheet: Sheet,
    /// 格式：docx html pdf txt md · format
    #[arg(long)]
    format: Format,
    /// 输出文件，- 为标准输出 · file
    #[arg(short = 'o', long, value_name = "FILE")]
    output: PathBuf,
}

impl Export {
    pub fn run(self, app: &App) -> Result<(), Failure> {
        let file = load(app, self.id)?;
        if self.format == Format::Json {
            return Err(Failure::Usage(
                "单据没有 JSON 格式；用 `yuqing case show 编号 --json` 取得全部内容".to_owned(),
            ));
        }
        let of = SheetOf {
            bureau: &app.config.settings.bureau.name,
            now: app.now(),
        };
        let case = &file.case;
        let (blocks, dated_at) = match self.sheet {
            Sheet::Transfer => (transfer_sheet(&file, of), case.registered_at),
            Sheet::Feedback => (
                feedback_sheet(&file, of),
                case.answered_at.unwrap_or(of.now),
            ),
        };
        let bytes = app.press.render(&blocks, self.format, dated_at)?;
        if self.output.as_os_str() == "-" {
            std::io::Write::write_all(&mut std::io::stdout(), &bytes)?;
        } else {
            std::fs::write(&self.output, bytes)
                .with_context(|| format!("写不进文件 {}", self.output.display()))?;
            eprintln!(
                "已写入 {}（第{}号办理件{}）",
                self.output.display(),
                self.id,
                self.sheet.label()
            );
        }
        let missing = case.missing_feedback();
        if self.sheet == Sheet::Feedback && !missing.is_empty() {
            let missing: Vec<&str> = missing.iter().map(|field| field.label()).collect();
            eprintln!(
                "注意：反馈单还缺{}，用 `yuqing case note` 填写后重新导出",
                missing.join("、")
            );
        }
        Ok(())
    }
}

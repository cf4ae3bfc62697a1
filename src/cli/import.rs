//! `yuqing import`: stores posts from files. The same file twice adds nothing.

use super::Common;
use super::output::{DONE, DONE_IN_PART, FAILED, Failure, column, print_json, print_text};
use crate::app::App;
use crate::config::parse_mapping;
use crate::import::{FileFormat, Mapping, Refused, Template, channel_named, template_csv};
use crate::model::Channel;
use crate::pipeline::{self, ImportOrder, Imported};
use crate::text::mistake::of_system;
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Files that `--list` shows.
const LISTED: usize = 50;

/// Reasons shown per file; all of them stand in the list beside the file.
const SHOWN: usize = 20;

/// Characters of a message that `--list` shows.
const MESSAGE_SHOWN: usize = 60;

#[derive(Args)]
pub struct Import {
    /// 文件 · files
    #[arg(required_unless_present_any = ["list", "template"])]
    files: Vec<PathBuf>,
    /// 文件格式，不写按内容识别 · format, by content if absent
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// 工作表名称，不写取第一张有表头的 · sheet of a workbook, the first if absent
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// 未注明渠道的信息按此渠道 · channel of rows that name none
    #[arg(long, value_parser = channel_named)]
    channel: Option<Channel>,
    /// 导入对照：config/imports 里的名称或文件路径；不写按表头选 · mapping, by headers if absent
    #[arg(long, value_name = "NAME|FILE")]
    mapping: Option<String>,
    /// 只检查，不入库 · store nothing
    #[arg(long)]
    dry_run: bool,
    /// 列出最近的导入 · show the latest imports
    #[arg(long, conflicts_with_all = ["files", "template"])]
    list: bool,
    /// 写出某渠道的补录模板 · write an empty table for a channel
    #[arg(long, value_enum, conflicts_with = "files", requires = "output")]
    template: Option<TemplateName>,
    /// 模板写到哪个文件 · where the template goes
    #[arg(short, long, value_name = "FILE", requires = "template")]
    output: Option<PathBuf>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
    Xlsx,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TemplateName {
    #[value(aliases = ["电视"])]
    Tv,
    #[value(aliases = ["电台", "广播"])]
    Radio,
    #[value(aliases = ["微信"])]
    Wechat,
    #[value(aliases = ["短视频", "视频"])]
    Video,
    #[value(aliases = ["转办", "转办件"])]
    Transfer,
    #[value(aliases = ["热线"])]
    Hotline,
    #[value(aliases = ["通用", "其他"])]
    General,
}

#[derive(Default, Serialize)]
struct Report {
    read: usize,
    new: u64,
    duplicate: u64,
    refused: Vec<RefusedRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Remark>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Remark>,
}

#[derive(Serialize)]
struct RefusedRow {
    /// Where several files were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(flatten)]
    refused: Refused,
}

/// About a file as a whole.
#[derive(Serialize)]
struct Remark {
    file: String,
    message: String,
}

impl Import {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if let (Some(template), Some(output)) = (self.template, &self.output) {
            return write_template(template, output);
        }
        let config = common.load_config()?;
        let mapping = match &self.mapping {
            Some(named) => Some(find_mapping(&config.mappings, named)?),
            None => None,
        };
        let app = common.open_app()?;
        if self.list {
            return self.show_latest(&app);
        }
        let order = ImportOrder {
            format: self.format.map(Into::into),
            sheet: self.sheet.as_deref(),
            channel: self.channel,
            mapping: mapping.as_ref(),
            is_dry_run: self.dry_run,
            is_from_inbox: false,
        };
        let mut report = Report::default();
        for file in &self.files {
            let mut imported = pipeline::import_file(&app, file, &order)?;
            let list = self.list_refused(file, &mut imported);
            if !self.json {
                print_text(&summary(file, &imported, list, self.dry_run))?;
            }
            self.add(&mut report, file, imported);
        }
        if !self.dry_run {
            pipeline::process_all(&app)?;
        }
        for remark in report.errors.iter().chain(&report.warnings) {
            eprintln!("{}：{}", remark.file, remark.message);
        }
        if self.json {
            print_json(&report)?;
        }
        Ok(self.ending(&report))
    }

    /// A folder that cannot be written costs the list, not the import.
    fn list_refused(&self, file: &Path, imported: &mut Imported) -> Option<PathBuf> {
        if self.dry_run || !imported.is_readable() {
            return None;
        }
        pipeline::list_refused(file, imported).unwrap_or_else(|message| {
            imported.warnings.push(message);
            None
        })
    }

    fn add(&self, report: &mut Report, file: &Path, imported: Imported) {
        let name = file.display().to_string();
        let remark = |message: String| Remark {
            file: name.clone(),
            message,
        };
        let in_file = (self.files.len() > 1).then(|| name.clone());
        report.read += imported.read;
        report.new += imported.new;
        report.duplicate += imported.duplicate;
        let refused = imported.refused.into_iter().map(|refused| RefusedRow {
            file: in_file.clone(),
            refused,
        });
        report.refused.extend(refused);
        report
            .warnings
            .extend(imported.warnings.into_iter().map(remark));
        report.errors.extend(imported.error.map(remark));
    }

    fn ending(&self, report: &Report) -> ExitCode {
        if report.errors.len() == self.files.len() {
            ExitCode::from(FAILED)
        } else if report.refused.is_empty() && report.errors.is_empty() {
            DONE
        } else {
            ExitCode::from(DONE_IN_PART)
        }
    }

    fn show_latest(&self, app: &App) -> Result<ExitCode, Failure> {
        let records = app.store.imports(LISTED)?;
        if let Some(note) = pipeline::note_of_folders(&pipeline::inbox_folders(app)) {
            eprintln!("{note}");
        }
        if self.json {
            print_json(&records)?;
            return Ok(DONE);
        }
        for record in &records {
            print_text(&format!(
                "{}  {}  读取{} 新{} 重复{} 拒收{}  {}\n",
                record.taken_at.format("%Y-%m-%d %H:%M"),
                column(&record.file_name, 40),
                record.read,
                record.new,
                record.duplicate,
                record.refused,
                shortened(&record.message)
            ))?;
        }
        if records.is_empty() {
            print_text("还没有导入过文件。\n")?;
        }
        Ok(DONE)
    }
}

/// What was odd about a file, as far as a line of the list has room; `--json` and the list beside the file say it all.
fn shortened(message: &str) -> String {
    let mut short: String = message.chars().take(MESSAGE_SHOWN).collect();
    if message.chars().nth(MESSAGE_SHOWN).is_some() {
        short += "……（全文见 --json 或拒收清单）";
    }
    short
}

/// A mapping of the configuration by its name, else a file.
fn find_mapping(known: &[Mapping], named: &str) -> Result<Mapping, Failure> {
    if let Some(mapping) = known.iter().find(|mapping| mapping.code == named) {
        return Ok(mapping.clone());
    }
    let path = Path::new(named);
    if !path.is_file() {
        let codes: Vec<&str> = known.iter().map(|mapping| mapping.code.as_str()).collect();
        return Err(Failure::Usage(format!(
            "没有名为“{named}”的导入对照，也没有这个文件；config/imports 里有 {}",
            codes.join("、")
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::Usage(format!("读不出导入对照 {named}（{}）", of_system(&error)))
    })?;
    parse_mapping(named, &text).map_err(|problem| Failure::Config(vec![problem]))
}

/// Never over a file that is there: it may have been filled in.
fn write_template(template: TemplateName, output: &Path) -> Result<ExitCode, Failure> {
    let is_csv = |end: &OsStr| end.eq_ignore_ascii_case("csv");
    if !output.extension().is_some_and(is_csv) {
        return Err(Failure::Usage(format!(
            "模板是 CSV 表格，“{}”应以 .csv 结尾，例如 {}；Excel 和 WPS 都能打开",
            output.display(),
            output.with_extension("csv").display()
        )));
    }
    if output.exists() {
        return Err(Failure::Usage(format!(
            "{} 已经存在，没有覆盖；请换一个文件名",
            output.display()
        )));
    }
    std::fs::write(output, template_csv(template.into()))
        .with_context(|| format!("写不出 {}", output.display()))?;
    print_text(&format!(
        "已写出 {}，可用 Excel 或 WPS 打开填写\n",
        output.display()
    ))?;
    Ok(DONE)
}

fn summary(file: &Path, imported: &Imported, list: Option<PathBuf>, is_dry_run: bool) -> String {
    if !imported.is_readable() {
        return String::new();
    }
    let would = if is_dry_run {
        "（试运行，未入库）"
    } else {
        ""
    };
    let by = imported.mapping.as_ref();
    let by = by.map_or_else(String::new, |name| format!("（按“{name}”对照）"));
    let mut text = format!(
        "{}{by}：读取{}条：新{}条，重复{}条，拒收{}条{would}\n",
        file.display(),
        imported.read,
        imported.new,
        imported.duplicate,
        imported.refused.len()
    );
    for refused in imported.refused.iter().take(SHOWN) {
        text += &format!("  第{}行：{}\n", refused.row, refused.reason);
    }
    if imported.refused.len() > SHOWN {
        text += &format!("  另有{}行\n", imported.refused.len() - SHOWN);
    }
    if let Some(list) = list {
        let next = if imported.is_json_lines {
            "供核对，请改原文件后再导入"
        } else {
            "改好后可直接再导入"
        };
        text += &format!("  拒收清单：{}，{next}\n", list.display());
    }
    text
}

impl From<Format> for FileFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => FileFormat::Jsonl,
            Format::Csv => FileFormat::Csv,
            Format::Xlsx => FileFormat::Xlsx,
        }
    }
}

impl From<TemplateName> for Template {
    fn from(name: TemplateName) -> Self {
        match name {
            TemplateName::Tv => Template::Tv,
            TemplateName::Radio => Template::Radio,
            TemplateName::Wechat => Template::Wechat,
            TemplateName::Video => Template::Video,
            TemplateName::Transfer => Template::Transfer,
            TemplateName::Hotline => Template::Hotline,
            TemplateName::General => Template::General,
        }
    }
}

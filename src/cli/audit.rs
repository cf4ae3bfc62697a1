//! `yuqing audit`: who did what, when; as a table to take along; whether the chain of lines holds.

use super::output::{DONE, FAILED, Failure, column, print_json, print_text};
use super::search::{parse_from, parse_to};
use super::{Common, person};
use crate::app::watermark;
use crate::model::{AuditAction, Timestamp};
use crate::store::AuditFilter;
use anyhow::Context;
use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Where nobody is named who takes a table along.
const NOBODY: &str = "命令行";

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Audit {
    #[command(subcommand)]
    deed: Option<Deed>,
    /// 起始日 · first day
    #[arg(long, value_name = "D", value_parser = parse_from)]
    from: Option<NaiveDate>,
    /// 截止日 · last day
    #[arg(long, value_name = "D", value_parser = parse_to)]
    to: Option<NaiveDate>,
    /// 只列此人所为，写姓名或登录名 · who
    #[arg(long, value_name = "WHO", value_parser = person)]
    actor: Option<String>,
    /// 只列此类，如 签发、导出、查看原文 · what
    #[arg(long, value_name = "事项")]
    action: Option<AuditAction>,
    /// 最多列出的条数，0 为全部 · at most
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// 另写成 CSV 文件，不限条数 · all of them as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Deed {
    /// 校验：逐条核对校验链，有改动、缺失即指出 · reckon the chain again
    Verify(Verify),
}

#[derive(Args)]
struct Verify {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        if let Some(Deed::Verify(verify)) = self.deed {
            let check = app.store.check_audit()?;
            let is_whole = check.broken.is_none();
            match verify.json {
                true => print_json(&check)?,
                false => print_text(&format!("{}\n", check.sentence()))?,
            }
            return Ok(if is_whole {
                DONE
            } else {
                ExitCode::from(FAILED)
            });
        }
        let zone = app.zone();
        let day_after = |day: NaiveDate| day.checked_add_days(Days::new(1)).unwrap_or(day);
        let filter = AuditFilter {
            from: self.from.map(|day| midnight(day, zone)),
            to: self.to.map(|day| midnight(day_after(day), zone)),
            actor: self.actor,
            action: self.action,
            offset: 0,
            limit: self.limit,
        };
        if let Some(path) = &self.csv {
            let (count, table) = app.audit_table(&filter, &watermark(NOBODY, app.now()))?;
            std::fs::write(path, table)
                .with_context(|| format!("写不进文件 {}", path.display()))?;
            eprintln!("已写入 {}，共{count}条", path.display());
            if !self.json {
                return Ok(DONE);
            }
        }
        let lines = app.store.audit(&filter)?;
        if self.json {
            print_json(&lines)?;
            return Ok(DONE);
        }
        for line in &lines {
            print_text(&format!(
                "{:>7}  {}  {}{}{}{}\n",
                line.id,
                line.at.format("%Y-%m-%d %H:%M:%S"),
                column(&line.actor, 20),
                column(line.action.label(), 12),
                column(&line.subject, 20),
                line.detail
            ))?;
        }
        if lines.is_empty() {
            print_text("没有这样的记录。\n")?;
        }
        Ok(DONE)
    }
}

fn midnight(day: NaiveDate, zone: Tz) -> Timestamp {
    let local = day.and_time(NaiveTime::MIN);
    let moment = zone.from_local_datetime(&local).earliest();
    moment
        .unwrap_or_else(|| zone.from_utc_datetime(&local))
        .fixed_offset()
}

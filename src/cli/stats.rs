//! `yuqing stats`: the ledger of a month or a year, the posts behind a figure, freezing, and what would change since.

use super::output::{DONE, Failure, print_json, print_text};
use super::stats_text::{difference_text, ledger_text, mark, posts_text};
use super::{Common, person};
use crate::app::{App, LedgerReport};
use crate::document::Format;
use crate::model::{PostId, Timestamp};
use crate::pipeline::process_all;
use crate::stats::{
    ChangedFigure, Difference, FieldChange, LedgerPeriod, group_of, is_post_figure, label, layout,
    workbook,
};
use crate::text::heading::heading;
use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Posts shown of a difference; all of them with `--json`.
const SHOWN: usize = 200;

#[derive(Subcommand)]
pub enum Stats {
    /// 一个月的台账 · a month
    Month {
        /// 月份，如 2017-11 · month
        #[arg(value_parser = month)]
        period: LedgerPeriod,
        #[command(flatten)]
        order: Order,
    },
    /// 一年的台账 · a year
    Year {
        /// 年份，如 2017 · year
        #[arg(value_parser = year)]
        period: LedgerPeriod,
        #[command(flatten)]
        order: Order,
    },
}

#[derive(Args)]
pub struct Order {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
    /// 写成 Excel 工作簿 · workbook
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// 写成 Word 文件 · Word
    #[arg(long, value_name = "FILE")]
    docx: Option<PathBuf>,
    /// 写成网页 · HTML
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// 看一个指标背后的信息，如 by_topic.QX · the posts behind a figure
    #[arg(long, value_name = "指标", conflicts_with_all = ["xlsx", "docx", "html"])]
    figure: Option<String>,
    /// 列出信息（与 --figure 同用） · list the posts
    #[arg(long, requires = "figure")]
    posts: bool,
    /// 冻结：以后更正研判，台账数字不变 · freeze
    #[arg(long, requires = "by", conflicts_with_all = ["figure", "live", "difference"])]
    freeze: bool,
    /// 冻结人姓名 · who
    #[arg(long, value_parser = person, requires = "freeze")]
    by: Option<String>,
    /// 已冻结的再冻结一次，须写明原因 · freeze again
    #[arg(long, requires = "reason", requires = "freeze")]
    again: bool,
    /// 再次冻结的原因 · why
    #[arg(long, value_parser = not_blank, requires = "again")]
    reason: Option<String>,
    /// 不看冻结的台账，按现在的记录统计 · count now
    #[arg(long)]
    live: bool,
    /// 列出冻结的台账与现在的记录有何不同 · what would change
    #[arg(long, conflicts_with_all = ["figure", "live", "xlsx", "docx", "html"])]
    difference: bool,
}

/// The posts behind a figure.
#[derive(Serialize)]
pub struct Behind {
    pub period: String,
    pub figure: String,
    pub label: String,
    pub value: u64,
    pub definition: &'static str,
    pub posts: Vec<PostRow>,
}

/// A post as a list names it, masked.
#[derive(Serialize)]
pub struct PostRow {
    pub id: PostId,
    pub external_id: Option<String>,
    pub title: String,
    pub url: Option<String>,
    pub source: String,
    pub published_at: Option<Timestamp>,
    /// 级别 now.
    pub level: String,
}

/// What would change, with the posts named.
#[derive(Serialize)]
pub struct NamedDifference {
    pub period: String,
    pub figures: Vec<ChangedFigure>,
    pub posts: Vec<NamedChange>,
}

/// A post that is counted otherwise now.
#[derive(Serialize)]
pub struct NamedChange {
    #[serde(flatten)]
    pub post: PostRow,
    pub changes: Vec<FieldChange>,
    pub is_added: bool,
    pub is_gone: bool,
}

impl Stats {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let (Stats::Month { period, order } | Stats::Year { period, order }) = self;
        let app = common.open_app()?;
        if app.now() < period.bounds(app.zone()).from {
            return Err(Failure::Usage(format!(
                "{}：统计期尚未开始，没有台账",
                period.title()
            )));
        }
        process_all(&app)?;
        if order.freeze {
            order.freeze(&app, period)?;
        }
        let frozen = match order.live {
            true => None,
            false => app.frozen_ledger(period)?,
        };
        if order.difference {
            let Some(frozen) = frozen else {
                return Err(Failure::Usage(format!(
                    "{}的台账还没有冻结，无从比较；冻结用 --freeze --by 姓名",
                    period.title()
                )));
            };
            order.print_difference(&app, period, &frozen)?;
            return Ok(DONE);
        }
        let report = match frozen {
            Some(report) => report,
            None => app.live_ledger(period)?,
        };
        if let Some(figure) = &order.figure {
            order.print_posts(&app, period, &report, figure)?;
            return Ok(DONE);
        }
        order.write_files(&app, &report)?;
        if order.json {
            print_json(&report)?;
        } else if order.writes_nothing() {
            print_text(&ledger_text(&report))?;
        }
        Ok(DONE)
    }
}

impl Order {
    fn writes_nothing(&self) -> bool {
        self.xlsx.is_none() && self.docx.is_none() && self.html.is_none()
    }

    fn freeze(&self, app: &App, period: LedgerPeriod) -> Result<(), Failure> {
        let by = self.by.as_deref().unwrap_or_default();
        let reason = self.reason.as_deref().unwrap_or_default();
        let ended = period.bounds(app.zone()).to;
        if app.now() < ended {
            return Err(Failure::Usage(format!(
                "{}还没有结束，不能冻结",
                period.title()
            )));
        }
        if app.freeze_ledger(period, by, reason)? {
            return Ok(());
        }
        let before = app.frozen_ledger(period)?.and_then(|report| report.frozen);
        let before = before.map_or(String::new(), |frozen| mark(&frozen));
        Err(Failure::Usage(format!(
            "{}的台账{before}，不能再次冻结；确需重新冻结，请加 --again --reason 原因",
            period.title()
        )))
    }

    fn write_files(&self, app: &App, report: &LedgerReport) -> Result<(), Failure> {
        let frozen = report.frozen.as_ref().map_or(String::new(), mark);
        let ledger = &report.ledger;
        if let Some(path) = &self.xlsx {
            write(path, &workbook(ledger, &frozen, "")?)?;
        }
        let publisher = app.config.digests.first();
        let publisher = publisher.map_or("", |digest| digest.publisher.as_str());
        for (path, format) in [(&self.docx, Format::Docx), (&self.html, Format::Html)] {
            if let Some(path) = path {
                let blocks = layout(ledger, publisher, &frozen);
                write(path, &app.press.render(&blocks, format, ledger.counted_at)?)?;
            }
        }
        Ok(())
    }

    fn print_posts(
        &self,
        app: &App,
        period: LedgerPeriod,
        report: &LedgerReport,
        figure: &str,
    ) -> Result<(), Failure> {
        let (Some(group), true) = (group_of(figure), is_post_figure(figure)) else {
            return Err(Failure::Usage(format!(
                "“{figure}”不是按信息计的指标，没有信息清单；可用的如 posts、removed_by.copy、by_topic.QX、\
                 by_level.yellow，全部指标见 `--json`"
            )));
        };
        let ids = app.posts_behind(period, report, figure)?;
        let behind = Behind {
            period: period.to_string(),
            figure: figure.to_owned(),
            label: label(figure, &report.ledger.digest_titles),
            value: report.ledger.figures.count(figure),
            definition: group.definition,
            posts: post_rows(app, &ids)?,
        };
        if self.json {
            print_json(&behind)?;
        } else {
            print_text(&posts_text(&behind, self.posts))?;
        }
        Ok(())
    }

    fn print_difference(
        &self,
        app: &App,
        period: LedgerPeriod,
        frozen: &LedgerReport,
    ) -> Result<(), Failure> {
        let Difference { figures, posts } = app.ledger_difference(period, frozen)?;
        let ids: Vec<PostId> = posts.iter().map(|changed| changed.post).collect();
        let rows = post_rows(app, &ids)?;
        let named = rows
            .into_iter()
            .zip(posts)
            .map(|(post, changed)| NamedChange {
                post,
                changes: changed.changes,
                is_added: changed.is_added,
                is_gone: changed.is_gone,
            });
        let difference = NamedDifference {
            period: period.to_string(),
            figures,
            posts: named.collect(),
        };
        if self.json {
            print_json(&difference)?;
        } else {
            let mark = frozen.frozen.as_ref().map_or(String::new(), mark);
            print_text(&difference_text(&period.title(), &mark, &difference, SHOWN))?;
        }
        Ok(())
    }
}

/// One row for each id; a post that is gone keeps its number.
fn post_rows(app: &App, ids: &[PostId]) -> Result<Vec<PostRow>, Failure> {
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let stored = app.store.post(*id)?;
        rows.push(stored.map_or_else(
            || PostRow {
                id: *id,
                external_id: None,
                title: "（已删除）".to_owned(),
                url: None,
                source: String::new(),
                published_at: None,
                level: String::new(),
            },
            |stored| {
                PostRow {
                    id: *id,
                    title: heading(&stored.post.title, &stored.post.text),
                    level: (stored.analysis.as_ref())
                        .map_or(String::new(), |analysis| analysis.level.code().to_owned()),
                    published_at: stored.post.published_at.map(|published| published.at),
                    external_id: stored.post.external_id,
                    url: stored.post.url,
                    source: stored.post.source_name,
                }
            },
        ));
    }
    Ok(rows)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).with_context(|| format!("写不进文件 {}", path.display()))?;
    eprintln!("已写入 {}", path.display());
    Ok(())
}

fn month(text: &str) -> Result<LedgerPeriod, String> {
    LedgerPeriod::month(text).ok_or_else(|| "请写成 2017-11 这样的年月".to_owned())
}

fn year(text: &str) -> Result<LedgerPeriod, String> {
    LedgerPeriod::year(text).ok_or_else(|| "请写成 2017 这样的年份".to_owned())
}

fn not_blank(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("原因不能为空".to_owned()),
        reason => Ok(reason.to_owned()),
    }
}

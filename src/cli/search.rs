//! `yuqing search`: ad-hoc search with marked words, and tables of all hits.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use super::search_text::table;
use crate::app::{App, Export, SNIPPET_CHARS, SearchOrder, SearchReport, TableFormat};
use crate::index::query::{CodeField, TextField};
use crate::index::{Query, QueryError, Sort};
use crate::model::{Channel, Level, PostId, Sentiment, Topic};
use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Search {
    /// 检索式，例如：欠薪 郑东新区 -招聘；写法见 --syntax · query
    #[arg(value_name = "检索式", allow_hyphen_values = true, required_unless_present_any = ["like", "syntax"], default_value = "", hide_default_value = true)]
    query: String,
    /// 检索式的写法和例子 · how to write a query
    #[arg(long)]
    syntax: bool,
    /// 与此相似的信息：一段文字，或 #编号 · posts like this text, or like post #N
    #[arg(long, value_name = "文字|#编号", conflicts_with_all = ["query", "from", "to", "channel", "topic", "level", "sentiment", "region", "source", "sort", "offset", "facets", "csv", "xlsx"])]
    like: Option<String>,
    /// 起始日，如 2017-04-01，或 2017-04 · published on or after
    #[arg(long, value_name = "D", value_parser = parse_from)]
    from: Option<NaiveDate>,
    /// 截止日 · published on or before
    #[arg(long, value_name = "D", value_parser = parse_to)]
    to: Option<NaiveDate>,
    /// 渠道，如 论坛贴吧 forum，微博 weibo · channel
    #[arg(long)]
    channel: Option<Channel>,
    /// 主题名称或代码，如 QX · topic
    #[arg(long)]
    topic: Option<Topic>,
    /// 级别：红 red，橙 orange，黄 yellow，蓝 blue，无 none · level
    #[arg(long)]
    level: Option<Level>,
    /// 情感：负面 negative，中性 neutral，正面 positive · sentiment
    #[arg(long)]
    sentiment: Option<Sentiment>,
    /// 属地：名称、区划代码或管辖 · region
    #[arg(long)]
    region: Option<String>,
    /// 信源名称，几个用逗号隔开 · source
    #[arg(long)]
    source: Option<String>,
    /// 排序：相关度 relevance，时间 time，级别 level，互动量 engagement · order
    #[arg(long, value_enum, default_value = "relevance")]
    sort: SortArgument,
    /// 显示几条 · number of hits
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// 跳过几条 · hits to skip
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// 列出分布 · counts by channel, topic, level …
    #[arg(long)]
    facets: bool,
    /// 只给总数 · the total only
    #[arg(long)]
    count: bool,
    /// 全部结果导出为 CSV · all hits as a CSV file
    #[arg(long, value_name = "F", conflicts_with_all = ["limit", "offset", "count", "facets"])]
    csv: Option<PathBuf>,
    /// 全部结果导出为 Excel 表格 · all hits as an Excel workbook
    #[arg(long, value_name = "F", conflicts_with_all = ["limit", "offset", "count", "facets", "csv"])]
    xlsx: Option<PathBuf>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum SortArgument {
    #[value(alias = "相关度")]
    Relevance,
    #[value(alias = "时间")]
    Time,
    #[value(alias = "级别")]
    Level,
    #[value(alias = "互动量")]
    Engagement,
}

impl Search {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        if self.syntax {
            print_text(SYNTAX)?;
            return Ok(DONE);
        }
        check_days(self.from, self.to)?;
        let query = self.query()?;
        let app = common.open_app_to_search()?;
        if let Some(done) = self.export(&app, &query)? {
            return Ok(done);
        }
        let report = match &self.like {
            Some(like) => self.similar(&app, like)?,
            None => app.search(&self.order(query))?,
        };
        if self.json {
            print_json(&report)?;
        } else if self.count {
            print_text(&format!("{}\n", report.total))?;
        } else {
            print_text(&table(&report, self.offset, self.like.is_some()))?;
        }
        Ok(DONE)
    }

    fn query(&self) -> Result<Query, Failure> {
        let wrong = |error: QueryError| Failure::Usage(error.to_string());
        let mut query: Query = self.query.parse().map_err(wrong)?;
        let codes = [
            (CodeField::Channel, self.channel.map(Channel::code)),
            (CodeField::Topic, self.topic.map(Topic::code)),
            (CodeField::Level, self.level.map(Level::code)),
            (CodeField::Sentiment, self.sentiment.map(Sentiment::code)),
            (CodeField::Region, self.region.as_deref()),
        ];
        for (field, code) in codes {
            if let Some(code) = code {
                query = query.and(Query::is(field, code).map_err(wrong)?);
            }
        }
        if let Some(source) = &self.source {
            query = query.and(Query::within(TextField::Source, source).map_err(wrong)?);
        }
        query = query.and(self.from.map_or(Query::All, Query::After));
        Ok(query.and(self.to.map_or(Query::All, Query::Before)))
    }

    fn sort(&self) -> Sort {
        match self.sort {
            SortArgument::Relevance => Sort::Relevance,
            SortArgument::Time => Sort::Time,
            SortArgument::Level => Sort::Level,
            SortArgument::Engagement => Sort::Engagement,
        }
    }

    fn order(&self, query: Query) -> SearchOrder {
        SearchOrder {
            query,
            sort: self.sort(),
            offset: self.offset,
            limit: if self.count { 0 } else { self.limit },
            with_facets: self.facets,
            snippet_chars: SNIPPET_CHARS,
        }
    }

    fn similar(&self, app: &App, like: &str) -> Result<SearchReport, Failure> {
        let number = like
            .strip_prefix(['#', '＃'])
            .and_then(|number| number.parse().ok());
        let Some(id) = number.map(PostId) else {
            return Ok(app.similar(like, None, self.limit)?);
        };
        let stored = app.store.post(id)?.ok_or_else(|| {
            Failure::Usage(format!(
                "没有编号为{}的信息；检索结果里“#”后面的是编号",
                id.0
            ))
        })?;
        let text = format!("{} {}", stored.post.title, stored.post.text);
        Ok(app.similar(&text, Some(id), self.limit)?)
    }

    fn export(&self, app: &App, query: &Query) -> Result<Option<ExitCode>, Failure> {
        let (format, path) = match (&self.csv, &self.xlsx) {
            (Some(path), _) => (TableFormat::Csv, path),
            (_, Some(path)) => (TableFormat::Xlsx, path),
            _ => return Ok(None),
        };
        if path.is_dir() {
            return Err(Failure::Usage(format!(
                "{}是一个目录，请写明导出到哪个文件",
                path.display()
            )));
        }
        let export = Export {
            query,
            sort: self.sort(),
            format,
            // Written by a program: whoever runs it is not known.
            watermark: String::new(),
        };
        let rows = (app.export(&export, path)).context("没有导出，原有文件未变")?;
        if self.json {
            print_json(&serde_json::json!({ "exported": rows, "file": path }))?;
        } else {
            print_text(&format!("已导出{rows}条到 {}\n", path.display()))?;
        }
        Ok(Some(DONE))
    }
}

/// Days as people type them.
pub fn parse_day(text: &str) -> Result<NaiveDate, String> {
    Query::read_day(text)
}

/// The first day of what people type: a day, a month, a year.
pub fn parse_from(text: &str) -> Result<NaiveDate, String> {
    Query::read_first_day(text)
}

/// The last day of the same.
pub fn parse_to(text: &str) -> Result<NaiveDate, String> {
    Query::read_last_day(text)
}

/// A period ends after it begins.
pub fn check_days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(), Failure> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(Failure::Usage(format!(
            "起始日{from}晚于截止日{to}，没有这样的时段；请检查 --from 和 --to"
        ))),
        _ => Ok(()),
    }
}

/// `--syntax`, and the help of the page.
const SYNTAX: &str = "\
检索式的写法

  社保卡                     标题或正文里有“社保卡”的信息，一字不差；全角半角、大小写、繁简体不分
  社保卡 排队                两个词都有（空格即“并且”）
  社保卡 OR 医保卡           有其中一个
  社保卡 -招聘               有前者、没有后者；-招聘 也可写作 NOT 招聘
  (富士康 OR 裕展) 返费      括号分组
  \"社保 卡\"                  引号里的原样，空格也算一个字
  \"富士康 返费\"~10           两个词相隔不超过10个字，先后不论
  syn:养老金                 养老金及其同义词（退休金等）

字段（中英文均可，冒号全角半角均可）

  标题: 正文: 作者: 信源: 网址:      title: body: author: source: url:
  几个值用逗号隔开：信源:大河网,映象网    渠道:论坛,微博    channel:forum,weibo
  主题:QX  级别:红,橙                topic:QX level:red,orange
  情感:负面  属地:二七区             sentiment:negative region:410103
  属地:郑州（连同所辖区县）
  日期:2017-04  起始:2017-07  截止:2017-12-31      date: after: before:

例子：2017年下半年论坛上反映富士康返费的信息

  yuqing search '富士康 返费 渠道:论坛贴吧 起始:2017-07 截止:2017-12'
";

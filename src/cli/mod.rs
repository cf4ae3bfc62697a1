//! The command line: one file per command. Results go to standard output, logs to standard error.

mod adoption;
mod alert;
mod analyze;
mod audit;
mod backup;
mod case;
mod case_export;
mod case_show;
mod case_steps;
mod case_words;
mod check;
mod crawl;
mod deeds;
mod deliveries;
mod demo;
mod doctor;
mod eval;
mod events;
mod events_bursts;
mod events_show;
mod evidence;
mod extract;
mod import;
mod input;
mod issue;
mod issue_draft;
mod issue_edit;
mod issue_send;
mod issue_show;
mod issue_verify;
mod label;
mod labels;
mod original;
mod output;
mod probe;
mod probe_save;
mod probe_text;
mod refused;
mod reindex;
mod reply;
mod restore;
mod rules;
mod run;
mod search;
mod search_text;
mod sources;
mod sources_opml;
mod stats;
mod stats_text;
mod train;
mod trend;
mod usage;
mod usage_names;
mod user;
mod watch;
mod watch_edit;

use crate::app::{App, Clock};
use crate::config::{Config, DeclaredWatch};
use crate::model::Problem;
use crate::pipeline;
use anyhow::Result;
use clap::{Parser, Subcommand};
use output::{DONE, DONE_IN_PART, Failure};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Watches named to somebody who asked for one that is not there.
const WATCHES_NAMED: usize = 20;

/// How long a finished command waits for its blocking threads.
const RUNTIME_GRACE: Duration = Duration::from_secs(1);

/// 舆情监测：采集、研判、检索、编发专报
///
/// Public-opinion monitoring: collect, judge, search, issue numbered digests.
#[derive(Parser)]
#[command(name = "yuqing", version, propagate_version = true)]
struct Arguments {
    /// 配置目录，默认 ./config；没有该目录则用自带的默认配置 · configuration folder
    #[arg(long, global = true, env = "YUQING_CONFIG", value_name = "DIR")]
    config: Option<PathBuf>,
    /// 数据目录，没有则新建 · data folder, created
    #[arg(
        long,
        global = true,
        env = "YUQING_DATA",
        value_name = "DIR",
        default_value = "data"
    )]
    data: PathBuf,
    /// 日志详细程度：error warn info debug trace · log level
    #[arg(long, global = true, value_name = "LEVEL", value_parser = ["error", "warn", "info", "debug", "trace"])]
    log: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 演示：采集本机示例网站，研判，编出一期专报 · sample sites, crawled and judged
    Demo(demo::Demo),
    /// 后台运行：定时采集、研判、起草，提供网页 · the daemon
    Run,
    /// 立即采集信源 · visit sources now
    Crawl(crawl::Crawl),
    /// 检查配置，列出生效值和下次时间 · validate the configuration
    Check(check::Check),
    /// 探测网址：是什么、能采到什么，建议信源和采集规则 · what an address is, what it gives
    Probe(probe::Probe),
    /// 看一个已保存的网页能取出什么 · what one saved page says
    Extract(extract::Extract),
    /// 研判信息（JSON Lines），不入库 · judge posts, store nothing
    Analyze(analyze::Analyze),
    /// 用标注数据训练分类器并评分 · train the classifiers, print their scores
    Train(train::Train),
    /// 用标注数据评测研判 · what the judgement is worth on labelled files
    Eval(eval::Eval),
    /// 从文件导入信息 · store posts from files
    Import(import::Import),
    /// 信源；订阅源清单的导入和导出 · sources, lists of feeds
    Sources(sources::Sources),
    /// 检索 · search
    Search(search::Search),
    /// 声量走势：按日或小时，占全部信息的比例，与上一时段比较 · volume by day or hour
    Trend(trend::TrendCommand),
    /// 事件 · events
    Events(events::Events),
    /// 专题：保存的检索式，与每条新到的信息比对 · saved queries, matched against every new post
    #[command(subcommand)]
    Watch(watch::Watch),
    /// 预警：列出、签收、办结、误报，查看值班 · alerts, who took them, who is on duty
    #[command(subcommand)]
    Alert(alert::Alert),
    /// 存证：被标记信息所在的网页原样 · the page behind a flagged post
    Evidence(evidence::Evidence),
    /// 查阅未掩码的原文，须经授权并留下记录 · a post's words as published
    Original(original::Original),
    /// 刊物：起草、修改、审核、签发、更正、核对、导出、发送 · issues of a digest
    #[command(subcommand)]
    Issue(issue::Issue),
    /// 投递：发给谁、结果如何、核实、重发、测试 · what went to whom
    #[command(subcommand)]
    Deliveries(deliveries::Deliveries),
    /// 办理件：转办、应急的登记、时限、环节、转办单和反馈单 · cases with deadlines
    #[command(subcommand)]
    Case(case::Case),
    /// 答复网友：逐件或按日登记，分渠道统计 · replies to citizens
    #[command(subcommand)]
    Reply(reply::ReplyCommand),
    /// 外报与采用：登记报送、被采用、领导批示，列出和合计 · what others took up
    #[command(subcommand)]
    Adoption(adoption::Adoption),
    /// 人工更正一条信息的研判，查看其更正和级别变更 · a person's word on one post
    Label(label::LabelCommand),
    /// 人工更正清单、各规则采纳率、训练数据 · what people said
    Labels(labels::Labels),
    /// 规则：试算改动的影响 · try new rules on stored posts
    #[command(subcommand)]
    Rules(rules::Rules),
    /// 台账：月度、年度统计，冻结，指标背后的信息 · the ledger of a month or a year
    #[command(subcommand)]
    Stats(stats::Stats),
    /// 用户：新增、列出、口令、角色、停用、解锁 · who may come in
    #[command(subcommand)]
    User(user::UserCommand),
    /// 重建检索索引 · rebuild the index from the database
    Reindex(reindex::Reindex),
    /// 备份：数据库、存证、附件、配置，写成一个文件；不必停机 · one file, while others work
    Backup(backup::Backup),
    /// 恢复：从备份文件恢复到数据目录；核对备份 · a backup into a data folder
    Restore(restore::Restore),
    /// 体检：逐项检查，说明该怎么办 · is all well, and what to do
    Doctor(doctor::Doctor),
    /// 审计：何人何时做了何事，导出，校验 · who did what, and whether the record is whole
    Audit(audit::Audit),
}

/// What a command needs of the common options.
struct Common {
    config: Option<PathBuf>,
    data: PathBuf,
}

/// Where the configuration lies unless said otherwise.
const DEFAULT_FOLDER: &str = "config";

impl Common {
    /// Reads the configuration: the named folder, else `./config` where it exists, else the shipped one.
    fn load_config(&self) -> Result<Config, Failure> {
        self.load_config_problems().map_err(Failure::Config)
    }

    fn load_config_problems(&self) -> Result<Config, Vec<Problem>> {
        let mut config = Config::load(self.config_folder())?;
        config.new_folder = Some(PathBuf::from(DEFAULT_FOLDER));
        config
            .check_inbox(&self.data)
            .map_err(|problem| vec![problem])?;
        Ok(config)
    }

    fn config_folder(&self) -> Option<&Path> {
        let default = Path::new(DEFAULT_FOLDER);
        self.config
            .as_deref()
            .or_else(|| default.is_dir().then_some(default))
    }

    /// The folder that new sources and watches are written to.
    fn writable_folder(&self) -> Result<&Path, Failure> {
        self.config_folder().ok_or_else(|| {
            Failure::Usage(
                "没有配置目录，无处可写；请先建立 ./config 目录，或用 --config 指定".to_owned(),
            )
        })
    }

    fn open_app(&self) -> Result<Arc<App>, Failure> {
        Ok(App::open(self.load_config()?, &self.data, Clock::System)?)
    }

    /// The same with its index up to the store: without a daemon nobody else brings it there.
    fn open_app_to_search(&self) -> Result<Arc<App>, Failure> {
        let app = self.open_app()?;
        while pipeline::index_once(&app)? > 0 {}
        Ok(app)
    }
}

/// Runs the command of the process's arguments.
pub fn run() -> ExitCode {
    let (arguments, deeds) = match usage::parse() {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    start_logging(arguments.log.as_deref(), &arguments.command);
    let common = Common {
        config: arguments.config,
        data: arguments.data,
    };
    let done = match arguments.command {
        Command::Demo(command) => command.run(&common),
        Command::Run => run::run(&common),
        Command::Crawl(command) => command.run(&common),
        Command::Check(command) => command.run(&common),
        Command::Probe(command) => command.run(&common),
        Command::Extract(command) => command.run(&common),
        Command::Analyze(command) => command.run(&common),
        Command::Train(command) => command.run(&common),
        Command::Eval(command) => command.run(&common),
        Command::Import(command) => command.run(&common),
        Command::Sources(command) => command.run(&common),
        Command::Search(command) => command.run(&common),
        Command::Trend(command) => command.run(&common),
        Command::Events(command) => command.run(&common),
        Command::Watch(command) => command.run(&common),
        Command::Alert(command) => command.run(&common),
        Command::Evidence(command) => command.run(&common),
        Command::Original(command) => command.run(&common),
        Command::Issue(command) => command.run(&common),
        Command::Deliveries(command) => command.run(&common),
        Command::Case(command) => command.run(&common),
        Command::Reply(command) => command.run(&common),
        Command::Adoption(command) => command.run(&common),
        Command::Label(command) => command.run(&common),
        Command::Labels(command) => command.run(&common),
        Command::Rules(command) => command.run(&common),
        Command::Stats(command) => command.run(&common),
        Command::User(command) => command.run(&common),
        Command::Reindex(command) => command.run(&common),
        Command::Backup(command) => command.run(&common),
        Command::Restore(command) => command.run(&common),
        Command::Doctor(command) => command.run(&common),
        Command::Audit(command) => command.run(&common),
    };
    match done {
        Ok(code) if !deeds.is_empty() && is_done(code) => match deeds::note(&common, &deeds) {
            Ok(()) => code,
            Err(error) => {
                eprintln!("已经做完，但没能记入审计：{error:#}");
                ExitCode::from(DONE_IN_PART)
            }
        },
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

/// Wholly or in part.
fn is_done(code: ExitCode) -> bool {
    code == DONE || code == ExitCode::from(DONE_IN_PART)
}

/// The daemon tells what it does; the other commands only what went wrong.
fn start_logging(level: Option<&str>, command: &Command) {
    let default = if matches!(command, Command::Run) {
        "info"
    } else {
        "warn"
    };
    // Libraries are quieter than we are: their warnings are about pages, not about us.
    let filter = format!("error,yuqing={}", level.unwrap_or(default));
    let filter =
        EnvFilter::try_new(&filter).unwrap_or_else(|_| EnvFilter::new("error,yuqing=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
}

/// The id of the source that a person means: by its id, or by a name that only one has.
fn source_id(config: &Config, said: &str) -> Result<String, Failure> {
    let all = || config.sources.iter().map(|declared| &declared.source);
    if all().any(|source| source.id == said) {
        return Ok(said.to_owned());
    }
    let named: Vec<&str> = all()
        .filter(|source| source.name == said)
        .map(|source| source.id.as_str())
        .collect();
    match named[..] {
        [one] => Ok(one.to_owned()),
        [] => Err(Failure::Usage(format!(
            "没有代号或名称为“{said}”的信源；`yuqing sources` 列出全部信源"
        ))),
        _ => Err(Failure::Usage(format!(
            "有{}个信源名为“{said}”，请写代号：{}",
            named.len(),
            named.join("、")
        ))),
    }
}

/// The watch that a person means: by its id or by its name.
fn watch_named<'c>(config: &'c Config, said: &str) -> Result<&'c DeclaredWatch, Failure> {
    let by_id = |declared: &&DeclaredWatch| declared.watch.id == said;
    let by_name = |declared: &&DeclaredWatch| declared.watch.name == said;
    let all = &config.watches;
    let found = all.iter().find(by_id).or_else(|| all.iter().find(by_name));
    found.ok_or_else(|| {
        let known: Vec<String> = (all.iter().take(WATCHES_NAMED))
            .map(|declared| format!("{}（{}）", declared.watch.name, declared.watch.id))
            .collect();
        let known = match all.len() {
            0 => "还没有专题，用 `yuqing watch add 名称 检索式` 新增".to_owned(),
            count if count > WATCHES_NAMED => {
                format!(
                    "共有{count}个，如{}；`yuqing watch list` 列出全部",
                    known.join("、")
                )
            }
            _ => format!("现有：{}", known.join("、")),
        };
        Failure::Usage(format!("没有名称或代号为“{said}”的专题；{known}"))
    })
}

/// What people did is signed.
fn person(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("姓名不能为空".to_owned());
    }
    Ok(name.to_owned())
}

/// Runs an asynchronous command.
fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(work);
    // Blocking work that is still running holds nothing that a later start would miss.
    runtime.shutdown_timeout(RUNTIME_GRACE);
    done
}

/// One line per problem, in the order of the files, and what to do.
fn print_problems(problems: &[Problem]) {
    for problem in problems {
        eprintln!("{problem}");
    }
    eprintln!("共有{}处问题，请按上面的文件和行号修改", problems.len());
}

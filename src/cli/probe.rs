//! `yuqing probe`: one address → what it is and what would be collected from it, with a source and rules to go with it.
//! Stores no posts; writes to the configuration only with `--save`.

use super::extract::{Report, report};
use super::output::{DONE, DONE_IN_PART, FAILED, Failure, print_json, print_text};
use super::probe_save;
use super::probe_text::in_words;
use super::{Common, block_on};
use crate::config::Config;
use crate::fetch::Fetcher;
use crate::model::{FetchCause, SourceKind, Timestamp};
use crate::pipeline::{
    self, Followed, Guess, ProbeOrder, Probed, Prober, SavedSource, gave_no_text, guess_source,
    rules_file, with_free_id,
};
use chrono::Utc;
use clap::Args;
use serde::Serialize;
use std::process::ExitCode;
use url::Url;

#[derive(Args)]
pub struct Probe {
    /// 网址，可含 {yyyy} {mm} {dd} · address; placeholders stand for today
    url: String,
    /// 写入 sources.toml；找到采集规则时写入 sites/ · append the source, write the rules found
    #[arg(long)]
    save: bool,
    /// 与 --save 同用：样页都没有取到正文也保存 · save even if no sample page gave a text
    #[arg(long, requires = "save")]
    force: bool,
    /// 信源代号，不写则取自域名 · id of the source
    #[arg(long)]
    id: Option<String>,
    /// 信源名称，不写则取自网页 · name of the source
    #[arg(long)]
    name: Option<String>,
    /// 类型：feed list board epaper json sitemap，不写则自动识别 · kind, found out by default
    #[arg(long)]
    kind: Option<SourceKind>,
    /// 打开几个链接核对规则，同一网站逐个间隔读取 · links followed to find and check rules
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=10))]
    pages: u8,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

/// JSON of `probe`: that of `extract`, and what else was found out.
#[derive(Serialize)]
struct ProbeReport<'p> {
    url: &'p str,
    /// A kind of source, `article`, `thread` or `unknown`.
    kind: &'static str,
    #[serde(flatten)]
    page: Report<'p>,
    pages: Vec<PageReport<'p>>,
    feeds: &'p [Url],
    sitemaps: &'p [Url],
    notes: &'p [String],
    proposal: Option<ProposalReport<'p>>,
    saved: Option<&'p SavedSource>,
}

#[derive(Serialize)]
struct PageReport<'p> {
    url: &'p str,
    #[serde(flatten)]
    page: Report<'p>,
}

#[derive(Serialize)]
struct ProposalReport<'p> {
    source: Option<String>,
    rules: Option<&'p str>,
    rules_file: Option<String>,
}

impl Probe {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let config = common.load_config()?;
        let zone = config.settings.bureau.time_zone;
        let now = || Utc::now().with_timezone(&zone).fixed_offset();
        let order = self.order(now())?;
        if self.save {
            probe_save::check(&self, common, &config, &order)?;
        }
        let mut probed = find_out(&config, &order, &now)?;
        let guess = guess_source(&probed, self.name.as_deref(), now())
            .map(|guess| with_free_id(guess, self.id.as_deref(), &config.sources));
        let is_refused = self.save && !self.force && guess.is_some() && gave_no_text(&probed);
        let saved = match (&guess, self.save && !is_refused) {
            (Some(guess), true) => Some(probe_save::save(common, &config, &probed, guess)?),
            _ => None,
        };
        probed.mask();
        if self.json {
            print_json(&probe_report(&probed, guess.as_ref(), saved.as_ref()))?;
        } else {
            print_text(&in_words(&probed, guess.as_ref(), saved.as_ref()))?;
        }
        if is_refused {
            eprintln!(
                "未保存：打开的{}个样页都没有取到正文，采集后也不会有信息；请换用其他栏目的网址，确需保存请加 --force。",
                probed.followed.len()
            );
            return Ok(ExitCode::from(FAILED));
        }
        Ok(self.end(&probed, guess.as_ref()))
    }

    fn order(&self, now: Timestamp) -> Result<ProbeOrder, Failure> {
        let order = ProbeOrder::typed(&self.url, now, self.kind, usize::from(self.pages));
        order.ok_or_else(|| {
            Failure::Usage(format!(
                "“{}”不是可用的网址；应以 http:// 或 https:// 开头，例如 https://www.example.gov.cn/tzgg/",
                self.url
            ))
        })
    }

    /// Nothing to collect is no success; neither is a source that could not be saved.
    fn end(&self, probed: &Probed, guess: Option<&Guess>) -> ExitCode {
        let extraction = &probed.look.extraction;
        if self.save && guess.is_none() {
            eprintln!("未保存：这不是信源的入口页，请改用栏目页、版块页或订阅源的网址。");
            return ExitCode::from(FAILED);
        }
        if extraction.posts.is_empty() && extraction.links.is_empty() {
            return ExitCode::from(DONE_IN_PART);
        }
        DONE
    }

    /// The id a person chose.
    pub fn chosen_id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

fn find_out(
    config: &Config,
    order: &ProbeOrder,
    now: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Probed, Failure> {
    let fetcher = Fetcher::new(config.settings.fetch.clone())?;
    let delay = config.settings.fetch.delay.as_secs();
    eprintln!("同一网站的请求之间间隔至少{delay}秒，请稍候。");
    let prober = Prober {
        fetcher: &fetcher,
        config,
        now,
        tell: &|line| eprintln!("{line}"),
    };
    let probed = block_on(async { Ok(pipeline::probe(&prober, order).await) })?;
    probed.map_err(|error| {
        let hint = match error.cause() {
            FetchCause::PrivateAddress => format!(
                "；确需采集内网网站时，请在 yuqing.toml 的 [fetch] private_hosts 中加入“{}”",
                order.url.host_str().unwrap_or_default()
            ),
            _ => String::new(),
        };
        Failure::Failed(anyhow::anyhow!("{}{hint}", pipeline::said_once(&error)))
    })
}

fn probe_report<'p>(
    probed: &'p Probed,
    guess: Option<&Guess>,
    saved: Option<&'p SavedSource>,
) -> ProbeReport<'p> {
    let rules = Some(probed.proposal.rules.as_str()).filter(|rules| !rules.is_empty());
    let page = |followed: &'p Followed| PageReport {
        url: followed.url.as_str(),
        page: report(&followed.extraction),
    };
    ProbeReport {
        url: probed.url.as_str(),
        kind: probed.look.what.code(),
        page: report(&probed.look.extraction),
        pages: probed.followed.iter().map(page).collect(),
        feeds: &probed.look.feeds,
        sitemaps: &probed.sitemaps,
        notes: &probed.notes,
        proposal: (guess.is_some() || rules.is_some()).then(|| ProposalReport {
            source: guess.map(|guess| guess.block.text()),
            rules,
            rules_file: rules.map(|_| rules_file(&probed.url)),
        }),
        saved,
    }
}

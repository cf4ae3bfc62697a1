//! `yuqing issue draft`, `yuqing issue correct`: what is drafted on request.

use super::issue_show::{load, print_hint, print_issue_json, print_notes};
use super::output::{Failure, print_json, print_text};
use super::refused;
use super::{block_on, person, watch_named};
use crate::app::App;
use crate::digest::DigestSettings;
use crate::digest::express::part_name;
use crate::digest::layout::cited_number;
use crate::index::Query;
use crate::model::{
    DigestKind, EventId, Issue, IssueId, IssueState, Level, Period, PostId, Timestamp, Topic,
};
use crate::pipeline::{
    About, Drafted, MatterId, OrderMistake, RequestError, SpecialOrder, draft_correction,
    draft_express, draft_now, draft_special, draft_supplement, special_days, special_order,
};
use chrono::NaiveDate;
use clap::Args;
use std::sync::Arc;

#[derive(Args)]
pub struct Draft {
    /// 刊物代号，默认第一种 · code of the digest
    digest: Option<String>,
    /// 增刊：另行编号，不占正刊期号 · a supplement, numbered apart
    #[arg(long)]
    supplement: bool,
    /// 快报、专题报告所述事件 · id of the event
    #[arg(long, value_name = "N")]
    event: Option<i64>,
    /// 快报所述信息 · id of the post
    #[arg(long, value_name = "N", conflicts_with = "event")]
    post: Option<i64>,
    /// 终报 · the last report of a matter
    #[arg(long = "final")]
    is_final: bool,
    /// 专题报告：专题的名称或代号 · a saved query
    #[arg(long, value_name = "W", conflicts_with = "event")]
    watch: Option<String>,
    /// 专题报告：检索式 · a query
    #[arg(long, value_name = "Q", conflicts_with_all = ["event", "watch"])]
    query: Option<String>,
    /// 专题报告：主题 · a topic
    #[arg(long, value_name = "T", conflicts_with_all = ["event", "watch", "query"])]
    topic: Option<Topic>,
    /// 专题报告：起始日，默认30天前 · first day
    #[arg(long, value_name = "DAY", value_parser = Query::read_day)]
    from: Option<NaiveDate>,
    /// 专题报告：截止日（含），默认昨天 · last day
    #[arg(long, value_name = "DAY", value_parser = Query::read_day)]
    to: Option<NaiveDate>,
    /// 专题报告的名称 · its name
    #[arg(long)]
    name: Option<String>,
    /// 起草人 · who
    #[arg(long, value_parser = person)]
    by: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Correct {
    /// 已签发稿件的稿号 · id of the signed issue
    id: i64,
    /// 更正说明，印在更正期上 · what was wrong, as printed
    #[arg(long)]
    reason: String,
    /// 经办人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Draft {
    pub fn run(&self, app: &Arc<App>) -> Result<(), Failure> {
        let digest = self.digest(app)?;
        self.check_options(digest)?;
        let order = match digest.kind {
            DigestKind::Special => Some(self.special(app)?),
            _ => None,
        };
        crate::pipeline::process_all(app)?;
        let by = self.by.as_deref().unwrap_or_default();
        let work = async {
            Ok(match (digest.kind, order) {
                (_, Some(order)) => draft_special(app, digest, order, by).await,
                (DigestKind::Express, None) => {
                    let matter = match (self.event, self.post) {
                        (Some(event), _) => MatterId::Event(EventId(event)),
                        (None, post) => MatterId::Post(PostId(post.unwrap_or_default())),
                    };
                    draft_express(app, digest, matter, self.is_final, by).await
                }
                (_, None) if self.supplement => draft_supplement(app, digest, by).await,
                (_, None) => {
                    let drafted = draft_now(app, digest, by).await;
                    drafted.map_err(RequestError::Failed)
                }
            })
        };
        let drafted = block_on(work)?.map_err(refused::draft)?;
        report(app, digest, &drafted, self.json)
    }

    fn digest<'a>(&self, app: &'a App) -> Result<&'a DigestSettings, Failure> {
        let digests = &app.config.digests;
        let wanted = self.digest.as_deref();
        let mut found = digests.iter();
        let found = found.find(|digest| wanted.is_none_or(|code| digest.code == code));
        found.ok_or_else(|| {
            let known: Vec<&str> = digests.iter().map(|digest| digest.code.as_str()).collect();
            Failure::Usage(format!(
                "没有这种刊物；digests.toml 里有：{}",
                known.join("、")
            ))
        })
    }

    /// Each kind has its own options: one that would be passed over is refused.
    fn check_options(&self, digest: &DigestSettings) -> Result<(), Failure> {
        let kind = digest.kind;
        let refuse = |message: String| Err(Failure::Usage(message));
        let scopes = [
            self.event.is_some(),
            self.watch.is_some(),
            self.query.is_some(),
            self.topic.is_some(),
        ];
        let names_scope = scopes.contains(&true);
        let has_period = self.from.is_some() || self.to.is_some() || self.name.is_some();
        match kind {
            DigestKind::Express if self.event.is_none() && self.post.is_none() => {
                refuse("快报要说明哪件事：--event 事件编号，或 --post 信息编号".to_owned())
            }
            DigestKind::Special if !names_scope => refuse(
                "专题报告要说明内容：--watch 专题、--query 检索式、--topic 主题或 --event 事件编号"
                    .to_owned(),
            ),
            DigestKind::Express | DigestKind::Special if self.supplement => {
                refuse(format!("{}不设增刊", kind.label()))
            }
            DigestKind::Special if self.post.is_some() || self.is_final => {
                refuse("--post、--final 用于快报，专题报告不用".to_owned())
            }
            DigestKind::Special => Ok(()),
            _ if has_period
                || self.watch.is_some()
                || self.query.is_some()
                || self.topic.is_some() =>
            {
                refuse("--watch、--query、--topic、--from、--to、--name 只用于专题报告".to_owned())
            }
            DigestKind::Express => Ok(()),
            _ if names_scope || self.post.is_some() || self.is_final => refuse(
                "--event、--post、--final 用于快报：`yuqing issue draft express --event N`"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }

    fn special(&self, app: &App) -> Result<SpecialOrder, Failure> {
        let about = if let Some(said) = &self.watch {
            About::Watch(watch_named(&app.config, said)?)
        } else if let Some(text) = &self.query {
            About::Query(text)
        } else if let Some(topic) = self.topic {
            About::Topic(topic)
        } else {
            About::Event(EventId(self.event.unwrap_or_default()))
        };
        let period = special_days(self.from, self.to, app.now());
        let period = period.map_err(|mistake| Failure::Usage(mistake.to_string()))?;
        let order = special_order(app, about, self.name.as_deref(), period);
        order.map_err(|mistake| match mistake {
            OrderMistake::Failed(error) => Failure::Failed(error),
            mistake => Failure::Usage(mistake.to_string()),
        })
    }
}

impl Correct {
    pub fn run(&self, app: &App) -> Result<(), Failure> {
        let corrected = IssueId(self.id);
        let drafted =
            draft_correction(app, corrected, &self.reason, &self.by).map_err(refused::draft)?;
        let Drafted::Issue { id, is_new, .. } = drafted else {
            return Ok(());
        };
        let earlier = match is_new {
            true => "",
            false => "更正稿早已起草，这次没有另起，所写的更正说明没有采用",
        };
        if self.json {
            return print_issue_json(app, id, earlier);
        }
        let did = if is_new {
            "已起草更正稿"
        } else {
            "已有更正稿"
        };
        let (id, corrected) = (id.0, self.id);
        print_text(&format!(
            "{did}：第{id}号稿件；用 `yuqing issue edit {id}` 改正后审签：`yuqing issue approve {id} --by 姓名`、`yuqing issue sign {id} --by 姓名`；第{corrected}号稿件保持原样\n"
        ))?;
        print_hint(earlier);
        Ok(())
    }
}

fn report(
    app: &App,
    digest: &DigestSettings,
    drafted: &Drafted,
    json: bool,
) -> Result<(), Failure> {
    match drafted {
        Drafted::Issue { id, is_new, .. } => {
            let issue = load(app, *id)?;
            if json {
                let hints = [earlier(&issue, *is_new), not_needed(&issue)];
                let hints: Vec<String> = hints.into_iter().flatten().collect();
                return print_issue_json(app, *id, &hints.join("；"));
            }
            print_text(&stands(&issue, *is_new))?;
            print_notes(&issue)?;
            print_hint(&not_needed(&issue).unwrap_or_default());
        }
        Drafted::Zero { digest, period } if json => {
            print_json(
                &serde_json::json!({"digest": digest, "period": period, "zero_report": true}),
            )?;
        }
        Drafted::Nothing { period } if json => {
            print_json(
                &serde_json::json!({"digest": digest.code, "period": period, "zero_report": false}),
            )?;
        }
        Drafted::Zero { period, .. } => print_text(&format!(
            "{}无重要舆情，已登记零报告，不占期号\n",
            span(*period)
        ))?,
        Drafted::Nothing { period } => print_text(&format!(
            "{}暂无重要舆情；时段未完，未登记零报告\n",
            span(*period)
        ))?,
    }
    Ok(())
}

fn span(period: Period) -> String {
    let minute = |at: Timestamp| at.format("%Y-%m-%d %H:%M").to_string();
    format!("{} 至 {} ", minute(period.from), minute(period.to))
}

/// `已有草稿：…`, where nothing was drafted.
fn earlier(issue: &Issue, is_new: bool) -> Option<String> {
    let state = issue.state.label();
    (!is_new).then(|| format!("这是早先的第{}号稿件（{state}），没有另行起草", issue.id.0))
}

/// 快报 is for orange and red, and for what leaders ask for (`spec.md` 1.1).
fn not_needed(issue: &Issue) -> Option<String> {
    let level = issue.content.express.as_ref()?.standing.level;
    match level {
        Level::Blue => Some("本事件级别为蓝，按规则无须快报".to_owned()),
        Level::None => Some("本事件没有定级，按规则无须快报".to_owned()),
        Level::Yellow | Level::Orange | Level::Red => None,
    }
}

/// What was drafted, or what stands there already and what can be done with it.
fn stands(issue: &Issue, is_new: bool) -> String {
    let (id, state) = (issue.id.0, issue.state.label());
    let number = cited_number(issue).unwrap_or_default();
    let kind = issue.content.kind;
    let has_supplement = !matches!(kind, DigestKind::Express | DigestKind::Special);
    match issue.state {
        IssueState::Approved => format!(
            "已有第{id}号稿件（{state}）；签发用 `yuqing issue sign {id} --by 姓名`，要修改先退回：`yuqing issue return {id} --by 姓名 --reason 原因`\n"
        ),
        IssueState::Signed if has_supplement => format!(
            "本时段已有第{id}号稿件（{state}）{number}；要补充请起草增刊：`yuqing issue draft {digest} --supplement`，要改正请用 `yuqing issue correct {id} --by 姓名 --reason 更正说明`\n",
            digest = issue.content.digest
        ),
        IssueState::Signed => {
            format!(
                "已有第{id}号稿件（{state}）{number}；要改正请用 `yuqing issue correct {id} --by 姓名 --reason 更正说明`\n"
            )
        }
        IssueState::Draft | IssueState::Void => format!(
            "{}第{id}号稿件{}，{}条；用 `yuqing issue show {id}` 查看，审签用 `yuqing issue approve {id} --by 姓名`、`yuqing issue sign {id} --by 姓名`\n",
            if is_new {
                "已起草"
            } else {
                "已有草稿："
            },
            part(issue),
            issue.content.entries().count()
        ),
    }
}

/// `（续报一）`; nothing for what is no follow-up.
fn part(issue: &Issue) -> String {
    match issue.content.express.as_ref().map(part_name) {
        Some(part) if !part.is_empty() => format!("（{part}）"),
        _ => String::new(),
    }
}

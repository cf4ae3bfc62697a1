//! `yuqing reply`: answers to citizens, registered one by one or as a day's count, and counted.

use super::case_words::{DayAs, moment_of};
use super::output::{DONE, Failure, column, print_json, print_text};
use super::refused;
use super::search::{check_days, parse_day};
use super::{Common, person};
use crate::app::App;
use crate::model::{Answered, Channel, NewReply, PostId, Reply, ReplyCounts, Timestamp};
use crate::pipeline::masked_text;
use crate::store::ReplyError;
use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::process::ExitCode;

/// Replies listed where the command does not say.
const LISTED: usize = 50;

#[derive(Subcommand)]
pub enum ReplyCommand {
    /// 登记：逐件，或一个渠道一天的件数 · register
    Add(Add),
    /// 列出登记的答复，新的在前 · list
    List(List),
    /// 统计件数：分渠道、分月，满意度，答复用时 · count
    Count(Count),
}

#[derive(Args)]
pub struct Add {
    /// 渠道，如 政民留言 message_board、热线 hotline；写了 --post 则默认为该信息的渠道 · channel
    #[arg(long, required_unless_present = "post")]
    channel: Option<Channel>,
    /// 按日登记：当天答复多少件，不含已逐件登记的 · how many that day, without those registered one by one
    #[arg(long, conflicts_with_all = ["post", "text", "satisfaction", "asked", "at"])]
    count: Option<u32>,
    /// 按日登记的日期，如 2017-11-21；默认今天 · day
    #[arg(long, value_name = "D", value_parser = parse_day, requires = "count")]
    date: Option<NaiveDate>,
    /// 逐件登记：答复的是哪条信息 · post
    #[arg(long, value_name = "ID")]
    post: Option<i64>,
    /// 答复内容 · words
    #[arg(long)]
    text: Option<String>,
    /// 网友评分，1至5 · rating
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=5))]
    satisfaction: Option<u8>,
    /// 提问时间；写了 --post 则默认为该信息的发布时间 · when it was asked
    #[arg(long, value_name = "T")]
    asked: Option<String>,
    /// 答复时间，如 2017-11-21 10:30；默认现在 · when it was answered
    #[arg(long, value_name = "T")]
    at: Option<String>,
    /// 更正已登记的当日件数，或 --post 所写信息的答复 · corrects what was registered
    #[arg(long)]
    correct: bool,
    /// 登记人姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct PeriodSaid {
    /// 起始日，默认本年1月1日 · first day
    #[arg(long, value_name = "D", value_parser = parse_day)]
    from: Option<NaiveDate>,
    /// 截止日，默认今天 · last day
    #[arg(long, value_name = "D", value_parser = parse_day)]
    to: Option<NaiveDate>,
}

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    period: PeriodSaid,
    /// 最多几行，默认50 · rows
    #[arg(long)]
    limit: Option<usize>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Count {
    #[command(flatten)]
    period: PeriodSaid,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

/// One row of the register.
#[derive(Serialize)]
struct Row<'r> {
    id: i64,
    channel: Channel,
    replied_at: Timestamp,
    count: u32,
    post: Option<PostId>,
    text: &'r str,
    satisfaction: Option<u8>,
    asked_at: Option<Timestamp>,
    by: &'r str,
    recorded_at: Timestamp,
}

impl ReplyCommand {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        match self {
            ReplyCommand::Add(order) => order.run(&app)?,
            ReplyCommand::List(order) => order.run(&app)?,
            ReplyCommand::Count(order) => order.run(&app)?,
        }
        Ok(DONE)
    }
}

impl Add {
    fn run(self, app: &App) -> Result<(), Failure> {
        let (channel, replied_at, answered) = match self.count {
            Some(count) => self.bulk(app, count)?,
            None => self.one(app)?,
        };
        // Read last: a reply without a time was given just now.
        let now = app.now();
        if replied_at > now {
            return Err(Failure::Usage(
                "答复时间还没有到，请检查 --date 或 --at".to_owned(),
            ));
        }
        let reply = NewReply {
            channel,
            replied_at,
            answered,
            by: self.by,
        };
        let registered = app.store.register_reply(&reply, self.correct, now);
        let id = registered.map_err(refused::reply)?;
        let reply = Reply {
            id,
            reply,
            recorded_at: now,
        };
        if self.json {
            print_json(&Row::of(&reply))?;
        } else {
            print_text(&format!(
                "已登记：{}{}",
                line(&reply),
                beside(app, &reply.reply)?
            ))?;
        }
        Ok(())
    }

    fn bulk(&self, app: &App, count: u32) -> Result<(Channel, Timestamp, Answered), Failure> {
        let Some(channel) = self.channel else {
            return Err(Failure::Usage("按日登记请用 --channel 写明渠道".to_owned()));
        };
        if count == 0 && !self.correct {
            return Err(Failure::Usage("--count 应大于0".to_owned()));
        }
        let day = self.date.unwrap_or(app.now().date_naive());
        Ok((channel, begin(app, day), Answered::Many { count }))
    }

    fn one(&self, app: &App) -> Result<(Channel, Timestamp, Answered), Failure> {
        let post = self.post.map(PostId);
        let stored = match post {
            Some(id) => {
                let stored = app.store.post(id)?;
                let missing = || refused::reply(ReplyError::NoPost(id.0));
                Some(stored.ok_or_else(missing)?)
            }
            None => None,
        };
        let of_post = stored.as_ref().map(|stored| stored.post.channel);
        let channel = self.channel.or(of_post).unwrap_or(Channel::Other);
        let replied_at = match &self.at {
            Some(said) => moment_of(app, "--at", said, DayAs::Begin)?,
            None => app.now(),
        };
        let asked_at = match &self.asked {
            Some(said) => Some(moment_of(app, "--asked", said, DayAs::Begin)?),
            None => stored
                .and_then(|stored| stored.post.published_at)
                .map(|published| published.at),
        };
        if asked_at.is_some_and(|asked_at| asked_at > replied_at) {
            return Err(Failure::Usage(
                "提问时间晚于答复时间，请检查 --asked 和 --at".to_owned(),
            ));
        }
        let answered = Answered::One {
            post,
            text: masked_text(self.text.as_deref().unwrap_or_default()),
            satisfaction: self.satisfaction,
            asked_at,
        };
        Ok((channel, replied_at, answered))
    }
}

impl PeriodSaid {
    /// From inclusive, to exclusive.
    fn moments(&self, app: &App) -> Result<(Timestamp, Timestamp), Failure> {
        let today = app.now().date_naive();
        let new_year = today.with_ordinal(1).unwrap_or(today);
        let (from, to) = (self.from.unwrap_or(new_year), self.to.unwrap_or(today));
        check_days(Some(from), Some(to))?;
        Ok((begin(app, from), begin(app, to + Days::new(1))))
    }
}

/// The first moment of a day.
fn begin(app: &App, day: NaiveDate) -> Timestamp {
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(app.zone());
    local
        .earliest()
        .map_or_else(|| app.now(), |moment| moment.fixed_offset())
}

impl List {
    fn run(self, app: &App) -> Result<(), Failure> {
        let (from, to) = self.period.moments(app)?;
        let limit = self.limit.unwrap_or(LISTED);
        let replies = app.store.replies(from, to, limit)?;
        if self.json {
            let rows: Vec<Row<'_>> = replies.iter().map(Row::of).collect();
            print_json(&rows)?;
        } else if replies.is_empty() {
            print_text("这段时间没有登记答复；用 `yuqing reply add` 登记\n")?;
        } else {
            print_text(&replies.iter().map(line).collect::<String>())?;
        }
        Ok(())
    }
}

impl Count {
    fn run(self, app: &App) -> Result<(), Failure> {
        let (from, to) = self.period.moments(app)?;
        let counts = app.store.reply_counts(from, to)?;
        if self.json {
            print_json(&counts)?;
        } else {
            let last = to - chrono::TimeDelta::seconds(1);
            let (from, last) = (from.format("%Y-%m-%d"), last.format("%Y-%m-%d"));
            print_text(&format!("{from}至{last}\n{}", counted(&counts)))?;
        }
        Ok(())
    }
}

impl<'r> Row<'r> {
    fn of(reply: &'r Reply) -> Row<'r> {
        let said = &reply.reply;
        let mut row = Row {
            id: reply.id.0,
            channel: said.channel,
            replied_at: said.replied_at,
            count: 1,
            post: None,
            text: "",
            satisfaction: None,
            asked_at: None,
            by: &said.by,
            recorded_at: reply.recorded_at,
        };
        match &said.answered {
            Answered::Many { count } => row.count = *count,
            Answered::One {
                post,
                text,
                satisfaction,
                asked_at,
            } => {
                row.post = *post;
                row.text = text;
                row.satisfaction = *satisfaction;
                row.asked_at = *asked_at;
            }
        }
        row
    }
}

/// Answers that a day's count leaves out; nothing where there are none.
fn beside(app: &App, reply: &NewReply) -> Result<String, Failure> {
    let singles = app.store.single_replies(reply.channel, reply.replied_at)?;
    Ok(match (&reply.answered, singles) {
        (Answered::One { .. }, _) | (_, 0) => String::new(),
        (Answered::Many { .. }, singles) => {
            format!(
                "当日同渠道另有逐件登记的{singles}件，统计时相加；\
                 如已包含在内，请加 --correct 改为不含它们的件数\n"
            )
        }
    })
}

fn line(reply: &Reply) -> String {
    let said = &reply.reply;
    let (at, what) = match &said.answered {
        Answered::Many { count } => ("%Y-%m-%d", format!("{count}件（不含逐件登记的）")),
        Answered::One {
            post,
            text,
            satisfaction,
            ..
        } => {
            let post = post.map_or(String::new(), |post| format!("信息#{}　", post.0));
            let rated = satisfaction.map_or(String::new(), |rated| format!("　评分{rated}"));
            (
                "%Y-%m-%d %H:%M",
                format!("{post}{}{rated}", text.replace('\n', " ")),
            )
        }
    };
    format!(
        "{}{}{}{what}\n",
        column(&said.replied_at.format(at).to_string(), 18),
        column(said.channel.label(), 10),
        column(&said.by, 10)
    )
}

fn counted(counts: &ReplyCounts) -> String {
    let mut text = format!("答复网友{}件\n", counts.total);
    for (channel, count) in &counts.by_channel {
        text += &format!("{}{count}件\n", column(channel.label(), 12));
    }
    for (month, count) in &counts.by_month {
        text += &format!("{}{count}件\n", column(month, 12));
    }
    if let Some(mean) = counts.mean_satisfaction {
        text += &format!("有评分的{}件，平均{mean:.1}分\n", counts.rated);
    }
    if let Some(hours) = counts.median_hours {
        text += &format!(
            "有提问时间的{}件，答复用时中位数{hours:.1}小时\n",
            counts.timed
        );
    }
    text
}

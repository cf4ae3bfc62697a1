//! `/cases/replies`: 答复网友 – registered one by one or as a day's count, listed and counted.

use crate::app::App;
use crate::model::{
    Answered, AuditAction, AuditSubject, Channel, NewReply, PostId, Reply, Timestamp, Visitor,
};
use crate::pipeline::masked_text;
use crate::web::Shared;
use crate::web::choice::{Choice, choices};
use crate::web::deed;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::minute;
use crate::web::moments::{DayAs, begin_of, day_of, input, moment_of};
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, Response};
use chrono::{Datelike, Days};
use serde::Deserialize;

/// Replies listed.
const LISTED: usize = 100;

#[derive(Template)]
#[template(path = "replies.html", config = "src/web/askama.toml")]
struct RepliesPage {
    frame: Frame,
    from: String,
    to: String,
    today: String,
    now: String,
    post: String,
    channels: Vec<Choice>,
    total: u64,
    by_channel: Vec<(&'static str, u64)>,
    by_month: Vec<(String, u64)>,
    satisfaction: String,
    speed: String,
    lines: Vec<ReplyLine>,
    limit: usize,
}

struct ReplyLine {
    at: String,
    channel: &'static str,
    what: String,
    post: Option<i64>,
    by: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    from: String,
    to: String,
    post: String,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = work(&app, move |app| replies_page(app, &visitor, &parameters)).await?;
    Ok(Html(page.render()?))
}

fn replies_page(
    app: &App,
    visitor: &Visitor,
    parameters: &Parameters,
) -> Result<RepliesPage, WebError> {
    let now = app.now();
    let today = now.date_naive();
    let first = day_of(
        "起始日",
        &parameters.from,
        today.with_ordinal(1).unwrap_or(today),
    )?;
    let last = day_of("截止日", &parameters.to, today)?;
    if first > last {
        return Err(WebError::Wrong("起始日晚于截止日。".to_owned()));
    }
    let after = last.checked_add_days(Days::new(1)).unwrap_or(last);
    let (from, to) = (begin_of(app, first), begin_of(app, after));
    let counts = app.store.reply_counts(from, to)?;
    let satisfaction = counts.mean_satisfaction.map_or(String::new(), |mean| {
        format!("有评分的{}件，平均{mean:.1}分", counts.rated)
    });
    let speed = counts.median_hours.map_or(String::new(), |hours| {
        format!(
            "有提问时间的{}件，答复用时中位数{hours:.1}小时",
            counts.timed
        )
    });
    Ok(RepliesPage {
        frame: Frame::of(app, visitor, "/cases")?,
        from: first.to_string(),
        to: last.to_string(),
        today: today.to_string(),
        now: input(now),
        post: parameters.post.clone(),
        channels: choices(
            Channel::ALL
                .iter()
                .map(|known| (known.code(), known.label())),
            Channel::MessageBoard.code(),
        ),
        total: counts.total,
        by_channel: (counts.by_channel.iter())
            .map(|(channel, count)| (channel.label(), *count))
            .collect(),
        by_month: counts.by_month,
        satisfaction,
        speed,
        lines: (app.store.replies(from, to, LISTED)?.iter())
            .map(line)
            .collect(),
        limit: LISTED,
    })
}

fn line(reply: &Reply) -> ReplyLine {
    let said = &reply.reply;
    let (at, what, post) = match &said.answered {
        Answered::Many { count } => (
            said.replied_at.format("%Y-%m-%d").to_string(),
            format!("{count}件（不含逐件登记的）"),
            None,
        ),
        Answered::One {
            post,
            text,
            satisfaction,
            ..
        } => {
            let rated = satisfaction.map_or(String::new(), |rated| format!("　评分{rated}"));
            (
                minute(Some(said.replied_at)),
                format!("{text}{rated}"),
                post.map(|post| post.0),
            )
        }
    };
    ReplyLine {
        at,
        channel: said.channel.label(),
        what,
        post,
        by: said.by.clone(),
    }
}

pub async fn register(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let by = visitor.by().to_owned();
    let said = work(&app, move |app| taken(app, &fields, &by)).await?;
    let subject = AuditSubject::Reply.label().to_owned();
    let path = "/cases/replies";
    deed::done(&app, &visitor, AuditAction::Ledger, subject, path, said).await
}

fn taken(app: &App, fields: &Fields, by: &str) -> Result<String, WebError> {
    let (channel, replied_at, answered) = match fields.text("way") {
        "many" => many(app, fields)?,
        _ => one(app, fields)?,
    };
    let now = app.now();
    if replied_at > now {
        return Err(WebError::Wrong("答复时间还没有到。".to_owned()));
    }
    let reply = NewReply {
        channel,
        replied_at,
        answered,
        by: by.to_owned(),
    };
    let registered = app.store.register_reply(&reply, fields.has("correct"), now);
    registered.map_err(refused::reply)?;
    Ok(match &reply.answered {
        Answered::Many { count } => format!(
            "已登记{}答复{count}件（{}）",
            channel.label(),
            replied_at.format("%Y-%m-%d")
        ),
        Answered::One { .. } => format!("已登记{}答复1件", channel.label()),
    })
}

fn many(app: &App, fields: &Fields) -> Result<(Channel, Timestamp, Answered), WebError> {
    let channel: Option<Channel> = fields.parsed("channel", "渠道")?;
    let channel = channel.ok_or_else(|| WebError::Wrong("请选择渠道。".to_owned()))?;
    let count = fields.required("count", "件数")?.parse();
    let count: u32 = count.map_err(|_| WebError::Wrong("件数应是数字。".to_owned()))?;
    if count == 0 && !fields.has("correct") {
        return Err(WebError::Wrong("件数应大于0。".to_owned()));
    }
    let day = day_of("日期", fields.text("date"), app.now().date_naive())?;
    Ok((channel, begin_of(app, day), Answered::Many { count }))
}

fn one(app: &App, fields: &Fields) -> Result<(Channel, Timestamp, Answered), WebError> {
    let post = match fields.text("post") {
        "" => None,
        id => {
            let missing = || WebError::Wrong("没有这个编号的信息。".to_owned());
            let id: i64 = id.trim_start_matches('#').parse().map_err(|_| missing())?;
            Some(app.store.post(PostId(id))?.ok_or_else(missing)?)
        }
    };
    let text = masked_text(fields.text("text"));
    if post.is_none() && text.is_empty() {
        return Err(WebError::Wrong("请填写答复内容或信息编号。".to_owned()));
    }
    let said: Option<Channel> = fields.parsed("channel", "渠道")?;
    let of_post = post.as_ref().map(|stored| stored.post.channel);
    let satisfaction: Option<u8> = fields.parsed("satisfaction", "评分")?;
    if satisfaction.is_some_and(|rated| !(1..=5).contains(&rated)) {
        return Err(WebError::Wrong("评分为1至5。".to_owned()));
    }
    let replied_at = moment_of(app, "答复时间", fields.text("at"), DayAs::Begin)?;
    let replied_at = replied_at.unwrap_or_else(|| app.now());
    let asked_at = moment_of(app, "提问时间", fields.text("asked"), DayAs::Begin)?;
    let asked_at = asked_at.or_else(|| {
        let published = post.as_ref()?.post.published_at?;
        Some(published.at)
    });
    if asked_at.is_some_and(|asked_at| asked_at > replied_at) {
        return Err(WebError::Wrong("提问时间晚于答复时间。".to_owned()));
    }
    let answered = Answered::One {
        post: post.as_ref().map(|stored| stored.id),
        text,
        satisfaction,
        asked_at,
    };
    let channel = of_post.or(said).unwrap_or(Channel::Other);
    Ok((channel, replied_at, answered))
}

//! `/entry`: one item from television, radio, a clipping or a group chat, entered in one form; then what the judgement made
//! of it, and what can be done with it next.

pub mod import;

use crate::app::App;
use crate::import::{Field, channel_named};
use crate::model::{
    AttachedTo, AuditAction, AuditSubject, Channel, IssueId, IssueState, PostId, StoredPost,
    Urgency, Visitor,
};
use crate::pipeline::{EditOrder, EditRefusal, Entered, EntryRefusal, edit_issue, enter_post};
use crate::store::{AuditFilter, EditError, IssueFilter};
use crate::web::Shared;
use crate::web::attachments::{AttachmentLine, lines};
use crate::web::choice::{Choice, choices};
use crate::web::deed;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::layout::{PostLine, minute, published};
use crate::web::moments::input;
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::upload::Upload;
use crate::web::visitor::Who;
use crate::web::work::work;
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;

/// Where items come from, in the words that an import understands; those of a bureau's morning first.
const PLACES: &[&str] = &[
    "电视",
    "电台",
    "报纸",
    "微信群",
    "朋友圈",
    "微信公众号",
    "短视频",
    "微博",
    "论坛贴吧",
    "新闻网站",
    "政民留言",
    "热线",
    "转办",
    "政府网站",
    "其他",
];
/// Fields that the form shares with tables.
const FIELDS: &[Field] = &[
    Field::Channel,
    Field::SourceName,
    Field::Title,
    Field::Text,
    Field::Author,
    Field::PublishedAt,
    Field::Url,
    Field::Comments,
    Field::Reposts,
    Field::Likes,
    Field::Station,
    Field::Programme,
    Field::Length,
    Field::Scenes,
    Field::Account,
    Field::Screenshot,
    Field::FromOffice,
    Field::DocumentNo,
    Field::Urgency,
    Field::DueAt,
    Field::HandlingOffice,
];
/// Page of a paper, under the name that e-papers have it.
const PAPER_PAGE: &str = "版次";
/// How far back the last entries of somebody are looked for.
const REMEMBERED: TimeDelta = TimeDelta::days(14);
/// Entries looked back upon.
const LATEST: usize = 20;
/// Entries shown.
const SHOWN: usize = 5;
/// Media offered.
const OFFERED: usize = 200;
/// Drafts an item may go into.
const DRAFTS: usize = 10;

#[derive(Template)]
#[template(path = "entry.html", config = "src/web/askama.toml")]
struct EntryPage {
    frame: Frame,
    /// Why the form was not taken.
    mistake: String,
    values: Fields,
    channels: Vec<Choice>,
    urgencies: Vec<Choice>,
    source: String,
    station: String,
    programme: String,
    published: String,
    media: Vec<String>,
    latest: Vec<PostLine>,
}

impl EntryPage {
    /// Something stands in a field that is folded away.
    fn has_more(&self) -> bool {
        let folded = ["url", "author", "comments", "reposts", "likes"];
        folded.iter().any(|name| self.values.has(name))
    }
}

#[derive(Template)]
#[template(path = "entered.html", config = "src/web/askama.toml")]
struct EnteredPage {
    frame: Frame,
    post: PostLine,
    is_judged: bool,
    level: &'static str,
    relevant: &'static str,
    published: String,
    seen: String,
    channel: &'static str,
    reasons: Vec<String>,
    attachments: Vec<AttachmentLine>,
    drafts: Vec<Choice>,
    /// Where a next one of the same kind is entered.
    again: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    channel: String,
    source: String,
    station: String,
    programme: String,
}

/// What the form begins with.
#[derive(Default)]
struct Defaults {
    channel: String,
    source: String,
    station: String,
    programme: String,
    latest: Vec<StoredPost>,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| {
            let mut defaults = defaults(app, &visitor)?;
            if !parameters.channel.is_empty() {
                defaults.channel = parameters.channel;
                defaults.source = parameters.source;
                defaults.station = parameters.station;
                defaults.programme = parameters.programme;
            }
            form_page(app, &visitor, defaults, Fields::default(), String::new())
        })
        .await?;
    Ok(Html(page.render()?))
}

/// What somebody entered last stands in the audit: the next one mostly comes from the same place.
fn defaults(app: &App, visitor: &Visitor) -> Result<Defaults> {
    let lines = app.store.audit(&AuditFilter {
        from: Some(app.now() - REMEMBERED),
        actor: Some(visitor.by().to_owned()),
        action: Some(AuditAction::Entry),
        limit: LATEST,
        ..AuditFilter::default()
    })?;
    let ids = lines.iter().filter_map(|line| {
        let id = AuditSubject::Post.number_of(&line.subject)?;
        Some(PostId(id))
    });
    let ids: Vec<PostId> = ids.collect();
    let mut latest = app.store.posts(&ids)?;
    latest.sort_by_key(|stored| ids.iter().position(|id| *id == stored.id));
    let mut defaults = Defaults {
        channel: PLACES[0].to_owned(),
        ..Defaults::default()
    };
    if let Some(last) = latest.first() {
        defaults.channel = place_of(last);
        defaults.source = match last.post.channel {
            Channel::Tv | Channel::Radio | Channel::Transfer => String::new(),
            _ => last.post.source_name.clone(),
        };
        defaults.station = kept(last, Field::Station);
        defaults.programme = kept(last, Field::Programme);
    }
    defaults.latest = latest;
    Ok(defaults)
}

fn kept(stored: &StoredPost, field: Field) -> String {
    let value = stored.post.extra.get(field.label());
    let value = value.and_then(|value| value.as_str());
    value.unwrap_or_default().to_owned()
}

/// The place of the form that a post came from, as far as its channel tells.
fn place_of(stored: &StoredPost) -> String {
    let channel = stored.post.channel;
    let same = |place: &&&str| channel_named(place).is_ok_and(|named| named == channel);
    let place = PLACES.iter().find(same);
    place.map_or_else(|| channel.label().to_owned(), |place| (*place).to_owned())
}

fn form_page(
    app: &App,
    visitor: &Visitor,
    defaults: Defaults,
    values: Fields,
    mistake: String,
) -> Result<EntryPage> {
    let or = |name: &str, usual: String| match values.text(name) {
        "" => usual,
        said => said.to_owned(),
    };
    let now = input(app.now());
    Ok(EntryPage {
        frame: Frame::of(app, visitor, "/entry")?,
        mistake,
        channels: choices(
            PLACES.iter().map(|place| (*place, *place)),
            &or("channel", defaults.channel.clone()),
        ),
        urgencies: choices(
            Urgency::ALL
                .iter()
                .map(|known| (known.label(), known.label())),
            &or("urgency", String::new()),
        ),
        source: or("source_name", defaults.source.clone()),
        station: or("station", defaults.station.clone()),
        programme: or("programme", defaults.programme.clone()),
        published: or("published_at", now),
        media: media(app, &defaults.latest),
        latest: (defaults.latest.iter().take(SHOWN))
            .map(PostLine::of)
            .collect(),
        values,
    })
}

/// Media to complete: those entered lately, then those we read.
fn media(app: &App, latest: &[StoredPost]) -> Vec<String> {
    let entered = latest.iter().map(|stored| stored.post.source_name.clone());
    let collecting = app.collecting();
    let read = collecting.sources.iter();
    let read = read.map(|declared| declared.source.name.clone());
    let mut media: Vec<String> = Vec::new();
    for name in entered.chain(read) {
        if media.len() < OFFERED && !media.contains(&name) {
            media.push(name);
        }
    }
    media
}

pub async fn enter(
    State(app): Shared,
    Who(visitor): Who,
    upload: Upload,
) -> Result<Response, WebError> {
    let who = visitor.clone();
    let outcome = app
        .on_cpu(move |app| match taken(app, &upload, visitor.by()) {
            Ok(entered) => {
                let title = app.store.post(entered.id)?;
                let title = title.map(|stored| PostLine::of(&stored).title);
                Ok(Ok((entered, title.unwrap_or_default(), upload.files.len())))
            }
            Err(EntryRefusal::Failed(error)) => Err(error),
            // What was typed must not be lost.
            Err(EntryRefusal::Wrong(why)) => {
                let why = match upload.files.is_empty() {
                    true => why,
                    false => format!("{}。附件请重新选择。", why.trim_end_matches('。')),
                };
                let defaults = defaults(app, &visitor)?;
                Ok(Err(form_page(app, &visitor, defaults, upload.fields, why)?))
            }
        })
        .await?;
    match outcome {
        Ok((entered, title, files)) => {
            let Entered { id, is_new } = entered;
            let beside = match files {
                0 => String::new(),
                files => format!("，附件{files}个"),
            };
            let said = match is_new {
                true => format!("已补录：{title}{beside}"),
                false => format!("此前已收录这一条，没有重复入库：{title}{beside}"),
            };
            let subject = AuditSubject::Post.numbered(id.0);
            let path = format!("/entry/{}", id.0);
            deed::done(&app, &who, AuditAction::Entry, subject, &path, said).await
        }
        Err(page) => Ok((StatusCode::BAD_REQUEST, Html(page.render()?)).into_response()),
    }
}

fn taken(app: &App, upload: &Upload, by: &str) -> Result<Entered, EntryRefusal> {
    let fields = &upload.fields;
    let wrong = |said: String| Err(EntryRefusal::Wrong(said));
    let place = fields.text("channel");
    if place.is_empty() {
        return wrong("请选择渠道".to_owned());
    }
    let channel = channel_named(place).map_err(EntryRefusal::Wrong)?;
    let is_blank = |names: &[&str]| names.iter().all(|name| !fields.has(name));
    if is_blank(&["title", "text", "scenes", "screenshot"]) {
        return wrong("请粘贴或填写正文，也可只填标题".to_owned());
    }
    match channel {
        Channel::Tv | Channel::Radio if is_blank(&["programme"]) => {
            return wrong("请填写栏目（节目名称）".to_owned());
        }
        Channel::Transfer if is_blank(&["from_office"]) => {
            return wrong("请填写转来单位".to_owned());
        }
        Channel::Tv | Channel::Radio | Channel::Transfer | Channel::Wechat | Channel::Video => {}
        _ if is_blank(&["source_name"]) => {
            return wrong("请填写媒体、网站或账号名称".to_owned());
        }
        _ => {}
    }
    let mut said: Vec<(Field, &str)> = Vec::new();
    for field in FIELDS {
        said.push((*field, fields.text(field.code())));
    }
    match channel {
        // What is not of this channel was left in the form by the one before.
        Channel::Tv | Channel::Radio => said.retain(|(field, _)| *field != Field::SourceName),
        Channel::Transfer => said.push((Field::ReceivedAt, fields.text("published_at"))),
        Channel::Wechat | Channel::Video if is_blank(&["source_name", "account"]) => {
            said.push((Field::SourceName, place));
        }
        _ => {}
    }
    let own = |field: &Field| match field {
        Field::Station | Field::Programme | Field::Scenes => {
            matches!(channel, Channel::Tv | Channel::Radio)
        }
        Field::Length => matches!(channel, Channel::Tv | Channel::Radio | Channel::Video),
        Field::Account | Field::Screenshot => matches!(channel, Channel::Wechat | Channel::Video),
        Field::FromOffice
        | Field::DocumentNo
        | Field::Urgency
        | Field::DueAt
        | Field::HandlingOffice => channel == Channel::Transfer,
        _ => true,
    };
    said.retain(|(field, value)| own(field) && !value.is_empty());
    let page = match channel {
        Channel::Newspaper => fields.text("paper_page"),
        _ => "",
    };
    enter_post(app, &said, &[(PAPER_PAGE, page)], &upload.files, by)
}

pub async fn entered(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| entered_page(app, &visitor, PostId(id)))
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

fn entered_page(app: &App, visitor: &Visitor, id: PostId) -> Result<Option<EnteredPage>> {
    let Some(stored) = app.store.post(id)? else {
        return Ok(None);
    };
    let drafts = app.store.issues(IssueFilter {
        state: Some(IssueState::Draft),
        limit: DRAFTS,
        ..IssueFilter::default()
    })?;
    let drafts = drafts.iter().map(|issue| {
        let label = format!(
            "{}（{}，{}条）",
            issue.content.masthead.title,
            minute(Some(issue.content.period.to)),
            issue.content.entries().count()
        );
        (issue.id.0.to_string(), label)
    });
    let analysis = stored.analysis.as_ref();
    let again = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("channel", &place_of(&stored))
        .append_pair(
            "source",
            match stored.post.channel {
                Channel::Tv | Channel::Radio | Channel::Transfer => "",
                _ => &stored.post.source_name,
            },
        )
        .append_pair("station", &kept(&stored, Field::Station))
        .append_pair("programme", &kept(&stored, Field::Programme))
        .finish();
    Ok(Some(EnteredPage {
        frame: Frame::of(app, visitor, "/entry")?,
        post: PostLine::of(&stored),
        is_judged: analysis.is_some(),
        level: analysis.map_or("", |analysis| analysis.level.label()),
        relevant: match analysis.is_some_and(|analysis| analysis.relevant) {
            true => "涉我局",
            false => "不涉我局",
        },
        published: published(stored.post.published_at),
        seen: minute(Some(stored.first_seen_at)),
        channel: stored.post.channel.label(),
        reasons: analysis.map_or_else(Vec::new, |analysis| {
            let reasons = analysis.reasons.iter();
            reasons.map(|reason| reason.text.clone()).collect()
        }),
        attachments: lines(app, AttachedTo::Post(id))?,
        drafts: choices(drafts, ""),
        again: format!("/entry?{again}"),
    }))
}

/// 编入刊物.
pub async fn into_issue(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let issue: i64 = (fields.required("issue", "要编入的刊物")?.parse())
        .map_err(|_| WebError::Wrong("请选择要编入的刊物".to_owned()))?;
    let by = visitor.by().to_owned();
    work(&app, move |app| {
        let order = [EditOrder::AddPost(PostId(id))];
        let edited = edit_issue(app, IssueId(issue), None, &by, &order);
        edited.map_err(|refusal| match refusal {
            // The page of the post is there; the issue its form names is gone.
            EditRefusal::Refused(gone @ EditError::NotFound(_)) => {
                WebError::Conflict(format!("{gone}。"))
            }
            refusal => refused::edit(refusal),
        })
    })
    .await?;
    let (subject, path) = (AuditSubject::Issue.numbered(issue), format!("/entry/{id}"));
    let said = format!("信息#{id}已编入第{issue}号稿");
    deed::done(&app, &visitor, AuditAction::Draft, subject, &path, said).await
}

//! `/sources/new`, `/sources/{id}`: a source is added after a look at what it would bring, renamed, switched off and on,
//! visited soon. All of it in force at once.

use crate::app::App;
use crate::config::{Block, quoted};
use crate::extract::Extraction;
use crate::model::{AuditAction, AuditSubject, Channel, OutletTier, SourceKind, Visitor};
use crate::pipeline::{
    NewSource, ProbeOrder, Probed, Prober, SourceEdit, SourceRefusal, add_source, crawl_soon,
    edit_source, gave_no_text, guess_source, probe, said_once, with_free_id,
};
use crate::web::Shared;
use crate::web::deed::{back, done};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::frame::Frame;
use crate::web::visitor::Who;
use crate::web::work::work;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Sample pages behind an entry page; between two requests to a site lie seconds.
const PAGES: usize = 2;
/// A browser waits no longer for a look at a site.
const PATIENCE: Duration = Duration::from_secs(60);
/// Titles shown of a page.
const TITLES: usize = 12;

#[derive(Template)]
#[template(path = "source_new.html", config = "src/web/askama.toml")]
struct NewPage {
    frame: Frame,
    url: String,
    problems: Vec<String>,
    found: Option<Found>,
}

/// 预览.
struct Found {
    what: &'static str,
    address: String,
    /// Titles of what the page itself holds or leads to.
    titles: Vec<String>,
    more: usize,
    samples: Vec<Sample>,
    notes: Vec<String>,
    feeds: Vec<String>,
    gave_no_text: bool,
    /// What would be written; none for what is no source.
    proposal: Option<Proposed>,
}

/// A page behind it, as it would be read.
struct Sample {
    url: String,
    title: String,
    published: String,
    text: String,
}

/// The fields of the form that saves.
struct Proposed {
    id: String,
    name: String,
    kind: String,
    url: String,
    channel: Channel,
    tier: OutletTier,
    schedule: String,
    max_pages: String,
    note: String,
    official: bool,
    rules: String,
    tables: String,
}

impl Proposed {
    fn channels(&self) -> &'static [Channel] {
        Channel::ALL
    }

    fn tiers(&self) -> &'static [OutletTier] {
        OutletTier::ALL
    }
}

pub async fn form(State(app): Shared, Who(visitor): Who) -> Result<Html<String>, WebError> {
    let page = blank(&app, visitor, String::new(), Vec::new()).await?;
    Ok(Html(page.render()?))
}

async fn blank(
    app: &Arc<App>,
    visitor: Visitor,
    url: String,
    problems: Vec<String>,
) -> Result<NewPage, WebError> {
    let frame = app
        .on_cpu(move |app| Frame::of(app, &visitor, "/sources"))
        .await?;
    Ok(NewPage {
        frame,
        url,
        problems,
        found: None,
    })
}

/// What an address is and what would be collected from it; nothing is stored.
pub async fn preview(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let typed = fields.required("url", "网址")?.to_owned();
    let kind = fields.parsed::<SourceKind>("kind", "类型")?;
    let looked = match ProbeOrder::typed(&typed, app.now(), kind, PAGES) {
        Some(order) => look(&app, &order).await,
        None => Err("这不是可用的网址；应以 http:// 或 https:// 开头，例如 https://www.example.gov.cn/tzgg/".to_owned()),
    };
    let problems = looked.as_ref().err().cloned().into_iter().collect();
    let mut page = blank(&app, visitor, typed, problems).await?;
    let status = match looked {
        Ok(probed) => {
            page.found = Some(found(&app, probed));
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    };
    Ok((status, Html(page.render()?)).into_response())
}

async fn look(app: &Arc<App>, order: &ProbeOrder) -> Result<Probed, String> {
    let collecting = app.collecting();
    let mut config = app.config.clone();
    config.sources = collecting.sources.clone();
    config.sites = Arc::clone(&collecting.sites);
    let prober = Prober {
        fetcher: &app.fetcher,
        config: &config,
        now: &|| app.now(),
        tell: &|_| {},
    };
    match tokio::time::timeout(PATIENCE, probe(&prober, order)).await {
        Ok(Ok(probed)) => Ok(probed),
        Ok(Err(error)) => Err(said_once(&error)),
        Err(_) => Err("网站60秒内没有答复完，请稍后再试。".to_owned()),
    }
}

fn found(app: &App, mut probed: Probed) -> Found {
    let guess = guess_source(&probed, None, app.now());
    let collecting = app.collecting();
    let proposal = guess.map(|guess| {
        let guess = with_free_id(guess, None, &collecting.sources);
        let value = |key: &str| {
            let known = guess.block.keys.iter().find(|(known, _)| *known == key);
            // Words are written as JSON writes them, numbers plainly.
            known.map_or_else(String::new, |(_, value)| {
                serde_json::from_str(value).unwrap_or_else(|_| value.clone())
            })
        };
        Proposed {
            kind: value("kind"),
            url: value("url"),
            schedule: value("schedule"),
            max_pages: value("max_pages"),
            official: value("official") == "true",
            note: String::new(),
            id: guess.block.id.clone(),
            name: guess.block.name.clone(),
            channel: guess.channel,
            tier: guess.tier,
            rules: probed.proposal.rules.clone(),
            tables: probed.proposal.tables.clone(),
        }
    });
    let gave_no_text = gave_no_text(&probed);
    probed.mask();
    let titles = titles(&probed.look.extraction);
    let sample = |url: &Url, extraction: &Extraction| {
        let post = extraction.posts.first();
        Sample {
            url: url.to_string(),
            title: post.map_or_else(String::new, |post| post.title.clone()),
            published: crate::web::layout::published(post.and_then(|post| post.published_at)),
            text: post.map_or_else(
                || "没有取到正文".to_owned(),
                |post| post.text.chars().take(160).collect(),
            ),
        }
    };
    let followed = probed.followed.iter();
    let mut notes = probed.notes.clone();
    notes.extend(probed.look.extraction.warnings.iter().cloned());
    Found {
        what: probed.look.what.label(),
        address: probed.url.to_string(),
        more: titles.len().saturating_sub(TITLES),
        titles: titles.into_iter().take(TITLES).collect(),
        samples: followed
            .map(|followed| sample(&followed.url, &followed.extraction))
            .collect(),
        notes,
        feeds: probed.look.feeds.iter().map(Url::to_string).collect(),
        gave_no_text,
        proposal,
    }
}

fn titles(extraction: &Extraction) -> Vec<String> {
    let posts = extraction.posts.iter().map(|post| post.title.clone());
    let links = extraction.links.iter().map(|link| link.title.clone());
    let titles = posts.chain(links).filter(|title| !title.is_empty());
    titles.collect()
}

/// Writes the source that was looked at.
pub async fn save(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let block = block(&fields)?;
    let page = Url::parse(fields.required("page", "网址")?);
    let page = page.map_err(|_| WebError::Wrong("网址不可用，请重新预览".to_owned()))?;
    if fields.has("empty") && !fields.has("force") {
        return Err(WebError::Wrong(
            "样页都没有取到正文，采集后也不会有信息；请换用其他栏目的网址，确需保存请勾选“仍然保存”。"
                .to_owned(),
        ));
    }
    let lines = |name| fields.whole(name).replace("\r\n", "\n");
    let (rules, tables) = (lines("rules"), lines("tables"));
    let by = visitor.by().to_owned();
    let saved = work(&app, move |app| {
        let new = NewSource {
            block: &block,
            page: &page,
            rules: rules.trim_start(),
            tables: &tables,
        };
        add_source(app, &by, &new).map_err(refused)
    })
    .await?;
    let mut sentence = format!("已新增信源“{}”，即将开始采集。", fields.text("name"));
    if saved.rules_file.is_some() {
        sentence += "采集规则已一并写入。";
    }
    if saved.lines_to_add.is_some() {
        sentence += "本站的采集规则文件已存在，未改动。";
    }
    let path = format!("/sources/{}", saved.id);
    let subject = AuditSubject::Source.named(&saved.id);
    done(
        &app,
        &visitor,
        AuditAction::Source,
        subject,
        &path,
        sentence,
    )
    .await
}

fn block(fields: &Fields) -> Result<Block, WebError> {
    let mut keys = Vec::new();
    for (key, label) in [
        ("kind", "类型"),
        ("url", "网址"),
        ("channel", "渠道"),
        ("tier", "媒体级别"),
    ] {
        keys.push((key, quoted(fields.required(key, label)?)));
    }
    if fields.has("official") {
        keys.push(("official", "true".to_owned()));
    }
    keys.push(("enabled", "true".to_owned()));
    keys.push(("schedule", quoted(fields.required("schedule", "采集时刻")?)));
    if let Some(pages) = fields.parsed::<u32>("max_pages", "每次页数")? {
        keys.push(("max_pages", pages.to_string()));
    }
    if fields.has("note") {
        keys.push(("note", quoted(fields.text("note"))));
    }
    Ok(Block {
        table: "source",
        id: fields.required("id", "代号")?.to_owned(),
        name: fields.required("name", "名称")?.to_owned(),
        keys,
    })
}

/// Name, tier, schedule, note.
pub async fn edit(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let edit = SourceEdit {
        name: Some(fields.required("name", "名称")?.to_owned()),
        tier: fields.parsed("tier", "媒体级别")?,
        schedule: Some(fields.required("schedule", "采集时刻")?.to_owned()),
        note: Some(fields.text("note").to_owned()),
        enabled: None,
    };
    let mark = fields.required("mark", "文件标记")?.to_owned();
    changed(app, visitor, id, edit, Some(mark)).await
}

/// 启用, 停用.
pub async fn state(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let enabled = match fields.text("to") {
        "on" => true,
        "off" => false,
        _ => return Err(WebError::Wrong("请选择启用或停用".to_owned())),
    };
    let edit = SourceEdit {
        enabled: Some(enabled),
        ..SourceEdit::default()
    };
    changed(app, visitor, id, edit, None).await
}

async fn changed(
    app: Arc<App>,
    visitor: Visitor,
    id: String,
    edit: SourceEdit,
    mark: Option<String>,
) -> Result<Response, WebError> {
    let (by, source) = (visitor.by().to_owned(), id.clone());
    let edited = work(&app, move |app| {
        edit_source(app, &by, &source, &edit, mark.as_deref()).map_err(refused)
    });
    let path = format!("/sources/{id}");
    let Some(said) = edited.await? else {
        return back(&app, &visitor, &path, "没有改动。").await;
    };
    let subject = AuditSubject::Source.named(&id);
    let sentence = format!("已保存：{said}。");
    done(
        &app,
        &visitor,
        AuditAction::Source,
        subject,
        &path,
        sentence,
    )
    .await
}

/// 立即采集, and again after it had stopped itself.
pub async fn crawl(
    State(app): Shared,
    Who(visitor): Who,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let source = id.clone();
    let asked = work(&app, move |app| crawl_soon(app, &source).map_err(refused));
    if !asked.await? {
        return Err(WebError::Conflict("这个信源已停用，请先启用。".to_owned()));
    }
    let path = format!("/sources/{id}");
    let sentence = "已排入采集队列，轮到时即采集；夜间停采时段内的，时段过后采集。";
    let subject = AuditSubject::Source.named(&id);
    done(
        &app,
        &visitor,
        AuditAction::Source,
        subject,
        &path,
        sentence,
    )
    .await
}

fn refused(refusal: SourceRefusal) -> WebError {
    match refusal {
        SourceRefusal::Unknown => WebError::NotFound,
        SourceRefusal::Known(known) => WebError::Conflict(format!(
            "这个网址已是信源“{}”（{}），没有重复写入。",
            known.source.name, known.source.id
        )),
        SourceRefusal::Wrong(problems) => {
            let said = problems.iter().take(5).map(ToString::to_string);
            WebError::Wrong(said.collect::<Vec<_>>().join("；"))
        }
        SourceRefusal::NoBlock => WebError::Wrong(
            "这个信源在 sources.toml 中不是单独的一段 [[source]]，请手工修改文件。".to_owned(),
        ),
        SourceRefusal::Moved => WebError::Conflict(
            "信源文件刚被别人改过，您的修改没有保存；请返回、刷新，核对后再改。".to_owned(),
        ),
        SourceRefusal::NoFolder => {
            WebError::Wrong("这里用的是演示配置，不能修改；请在正式运行的系统中修改。".to_owned())
        }
        SourceRefusal::Failed(error) => WebError::Internal(error),
    }
}

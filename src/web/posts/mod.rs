//! `/posts/{id}`: one post, why it was flagged, how its reach grew.

pub mod labels;
pub mod marked;
pub mod originals;

use crate::app::{App, PostAdoption};
use crate::model::{
    AttachedTo, Correction, Field, Judgement, Look, Permission, PostId, Reading, StoredPost,
    Visitor,
};
use crate::text::heading::heading;
use crate::web::Shared;
use crate::web::attachments::{AttachmentLine, lines};
use crate::web::error::WebError;
use crate::web::frame::Frame;
use crate::web::layout::{PostLine, minute, published, topics};
use crate::web::numbered::Numbered;
use crate::web::posts::labels::LabelForm;
use crate::web::today::drafting::cited;
use crate::web::triage::{Item, Maker, is_fragment};
use crate::web::visitor::Who;
use anyhow::Result;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};

/// Copies listed; the number of all stands above them.
const COPIES: usize = 30;
/// Similar posts listed.
const SIMILAR: usize = 10;

/// A reason as the page shows it.
struct Ground {
    rule: String,
    name: String,
    text: String,
    /// How often people let it stand.
    adopted: String,
}

#[derive(Template)]
#[template(path = "post.html", config = "src/web/askama.toml")]
struct PostPage {
    frame: Frame,
    title: String,
    /// The post with all that can be done.
    item: Item,
    facts: Vec<(&'static str, String)>,
    /// Ids and names of the watches it matched.
    watches: Vec<(String, String)>,
    reasons: Vec<Ground>,
    /// What people thought of the machine's word on posts of the same wording.
    template: Vec<String>,
    form: Option<LabelForm>,
    /// Every correction, withdrawn ones too.
    corrections: Vec<String>,
    /// When the level changed, and how.
    levels: Vec<(String, String)>,
    attachments: Vec<AttachmentLine>,
    readings: Vec<ReadingLine>,
    copies: Vec<PostLine>,
    /// Who looked behind the mask; for those who may.
    looks: Vec<String>,
}

struct ReadingLine {
    at: String,
    comments: String,
    reposts: String,
    likes: String,
    views: String,
}

#[derive(Template)]
#[template(path = "similar.html", config = "src/web/askama.toml")]
struct Similar {
    posts: Vec<PostLine>,
}

#[derive(Template)]
#[template(path = "similar_page.html", config = "src/web/askama.toml")]
struct SimilarPage {
    frame: Frame,
    id: i64,
    title: String,
    found: Similar,
}

pub async fn page(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(move |app| match app.store.post(PostId(id))? {
            Some(stored) => post_page(app, &visitor, &stored).map(Some),
            None => Ok(None),
        })
        .await?;
    Ok(Html(page.ok_or(WebError::NotFound)?.render()?))
}

/// Posts of the same words, older ones among them; asked for when somebody wants to know.
pub async fn similar(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let page = app
        .on_cpu(move |app| {
            let Some(stored) = app.store.post(PostId(id))? else {
                return Ok(None);
            };
            let text = format!("{}\n{}", stored.post.title, stored.post.text);
            let report = app.similar(&text, Some(stored.id), SIMILAR)?;
            let posts = report.hits.iter().map(|hit| PostLine::of(&hit.stored));
            let found = Similar {
                posts: posts.collect(),
            };
            let title = heading(&stored.post.title, &stored.post.text);
            let frame = match is_fragment(&headers) {
                true => Frame::bare(),
                false => Frame::of(app, &visitor, "/")?,
            };
            Ok(Some((
                SimilarPage {
                    frame,
                    id,
                    title,
                    found,
                },
                is_fragment(&headers),
            )))
        })
        .await?;
    let (page, wants_fragment) = page.ok_or(WebError::NotFound)?;
    let html = match wants_fragment {
        true => page.found.render()?,
        false => page.render()?,
    };
    Ok(Html(html).into_response())
}

/// Watches that the post matched, as far as they are there still.
fn watches(app: &App, id: PostId) -> anyhow::Result<Vec<(String, String)>> {
    let hits = app.store.hits_on_post(id)?;
    let watched = app.watched();
    let named = |id: String| {
        let mut declared = watched.declared.iter();
        let declared = declared.find(|declared| declared.watch.id == id)?;
        Some((id, declared.watch.name.clone()))
    };
    Ok(hits
        .into_iter()
        .filter_map(|hit| named(hit.watch))
        .collect())
}

fn post_page(app: &App, visitor: &Visitor, stored: &StoredPost) -> Result<PostPage> {
    let (id, post) = (stored.id, &stored.post);
    let judgement = app.store.judgement(id)?;
    let maker = Maker {
        app,
        visitor,
        draft: cited(app, None)?,
        back: format!("/posts/{}", id.0),
        is_open: true,
    };
    let may_edit = visitor.may(Permission::Edit);
    let readings = app.store.readings(id)?;
    let changes = app.store.level_changes(id)?;
    let looks = match visitor.may(Permission::Unmask) {
        true => app.store.looks(Some(id))?,
        false => Vec::new(),
    };
    let mut page = PostPage {
        frame: Frame::of(app, visitor, "/")?,
        title: heading(&post.title, &post.text),
        item: maker.item(stored)?,
        facts: facts(stored, judgement.as_ref()),
        watches: watches(app, id)?,
        // The machine's own: what people said stands apart.
        reasons: (judgement.iter())
            .flat_map(|judgement| &judgement.machine.reasons)
            .map(|reason| Ground::of(&reason.rule, &reason.text))
            .collect(),
        template: Vec::new(),
        form: match may_edit {
            true => Some(LabelForm::of(app, visitor, id, &maker.back)?),
            false => None,
        },
        corrections: (app.store.corrections_of(id)?.iter())
            .map(correction_line)
            .collect(),
        levels: (changes.iter())
            .map(|change| (minute(Some(change.at)), change.to_string()))
            .collect(),
        attachments: lines(app, AttachedTo::Post(id))?,
        readings: readings.iter().map(reading_line).collect(),
        copies: (app
            .store
            .posts(&app.store.first_copies(id, COPIES)?)?
            .iter())
        .map(PostLine::of)
        .collect(),
        looks: looks.iter().map(look_line).collect(),
    };
    page.add_adoption(&app.adoption_of(id)?);
    Ok(page)
}

fn look_line(look: &Look) -> String {
    format!(
        "{}　{}{}　{}　{}",
        minute(Some(look.at)),
        if look.is_granted { "查看" } else { "拒绝" },
        look.looked.label(),
        look.by,
        look.reason
    )
}

fn facts(stored: &StoredPost, judgement: Option<&Judgement>) -> Vec<(&'static str, String)> {
    let post = &stored.post;
    let mut facts = vec![
        ("来源", post.source_name.clone()),
        ("渠道", post.channel.label().to_owned()),
        ("发布", published(post.published_at)),
        ("监测", minute(Some(stored.first_seen_at))),
    ];
    facts.extend(post.outlet.clone().map(|outlet| ("媒体", outlet)));
    facts.extend(post.author.clone().map(|author| ("作者", author)));
    if let Some(analysis) = &stored.analysis {
        let place = analysis
            .regions
            .responsible
            .as_ref()
            .or(analysis.regions.act.as_ref());
        let place = place.map_or(String::new(), |region| format!("（{}）", region.name));
        let relevance = if analysis.relevant { "是" } else { "否" };
        let (sentiment, intent) = (analysis.sentiment.label(), analysis.intent.label());
        let jurisdiction = format!("{}{place}", analysis.regions.jurisdiction.label());
        for (field, value) in [
            (Field::Level, analysis.level.label().to_owned()),
            (Field::Relevant, relevance.to_owned()),
            (Field::Topic, topics(&analysis.topics)),
            (Field::Sentiment, sentiment.to_owned()),
            (Field::Intent, intent.to_owned()),
            (Field::Jurisdiction, jurisdiction),
        ] {
            facts.push((field.label(), with_remark(value, judgement, field)));
        }
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// Who said so, where not the machine; and what the machine would make of the level.
fn with_remark(value: String, judgement: Option<&Judgement>, field: Field) -> String {
    let remark = judgement.and_then(|judgement| judgement.remark(field));
    let suggestion = judgement
        .filter(|_| field == Field::Level && remark.is_none())
        .and_then(Judgement::suggestion);
    match (remark, suggestion) {
        (Some(remark), _) => format!("{value}　{remark}"),
        (None, Some(level)) => format!("{value}　机器建议降为{}，待人工确定", level.label()),
        (None, None) => value,
    }
}

/// The correction, why, and whether it was taken back.
fn correction_line(correction: &Correction) -> String {
    let mut line = correction.to_string();
    if !correction.note.is_empty() {
        line += &format!("。{}", correction.note);
    }
    if let Some(withdrawn) = &correction.withdrawn {
        line += &format!(
            "（已由{}于{}撤回）",
            withdrawn.by,
            minute(Some(withdrawn.at))
        );
    }
    line
}

impl Ground {
    fn of(rule: &str, text: &str) -> Ground {
        let (kind, code) = rule.split_once('.').unwrap_or((rule, ""));
        let name = match kind {
            "org" => "机构",
            "place" => "属地",
            "topic" => "主题",
            "sentiment" => "情感",
            "intent" => "意图",
            "about" | "relevant" => "相关",
            "model" => "分类模型",
            "letter" => "来信",
            "variant" => "变体字",
            "competence" => "职能",
            "noise" => "无关信息",
            "irony" => "反语",
            "transfer" => "转办",
            "example" => "比照样例",
            "unjudged" => "未研判",
            _ if rule.starts_with(['R', 'O', 'Y', 'B']) => "级别",
            rule => rule,
        };
        let name = match kind {
            "topic" => format!("{name} {code}"),
            _ => name.to_owned(),
        };
        Ground {
            rule: rule.to_owned(),
            name: name.trim_end().to_owned(),
            text: text.to_owned(),
            adopted: String::new(),
        }
    }
}

impl PostPage {
    fn add_adoption(&mut self, adoption: &PostAdoption) {
        for ground in &mut self.reasons {
            let known: Vec<String> = (adoption.rules.iter())
                .filter(|known| known.rule == ground.rule)
                .map(|known| format!("{}{}", known.field.label(), known.adoption))
                .collect();
            ground.adopted = known.join("；");
        }
        self.template = (adoption.template.iter())
            .map(|known| {
                let mut line = format!("{}{}", known.field.label(), known.adoption);
                for (said, count) in &known.said {
                    line += &format!("，{count}条改为{said}");
                }
                line
            })
            .collect();
    }
}

fn reading_line(reading: &Reading) -> ReadingLine {
    let number =
        |number: Option<u64>| number.map_or_else(|| "—".to_owned(), |number| number.to_string());
    let numbers = reading.engagement;
    ReadingLine {
        at: minute(Some(reading.at)),
        comments: number(numbers.comments),
        reposts: number(numbers.reposts),
        likes: number(numbers.likes),
        views: number(numbers.views),
    }
}

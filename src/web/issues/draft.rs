//! 起草 on request: what is due now, 增刊, 快报, 专题报告, 更正.

use super::{path_of, subject_of};
use crate::app::App;
use crate::digest::DigestSettings;
use crate::model::{
    AuditAction, AuditSubject, DigestKind, EventId, IssueId, PostId, Topic, Visitor,
};
use crate::pipeline::{
    About, Drafted, MatterId, SpecialOrder, draft_correction, draft_express, draft_now,
    draft_special, draft_supplement, process_all, special_days, special_order,
};
use crate::web::Shared;
use crate::web::deed::{back, done};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::layout::minute;
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::visitor::Who;
use crate::web::work::work;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use std::sync::Arc;

/// 起草.
pub async fn draft(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let code = fields.required("digest", "刊物")?;
    let mut digests = app.config.digests.iter();
    let digest = digests.find(|digest| digest.code == code).cloned();
    let digest = digest.ok_or_else(|| WebError::Wrong("没有这种刊物，请刷新后再试".to_owned()))?;
    let by = visitor.by();
    let matter = match digest.kind {
        DigestKind::Express => Some(matter(&fields)?),
        _ => None,
    };
    let order = match digest.kind {
        DigestKind::Special => {
            let asked = SpecialAsked::of(&fields)?;
            Some(work(&app, move |app| asked.order(app)).await?)
        }
        _ => None,
    };
    // What was seen before this moment must be judged before it is chosen from.
    app.on_cpu(process_all).await?;
    let drafted = match (matter, order) {
        (Some(matter), _) => draft_express(&app, &digest, matter, fields.has("final"), by).await,
        (None, Some(order)) => draft_special(&app, &digest, order, by).await,
        (None, None) if fields.has("supplement") => draft_supplement(&app, &digest, by).await,
        (None, None) => Ok(draft_now(&app, &digest, by).await?),
    };
    report(&app, &visitor, &digest, drafted.map_err(refused::draft)?).await
}

/// 快报 about which matter.
fn matter(fields: &Fields) -> Result<MatterId, WebError> {
    let event: Option<i64> = fields.parsed("event", "事件编号")?;
    let post: Option<i64> = fields.parsed("post", "信息编号")?;
    match (event, post) {
        (Some(event), None) => Ok(MatterId::Event(EventId(event))),
        (None, Some(post)) => Ok(MatterId::Post(PostId(post))),
        (None, None) => Err(WebError::Wrong(
            "快报要说明哪件事：请填写事件编号或信息编号".to_owned(),
        )),
        (Some(_), Some(_)) => Err(WebError::Wrong("事件编号和信息编号只填一个".to_owned())),
    }
}

/// 专题报告 about what, of which days, as a form or a program says it.
#[derive(Clone, Debug, Default)]
pub struct SpecialAsked {
    /// 事件.
    pub event: Option<i64>,
    /// 主题.
    pub topic: Option<Topic>,
    /// 专题, by its code.
    pub watch: String,
    /// 检索式.
    pub query: String,
    /// 起始日.
    pub from: Option<NaiveDate>,
    /// 截止日.
    pub to: Option<NaiveDate>,
    /// 名称; empty for the usual one.
    pub name: String,
}

impl SpecialAsked {
    fn of(fields: &Fields) -> Result<SpecialAsked, WebError> {
        Ok(SpecialAsked {
            event: fields.parsed("event", "事件编号")?,
            topic: fields.parsed("topic", "主题")?,
            watch: fields.text("watch").to_owned(),
            query: fields.text("query").to_owned(),
            from: fields.parsed("from", "起始日")?,
            to: fields.parsed("to", "截止日")?,
            name: fields.text("name").to_owned(),
        })
    }

    /// The order; it is about one thing.
    ///
    /// # Errors
    /// About none, about several, about what is not there; the days are the wrong way round.
    pub fn order(&self, app: &App) -> Result<SpecialOrder, WebError> {
        let watched = app.watched();
        let watch = match self.watch.as_str() {
            "" => None,
            id => {
                let mut declared = watched.declared.iter();
                let found = declared.find(|declared| declared.watch.id == id);
                Some(
                    found
                        .ok_or_else(|| WebError::Wrong("没有这个专题，请刷新后重选".to_owned()))?,
                )
            }
        };
        let about: Vec<About> = [
            watch.map(About::Watch),
            (!self.query.is_empty()).then_some(About::Query(&self.query)),
            self.topic.map(About::Topic),
            self.event.map(|event| About::Event(EventId(event))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let [about] = about[..] else {
            return Err(WebError::Wrong(
                "专题报告要说明内容：专题、检索式、主题、事件编号，填其中一项".to_owned(),
            ));
        };
        let period = special_days(self.from, self.to, app.now()).map_err(refused::order)?;
        let name = Some(self.name.as_str()).filter(|name| !name.is_empty());
        special_order(app, about, name, period).map_err(refused::order)
    }
}

async fn report(
    app: &Arc<App>,
    visitor: &Visitor,
    digest: &DigestSettings,
    drafted: Drafted,
) -> Result<Response, WebError> {
    let title = &digest.title;
    match drafted {
        Drafted::Issue { id, is_new, .. } => {
            let path = path_of(id);
            if !is_new {
                let sentence = "这一期早已起草，没有另起，请在此基础上修改。";
                return back(app, visitor, &path, sentence).await;
            }
            let sentence = format!("已起草{title}（第{}号稿件）。", id.0);
            done(
                app,
                visitor,
                AuditAction::Draft,
                subject_of(id),
                &path,
                sentence,
            )
            .await
        }
        Drafted::Zero { period, .. } => {
            let (from, to) = (minute(Some(period.from)), minute(Some(period.to)));
            let sentence = format!("{title}{from}至{to}没有重要舆情，已登记零报告，不占期号。");
            let subject = AuditSubject::ZeroReport.named(&digest.code);
            let path = "/issues/zeros";
            done(app, visitor, AuditAction::Draft, subject, path, sentence).await
        }
        Drafted::Nothing { period } => {
            let (from, to) = (minute(Some(period.from)), minute(Some(period.to)));
            let sentence =
                format!("{title}{from}至{to}还没有够得上编发的舆情；时段未完，没有登记零报告。");
            back(app, visitor, "/issues", sentence).await
        }
    }
}

/// 更正 of a signed issue: a draft with its words.
pub async fn correct(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    fields: Fields,
) -> Result<Response, WebError> {
    let id = IssueId(id);
    let reason = fields.required("reason", "更正说明")?.to_owned();
    let by = visitor.by().to_owned();
    let drafted = work(&app, move |app| {
        draft_correction(app, id, &reason, &by).map_err(refused::draft)
    })
    .await?;
    let Drafted::Issue {
        id: correction,
        is_new,
        ..
    } = drafted
    else {
        return Err(WebError::NotFound);
    };
    let path = path_of(correction);
    if !is_new {
        let sentence = "更正稿早已起草，没有另起，所写的更正说明没有采用。";
        return back(&app, &visitor, &path, sentence).await;
    }
    let sentence = format!("已起草第{}号稿件的更正，请改正内容后送审。", id.0);
    let subject = subject_of(correction);
    done(&app, &visitor, AuditAction::Draft, subject, &path, sentence).await
}

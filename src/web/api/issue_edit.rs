//! `/api/v1/issues/{id}/edit`: as `yuqing issue edit`, through the same function.

use super::asked::Told;
use super::issues::document;
use super::{Shared, WebError, work};
use crate::digest::edit::Part;
use crate::model::{AuditAction, AuditSubject, EventId, IssueId, PostId};
use crate::pipeline::{EditOrder, edit_issue, process_all};
use crate::web::numbered::Numbered;
use crate::web::refused;
use crate::web::visitor::Who;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// 修改草稿；条目从1数起.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// 所看到的是第几次修订；稿件已变则不写入，答409。不写则按最新稿.
    revision: Option<u32>,
    /// 改写第几条，配 title、summary、judgement、advice、note、section.
    entry: Option<usize>,
    /// 标题，最多28字.
    title: Option<String>,
    /// 摘要.
    summary: Option<String>,
    /// 研判.
    judgement: Option<String>,
    /// 建议.
    advice: Option<String>,
    /// 附注；不写 entry 则附在全期之后.
    note: Option<String>,
    /// 换到哪个栏目.
    section: Option<String>,
    /// 把第几条移走，配 to.
    #[serde(rename = "move")]
    moved: Option<usize>,
    /// 移到第几条.
    to: Option<usize>,
    /// 删去第几条.
    drop: Option<usize>,
    /// 增加一条：信息编号.
    add_post: Option<i64>,
    /// 增加一条：事件编号.
    add_event: Option<i64>,
}

impl Edit {
    /// Words first, while the places are those that the editor sees; then what is moved, dropped, added.
    fn orders(&self) -> Result<Vec<EditOrder>, WebError> {
        let wrong = |message: &str| Err(WebError::Wrong(message.to_owned()));
        let mut orders = Vec::new();
        let parts = [
            (Part::Title, &self.title),
            (Part::Summary, &self.summary),
            (Part::Judgement, &self.judgement),
            (Part::Advice, &self.advice),
            (Part::Note, &self.note),
        ];
        match self.entry {
            Some(entry) => {
                for (part, text) in parts {
                    orders.extend(
                        text.clone()
                            .map(|text| EditOrder::Reword(entry, part, text)),
                    );
                }
                let section = self.section.clone();
                orders.extend(section.map(|title| EditOrder::Section(entry, title)));
                if orders.is_empty() {
                    return wrong("写了 entry，没有写要改什么");
                }
            }
            None => {
                let needs_entry = parts[..4].iter().any(|(_, text)| text.is_some());
                if needs_entry || self.section.is_some() {
                    return wrong("请用 entry 写明改第几条");
                }
                orders.extend(self.note.clone().map(EditOrder::Note));
            }
        }
        match (self.moved, self.to) {
            (Some(from), Some(to)) => orders.push(EditOrder::Move(from, to)),
            (None, None) => {}
            _ => return wrong("move 与 to 要一起写"),
        }
        let changes_places = [
            self.moved.is_some(),
            self.drop.is_some(),
            self.section.is_some(),
        ];
        if changes_places.iter().filter(|changes| **changes).count() > 1 {
            return wrong("move、drop、section 请分几次做，免得条号对不上");
        }
        orders.extend(self.drop.map(EditOrder::Drop));
        orders.extend(self.add_post.map(|id| EditOrder::AddPost(PostId(id))));
        orders.extend(self.add_event.map(|id| EditOrder::AddEvent(EventId(id))));
        match orders.is_empty() {
            true => wrong("没有写要改什么"),
            false => Ok(orders),
        }
    }
}

/// 修改 of a draft: 改写、次序、删去、增加、附注.
#[utoipa::path(post, path = "/api/v1/issues/{id}/edit", tag = "刊物", params(("id" = i64, Path, description = "稿号")), request_body = Edit, responses((status = 200, body = Value)))]
pub async fn edit(
    State(app): Shared,
    Who(visitor): Who,
    Numbered(id): Numbered,
    Told(edit): Told<Edit>,
) -> Result<Json<Value>, WebError> {
    let orders = edit.orders()?;
    let document = work(&app, move |app| {
        if edit.add_post.is_some() || edit.add_event.is_some() {
            // What was just entered must be judged before it can be printed.
            process_all(app)?;
        }
        let issue = IssueId(id);
        let edited = edit_issue(app, issue, edit.revision, visitor.by(), &orders);
        let (revision, changes) = edited.map_err(refused::edit)?;
        let what: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
        let detail = format!("{}（第{revision}次修订）。", what.join("，"));
        app.audit(
            &visitor,
            AuditAction::Draft,
            &AuditSubject::Issue.numbered(id),
            &detail,
        )?;
        document(app, issue, "")
    });
    Ok(Json(document.await?))
}

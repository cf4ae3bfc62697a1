//! 批量处理: one deed for the posts that were ticked in a list, each by the deed of a single one. What is refused is said
//! with its reason, all others are done.

use super::deeds::{Done, print_into, say, unsay};
use super::own_path;
use crate::app::App;
use crate::model::{IssueId, Label, Level, Permission, PostId, Visitor};
use crate::web::Shared;
use crate::web::deed;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::visitor::Who;
use axum::extract::State;
use axum::response::Response;

/// Posts at a time: each is written by itself.
const MOST: usize = 100;
/// Numbers and refusals that are named.
const NAMED: usize = 10;

/// 批量栏 below a list whose items have boxes.
pub struct Bulk {
    /// What its form carries.
    pub csrf: String,
    /// The page of the list.
    pub back: String,
    /// The draft that posts go into.
    pub issue: Option<i64>,
    /// Posts that were corrected just now: they may be out of sight.
    pub corrected: Vec<i64>,
}

impl Bulk {
    /// Below the list at `back`; nothing for those who may not edit.
    pub fn of(
        visitor: &Visitor,
        issue: Option<IssueId>,
        back: &str,
        corrected: &str,
    ) -> Option<Bulk> {
        let numbers = corrected.split(',').filter_map(|word| word.parse().ok());
        visitor.may(Permission::Edit).then(|| Bulk {
            csrf: visitor.csrf.clone(),
            back: back.to_owned(),
            issue: issue.map(|issue| issue.0),
            corrected: numbers.take(MOST).collect(),
        })
    }

    /// Codes and names of the levels.
    pub fn levels(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        Level::ALL
            .iter()
            .rev()
            .map(|level| (level.code(), level.label()))
    }
}

/// What is done with each.
enum Deed {
    Level(Level),
    Irrelevant,
    Print(IssueId),
    Undo,
}

impl Deed {
    fn of(fields: &Fields) -> Result<Deed, WebError> {
        Ok(match fields.required("deed", "对所选信息做什么")? {
            "irrelevant" => Deed::Irrelevant,
            "undo" => Deed::Undo,
            "print" => {
                let issue = fields.required("issue", "编入哪一期（先起草）")?;
                Deed::Print(IssueId(issue.parse().map_err(|_| WebError::NotFound)?))
            }
            level => {
                let level = level.parse();
                Deed::Level(level.map_err(|error| WebError::Wrong(format!("级别：{error}")))?)
            }
        })
    }

    fn act(&self, app: &App, visitor: &Visitor, id: PostId) -> Result<Done, WebError> {
        if app.store.post(id)?.is_none() {
            return Err(WebError::NotFound);
        }
        let label = match self {
            Deed::Print(issue) => return print_into(app, visitor, id, *issue),
            Deed::Undo => return unsay(app, visitor, id, ""),
            Deed::Level(level) => Label {
                level: Some(*level),
                ..Label::default()
            },
            Deed::Irrelevant => Label {
                relevant: Some(false),
                ..Label::default()
            },
        };
        say(app, visitor, id, label, "")
    }

    fn said(&self, count: usize) -> String {
        match self {
            Deed::Level(level) => format!("已把{count}条信息的级别定为{}", level.label()),
            Deed::Irrelevant => format!("已把{count}条信息判为不相关"),
            Deed::Print(issue) => format!("已把{count}条信息编入第{}号稿", issue.0),
            Deed::Undo => format!("已撤回{count}条信息的更正"),
        }
    }
}

/// What came of it.
#[derive(Default)]
struct Outcome {
    done: Vec<i64>,
    refused: Vec<(i64, String)>,
}

impl Outcome {
    fn sentence(&self, deed: &Deed) -> String {
        let mut said = match self.done.len() {
            0 => String::new(),
            count => format!("{}（第{}号）。", deed.said(count), listed(&self.done)),
        };
        if !self.refused.is_empty() {
            let reasons = self.refused.iter().take(NAMED).map(|(id, reason)| {
                let reason = reason.trim_end_matches('。');
                match reason.starts_with(&format!("第{id}号")) {
                    true => reason.to_owned(),
                    false => format!("第{id}号信息：{reason}"),
                }
            });
            let reasons: Vec<String> = reasons.collect();
            let more = match self.refused.len() > NAMED {
                true => "……",
                false => "",
            };
            said += &format!(
                "{}条没有办成：{}{more}。",
                self.refused.len(),
                reasons.join("；")
            );
        }
        said
    }
}

/// 批量处理.
pub async fn several(
    State(app): Shared,
    Who(visitor): Who,
    fields: Fields,
) -> Result<Response, WebError> {
    let posts = ticked(&fields)?;
    let deed = Deed::of(&fields)?;
    let back = own_path(fields.text("back")).unwrap_or("/").to_owned();
    let who = visitor.clone();
    let (deed, outcome) = app
        .on_cpu(move |app| {
            let outcome = each(app, &who, &posts, &deed);
            Ok((deed, outcome))
        })
        .await?;
    let outcome = outcome?;
    let back = match deed {
        Deed::Level(_) | Deed::Irrelevant => with_corrected(&back, &outcome.done),
        Deed::Print(_) | Deed::Undo => back,
    };
    deed::back(&app, &visitor, &back, outcome.sentence(&deed)).await
}

fn each(app: &App, visitor: &Visitor, posts: &[i64], deed: &Deed) -> Result<Outcome, WebError> {
    let mut outcome = Outcome::default();
    for id in posts {
        match deed.act(app, visitor, PostId(*id)) {
            Ok(done) => {
                app.audit(visitor, done.action, &done.subject, &done.sentence)?;
                outcome.done.push(*id);
            }
            Err(WebError::Wrong(why) | WebError::Conflict(why)) => {
                outcome.refused.push((*id, why));
            }
            Err(WebError::NotFound) => outcome.refused.push((*id, "没有找到".to_owned())),
            Err(failure) => return Err(failure),
        }
    }
    Ok(outcome)
}

fn ticked(fields: &Fields) -> Result<Vec<i64>, WebError> {
    let mut posts: Vec<i64> = Vec::new();
    for said in fields.all("post") {
        let wrong = |_| WebError::Wrong(format!("“{said}”不是信息编号。"));
        let id = said.parse().map_err(wrong)?;
        if !posts.contains(&id) {
            posts.push(id);
        }
    }
    match posts.len() {
        0 => Err(WebError::Wrong("请先勾选信息，再选要做什么。".to_owned())),
        count if count > MOST => Err(WebError::Wrong(format!(
            "一次最多处理{MOST}条，请分几次做，没有改动。"
        ))),
        _ => Ok(posts),
    }
}

/// The list, which then offers to take the corrections back.
fn with_corrected(back: &str, done: &[i64]) -> String {
    if done.is_empty() {
        return back.to_owned();
    }
    let numbers: Vec<String> = done.iter().map(ToString::to_string).collect();
    let join = if back.contains('?') { '&' } else { '?' };
    format!("{back}{join}corrected={}", numbers.join(","))
}

fn listed(ids: &[i64]) -> String {
    let numbers: Vec<String> = ids.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if ids.len() > NAMED { "等" } else { "" };
    numbers.join("、") + more
}

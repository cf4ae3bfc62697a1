//! `/cases`: 办理件 by deadline, those that are late first and said to be late; one file per page and for the deeds.

pub mod deeds;
pub mod export;
pub mod page;
pub mod register;
pub mod replies;
pub mod uptakes;

use super::Shared;
use super::choice::{Choice, choices};
use super::error::WebError;
use super::form::Fields;
use super::frame::Frame;
use super::layout::{minute, page_number};
use super::moments::begin_of;
use super::visitor::Who;
use crate::app::App;
use crate::model::{Case, CaseField, CaseKind, CaseState, Timestamp, Urgency, Visitor};
use crate::text::duration::duration;
use crate::web::work::work;
use anyhow::Result;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

/// Cases of a page.
const PAGE_SIZE: usize = 50;
/// Years offered.
const YEARS: i32 = 6;

#[derive(Template)]
#[template(path = "cases.html", config = "src/web/askama.toml")]
struct CasesPage {
    frame: Frame,
    /// Open ones, or all of a year.
    views: Vec<Choice>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    from: String,
    responsible: String,
    /// What was chosen, for the form that takes the list along.
    pairs: Vec<(&'static str, String)>,
    total: usize,
    late: usize,
    soon: usize,
    cases: Vec<CaseLine>,
    /// Addresses, empty where there is none.
    previous: String,
    next: String,
}

/// A case in a list.
pub struct CaseLine {
    /// Row id.
    pub id: i64,
    /// 事由.
    pub title: String,
    /// 种类.
    pub kind: &'static str,
    /// 环节.
    pub state: &'static str,
    /// 来文单位.
    pub from: String,
    /// 文号.
    pub document_no: String,
    /// 缓急; empty for none.
    pub urgency: &'static str,
    /// 承办.
    pub responsible: String,
    /// 时限.
    pub due: String,
    /// `剩3小时`, `超期2天`, `按时反馈`.
    pub left: String,
    /// 超期.
    pub is_late: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Parameters {
    year: String,
    state: String,
    kind: String,
    from: String,
    responsible: String,
    #[serde(deserialize_with = "page_number")]
    page: usize,
}

pub async fn list(
    State(app): Shared,
    Who(visitor): Who,
    Query(parameters): Query<Parameters>,
) -> Result<Html<String>, WebError> {
    let page = work(&app, move |app| cases_page(app, &visitor, &parameters)).await?;
    Ok(Html(page.render()?))
}

fn cases_page(
    app: &App,
    visitor: &Visitor,
    parameters: &Parameters,
) -> Result<CasesPage, WebError> {
    let now = app.now();
    let cases = chosen(app, parameters)?;
    let pending = cases.iter().filter(|case| case.is_pending());
    let soon = pending.filter(|case| case.due_flag(now).is_some() && !case.is_overdue(now));
    let (soon, total) = (soon.count(), cases.len());
    let begin = parameters.page.saturating_mul(PAGE_SIZE);
    let shown = cases.iter().skip(begin).take(PAGE_SIZE);
    let address = |page: usize| {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(
            parameters
                .pairs()
                .iter()
                .filter(|(_, value)| !value.is_empty()),
        );
        let page = page.to_string();
        format!("/cases?{}", query.append_pair("page", &page).finish())
    };
    let this_year = now.year();
    let years = (0..YEARS).map(|before| {
        let year = (this_year - before).to_string();
        (year.clone(), format!("{year}年收到的全部"))
    });
    let views = [(String::new(), "未办结".to_owned())]
        .into_iter()
        .chain(years);
    let states = [(String::new(), "全部"), ("late".to_owned(), "超期")].into_iter();
    let known = CaseState::ALL.iter();
    let states = states.chain(known.map(|state| (state.code().to_owned(), state.label())));
    let kinds = [("", "全部")].into_iter();
    let kinds = kinds.chain(CaseKind::ALL.iter().map(|kind| (kind.code(), kind.label())));
    Ok(CasesPage {
        frame: Frame::of(app, visitor, "/cases")?,
        views: choices(views, &parameters.year),
        states: choices(states, &parameters.state),
        kinds: choices(kinds, &parameters.kind),
        pairs: parameters.owned_pairs(),
        from: parameters.from.trim().to_owned(),
        responsible: parameters.responsible.trim().to_owned(),
        total,
        late: cases.iter().filter(|case| case.is_overdue(now)).count(),
        soon,
        cases: shown.map(|case| CaseLine::of(case, now)).collect(),
        previous: match parameters.page {
            0 => String::new(),
            page => address(page - 1),
        },
        next: match begin + PAGE_SIZE < total {
            true => address(parameters.page + 1),
            false => String::new(),
        },
    })
}

/// All cases that were asked for, the first deadline first.
fn chosen(app: &App, parameters: &Parameters) -> Result<Vec<Case>, WebError> {
    let now = app.now();
    let mut cases = match parameters.year.as_str() {
        "" => app.store.open_cases()?,
        year => of_year(app, year)?,
    };
    let kind = code::<CaseKind>(&parameters.kind, "种类")?;
    let is_late_only = parameters.state == "late";
    let state = match is_late_only {
        true => None,
        false => code::<CaseState>(&parameters.state, "环节")?,
    };
    let (from, responsible) = (parameters.from.trim(), parameters.responsible.trim());
    cases.retain(|case| {
        state.is_none_or(|state| case.state == state)
            && kind.is_none_or(|kind| case.form.kind == kind)
            && (!is_late_only || case.is_overdue(now))
            && case.form.from_org.contains(from)
            && responsible_for(case).contains(responsible)
    });
    Ok(cases)
}

impl Parameters {
    /// As the form that takes the list along says it.
    fn of(fields: &Fields) -> Parameters {
        let field = |name| fields.text(name).to_owned();
        Parameters {
            year: field("year"),
            state: field("state"),
            kind: field("kind"),
            from: field("from"),
            responsible: field("responsible"),
            page: 0,
        }
    }

    /// What makes the same list.
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("year", &self.year),
            ("state", &self.state),
            ("kind", &self.kind),
            ("from", self.from.trim()),
            ("responsible", self.responsible.trim()),
        ]
    }

    fn owned_pairs(&self) -> Vec<(&'static str, String)> {
        let set = self
            .pairs()
            .into_iter()
            .filter(|(_, value)| !value.is_empty());
        set.map(|(name, value)| (name, value.to_owned())).collect()
    }

    /// `未办结，环节：超期`.
    fn spoken(&self) -> String {
        let mut said = vec![match self.year.as_str() {
            "" => "未办结".to_owned(),
            year => format!("{year}年收到的全部"),
        }];
        let state = match self.state.as_str() {
            "late" => "超期".to_owned(),
            code => label_of(code, CaseState::label),
        };
        for (name, value) in [
            ("环节", state),
            ("种类", label_of(&self.kind, CaseKind::label)),
            ("来文单位", self.from.trim().to_owned()),
            ("承办", self.responsible.trim().to_owned()),
        ] {
            if !value.is_empty() {
                said.push(format!("{name}：{value}"));
            }
        }
        said.join("，")
    }
}

/// What people call a code; what is none stays.
fn label_of<T: std::str::FromStr>(code: &str, label: fn(T) -> &'static str) -> String {
    let known = code.parse().map(label);
    known.map_or_else(|_| code.to_owned(), str::to_owned)
}

fn of_year(app: &App, year: &str) -> Result<Vec<Case>, WebError> {
    let wrong = || WebError::Wrong("年份不对，应写作 2017。".to_owned());
    let year: i32 = year.parse().map_err(|_| wrong())?;
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| (1990..2200).contains(&year));
    let (from, to) = (
        first(year).ok_or_else(wrong)?,
        first(year + 1).ok_or_else(wrong)?,
    );
    let mut cases = app
        .store
        .cases_between(begin_of(app, from), begin_of(app, to))?;
    cases.sort_by_key(|case| (!case.is_pending(), case.deadline.at, case.id));
    Ok(cases)
}

fn code<T: std::str::FromStr>(said: &str, label: &str) -> Result<Option<T>, WebError> {
    match said {
        "" => Ok(None),
        said => said
            .parse()
            .map(Some)
            .map_err(|_| WebError::Wrong(format!("没有这样的{label}。"))),
    }
}

fn responsible_for(case: &Case) -> String {
    let said = [CaseField::Office, CaseField::Handler].map(|field| case.note(field));
    let said: Vec<&str> = said.into_iter().filter(|said| !said.is_empty()).collect();
    said.join("　")
}

impl CaseLine {
    /// The line of a case at `now`.
    pub fn of(case: &Case, now: Timestamp) -> CaseLine {
        let form = &case.form;
        CaseLine {
            id: case.id.0,
            title: form.title.clone(),
            kind: form.kind.label(),
            state: case.state.label(),
            from: form.from_org.clone(),
            document_no: form.document_no.clone().unwrap_or_default(),
            urgency: match form.urgency {
                Urgency::Normal => "",
                urgency => urgency.label(),
            },
            responsible: responsible_for(case),
            due: minute(Some(case.deadline.at)),
            left: left(case, now),
            is_late: case.is_overdue(now),
        }
    }
}

/// How much time there is, or how it ended.
pub fn left(case: &Case, now: Timestamp) -> String {
    let done = case.answered_at.or(case.closed_at);
    let until = done.unwrap_or(now);
    let apart = duration((case.deadline.at - until).abs());
    match (case.is_overdue(now), case.answered_at, done) {
        (true, None, None) => format!("超期{apart}"),
        (true, Some(_), _) => format!("已{}，超期{apart}", case.deadline.met_by.label()),
        (true, None, Some(_)) => format!("已办结，超期{apart}"),
        (false, None, None) => format!("剩{apart}"),
        (false, Some(_), _) => format!("已按时{}", case.deadline.met_by.label()),
        (false, None, Some(_)) => "已办结".to_owned(),
    }
}

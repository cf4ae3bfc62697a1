//! 办理件登记: what a person says, and what an imported letter, a post or an event tells → a case with its deadline. Private
//! data is masked here, before it is stored.

use crate::app::App;
use crate::case::{CaseReview, Span, Starts, reckon, review, span_in_words};
use crate::import::{DUE_AS_WRITTEN, Field, ORIGINAL_LINK, moment};
use crate::model::{
    CaseDeadline, CaseField, CaseFile, CaseForm, CaseId, CaseKind, CaseLinks, Channel, EventId,
    NewCase, PostId, Precision, StoredPost, Timestamp, Urgency,
};
use crate::store::{CaseAct, CaseError};
use crate::text::heading::heading;
use crate::text::mask::mask;
use crate::text::printable::printable;
use crate::text::wording::address;
use anyhow::Result;
use chrono::NaiveTime;
use std::collections::BTreeSet;

/// Longest 事由.
const MAX_TITLE_CHARS: usize = 200;
/// Who finds an emergency that nobody passed on.
const OWN_WATCH: &str = "本局监测";
/// Posts of an event whose levels are looked through.
const MAX_REVIEWED: usize = 500;

/// What a person says of a case; what is left out comes from the posts and events it names.
#[derive(Clone, Debug, Default)]
pub struct CaseOrder {
    /// 种类.
    pub kind: Option<CaseKind>,
    /// 来文单位.
    pub from_org: Option<String>,
    /// 文号.
    pub document_no: Option<String>,
    /// 缓急.
    pub urgency: Option<Urgency>,
    /// 事由.
    pub title: Option<String>,
    /// 来文内容.
    pub text: Option<String>,
    /// 原文链接.
    pub original_link: Option<String>,
    /// 收文附件.
    pub attachment: Option<String>,
    /// 收文时间.
    pub received_at: Option<Timestamp>,
    /// 发现时间.
    pub discovered_at: Option<Timestamp>,
    /// 发布时间.
    pub published_at: Option<Timestamp>,
    /// 时限.
    pub due: Option<DueSaid>,
    /// 办理栏.
    pub notes: Vec<(CaseField, String)>,
    /// 关联信息; the first one of channel 转办 is the letter.
    pub posts: Vec<PostId>,
    /// 关联事件.
    pub events: Vec<EventId>,
}

/// 时限 as a person or a letter says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DueSaid {
    /// A moment.
    At(Timestamp),
    /// `3个工作日`, from the receipt.
    Within(Span),
    /// The id of a rule.
    Rule(String),
}

/// Why a case was not registered.
#[derive(Debug, thiserror::Error)]
pub enum CaseRefusal {
    /// What was said does not fit; names the field and what would.
    #[error("{0}")]
    Wrong(String),
    /// The store refuses.
    #[error(transparent)]
    Case(#[from] CaseError),
}

impl From<anyhow::Error> for CaseRefusal {
    fn from(error: anyhow::Error) -> Self {
        CaseRefusal::Case(CaseError::Store(error))
    }
}

/// 登记.
///
/// # Errors
/// [`CaseRefusal`]: a field is missing or impossible, or the store refuses.
pub fn register_case(app: &App, mut order: CaseOrder, by: &str) -> Result<CaseId, CaseRefusal> {
    let now = app.now();
    let letter = fill_from_posts(app, &mut order)?;
    fill_from_events(app, &mut order)?;
    let form = form(&order, now)?;
    let urgent = form.urgency;
    let deadline = deadline_of(
        app,
        &form,
        order
            .due
            .as_ref()
            .unwrap_or(&default_due(app, form.kind, urgent)),
    )?;
    let new = NewCase {
        notes: masked_words(order.notes),
        links: CaseLinks {
            posts: order.posts,
            events: order.events,
        },
        form,
        deadline,
        letter,
    };
    let begun = match new.form.kind {
        CaseKind::Transfer => new.form.received_at,
        CaseKind::Emergency => new.form.discovered_at.unwrap_or(new.form.received_at),
    };
    let act = CaseAct {
        by: by.to_owned(),
        at: begun,
        now,
    };
    Ok(app.store.register_case(&new, &act)?)
}

/// The deadline of a case by what is said of it.
///
/// # Errors
/// [`CaseRefusal::Wrong`]: no such rule, a moment before the receipt, or the rule counts from what nobody knows.
pub fn deadline_of(
    app: &App,
    form: &CaseForm,
    said: &DueSaid,
) -> Result<CaseDeadline, CaseRefusal> {
    let (calendar, deadlines) = (&app.config.calendar, &app.config.deadlines);
    let by_letter = |at, basis: String, note| CaseDeadline {
        at,
        rule: None,
        basis,
        note,
        met_by: form.kind.answer(),
    };
    let deadline = match said {
        DueSaid::At(at) => by_letter(*at, "来文写明的时限".to_owned(), String::new()),
        DueSaid::Within(span) => {
            let reckoned = reckon(*span, form.received_at, calendar);
            let basis = format!("来文要求，自收文起{}", span.in_words());
            by_letter(reckoned.at, basis, reckoned.note)
        }
        DueSaid::Rule(id) => {
            let rule = deadlines.rule(id).ok_or_else(|| {
                let known = deadlines.rules.iter().map(|rule| rule.id.as_str());
                let known: Vec<&str> = known.collect();
                CaseRefusal::Wrong(format!(
                    "deadlines.toml 里没有代号为“{id}”的时限规则；现有：{}",
                    known.join("、")
                ))
            })?;
            let starts = Starts {
                published_at: form.published_at,
                discovered_at: form.discovered_at,
                received_at: form.received_at,
            };
            rule.deadline(form.kind, starts, calendar)
                .map_err(CaseRefusal::Wrong)?
        }
    };
    if deadline.rule.is_none() && deadline.at < form.received_at {
        return wrong(format!(
            "办理时限{}早于收文时间{}，请检查“要求时限”和“收文时间”",
            said_at(deadline.at),
            said_at(form.received_at)
        ));
    }
    Ok(deadline)
}

/// 复盘要素 of a case, from its posts and those of its events.
///
/// # Errors
/// The store refuses.
pub fn review_case(app: &App, file: &CaseFile) -> Result<CaseReview> {
    let mut ids: BTreeSet<PostId> = file.links.posts.iter().copied().collect();
    for event in &file.links.events {
        let known = app.store.event_members(*event)?;
        ids.extend(known.into_iter().flat_map(|known| known.members));
    }
    let ids: Vec<PostId> = ids.into_iter().take(MAX_REVIEWED).collect();
    let mut changes = Vec::new();
    for id in &ids {
        changes.extend(app.store.level_changes(*id)?);
    }
    let mut posts = app.store.posts(&ids)?;
    // A letter tells of a matter; it is not the matter.
    posts.retain(|stored| stored.post.channel != Channel::Transfer);
    Ok(review(file, &posts, &changes))
}

fn wrong<T>(message: impl Into<String>) -> Result<T, CaseRefusal> {
    Err(CaseRefusal::Wrong(message.into()))
}

fn said_at(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

fn default_due(app: &App, kind: CaseKind, urgency: Urgency) -> DueSaid {
    let rule = app.config.deadlines.default_rule(kind, urgency);
    DueSaid::Rule(rule.map(|rule| rule.id.clone()).unwrap_or_default())
}

/// Fields nobody said, from the posts; the one that is the letter itself.
fn fill_from_posts(app: &App, order: &mut CaseOrder) -> Result<Option<PostId>, CaseRefusal> {
    let mut letter = None;
    for id in order.posts.clone() {
        let stored = app.store.post(id)?.ok_or(CaseError::NoPost(id.0))?;
        let is_letter = stored.post.channel == Channel::Transfer
            && order.kind != Some(CaseKind::Emergency)
            && letter.is_none();
        if is_letter {
            letter = Some(id);
            fill_from_letter(app, order, &stored)?;
        } else {
            fill_from_post(order, &stored);
        }
    }
    Ok(letter)
}

/// The particulars that import keeps of a transferred case.
fn fill_from_letter(
    app: &App,
    order: &mut CaseOrder,
    stored: &StoredPost,
) -> Result<(), CaseRefusal> {
    let post = &stored.post;
    let kept = |key: &str| {
        let value = post.extra.get(key)?.as_str()?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let kept_moment = |field: Field| Timestamp::parse_from_rfc3339(&kept(field.label())?).ok();
    order.kind.get_or_insert(CaseKind::Transfer);
    let from = kept(Field::FromOffice.label()).unwrap_or_else(|| post.source_name.clone());
    order.from_org.get_or_insert(from);
    order.document_no = order
        .document_no
        .take()
        .or_else(|| kept(Field::DocumentNo.label()));
    let urgency = kept(Field::Urgency.label());
    if order.urgency.is_none()
        && let Some(written) = urgency
    {
        let read = written.parse();
        order.urgency = Some(
            read.map_err(|error| CaseRefusal::Wrong(format!("来文缓急{error}；请选择“缓急”")))?,
        );
    }
    order.received_at = order.received_at.or_else(|| kept_moment(Field::ReceivedAt));
    let link = kept(ORIGINAL_LINK).or_else(|| post.url.clone());
    order.original_link = order.original_link.take().or(link);
    if let Some(office) = kept(Field::HandlingOffice.label())
        && order
            .notes
            .iter()
            .all(|(field, _)| *field != CaseField::Office)
    {
        order.notes.push((CaseField::Office, office));
    }
    order.title.get_or_insert_with(|| title_of(stored));
    order.text.get_or_insert_with(|| post.text.clone());
    if order.due.is_none() {
        order.due = kept_moment(Field::DueAt).map(DueSaid::At);
    }
    if order.due.is_none()
        && let Some(written) = kept(DUE_AS_WRITTEN)
    {
        let Some(due) = due_in_words(app, &written) else {
            return wrong(format!(
                "来文办理期限“{written}”推算不出时刻，请填写“要求时限”或选择“时限规则”"
            ));
        };
        order.due = Some(due);
    }
    Ok(())
}

/// `3个工作日内`, `24小时内`, or a day, which ends when the office closes.
fn due_in_words(app: &App, written: &str) -> Option<DueSaid> {
    if let Some(span) = span_in_words(written) {
        return Some(DueSaid::Within(span));
    }
    let read = moment(written, &[], app.now())?;
    let closing = app.config.calendar.hours.to - NaiveTime::MIN;
    Some(DueSaid::At(match read.precision {
        Precision::Day | Precision::Month => read.at + closing,
        _ => read.at,
    }))
}

fn fill_from_post(order: &mut CaseOrder, stored: &StoredPost) {
    let post = &stored.post;
    order.title.get_or_insert_with(|| title_of(stored));
    order.text.get_or_insert_with(|| post.text.clone());
    order.original_link = order.original_link.take().or_else(|| post.url.clone());
    let published_at = post.effective_at();
    order.published_at.get_or_insert(published_at);
    order.discovered_at.get_or_insert(stored.first_seen_at);
}

fn fill_from_events(app: &App, order: &mut CaseOrder) -> Result<(), CaseRefusal> {
    for id in order.events.clone() {
        let known = app
            .store
            .event_members(id)?
            .ok_or(CaseError::NoEvent(id.0))?;
        let posts = app.store.posts(&known.members)?;
        let seen = posts.iter().map(|stored| stored.first_seen_at).min();
        order.discovered_at = order.discovered_at.or(seen);
        order.published_at.get_or_insert(known.event.first_at);
        let title: String = known.event.title.chars().take(MAX_TITLE_CHARS).collect();
        order.title.get_or_insert(title);
    }
    Ok(())
}

fn title_of(stored: &StoredPost) -> String {
    let title = heading(&stored.post.title, &stored.post.text);
    title.chars().take(MAX_TITLE_CHARS).collect()
}

fn form(order: &CaseOrder, now: Timestamp) -> Result<CaseForm, CaseRefusal> {
    let line = |said: &Option<String>| {
        let said = clean(said.as_deref().unwrap_or_default()).replace('\n', " ");
        Some(said.trim().to_owned()).filter(|said| !said.is_empty())
    };
    let kind = order.kind.unwrap_or(CaseKind::Transfer);
    let from_org = match (line(&order.from_org), kind) {
        (Some(from), _) => from,
        (None, CaseKind::Emergency) => OWN_WATCH.to_owned(),
        (None, CaseKind::Transfer) => return wrong("转办件缺少来文单位，请填写“来文单位”"),
    };
    let Some(title) = line(&order.title) else {
        return wrong("缺少事由，请填写“事由”，或填写关联的信息、事件编号");
    };
    let length = title.chars().count();
    if length > MAX_TITLE_CHARS {
        return wrong(format!(
            "事由有{length}字，不能超过{MAX_TITLE_CHARS}字；详细内容请写在“来文内容”"
        ));
    }
    let received_at = order.received_at.unwrap_or(now);
    let discovered_at = match kind {
        CaseKind::Emergency => Some(order.discovered_at.unwrap_or(received_at)),
        CaseKind::Transfer => order.discovered_at,
    };
    for (name, at) in [
        ("收文时间", Some(received_at)),
        ("发现时间", discovered_at),
        ("发布时间", order.published_at),
    ] {
        if let Some(at) = at.filter(|at| *at > now) {
            return wrong(format!("{name}{}还没有到，请检查“{name}”", said_at(at)));
        }
    }
    Ok(CaseForm {
        kind,
        from_org,
        document_no: line(&order.document_no),
        urgency: order.urgency.unwrap_or(Urgency::Normal),
        title: mask(&title),
        text: masked_text(order.text.as_deref().unwrap_or_default()),
        original_link: line(&order.original_link),
        attachment: line(&order.attachment),
        received_at,
        discovered_at,
        published_at: order.published_at,
    })
}

/// Words as they may be stored.
pub fn masked_words(words: Vec<(CaseField, String)>) -> Vec<(CaseField, String)> {
    let shown = |(field, text): (CaseField, String)| match field.names_officials() {
        true => (field, clean(&text)),
        false => (field, masked_text(&text)),
    };
    words.into_iter().map(shown).collect()
}

/// What a person typed, as it may be stored: masked, without marks that steer a terminal or turn a line around.
pub fn masked_text(text: &str) -> String {
    mask(&clean(text))
}

fn clean(text: &str) -> String {
    address(&printable(text.trim()))
}

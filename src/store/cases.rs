//! `cases`, `case_steps`, `case_notes`, `case_deadlines`, `case_links`: what people do with cases.

use super::Store;
use super::case_files::select_case;
use super::rows::{code, to_ms};
use crate::model::{
    Case, CaseDeadline, CaseField, CaseId, CaseLinks, CaseMove, CaseState, EventId, NewCase,
    PostId, Timestamp,
};
use anyhow::Result;
use chrono::DateTime;
use rusqlite::{OptionalExtension, Transaction, params};

/// 经办 — who does something to a case, when it happened and when it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseAct {
    /// Who.
    pub by: String,
    /// When it happened.
    pub at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// A move to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The step that was seen: another one by now means that somebody else was faster.
    pub seen: CaseState,
    /// Where to.
    pub to: CaseState,
    /// 意见.
    pub note: String,
    /// Why steps are left out, or why it goes back.
    pub reason: Option<String>,
    /// 办理栏 written with it.
    pub words: Vec<(CaseField, String)>,
}

/// Why a deed on a case was refused.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// No such case.
    #[error("没有编号为{0}的办理件")]
    NotFound(i64),
    /// The letter is registered.
    #[error("同一来文已登记为第{0}号办理件")]
    Registered(i64),
    /// What is linked is not there.
    #[error("没有编号为{0}的信息，不能关联")]
    NoPost(i64),
    /// What is linked is not there.
    #[error("没有编号为{0}的事件，不能关联")]
    NoEvent(i64),
    /// Somebody else was faster.
    #[error("第{id}号办理件已由{by}转到“{}”，请查看后再办", state.label())]
    Moved {
        /// Row id.
        id: i64,
        /// Who.
        by: String,
        /// Where it stands.
        state: CaseState,
    },
    /// The step is none of this kind of case, or the one it stands at.
    #[error("第{id}号办理件现处“{}”环节，不能转到“{}”；环节依次是{}", from.label(), to.label(), from.kind().path_in_words())]
    NoWay {
        /// Row id.
        id: i64,
        /// Where it stands.
        from: CaseState,
        /// Where it should go.
        to: CaseState,
    },
    /// Steps would be left out without a word.
    #[error("从“{}”到“{}”要略过{skipped}，请填写“原因”", from.label(), to.label())]
    Skips {
        /// Where it stands.
        from: CaseState,
        /// Where it should go.
        to: CaseState,
        /// Between them.
        skipped: String,
    },
    /// It would go back without a word.
    #[error("从“{}”退回“{}”，请写明原因", from.label(), to.label())]
    BackWithoutReason {
        /// Where it stands.
        from: CaseState,
        /// Where it should go.
        to: CaseState,
    },
    /// Before the step before it.
    #[error("办理时间{at}早于上一环节的{before}，请检查“办理时间”")]
    Earlier {
        /// As said.
        at: String,
        /// Of the step before.
        before: String,
    },
    /// Nothing more happens to it.
    #[error("第{0}号办理件已办结，时限不再变更")]
    Closed(i64),
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl From<rusqlite::Error> for CaseError {
    fn from(error: rusqlite::Error) -> Self {
        CaseError::Store(error.into())
    }
}

impl Store {
    /// 登记 — the case at its first step.
    ///
    /// # Errors
    /// [`CaseError`]: the letter is registered, or a link leads nowhere.
    pub fn register_case(&self, new: &NewCase, act: &CaseAct) -> Result<CaseId, CaseError> {
        self.deed(|transaction| {
            if let Some(known) = known_letter(transaction, new)? {
                return Err(CaseError::Registered(known));
            }
            let id = insert(transaction, new, act)?;
            let first = new.form.kind.path()[0];
            insert_step(transaction, id, None, first, act, "", false)?;
            insert_deadline(transaction, id, &new.deadline, "", act)?;
            write_words(transaction, id, &new.notes, act)?;
            link(transaction, id, &new.links, act)?;
            Ok(CaseId(id))
        })
    }

    /// To the next step, over several with a reason, or back with one; each step left out is a row of its own. The step it
    /// stands at then.
    ///
    /// # Errors
    /// [`CaseError`]: no such case or step, no reason, somebody else was faster.
    pub fn move_case(
        &self,
        id: CaseId,
        passage: &Passage,
        act: &CaseAct,
    ) -> Result<CaseState, CaseError> {
        self.case_deed(id, |transaction, case| {
            check_seen(transaction, case, passage)?;
            let act = &in_order(transaction, case, act)?;
            let (from, to) = (case.state, passage.to);
            let no_way = CaseError::NoWay { id: id.0, from, to };
            let reason = passage.reason.as_deref().unwrap_or_default();
            let mut note = passage.note.as_str();
            match from.move_to(to).ok_or(no_way)? {
                CaseMove::Next => {}
                CaseMove::Back if reason.is_empty() => {
                    return Err(CaseError::BackWithoutReason { from, to });
                }
                CaseMove::Back => note = reason,
                CaseMove::Over(skipped) if reason.is_empty() => {
                    let skipped: Vec<&str> = skipped.iter().map(|state| state.label()).collect();
                    let skipped = format!("“{}”", skipped.join("、"));
                    return Err(CaseError::Skips { from, to, skipped });
                }
                CaseMove::Over(skipped) => {
                    for state in skipped {
                        insert_step(transaction, id.0, Some(from), state, act, reason, true)?;
                    }
                }
            }
            insert_step(transaction, id.0, Some(from), to, act, note, false)?;
            write_words(transaction, id.0, &passage.words, act)?;
            // Who goes over the step the deadline is for has not answered, whatever comes after.
            let met_by = case.deadline.met_by;
            let is_answer = to == met_by;
            let answered_at = case.answered_at.or(is_answer.then_some(act.at));
            let answered_at = answered_at.filter(|_| to.is_at_or_after(met_by));
            let is_closed = to.is_at_or_after(case.form.kind.closing());
            let closed_at = is_closed.then(|| case.closed_at.unwrap_or(act.at));
            transaction.execute(
                "UPDATE cases SET state = ?2, answered_at = ?3, closed_at = ?4 WHERE id = ?1",
                params![
                    id.0,
                    to.code(),
                    answered_at.map(to_ms),
                    closed_at.map(to_ms)
                ],
            )?;
            Ok(to)
        })
    }

    /// Writes into a case; what stood there stays in its history.
    ///
    /// # Errors
    /// [`CaseError`]: no such case.
    pub fn note_case(
        &self,
        id: CaseId,
        words: &[(CaseField, String)],
        act: &CaseAct,
    ) -> Result<(), CaseError> {
        self.case_deed(id, |transaction, _| {
            write_words(transaction, id.0, words, act)
        })
    }

    /// 延期 — another deadline, with the reason; the old one stays in the history.
    ///
    /// # Errors
    /// [`CaseError`]: no such case, or it is closed.
    pub fn extend_case(
        &self,
        id: CaseId,
        deadline: &CaseDeadline,
        reason: &str,
        act: &CaseAct,
    ) -> Result<(), CaseError> {
        self.case_deed(id, |transaction, case| {
            if case.closed_at.is_some() {
                return Err(CaseError::Closed(id.0));
            }
            let answered_at = first_reached(transaction, case, deadline.met_by)?;
            transaction.execute(
                "UPDATE cases SET due_at = ?2, due_rule = ?3, due_basis = ?4, due_note = ?5, met_by = ?6,
                     answered_at = ?7, deadline_count = deadline_count + 1 WHERE id = ?1",
                params![
                    id.0,
                    to_ms(deadline.at),
                    deadline.rule,
                    deadline.basis,
                    deadline.note,
                    deadline.met_by.code(),
                    answered_at
                ],
            )?;
            insert_deadline(transaction, id.0, deadline, reason, act)
        })
    }

    /// 关联 posts and events; what is linked already stays.
    ///
    /// # Errors
    /// [`CaseError`]: no such case, post or event.
    pub fn link_case(&self, id: CaseId, links: &CaseLinks, act: &CaseAct) -> Result<(), CaseError> {
        self.case_deed(id, |transaction, _| link(transaction, id.0, links, act))
    }

    fn case_deed<T>(
        &self,
        id: CaseId,
        deed: impl FnOnce(&Transaction<'_>, &Case) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        self.deed(|transaction| {
            let case = select_case(transaction, id, self.zone)?;
            deed(transaction, &case.ok_or(CaseError::NotFound(id.0))?)
        })
    }

    fn deed<T>(
        &self,
        deed: impl FnOnce(&Transaction<'_>) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        // The refusal travels beside the transaction: `write` rolls back on any error.
        let mut refusal = None;
        let done = self.write_durably(|transaction| {
            deed(transaction).map_err(|error| {
                refusal = Some(error);
                anyhow::anyhow!("refused")
            })
        });
        done.map_err(|error| refusal.unwrap_or(CaseError::Store(error)))
    }
}

fn known_letter(transaction: &Transaction<'_>, new: &NewCase) -> Result<Option<i64>, CaseError> {
    let known = transaction
        .query_row(
            "SELECT id FROM cases
             WHERE letter_post_id = ?1 OR from_org = ?2 AND document_no = ?3 AND title = ?4",
            params![
                new.letter.map(|post| post.0),
                new.form.from_org,
                new.form.document_no,
                new.form.title
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(known)
}

fn insert(transaction: &Transaction<'_>, new: &NewCase, act: &CaseAct) -> Result<i64, CaseError> {
    let (form, deadline) = (&new.form, &new.deadline);
    if let Some(letter) = new.letter {
        check_post(transaction, letter)?;
    }
    transaction.execute(
        "INSERT INTO cases (kind, from_org, document_no, urgency, title, text, original_link, attachment,
             received_at, discovered_at, published_at, due_at, due_rule, due_basis, due_note, met_by,
             state, registered_at, registered_by, letter_post_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        params![
            form.kind.code(),
            form.from_org,
            form.document_no,
            form.urgency.code(),
            form.title,
            form.text,
            form.original_link,
            form.attachment,
            to_ms(form.received_at),
            form.discovered_at.map(to_ms),
            form.published_at.map(to_ms),
            to_ms(deadline.at),
            deadline.rule,
            deadline.basis,
            deadline.note,
            deadline.met_by.code(),
            form.kind.path()[0].code(),
            to_ms(act.now),
            act.by,
            new.letter.map(|post| post.0)
        ],
    )?;
    Ok(transaction.last_insert_rowid())
}

fn insert_step(
    transaction: &Transaction<'_>,
    case: i64,
    from: Option<CaseState>,
    state: CaseState,
    act: &CaseAct,
    note: &str,
    is_skipped: bool,
) -> Result<(), CaseError> {
    transaction.execute(
        "INSERT INTO case_steps (case_id, from_state, state, at, by, note, is_skipped, recorded_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            case,
            from.map(CaseState::code),
            state.code(),
            to_ms(act.at),
            act.by,
            note,
            is_skipped,
            to_ms(act.now)
        ],
    )?;
    Ok(())
}

fn insert_deadline(
    transaction: &Transaction<'_>,
    case: i64,
    deadline: &CaseDeadline,
    reason: &str,
    act: &CaseAct,
) -> Result<(), CaseError> {
    transaction.execute(
        "INSERT INTO case_deadlines (case_id, due_at, rule, basis, reason, at, by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            case,
            to_ms(deadline.at),
            deadline.rule,
            deadline.basis,
            reason,
            to_ms(act.now),
            act.by
        ],
    )?;
    Ok(())
}

fn write_words(
    transaction: &Transaction<'_>,
    case: i64,
    words: &[(CaseField, String)],
    act: &CaseAct,
) -> Result<(), CaseError> {
    for (field, text) in words {
        transaction.execute(
            "INSERT INTO case_notes (case_id, field, text, at, by) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![case, field.code(), text, to_ms(act.now), act.by],
        )?;
    }
    Ok(())
}

fn link(
    transaction: &Transaction<'_>,
    case: i64,
    links: &CaseLinks,
    act: &CaseAct,
) -> Result<(), CaseError> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO case_links (case_id, post_id, event_id, at, by) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?;
    for post in &links.posts {
        check_post(transaction, *post)?;
        insert.execute(params![case, post.0, None::<i64>, to_ms(act.now), act.by])?;
    }
    for event in &links.events {
        check_event(transaction, *event)?;
        insert.execute(params![case, None::<i64>, event.0, to_ms(act.now), act.by])?;
    }
    Ok(())
}

fn check_post(transaction: &Transaction<'_>, post: PostId) -> Result<(), CaseError> {
    let mut select = transaction.prepare_cached("SELECT 1 FROM posts WHERE id = ?1")?;
    match select.exists([post.0])? {
        true => Ok(()),
        false => Err(CaseError::NoPost(post.0)),
    }
}

fn check_event(transaction: &Transaction<'_>, event: EventId) -> Result<(), CaseError> {
    let mut select = transaction.prepare_cached("SELECT 1 FROM events WHERE id = ?1")?;
    match select.exists([event.0])? {
        true => Ok(()),
        false => Err(CaseError::NoEvent(event.0)),
    }
}

/// Two people at one case: the second is told.
fn check_seen(
    transaction: &Transaction<'_>,
    case: &Case,
    passage: &Passage,
) -> Result<(), CaseError> {
    if case.state == passage.seen {
        return Ok(());
    }
    let by = transaction.query_row(
        "SELECT by FROM case_steps WHERE case_id = ?1 ORDER BY id DESC LIMIT 1",
        [case.id.0],
        |row| row.get(0),
    )?;
    Err(CaseError::Moved {
        id: case.id.0,
        by,
        state: case.state,
    })
}

/// No step comes before the one before it. People say minutes: within that minute it came after.
fn in_order(
    transaction: &Transaction<'_>,
    case: &Case,
    act: &CaseAct,
) -> Result<CaseAct, CaseError> {
    let before: i64 = transaction.query_row(
        "SELECT at FROM case_steps WHERE case_id = ?1 ORDER BY id DESC LIMIT 1",
        [case.id.0],
        |row| row.get(0),
    )?;
    let before = DateTime::from_timestamp_millis(before).unwrap_or_default();
    let before = before.with_timezone(act.at.offset());
    let minute = |at: Timestamp| at.timestamp().div_euclid(60);
    if minute(act.at) < minute(before) {
        let said = |at: Timestamp| at.format("%Y-%m-%d %H:%M").to_string();
        return Err(CaseError::Earlier {
            at: said(act.at),
            before: said(before),
        });
    }
    Ok(CaseAct {
        at: act.at.max(before),
        ..act.clone()
    })
}

/// When `milestone` was reached, and stands reached now.
fn first_reached(
    transaction: &Transaction<'_>,
    case: &Case,
    milestone: CaseState,
) -> Result<Option<i64>, CaseError> {
    if !case.state.is_at_or_after(milestone) {
        return Ok(None);
    }
    let mut select = transaction.prepare_cached(
        "SELECT state, at, is_skipped FROM case_steps WHERE case_id = ?1 ORDER BY id",
    )?;
    let mut rows = select.query([case.id.0])?;
    let mut reached = None;
    while let Some(row) = rows.next()? {
        let state: CaseState = code(&row.get::<_, String>(0)?)?;
        let (at, is_skipped): (i64, bool) = (row.get(1)?, row.get(2)?);
        if state == milestone && !is_skipped {
            reached = reached.or(Some(at));
        } else if !state.is_at_or_after(milestone) {
            reached = None;
        }
    }
    Ok(reached)
}

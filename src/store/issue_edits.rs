//! `issue_revisions`: how editors change a draft. An edit names the revision it was made on; where the draft moved on
//! meanwhile it is refused, and its words are kept.

use super::Store;
use super::issue_drafts::cite;
use super::issues::select_issue;
use super::rows::{from_ms, to_json, to_ms};
use crate::model::{IssueContent, IssueId, IssueState, Revision, Timestamp};
use anyhow::Result;
use rusqlite::{Connection, Transaction, params};

/// One change of a draft: what was done, the words before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `改第2条标题`.
    pub what: String,
    /// Words before.
    pub before: String,
    /// Words after.
    pub after: String,
}

/// What an editor wants saved.
#[derive(Clone, Debug)]
pub struct Edit<'e> {
    /// The revision that the editor saw.
    pub seen: u32,
    /// Who.
    pub by: &'e str,
    /// What was changed, in order; a revision each.
    pub changes: &'e [Change],
    /// The content that came of it.
    pub content: &'e IssueContent,
}

/// Why an edit was refused. Its words are kept in the history of the issue.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// No such issue.
    #[error("没有稿号为{0}的稿件")]
    NotFound(i64),
    /// Only a draft changes.
    #[error("本期现为“{}”，不能再改；{}。您的修改没有保存，文字留在修订记录里", state.label(), state.way_out())]
    Frozen {
        /// Row id.
        id: i64,
        /// State it is in.
        state: IssueState,
    },
    /// Somebody else changed the draft since.
    #[error(
        "在您打开之后，{who}，现为第{now}次修订。您的修改没有保存，文字留在修订记录里；请看过最新稿后再改"
    )]
    Stale {
        /// Row id.
        id: i64,
        /// Revision of the draft.
        now: u32,
        /// Revision that the editor saw.
        seen: u32,
        /// Who changed what meanwhile.
        who: String,
    },
    /// The editor names a revision that was never made.
    #[error(
        "本期没有第{seen}次修订，现为第{now}次。您的修改没有保存，文字留在修订记录里；请刷新后再改"
    )]
    NotYet {
        /// Row id.
        id: i64,
        /// Revision of the draft.
        now: u32,
        /// Revision that the editor named.
        seen: u32,
    },
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] anyhow::Error),
}

impl Store {
    /// Saves an edit of a draft; gives its revision.
    ///
    /// # Errors
    /// [`EditError`]: no such issue, no draft, or changed by somebody else since.
    pub fn edit_issue(
        &self,
        id: IssueId,
        edit: &Edit<'_>,
        now: Timestamp,
    ) -> Result<u32, EditError> {
        let zone = self.zone;
        // A refused edit is written down as well: the transaction succeeds, the refusal travels in its value.
        self.write_durably(|transaction| {
            let Some(issue) = select_issue(transaction, id, zone)? else {
                return Ok(Err(EditError::NotFound(id.0)));
            };
            if let Some(refusal) = self.refusal(transaction, &issue, edit)? {
                record(transaction, id, None, edit, now)?;
                return Ok(Err(refusal));
            }
            let revision = record(transaction, id, Some(issue.revision), edit, now)?;
            transaction.execute(
                "UPDATE issues SET content = ?2, revision = ?3 WHERE id = ?1",
                params![id.0, to_json(edit.content)?, revision],
            )?;
            cite(transaction, id, edit.content)?;
            Ok(Ok(revision))
        })?
    }

    /// 修订记录 of an issue, oldest first, refused changes among them.
    ///
    /// # Errors
    /// The database refuses.
    pub fn revisions_of_issue(&self, id: IssueId) -> Result<Vec<Revision>> {
        self.revisions(&*self.reader()?, id)
    }

    fn revisions(&self, connection: &Connection, id: IssueId) -> Result<Vec<Revision>> {
        let mut select = connection.prepare_cached(
            "SELECT revision, at, by_whom, what, before, after FROM issue_revisions
             WHERE issue_id = ?1 ORDER BY id",
        )?;
        let revisions = select
            .query_map([id.0], |row| {
                Ok(Revision {
                    revision: row.get(0)?,
                    at: from_ms(row.get(1)?, self.zone),
                    by: row.get(2)?,
                    what: row.get(3)?,
                    before: row.get(4)?,
                    after: row.get(5)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(revisions)
    }

    fn refusal(
        &self,
        connection: &Connection,
        issue: &crate::model::Issue,
        edit: &Edit<'_>,
    ) -> Result<Option<EditError>> {
        let (id, now, seen) = (issue.id.0, issue.revision, edit.seen);
        match issue.state {
            IssueState::Draft if now == seen => Ok(None),
            IssueState::Draft if now < seen => Ok(Some(EditError::NotYet { id, now, seen })),
            IssueState::Draft => {
                let since = self.revisions(connection, issue.id)?;
                let since = since
                    .iter()
                    .filter(|made| made.revision.is_some_and(|number| number > seen));
                let who: Vec<String> = since
                    .map(|made| {
                        let at = made.at.format("%m-%d %H:%M");
                        format!("{}于{at}{}", made.by, made.what)
                    })
                    .collect();
                let who = who.join("，");
                Ok(Some(EditError::Stale { id, now, seen, who }))
            }
            state => Ok(Some(EditError::Frozen { id, state })),
        }
    }
}

/// Writes the changes down, each as a revision after `base`; refused ones without a number. The last number.
fn record(
    transaction: &Transaction<'_>,
    id: IssueId,
    base: Option<u32>,
    edit: &Edit<'_>,
    now: Timestamp,
) -> rusqlite::Result<u32> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO issue_revisions (issue_id, revision, at, by_whom, what, before, after)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let mut revision = base;
    for change in edit.changes {
        revision = revision.map(|number| number + 1);
        insert.execute(params![
            id.0,
            revision,
            to_ms(now),
            edit.by,
            change.what,
            change.before,
            change.after
        ])?;
    }
    Ok(revision.unwrap_or(0))
}

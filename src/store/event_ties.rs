//! What an event is tied to through its posts: changes of levels, issues, cases, alerts, watches, other events.

use super::Store;
use super::alerts::AlertFilter;
use super::judgements::{CHANGE_COLUMNS, level_change};
use crate::model::{AlertId, AlertSubject, CaseId, EventId, IssueId, LevelChange, PostId};
use anyhow::Result;
use rusqlite::{Connection, Params, params};

impl Store {
    /// How levels of an event's posts changed, the latest first, without what is only suggested.
    ///
    /// # Errors
    /// The database refuses.
    pub fn level_changes_of_event(&self, id: EventId, limit: usize) -> Result<Vec<LevelChange>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(&format!(
            "SELECT {CHANGE_COLUMNS} FROM level_changes
             WHERE post_id IN (SELECT id FROM posts WHERE event_id = ?1) AND NOT is_suggestion
             ORDER BY id DESC LIMIT ?2"
        ))?;
        let changes = select
            .query_map(params![id.0, limit], |row| level_change(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(changes)
    }

    /// Issues that print a post of the event, void ones left out, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn issues_of_event(&self, id: EventId, limit: usize) -> Result<Vec<IssueId>> {
        let reader = self.reader()?;
        let ids = ids(
            &reader,
            "SELECT DISTINCT i.id FROM posts p JOIN issue_posts c ON c.post_id = p.id
             JOIN issues i ON i.id = c.issue_id
             WHERE p.event_id = ?1 AND i.state <> 'void' ORDER BY i.id DESC LIMIT ?2",
            params![id.0, limit],
        )?;
        Ok(ids.into_iter().map(IssueId).collect())
    }

    /// Cases about the event or a post of it, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn cases_of_event(&self, id: EventId, limit: usize) -> Result<Vec<CaseId>> {
        let reader = self.reader()?;
        let ids = ids(
            &reader,
            "SELECT case_id FROM case_links WHERE event_id = ?1
             UNION SELECT l.case_id FROM posts p JOIN case_links l ON l.post_id = p.id
                 WHERE p.event_id = ?1
             ORDER BY 1 DESC LIMIT ?2",
            params![id.0, limit],
        )?;
        Ok(ids.into_iter().map(CaseId).collect())
    }

    /// Alerts on the event, and those that a post of it stands for, the latest first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn alerts_of_event(&self, id: EventId, limit: usize) -> Result<Vec<AlertId>> {
        let reader = self.reader()?;
        let ids = ids(
            &reader,
            "SELECT id FROM alerts WHERE subject = ?2
             UNION SELECT a.id FROM posts p JOIN alerts a ON a.post_id = p.id WHERE p.event_id = ?1
             ORDER BY 1 DESC LIMIT ?3",
            params![id.0, AlertSubject::event(id).0, limit],
        )?;
        Ok(ids.into_iter().map(AlertId).collect())
    }

    /// Watches that posts of the event matched, with how many, the most first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn watches_of_event(&self, id: EventId) -> Result<Vec<(String, u64)>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT h.watch_id, count(*) FROM posts p JOIN watch_hits h ON h.post_id = p.id
             WHERE p.event_id = ?1 GROUP BY h.watch_id ORDER BY 2 DESC, 1",
        )?;
        let watches = select
            .query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(watches)
    }

    /// The event of each post, in order; posts outside of events are left out.
    ///
    /// # Errors
    /// The database refuses.
    pub fn events_of_posts(&self, posts: &[PostId]) -> Result<Vec<(PostId, EventId)>> {
        let reader = self.reader()?;
        let mut select = reader
            .prepare_cached("SELECT event_id FROM posts WHERE id = ?1 AND event_id IS NOT NULL")?;
        let mut events = Vec::new();
        for post in posts {
            let mut rows = select.query([post.0])?;
            if let Some(row) = rows.next()? {
                events.push((*post, EventId(row.get(0)?)));
            }
        }
        Ok(events)
    }

    /// How many alerts a filter would list, had it no limit.
    ///
    /// # Errors
    /// The database refuses.
    pub fn alert_count(&self, filter: AlertFilter) -> Result<u64> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT count(*) FROM alerts
             WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR raised_at >= ?2)",
        )?;
        let state = filter.state.map(crate::model::AlertState::code);
        let since = filter.since.map(super::rows::to_ms);
        Ok(select.query_row(params![state, since], |row| row.get(0))?)
    }
}

fn ids(reader: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<i64>> {
    let mut select = reader.prepare_cached(sql)?;
    let ids = select
        .query_map(parameters, |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(ids)
}

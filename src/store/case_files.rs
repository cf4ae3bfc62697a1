//! `cases` and their histories: what is asked of them.

use super::Store;
use super::rows::{code, from_ms, to_ms};
use crate::model::{
    Case, CaseDeadline, CaseField, CaseFile, CaseForm, CaseId, CaseLinks, CaseNote, CaseState,
    CaseStep, DeadlineSet, EventId, Level, PostId, Timestamp,
};
use anyhow::Result;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use std::collections::{BTreeMap, HashMap};

const CASE_COLUMNS: &str =
    "id, kind, from_org, document_no, urgency, title, text, original_link, attachment,
    received_at, discovered_at, published_at, due_at, due_rule, due_basis, due_note, met_by,
    deadline_count, state, answered_at, closed_at, registered_at, registered_by";

impl Store {
    /// One case with its histories.
    ///
    /// # Errors
    /// The database refuses.
    pub fn case_file(&self, id: CaseId) -> Result<Option<CaseFile>> {
        let reader = self.reader()?;
        let Some(case) = select_case(&reader, id, self.zone)? else {
            return Ok(None);
        };
        Ok(Some(CaseFile {
            case,
            steps: steps(&reader, id, self.zone)?,
            notes: notes(&reader, id, self.zone)?,
            deadlines: deadlines(&reader, id, self.zone)?,
            links: links(&reader, id)?,
        }))
    }

    /// Every case, the next deadline first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn cases(&self) -> Result<Vec<Case>> {
        let order = "ORDER BY due_at, id";
        self.select_cases(order, params![])
    }

    /// Cases that are neither archived nor settled, the next deadline first.
    ///
    /// # Errors
    /// The database refuses.
    pub fn open_cases(&self) -> Result<Vec<Case>> {
        let open = "WHERE closed_at IS NULL ORDER BY due_at, id";
        self.select_cases(open, params![])
    }

    /// Cases received from `from` to before `to`, in that order: what a ledger counts.
    ///
    /// # Errors
    /// The database refuses.
    pub fn cases_between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Case>> {
        let received = "WHERE received_at >= ?1 AND received_at < ?2 ORDER BY received_at, id";
        self.select_cases(received, params![to_ms(from), to_ms(to)])
    }

    /// The highest level of the events that a case is about, of the cases that are about any.
    ///
    /// # Errors
    /// The database refuses.
    pub fn levels_of_cases(&self) -> Result<BTreeMap<CaseId, Level>> {
        let reader = self.reader()?;
        let mut select = reader.prepare_cached(
            "SELECT case_id, coalesce(level, 'none') FROM case_links
             LEFT JOIN events ON id = event_id WHERE event_id IS NOT NULL",
        )?;
        let mut rows = select.query([])?;
        let mut levels = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let level: Level = code(&row.get::<_, String>(1)?)?;
            let highest = levels.entry(CaseId(row.get(0)?)).or_insert(level);
            *highest = level.max(*highest);
        }
        Ok(levels)
    }

    /// The latest case about a post.
    ///
    /// # Errors
    /// The database refuses.
    pub fn case_of_post(&self, post: PostId) -> Result<Option<CaseId>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached("SELECT max(case_id) FROM case_links WHERE post_id = ?1")?;
        let latest: Option<i64> = select.query_row([post.0], |row| row.get(0))?;
        Ok(latest.map(CaseId))
    }

    fn select_cases(&self, rest: &str, parameters: impl Params) -> Result<Vec<Case>> {
        let reader = self.reader()?;
        let mut select =
            reader.prepare_cached(&format!("SELECT {CASE_COLUMNS} FROM cases {rest}"))?;
        let mut cases = select
            .query_map(parameters, |row| case_of(row, self.zone))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut words = latest_words(&reader)?;
        for case in &mut cases {
            case.notes = words.remove(&case.id).unwrap_or_default();
        }
        Ok(cases)
    }
}

/// One case.
pub(super) fn select_case(connection: &Connection, id: CaseId, zone: Tz) -> Result<Option<Case>> {
    let case = connection
        .prepare_cached(&format!("SELECT {CASE_COLUMNS} FROM cases WHERE id = ?1"))?
        .query_row([id.0], |row| case_of(row, zone))
        .optional()?;
    let Some(mut case) = case else {
        return Ok(None);
    };
    let words = notes(connection, id, zone)?.into_iter();
    case.notes = words.map(|note| (note.field, note.text)).collect();
    Ok(Some(case))
}

/// The words that stand, of every case.
fn latest_words(connection: &Connection) -> Result<HashMap<CaseId, BTreeMap<CaseField, String>>> {
    let mut select = connection.prepare_cached(
        "SELECT case_id, field, text FROM case_notes
         WHERE id IN (SELECT max(id) FROM case_notes GROUP BY case_id, field)",
    )?;
    let mut rows = select.query([])?;
    let mut words: HashMap<CaseId, BTreeMap<CaseField, String>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let field = code(&row.get::<_, String>(1)?)?;
        let case = words.entry(CaseId(row.get(0)?)).or_default();
        case.insert(field, row.get(2)?);
    }
    Ok(words)
}

fn steps(connection: &Connection, id: CaseId, zone: Tz) -> Result<Vec<CaseStep>> {
    let mut select = connection.prepare_cached(
        "SELECT from_state, state, at, by, note, is_skipped, recorded_at FROM case_steps
         WHERE case_id = ?1 ORDER BY id",
    )?;
    let steps = select
        .query_map([id.0], |row| {
            let from: Option<String> = row.get(0)?;
            Ok(CaseStep {
                from: from.map(|from| code::<CaseState>(&from)).transpose()?,
                state: code(&row.get::<_, String>(1)?)?,
                at: from_ms(row.get(2)?, zone),
                by: row.get(3)?,
                note: row.get(4)?,
                is_skipped: row.get(5)?,
                recorded_at: from_ms(row.get(6)?, zone),
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(steps)
}

fn notes(connection: &Connection, id: CaseId, zone: Tz) -> Result<Vec<CaseNote>> {
    let mut select = connection.prepare_cached(
        "SELECT field, text, at, by FROM case_notes WHERE case_id = ?1 ORDER BY id",
    )?;
    let notes = select
        .query_map([id.0], |row| {
            Ok(CaseNote {
                field: code(&row.get::<_, String>(0)?)?,
                text: row.get(1)?,
                at: from_ms(row.get(2)?, zone),
                by: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(notes)
}

fn deadlines(connection: &Connection, id: CaseId, zone: Tz) -> Result<Vec<DeadlineSet>> {
    let mut select = connection.prepare_cached(
        "SELECT due_at, rule, basis, reason, at, by FROM case_deadlines WHERE case_id = ?1 ORDER BY id",
    )?;
    let deadlines = select
        .query_map([id.0], |row| {
            Ok(DeadlineSet {
                due_at: from_ms(row.get(0)?, zone),
                rule: row.get(1)?,
                basis: row.get(2)?,
                reason: row.get(3)?,
                at: from_ms(row.get(4)?, zone),
                by: row.get(5)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(deadlines)
}

fn links(connection: &Connection, id: CaseId) -> Result<CaseLinks> {
    let mut select = connection.prepare_cached(
        "SELECT post_id, event_id FROM case_links WHERE case_id = ?1 ORDER BY post_id, event_id",
    )?;
    let mut rows = select.query([id.0])?;
    let mut links = CaseLinks::default();
    while let Some(row) = rows.next()? {
        let post: Option<i64> = row.get(0)?;
        let event: Option<i64> = row.get(1)?;
        links.posts.extend(post.map(PostId));
        links.events.extend(event.map(EventId));
    }
    Ok(links)
}

/// A case without its words.
fn case_of(row: &Row<'_>, zone: Tz) -> rusqlite::Result<Case> {
    let moment = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
        let ms: Option<i64> = row.get(column)?;
        Ok(ms.map(|ms| from_ms(ms, zone)))
    };
    Ok(Case {
        id: CaseId(row.get(0)?),
        form: CaseForm {
            kind: code(&row.get::<_, String>(1)?)?,
            from_org: row.get(2)?,
            document_no: row.get(3)?,
            urgency: code(&row.get::<_, String>(4)?)?,
            title: row.get(5)?,
            text: row.get(6)?,
            original_link: row.get(7)?,
            attachment: row.get(8)?,
            received_at: from_ms(row.get(9)?, zone),
            discovered_at: moment(10)?,
            published_at: moment(11)?,
        },
        deadline: CaseDeadline {
            at: from_ms(row.get(12)?, zone),
            rule: row.get(13)?,
            basis: row.get(14)?,
            note: row.get(15)?,
            met_by: code(&row.get::<_, String>(16)?)?,
        },
        deadline_count: row.get(17)?,
        state: code(&row.get::<_, String>(18)?)?,
        answered_at: moment(19)?,
        closed_at: moment(20)?,
        registered_at: from_ms(row.get(21)?, zone),
        registered_by: row.get(22)?,
        notes: BTreeMap::new(),
    })
}

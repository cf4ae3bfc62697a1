//! Which sources are visited now → their claimed turns.

use super::{Turn, Wanted, rhythm};
use crate::app::App;
use crate::config::DeclaredSource;
use crate::model::Timestamp;
use anyhow::Result;
use std::collections::HashSet;

/// Sources claimed in one round.
const SOURCES_PER_ROUND: usize = 64;

/// Claims up to `room` due sources on hosts that are not busy, each host once: those with a due entry page first.
pub fn claim_apart(app: &App, mut busy: HashSet<String>, room: usize) -> Result<Vec<Turn>> {
    let (now, collecting) = (app.now(), app.collecting());
    let mut turns = Vec::new();
    while turns.len() < room {
        let free: Vec<&str> = collecting
            .enabled()
            .filter(|declared| is_awake(app, declared, now) && !busy.contains(&host_of(declared)))
            .map(|declared| declared.source.id.as_str())
            .collect();
        let Some(id) = app.store.claim_due_sources(&free, now, 1)?.pop() else {
            break;
        };
        let Some(turn) = turn(app, &id, true) else {
            break;
        };
        busy.insert(host_of(&turn.declared));
        turns.push(turn);
    }
    for id in app.store.sources_with_due_targets(now)? {
        if turns.len() >= room {
            break;
        }
        let Some(turn) = turn(app, &id, false).filter(|turn| is_awake(app, &turn.declared, now))
        else {
            continue;
        };
        let host = host_of(&turn.declared);
        if !busy.contains(&host) && app.store.claim_source(&id, now)? {
            busy.insert(host);
            turns.push(turn);
        }
    }
    Ok(turns)
}

pub fn claim_turns(app: &App, wanted: &Wanted) -> Result<Vec<Turn>> {
    let (now, collecting) = (app.now(), app.collecting());
    // A person who names a source may visit it at any hour.
    let enabled: Vec<&str> = collecting
        .enabled()
        .filter(|declared| *wanted != Wanted::Due || is_awake(app, declared, now))
        .map(|declared| declared.source.id.as_str())
        .collect();
    let mut turns = Vec::new();
    let mut claim = |id: &str, reads_entry| -> Result<()> {
        if enabled.contains(&id) && app.store.claim_source(id, now)? {
            turns.extend(turn(app, id, reads_entry));
        }
        Ok(())
    };
    match wanted {
        Wanted::Named(ids) => {
            for id in ids {
                claim(id, true)?;
            }
            turns.iter_mut().for_each(|turn| turn.obeys_pause = false);
        }
        Wanted::Waiting(ids) => {
            for id in app.store.sources_with_due_targets(now)? {
                if ids.contains(&id) {
                    claim(&id, false)?;
                }
            }
        }
        Wanted::Due => {
            let due = app
                .store
                .claim_due_sources(&enabled, now, SOURCES_PER_ROUND)?;
            for id in app.store.sources_with_due_targets(now)? {
                // A source that was just claimed reads its targets in the same turn.
                if !due.contains(&id) {
                    claim(&id, false)?;
                }
            }
            turns.extend(due.iter().filter_map(|id| turn(app, id, true)));
        }
    }
    Ok(turns)
}

fn turn(app: &App, id: &str, reads_entry: bool) -> Option<Turn> {
    let collecting = app.collecting();
    let mut enabled = collecting.enabled();
    let declared = enabled.find(|declared| declared.source.id == id)?.clone();
    Some(Turn {
        declared,
        reads_entry,
        obeys_pause: true,
    })
}

/// Not in the hours in which it is left alone.
pub fn is_awake(app: &App, declared: &DeclaredSource, now: Timestamp) -> bool {
    let pause = rhythm(&app.config, declared).pause;
    pause.end(now, app.zone()).is_none()
}

/// The host whose queue a source's turn waits in.
pub fn host_of(declared: &DeclaredSource) -> String {
    let url = &declared.source.url;
    let behind_scheme = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let authority = behind_scheme.split(['/', '?', '#']).next();
    let host = authority.and_then(|authority| authority.split(':').next());
    host.unwrap_or_default().to_ascii_lowercase()
}

/// Enabled sources that nobody visits now unless a person names them: stopped, backing off after a failure, or in their
/// nightly pause.
///
/// # Errors
/// The store refuses.
pub fn resting_sources(app: &App) -> Result<Vec<String>> {
    let now = app.now();
    let states = app.store.source_states()?;
    let is_stopped = |id: &str| {
        let state = states.iter().find(|state| state.id == id);
        state.is_some_and(|state| {
            let backs_off = state.failure_count > 0 && state.next_check > now;
            state.stopped_at.is_some() || backs_off
        })
    };
    let collecting = app.collecting();
    let resting = collecting
        .enabled()
        .filter(|declared| is_stopped(&declared.source.id) || !is_awake(app, declared, now));
    Ok(resting.map(|declared| declared.source.id.clone()).collect())
}

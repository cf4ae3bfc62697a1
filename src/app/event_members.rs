//! 事件的信息 — the posts of the events last looked at as their pages count them, kept until one of them changes.

use super::App;
use crate::model::{EventId, Member};
use anyhow::Result;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Events kept; with more, all are read again.
const MAX_KEPT: usize = 32;

/// 事件的信息.
#[derive(Default)]
pub struct EventsSeen(Mutex<HashMap<EventId, Kept>>);

struct Kept {
    /// Posts, and the latest revision of one.
    seen: (u64, u64),
    members: Arc<Vec<Member>>,
}

impl App {
    /// The posts of an event in the order of publication, without their words.
    ///
    /// # Errors
    /// The store refuses.
    pub fn members_of_event(&self, id: EventId) -> Result<Arc<Vec<Member>>> {
        // Read first: what changes in between is read again next time.
        let seen = self.store.changes_of_event(id)?;
        let known = |kept: &HashMap<EventId, Kept>| {
            let known = kept.get(&id).filter(|kept| kept.seen == seen);
            known.map(|kept| Arc::clone(&kept.members))
        };
        let lock = || (self.events_seen.0.lock()).unwrap_or_else(PoisonError::into_inner);
        if let Some(members) = known(&lock()) {
            return Ok(members);
        }
        let members = Arc::new(self.store.members_of_event(id)?);
        let mut kept = lock();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        let again = Arc::clone(&members);
        kept.insert(id, Kept { seen, members });
        Ok(again)
    }
}

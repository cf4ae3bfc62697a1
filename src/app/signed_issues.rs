//! 已签发各期 — issues once signed, read once: what was signed does not change, but that it may become void.

use crate::model::{Issue, IssueId, Period};
use crate::store::Store;
use anyhow::Result;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Issues kept: some ten years of them.
const MAX_KEPT: usize = 3000;

/// 已签发各期.
#[derive(Default)]
pub struct SignedIssues(Mutex<HashMap<IssueId, Arc<Issue>>>);

impl SignedIssues {
    /// Issues signed in the period, void ones among them, in the order of their signatures.
    ///
    /// # Errors
    /// The store refuses.
    pub fn of(&self, store: &Store, period: Period) -> Result<Vec<Arc<Issue>>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() > MAX_KEPT {
            kept.clear();
        }
        let mut issues = Vec::new();
        for (id, state) in store.signed_in(period)? {
            let known = kept.get(&id).filter(|issue| issue.state == state);
            let issue = match known {
                Some(issue) => Arc::clone(issue),
                None => match store.issue(id)? {
                    Some(issue) => Arc::new(issue),
                    None => continue,
                },
            };
            kept.insert(id, Arc::clone(&issue));
            issues.push(issue);
        }
        Ok(issues)
    }
}

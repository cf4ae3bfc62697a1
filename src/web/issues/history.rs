//! 审签记录 and 修订记录 together: who did what to an issue, and when.

use crate::app::App;
use crate::model::{IssueId, IssueStep, Revision, StepTaken, Timestamp};
use crate::web::layout::minute;
use anyhow::Result;

/// Lines that the page shows.
const SHOWN: usize = 200;

/// One deed.
pub struct HistoryLine {
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// `第3次修订：改第2条标题`, `审核`.
    pub what: String,
    /// Words before, and of a step its reason.
    pub before: String,
    /// Words after.
    pub after: String,
}

/// 经过.
pub struct History {
    /// The latest first.
    pub lines: Vec<HistoryLine>,
    /// Earlier ones that are not shown.
    pub left_out: usize,
    /// Every step, oldest first.
    pub steps: Vec<StepTaken>,
}

impl History {
    /// Of an issue.
    ///
    /// # Errors
    /// The database refuses.
    pub fn of(app: &App, id: IssueId) -> Result<History> {
        let steps = app.store.steps_of_issue(id)?;
        let revisions = app.store.revisions_of_issue(id)?;
        // Of one moment in the order in which each was written down; the sort is stable.
        let is_draft = |taken: &&StepTaken| taken.step == IssueStep::Drafted;
        let drafted = steps.iter().filter(is_draft).map(step_line);
        let revised = revisions.iter().map(revision_line);
        let later = steps.iter().filter(|taken| !is_draft(taken)).map(step_line);
        let mut lines: Vec<(Timestamp, HistoryLine)> =
            drafted.chain(revised).chain(later).collect();
        lines.sort_by_key(|(at, _)| *at);
        let left_out = lines.len().saturating_sub(SHOWN);
        Ok(History {
            lines: (lines.into_iter().rev().take(SHOWN))
                .map(|(_, line)| line)
                .collect(),
            left_out,
            steps,
        })
    }

    /// The latest step of a kind.
    pub fn latest(&self, step: IssueStep) -> Option<&StepTaken> {
        self.steps.iter().rfind(|taken| taken.step == step)
    }
}

/// 姓名, or who it was where nobody was asked.
pub fn person(by: &str) -> String {
    if by.is_empty() { "系统" } else { by }.to_owned()
}

fn step_line(taken: &StepTaken) -> (Timestamp, HistoryLine) {
    let line = HistoryLine {
        at: minute(Some(taken.at)),
        by: person(&taken.by),
        what: taken.step.label().to_owned(),
        before: String::new(),
        after: taken.note.clone(),
    };
    (taken.at, line)
}

fn revision_line(made: &Revision) -> (Timestamp, HistoryLine) {
    let number = match made.revision {
        Some(number) => format!("第{number}次修订"),
        None => "未采纳".to_owned(),
    };
    let line = HistoryLine {
        at: minute(Some(made.at)),
        by: person(&made.by),
        what: format!("{number}：{}", made.what),
        before: made.before.clone(),
        after: made.after.clone(),
    };
    (made.at, line)
}

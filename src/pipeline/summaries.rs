//! The configured language model writes summaries of a draft; `text::summary::answer` says which of them are taken.
//! Whatever goes wrong, the entry keeps the sentences of its post, and its note says why.

use crate::digest::lead_of;
use crate::fetch::{LanguageModel, ModelError};
use crate::model::{Entry, IssueContent, Level, StoredPost};
use crate::text::summary::answer::{Refusal, accept};
use crate::text::summary::question::{INSTRUCTIONS, question};
use std::time::Duration;
use tokio::time::Instant;

/// Why an entry keeps the sentences of its post.
#[derive(Debug, thiserror::Error)]
enum Kept {
    #[error(transparent)]
    Unanswered(#[from] ModelError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("本期代写摘要的总时限已到（summary.draft_timeout）")]
    OutOfTime,
}

/// Lets `model` write the summaries of opinion entries, one after the other, the gravest first; what is left when the
/// time is over stays as it is.
pub async fn rewrite(
    model: &LanguageModel,
    content: &mut IssueContent,
    posts: &[StoredPost],
    time: Duration,
) {
    let deadline = Instant::now() + time;
    let mut entries: Vec<&mut Entry> = (content.sections.iter_mut())
        .flat_map(|section| &mut section.entries)
        // 动态 are told in a line or two.
        .filter(|entry| entry.level > Level::None)
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.level));
    for entry in entries {
        let Some(lead) = lead_of(entry, posts) else {
            continue;
        };
        let post = &lead.post;
        let Some(question) = question(&post.title, &post.text, post.author.as_deref()) else {
            continue;
        };
        match summary(model, &question, deadline).await {
            Ok(summary) => {
                entry.summary = summary;
                let name = model.name();
                entry.summary_note = format!("摘要由语言模型（{name}）代写，请对照原文核对。");
            }
            Err(kept) => {
                let why = match &kept {
                    Kept::Refused(refusal) => refusal.kind().to_owned(),
                    unanswered => unanswered.to_string(),
                };
                tracing::warn!(
                    post = lead.id.0,
                    "Summary by the language model not used: {why}"
                );
                entry.summary_note = format!("语言模型代写的摘要未采用，仍用原文摘句：{kept}。");
            }
        }
    }
}

async fn summary(model: &LanguageModel, question: &str, deadline: Instant) -> Result<String, Kept> {
    if Instant::now() >= deadline {
        return Err(Kept::OutOfTime);
    }
    let asked = model.ask(INSTRUCTIONS, question);
    let answer = tokio::time::timeout_at(deadline, asked).await;
    let answer = answer.map_err(|_| Kept::OutOfTime)??;
    Ok(accept(&answer, question)?)
}

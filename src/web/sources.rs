//! `/sources`: is every source being read? "Nothing new" and "nothing fetched" look different here.

use super::Shared;
use super::error::WebError;
use super::layout::minute;
use askama::Template;
use axum::extract::State;
use axum::response::Html;

#[derive(Template)]
#[template(path = "sources.html", config = "src/web/askama.toml")]
struct SourcesPage {
    sources: Vec<SourceLine>,
}

struct SourceLine {
    name: String,
    channel: &'static str,
    /// `ok`, `bad`, `off` or `waiting`, for the colour.
    mark: &'static str,
    outcome: &'static str,
    message: String,
    last_success: String,
    last_new: String,
    next_check: String,
    failure_count: u32,
}

pub async fn page(State(app): Shared) -> Result<Html<String>, WebError> {
    let page = app
        .on_cpu(|app| {
            let states = app.store.source_states()?;
            let sources = app
                .config
                .sources
                .iter()
                .map(|declared| {
                    let state = states.iter().find(|state| state.id == declared.source.id);
                    let outcome = state.and_then(|state| state.last_outcome);
                    SourceLine {
                        name: declared.source.name.clone(),
                        channel: declared.source.channel.label(),
                        mark: match outcome {
                            _ if !declared.is_enabled => "off",
                            None => "waiting",
                            Some(outcome) if outcome.is_success() => "ok",
                            Some(_) => "bad",
                        },
                        outcome: match outcome {
                            _ if !declared.is_enabled => "停用",
                            None => "尚未采集",
                            Some(outcome) => outcome.label(),
                        },
                        message: match state {
                            Some(state) if declared.is_enabled => state.last_message.clone(),
                            _ => declared.note.clone(),
                        },
                        last_success: minute(state.and_then(|state| state.last_success)),
                        last_new: minute(state.and_then(|state| state.last_new)),
                        next_check: minute(
                            state
                                .filter(|_| declared.is_enabled)
                                .map(|state| state.next_check),
                        ),
                        failure_count: state.map_or(0, |state| state.failure_count),
                    }
                })
                .collect();
            Ok(SourcesPage { sources })
        })
        .await?;
    Ok(Html(page.render()?))
}

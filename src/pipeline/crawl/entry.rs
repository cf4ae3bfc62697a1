//! The entry page of a source and the pages that continue it → targets, and the posts a list shows itself.

use super::findings::{discover, hints, links, note_rule_uses};
use super::ledger::Tally;
use super::request::{Brought, capture, entry_url, fetch};
use crate::app::App;
use crate::config::DeclaredSource;
use crate::extract::{Extraction, Format, extract};
use crate::fetch::FetchError;
use crate::model::SourceKind;
use crate::store::{PageResult, SaveCounts, Validators};
use anyhow::Result;
use std::collections::HashSet;
use std::sync::Arc;
use url::Url;

/// Reads the entry page and the pages that continue it.
///
/// A list is read on until a page holds nothing new: what stands behind it was read before. Not so after a visit that
/// broke off in the middle, and not for the pages of a paper, which are all of one day.
pub async fn read_entry(
    app: &Arc<App>,
    declared: &DeclaredSource,
    tally: &mut Tally,
) -> Result<Result<(), FetchError>> {
    let entry = entry_url(&declared.source.url, app.now())?;
    let may_stop =
        declared.source.kind != SourceKind::Epaper && !was_incomplete(app, declared).await?;
    // An unchanged first page would hide the pages behind it: only single pages are asked for conditionally.
    let is_conditional = declared.max_pages == 1;
    let mut seen = HashSet::new();
    let mut pages = vec![entry];
    while let Some(url) = pages.pop() {
        if seen.len() >= declared.max_pages || !seen.insert(url.clone()) {
            continue;
        }
        if seen.len() == 2 {
            let id = declared.source.id.clone();
            app.on_cpu(move |app| app.store.mark_incomplete(&id))
                .await?;
        }
        let known = match is_conditional {
            true => validators(app, &url).await?,
            false => Validators::default(),
        };
        let fetched = match fetch(app, declared, &url, known).await? {
            Ok(fetched) => fetched,
            // A continuation that is missing ends the list; a missing entry, or a site that does not want us any more,
            // is the source's failure.
            Err(error) if seen.len() > 1 && !error.is_about_the_host() => {
                tally.is_incomplete |= error.is_temporary();
                tally.warnings.push(error.to_string());
                continue;
            }
            Err(error) => return Ok(Err(error)),
        };
        let Some(brought) = fetched else {
            tally.is_unchanged = true;
            continue;
        };
        tally.fetched += 1;
        let page = save_entry(app, declared, url, brought, tally).await?;
        if may_stop && page.entry_count > 0 && page.new_count == 0 {
            break;
        }
        pages.extend(page.next_pages.into_iter().rev());
    }
    Ok(Ok(()))
}

async fn validators(app: &Arc<App>, url: &Url) -> Result<Validators> {
    let address = url.to_string();
    app.on_cpu(move |app| app.store.validators(&address)).await
}

async fn was_incomplete(app: &Arc<App>, declared: &DeclaredSource) -> Result<bool> {
    let id = declared.source.id.clone();
    let state = app.on_cpu(move |app| app.store.source_state(&id)).await?;
    Ok(state.is_some_and(|state| state.is_incomplete))
}

/// What an entry page held.
struct EntryPage {
    next_pages: Vec<Url>,
    /// Posts and links on it.
    entry_count: u64,
    /// Those not known before.
    new_count: u64,
}

async fn save_entry(
    app: &Arc<App>,
    declared: &DeclaredSource,
    url: Url,
    brought: Brought,
    tally: &mut Tally,
) -> Result<EntryPage> {
    let declared = declared.clone();
    let (extraction, saved) = app
        .on_cpu(move |app| {
            let extraction = extract(
                &brought.page,
                &hints(&declared, Some(declared.source.kind)),
                &app.collecting().sites,
            );
            note_rule_uses(app, &declared.source.id, &brought.page, &extraction)?;
            let saved = save_entry_page(app, &declared, &url, &extraction, brought)?;
            Ok((extraction, saved))
        })
        .await?;
    let page = EntryPage {
        next_pages: extraction.next_pages,
        entry_count: (extraction.posts.len() + extraction.links.len()) as u64,
        new_count: saved.new + saved.new_links,
    };
    tally.saved.add(saved);
    tally.entry_count += page.entry_count;
    tally.entry_new_count += page.new_count;
    tally.found_anything |= page.entry_count > 0;
    tally.warnings.extend(extraction.warnings);
    Ok(page)
}

fn save_entry_page(
    app: &App,
    declared: &DeclaredSource,
    url: &Url,
    extraction: &Extraction,
    brought: Brought,
) -> Result<SaveCounts> {
    let follows = declared.source.follows_links;
    let (posts, refused) = if follows && extraction.format != Format::Json {
        (Vec::new(), 0)
    } else {
        discover(declared, extraction)
    };
    let links = if follows {
        links(app, declared, extraction)
    } else {
        Vec::new()
    };
    // A page that gave nothing must be read again, not answered by "not modified": its rules may be mended meanwhile.
    let gave_something = !posts.is_empty() || !links.is_empty();
    let capture = (!posts.is_empty())
        .then(|| capture(brought.page, brought.answer))
        .transpose()?;
    let result = PageResult {
        source_id: declared.source.id.clone(),
        url: url.to_string(),
        validators: if gave_something {
            brought.validators
        } else {
            Validators::default()
        },
        posts,
        links,
        next_due: None,
        shows: None,
        capture,
    };
    let mut saved = app.store.save_page(&result, app.now())?;
    saved.refused += refused;
    Ok(saved)
}

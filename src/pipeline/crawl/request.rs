//! One address of a source → the page, asked for as politely as its source says.

use crate::app::App;
use crate::config::DeclaredSource;
use crate::fetch::{FetchError, Fetched, Request, host_name};
use crate::model::{Answer, Capture, Page, Timestamp};
use crate::store::{PackedCapture, Validators};
use anyhow::{Context, Result};
use chrono::{Datelike, TimeDelta};
use std::sync::Arc;
use url::Url;

/// A page with what to send next time.
pub struct Brought {
    pub page: Page,
    pub answer: Answer,
    pub validators: Validators,
}

/// The page as evidence.
pub fn capture(page: Page, answer: Answer) -> Result<PackedCapture> {
    PackedCapture::of(&Capture {
        url: page.url.to_string(),
        fetched_at: page.fetched_at,
        answer,
        body: page.bytes,
    })
}

/// One request with what we know of the page, nothing for an unconditional one; `None`: not modified.
pub async fn fetch(
    app: &Arc<App>,
    declared: &DeclaredSource,
    url: &Url,
    known: Validators,
) -> Result<Result<Option<Brought>, FetchError>> {
    let request = Request {
        url: url.clone(),
        etag: known.etag,
        last_modified: known.last_modified,
        // The source's pause is for its own host: others it links to have not been asked.
        delay: declared.min_interval.filter(|_| is_at_home(declared, url)),
        proxy: declared.proxy.clone(),
    };
    // No page leads to a host of our own network, whatever list, feed or pager names it.
    let settings = &app.config.settings.fetch;
    let entry = entry_url(&declared.source.url, app.now())?;
    if !settings.may_lead(&entry, url) {
        let host = url.host_str().unwrap_or_default().to_owned();
        return Ok(Err(FetchError::PrivateAddress { host }));
    }
    // Another process, or an earlier one, may have heard that the host wants to be left alone.
    let host = host_name(url);
    let (name, now) = (host.clone(), app.now());
    let closed = app
        .on_cpu(move |app| app.store.host_closed_until(&name, now))
        .await?;
    if let Some(until) = closed {
        let wait = (until - now).to_std().unwrap_or_default();
        return Ok(Err(FetchError::HostWaits { host, until, wait }));
    }
    let fetched = app.fetcher.fetch(&request, now).await;
    if let Err(error) = &fetched
        && let Some((host, wait)) = error.closes()
    {
        let until = now + TimeDelta::from_std(wait).unwrap_or_default();
        app.on_cpu(move |app| app.store.close_host(&host, until, now))
            .await?;
    }
    // It may have waited for its turn: "3 minutes ago" counts from now.
    let now = app.now();
    Ok(fetched.map(|fetched| match fetched {
        Fetched::NotModified => None,
        Fetched::Page {
            mut page,
            etag,
            last_modified,
            answer,
        } => {
            page.fetched_at = now;
            Some(Brought {
                answer,
                page,
                validators: Validators {
                    etag,
                    last_modified,
                },
            })
        }
    }))
}

/// Is `url` on the host of the source's entry page?
pub fn is_at_home(declared: &DeclaredSource, url: &Url) -> bool {
    let entry = Url::parse(&declared.source.url);
    entry.is_ok_and(|entry| entry.host_str() == url.host_str())
}

/// The entry address of the local day.
pub fn entry_url(template: &str, now: Timestamp) -> Result<Url> {
    let address = template
        .replace("{yyyy}", &format!("{:04}", now.year()))
        .replace("{mm}", &format!("{:02}", now.month()))
        .replace("{dd}", &format!("{:02}", now.day()));
    Url::parse(&address).with_context(|| format!("entry address {address}"))
}

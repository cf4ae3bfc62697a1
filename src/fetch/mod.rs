//! Target → Page. The only module that names reqwest. One request at a time per host, with a pause; robots.txt first;
//! addresses, sizes, kinds and times guarded. It never logs in, never solves a puzzle, never retries on its own: when
//! to try again is the caller's row. `language_model` alone sends anything but questions for pages, and only where configured.

mod answer;
mod body;
mod client;
mod error;
mod guard;
mod host;
mod language_model;
mod retry;
mod robots;
mod settings;
mod transport;

pub use client::check_proxy;
pub use error::FetchError;
pub use host::name as host_name;
pub use language_model::{LanguageModel, ModelError, SummarySettings};
pub use settings::FetchSettings;

use crate::model::{Answer, Page, Timestamp};
use answer::{answer_of, check_content_type, read_body, redirect_target};
use client::Clients;
use guard::{check_address, check_remote};
use host::{Host, Hosts};
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Client, Response, StatusCode};
use std::time::Duration;
use url::Url;

/// A host that says "too many" without saying how long is left alone by everybody for so long.
const FLOOD_PAUSE: Duration = Duration::from_secs(600);

/// What to fetch.
#[derive(Clone, Debug)]
pub struct Request {
    /// Address.
    pub url: Url,
    /// `ETag` of the copy we know.
    pub etag: Option<String>,
    /// `Last-Modified` of the copy we know.
    pub last_modified: Option<String>,
    /// Pause between two requests to this host; the settings' default where absent.
    pub delay: Option<Duration>,
    /// `http`, `https`, `socks5` or `socks5h` address of a proxy.
    pub proxy: Option<Url>,
}

/// What came back.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one per request, taken apart at once"
)]
pub enum Fetched {
    /// A page, with what to send next time.
    Page {
        /// The page.
        page: Page,
        /// How the server answered.
        answer: Answer,
        /// `ETag`, if the server sent one.
        etag: Option<String>,
        /// `Last-Modified`, if the server sent one.
        last_modified: Option<String>,
    },
    /// 304: the copy we know is still the page.
    NotModified,
}

/// 抓取器 — one queue per host for everybody; share it.
pub struct Fetcher {
    clients: Clients,
    settings: FetchSettings,
    hosts: Hosts,
}

impl Fetcher {
    /// Builds the client.
    ///
    /// # Errors
    /// The TLS library or the settings refuse.
    pub fn new(settings: FetchSettings) -> anyhow::Result<Self> {
        Ok(Fetcher {
            clients: Clients::new(&settings)?,
            settings,
            hosts: Hosts::default(),
        })
    }

    /// Fetches one page, politely: waits for its turn at the host, asks robots.txt, follows redirects hop by hop.
    /// `now` stamps the page.
    ///
    /// # Errors
    /// [`FetchError`], which knows whether another try may help.
    pub async fn fetch(&self, request: &Request, now: Timestamp) -> Result<Fetched, FetchError> {
        let mut url = request.url.clone();
        for _hop in 0..=self.settings.max_redirects {
            let held = self.send(&url, request, now).await?;
            if let Some(next) = redirect_target(&url, &held.response) {
                url = next?;
                self.check_redirect(&request.url, &url)?;
                continue;
            }
            return self.read(held, url, now).await;
        }
        Err(FetchError::TooManyRedirects {
            url: request.url.clone(),
            limit: self.settings.max_redirects,
        })
    }

    fn check_redirect(&self, from: &Url, to: &Url) -> Result<(), FetchError> {
        if self.settings.may_lead(from, to) {
            return Ok(());
        }
        Err(FetchError::private(to))
    }

    /// One request in its turn; redirects are the caller's.
    async fn send(&self, url: &Url, request: &Request, now: Timestamp) -> Result<Held, FetchError> {
        check_address(url, &self.settings)?;
        let client = self.client(request)?;
        let host = self.hosts.of(url, now);
        let mut turn = host.lock_owned().await;
        if let Some(wait) = turn.closed_for(now) {
            let host = url.host_str().unwrap_or_default().to_owned();
            let until = now + chrono::TimeDelta::from_std(wait).unwrap_or_default();
            return Err(FetchError::HostWaits { host, until, wait });
        }
        // The pause was asked for the host of the request, not for one that it redirects to.
        let is_same_host = url.host_str() == request.url.host_str();
        let asked = request.delay.filter(|_| is_same_host);
        let delay = turn.delay(asked, self.settings.delay);
        self.ask_robots(&client, &mut turn, url, delay, now).await?;
        turn.wait(self.patience(&turn, url, delay)).await;
        let result = conditional(client.get(url.clone()), url, request)
            .header(header::ACCEPT_ENCODING, body::ACCEPTED)
            .send()
            .await;
        turn.done();
        let response = result.map_err(|error| FetchError::from_reqwest(url, &error))?;
        let remote = match request.proxy {
            // Behind a proxy names are resolved, and addresses met, where we cannot see them.
            Some(_) => None,
            None => response.remote_addr().map(|address| address.ip()),
        };
        check_remote(url, remote, &self.settings)?;
        Ok(Held {
            response,
            remote,
            turn,
        })
    }

    fn client(&self, request: &Request) -> Result<Client, FetchError> {
        self.clients.through(request.proxy.as_ref(), &self.settings)
    }

    /// A site may ask for more patience than we planned, within reason.
    fn patience(&self, host: &Host, url: &Url, delay: Duration) -> Duration {
        let asked = host.robots(url).and_then(robots::Rules::crawl_delay);
        delay.max(asked.unwrap_or_default().min(self.settings.max_crawl_delay))
    }

    async fn ask_robots(
        &self,
        client: &Client,
        host: &mut Host,
        url: &Url,
        delay: Duration,
        now: Timestamp,
    ) -> Result<(), FetchError> {
        if !self.settings.obey_robots {
            return Ok(());
        }
        if host.robots(url).is_none() {
            host.wait(delay).await;
            let loaded = robots::load(client, url, &self.settings, now).await;
            host.done();
            let rules = loaded.inspect_err(|error| close(host, error, now))?;
            host.remember_robots(url, rules);
        }
        if host.robots(url).is_none_or(|rules| rules.allows(url)) {
            Ok(())
        } else {
            Err(FetchError::RobotsDenied { url: url.clone() })
        }
    }

    async fn read(&self, held: Held, url: Url, now: Timestamp) -> Result<Fetched, FetchError> {
        let Held {
            response,
            remote,
            mut turn,
        } = held;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::NotModified);
        }
        if !status.is_success() {
            let error = FetchError::from_status(&url, &response, now);
            close(&mut turn, &error, now);
            return Err(error);
        }
        let headers = response.headers();
        let content_type = text_header(headers, header::CONTENT_TYPE);
        check_content_type(&url, content_type.as_deref())?;
        let etag = text_header(headers, header::ETAG);
        let last_modified = text_header(headers, header::LAST_MODIFIED);
        let answer = answer_of(&response, remote);
        let bytes = read_body(response, &url, self.settings.max_body.as_u64()).await;
        turn.done();
        let page = Page {
            url,
            content_type,
            bytes: bytes?,
            fetched_at: now,
        };
        Ok(Fetched::Page {
            page,
            answer,
            etag,
            last_modified,
        })
    }
}

/// A response whose host stays ours until its body is read: one connection per host.
struct Held {
    response: Response,
    remote: Option<std::net::IpAddr>,
    turn: tokio::sync::OwnedMutexGuard<Host>,
}

/// The other sources of the host wait too.
fn close(host: &mut Host, error: &FetchError, now: Timestamp) {
    let is_flood = matches!(error, FetchError::Blocked { status: 429, .. });
    let pause = error.retry_after().or(is_flood.then_some(FLOOD_PAUSE));
    if let Some(pause) = pause {
        host.close(now, pause);
    }
}

/// Validators belong to the address asked for, not to where it redirects.
fn conditional(
    mut builder: reqwest::RequestBuilder,
    url: &Url,
    request: &Request,
) -> reqwest::RequestBuilder {
    if *url != request.url {
        return builder;
    }
    if let Some(etag) = &request.etag {
        builder = builder.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(last_modified) = &request.last_modified {
        builder = builder.header(header::IF_MODIFIED_SINCE, last_modified);
    }
    builder
}

fn text_header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

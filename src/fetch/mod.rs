//! Target → Page. The only module that names reqwest. One request at a time per host, with a pause; robots.txt first;
//! addresses, sizes and times guarded. It never logs in, never solves a puzzle, never retries on its own: when to try
//! again is the caller's row.

mod error;
mod guard;
mod host;
mod robots;
mod settings;

pub use error::FetchError;
pub use settings::FetchSettings;

use crate::model::{Page, Timestamp};
use anyhow::Context;
use futures_util::StreamExt;
use guard::{GuardedResolver, check_address};
use host::{Host, Hosts};
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Client, Response, StatusCode, redirect};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

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
}

/// What came back.
#[derive(Debug)]
pub enum Fetched {
    /// A page, with what to send next time.
    Page {
        /// The page.
        page: Page,
        /// `ETag`, if the server sent one.
        etag: Option<String>,
        /// `Last-Modified`, if the server sent one.
        last_modified: Option<String>,
    },
    /// 304: the copy we know is still the page.
    NotModified,
}

/// 抓取器 — one client for all hosts; share it.
pub struct Fetcher {
    client: Client,
    settings: FetchSettings,
    hosts: Hosts,
}

impl Fetcher {
    /// Builds the client.
    ///
    /// # Errors
    /// The TLS library or the settings refuse.
    pub fn new(settings: FetchSettings) -> anyhow::Result<Self> {
        // A second call is no error: tests build several fetchers in one process.
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let client = match client_builder(&settings).build() {
            Ok(client) => client,
            Err(error) => {
                tracing::warn!(
                    %error,
                    "No CA certificates found: https sources will fail; install `ca-certificates`"
                );
                client_builder(&settings)
                    .tls_certs_only([])
                    .build()
                    .context("build the HTTP client")?
            }
        };
        Ok(Fetcher {
            client,
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
            let response = self.send(&url, request).await?;
            if let Some(next) = redirect_target(&url, &response) {
                url = next?;
                self.check_redirect(&request.url, &url)?;
                continue;
            }
            return self.read(response, url, now).await;
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
        let host = to.host_str().unwrap_or_default().to_owned();
        Err(FetchError::PrivateAddress { host })
    }

    /// One request in its turn; redirects are the caller's.
    async fn send(&self, url: &Url, request: &Request) -> Result<Held, FetchError> {
        check_address(url, &self.settings)?;
        let host = self.hosts.of(url);
        let mut turn = host.lock_owned().await;
        self.ask_robots(&mut turn, url, request.delay).await?;
        let delay = self.delay(&turn, request.delay);
        turn.wait(delay).await;
        let mut builder = self.client.get(url.clone());
        // Validators belong to the address asked for, not to where it redirects.
        if *url == request.url {
            if let Some(etag) = &request.etag {
                builder = builder.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(last_modified) = &request.last_modified {
                builder = builder.header(header::IF_MODIFIED_SINCE, last_modified);
            }
        }
        let result = builder.send().await;
        turn.done();
        let response = result.map_err(|error| FetchError::from_reqwest(url, error))?;
        Ok(Held { response, turn })
    }

    fn delay(&self, host: &Host, requested: Option<Duration>) -> Duration {
        let own = requested.unwrap_or(self.settings.delay);
        // A site may ask for more patience than we planned, within reason.
        host.crawl_delay().map_or(own, |asked| {
            own.max(asked.min(self.settings.max_crawl_delay))
        })
    }

    async fn ask_robots(
        &self,
        host: &mut Host,
        url: &Url,
        delay: Option<Duration>,
    ) -> Result<(), FetchError> {
        if !self.settings.obey_robots {
            return Ok(());
        }
        if !host.robots_are_fresh() {
            host.wait(delay.unwrap_or(self.settings.delay)).await;
            let loaded = robots::load(&self.client, url, &self.settings).await;
            host.done();
            host.remember_robots(loaded?);
        }
        if host.allows(url) {
            Ok(())
        } else {
            Err(FetchError::RobotsDenied { url: url.clone() })
        }
    }

    async fn read(&self, held: Held, url: Url, now: Timestamp) -> Result<Fetched, FetchError> {
        let Held { response, mut turn } = held;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::NotModified);
        }
        if !status.is_success() {
            return Err(FetchError::from_status(&url, &response));
        }
        let headers = response.headers();
        let etag = text_header(headers, header::ETAG);
        let last_modified = text_header(headers, header::LAST_MODIFIED);
        let content_type = text_header(headers, header::CONTENT_TYPE);
        let body = read_body(response, &url, self.settings.max_body.as_u64()).await;
        turn.done();
        let page = Page {
            url,
            content_type,
            bytes: body?,
            fetched_at: now,
        };
        Ok(Fetched::Page {
            page,
            etag,
            last_modified,
        })
    }
}

/// A response whose host stays ours until its body is read: one connection per host.
struct Held {
    response: Response,
    turn: tokio::sync::OwnedMutexGuard<Host>,
}

fn client_builder(settings: &FetchSettings) -> reqwest::ClientBuilder {
    Client::builder()
        .user_agent(settings.user_agent())
        .redirect(redirect::Policy::none())
        .timeout(settings.timeout)
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(1)
        // A system proxy would resolve names for us and void the address guard.
        .no_proxy()
        .dns_resolver(Arc::new(GuardedResolver::new(settings)))
}

fn redirect_target(url: &Url, held: &Held) -> Option<Result<Url, FetchError>> {
    let response = &held.response;
    if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
        return None;
    }
    let location = text_header(response.headers(), header::LOCATION)?;
    Some(url.join(&location).map_err(|_| FetchError::BadRedirect {
        url: url.clone(),
        location,
    }))
}

async fn read_body(response: Response, url: &Url, limit: u64) -> Result<Vec<u8>, FetchError> {
    let too_large = || FetchError::TooLarge {
        url: url.clone(),
        limit,
    };
    if response
        .content_length()
        .is_some_and(|announced| announced > limit)
    {
        return Err(too_large());
    }
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| FetchError::from_reqwest(url, error))?;
        // Chunks are decompressed: the limit holds for bombs too.
        if body.len() as u64 + chunk.len() as u64 > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn text_header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

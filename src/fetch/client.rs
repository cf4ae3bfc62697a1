//! The HTTP clients: one for everybody, one for each proxy that a source names.

use super::guard::GuardedResolver;
use super::{FetchError, FetchSettings};
use anyhow::Context;
use reqwest::{Client, ClientBuilder, Proxy, redirect};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Clients by the proxy they go through.
pub struct Clients {
    direct: Client,
    by_proxy: Mutex<HashMap<Url, Client>>,
}

impl Clients {
    /// # Errors
    /// The TLS library or the settings refuse.
    pub fn new(settings: &FetchSettings) -> anyhow::Result<Self> {
        Ok(Clients {
            direct: build(|| builder(settings, None)).context("build the HTTP client")?,
            by_proxy: Mutex::default(),
        })
    }

    /// The client that goes through `proxy`.
    ///
    /// # Errors
    /// [`FetchError::Proxy`]: it is none.
    pub fn through(
        &self,
        proxy: Option<&Url>,
        settings: &FetchSettings,
    ) -> Result<Client, FetchError> {
        let Some(proxy) = proxy else {
            return Ok(self.direct.clone());
        };
        let mut by_proxy = self.by_proxy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = by_proxy.get(proxy) {
            return Ok(client.clone());
        }
        let refused = || FetchError::Proxy {
            proxy: without_password(proxy),
        };
        check_proxy(proxy).map_err(|_| refused())?;
        let through = Proxy::all(proxy.clone()).map_err(|_| refused())?;
        let client = build(|| builder(settings, Some(proxy)).proxy(through.clone()))
            .map_err(|_| refused())?;
        by_proxy.insert(proxy.clone(), client.clone());
        Ok(client)
    }
}

/// Can sources be read through `proxy`?
///
/// # Errors
/// A Chinese sentence for the operator.
pub fn check_proxy(proxy: &Url) -> Result<(), String> {
    let is_known = matches!(proxy.scheme(), "http" | "https" | "socks5" | "socks5h");
    if is_known && proxy.has_host() {
        return Ok(());
    }
    Err(format!(
        "“{}”不是可用的代理，应以 http://、https://、socks5:// 或 socks5h:// 开头",
        without_password(proxy)
    ))
}

/// Scheme, host and port.
fn without_password(proxy: &Url) -> String {
    let mut shown = proxy.clone();
    // A URL that cannot have a name has no password either.
    let _is_without_name = shown.set_username("");
    let _is_without_password = shown.set_password(None);
    shown.to_string().trim_end_matches('/').to_owned()
}

/// A client, also where the machine has no certificates.
pub fn build(builder: impl Fn() -> ClientBuilder) -> reqwest::Result<Client> {
    // A second call is no error: tests build several fetchers in one process.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    builder().build().or_else(|error| {
        tracing::warn!(
            %error,
            "No CA certificates found: https sources will fail; install `ca-certificates`"
        );
        builder().tls_certs_only([]).build()
    })
}

fn builder(settings: &FetchSettings, proxy: Option<&Url>) -> ClientBuilder {
    Client::builder()
        .user_agent(settings.user_agent())
        .redirect(redirect::Policy::none())
        .timeout(settings.timeout)
        .read_timeout(settings.idle_timeout)
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(1)
        // A system proxy would resolve names for us and void the address guard.
        .no_proxy()
        .dns_resolver(Arc::new(GuardedResolver::new(settings, proxy)))
}

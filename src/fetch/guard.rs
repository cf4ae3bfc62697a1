//! Which addresses we connect to: public ones, and those hosts the operator named.
//!
//! reqwest asks no resolver for literal addresses, so both the address in the link and every DNS answer are checked.

use super::{FetchError, FetchSettings};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Checks scheme and, for literal addresses, the address.
pub fn check_address(url: &Url, settings: &FetchSettings) -> Result<(), FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::Scheme { url: url.clone() });
    }
    // Decimal, octal and hexadecimal spellings are already read as what they mean: `http://0x7f.1/` is 127.0.0.1.
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err(FetchError::Scheme { url: url.clone() }),
    };
    let is_allowed = settings.is_private_host(url.host_str().unwrap_or_default());
    // Behind a proxy nobody resolves the name here.
    let is_own_machine = url.host_str().is_some_and(is_loopback_name);
    if is_own_machine && !is_allowed {
        return Err(FetchError::private(url));
    }
    match literal {
        Some(address) if !is_public(address) && !is_allowed => Err(FetchError::PrivateAddress {
            host: address.to_string(),
        }),
        _ => Ok(()),
    }
}

/// May a response have come from `address`? The connection goes to an address that the resolver has checked; this
/// says so once more, after the fact.
pub fn check_remote(
    url: &Url,
    address: Option<IpAddr>,
    settings: &FetchSettings,
) -> Result<(), FetchError> {
    let is_allowed = settings.is_private_host(url.host_str().unwrap_or_default());
    match address {
        Some(address) if !is_allowed && !is_public(address) => Err(FetchError::private(url)),
        _ => Ok(()),
    }
}

/// Resolver that hands out public addresses only. The connector asks nobody else, and connects to what it got here: a
/// name that answers differently the next time gains nothing.
pub struct GuardedResolver {
    settings: FetchSettings,
    /// The operator named it: it may stand in the private net.
    proxy_host: Option<String>,
}

impl GuardedResolver {
    pub fn new(settings: &FetchSettings, proxy: Option<&Url>) -> Self {
        GuardedResolver {
            settings: settings.clone(),
            proxy_host: proxy.and_then(Url::host_str).map(str::to_owned),
        }
    }
}

/// A name that nobody knows; found again in reqwest's error chain.
#[derive(Debug, thiserror::Error)]
#[error("{host} has no address")]
pub struct NoAddress {
    pub host: String,
}

/// A name that resolves to private addresses only; found again in reqwest's error chain.
#[derive(Debug, thiserror::Error)]
#[error("{host} has no public address")]
pub struct PrivateOnly {
    pub host: String,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let is_private_allowed = self.settings.is_private_host(&host)
            || self.proxy_host.as_deref() == Some(host.as_str());
        Box::pin(async move {
            let addresses = addresses_of(&host).await;
            if addresses.is_empty() {
                return Err(Box::new(NoAddress { host }) as BoxedError);
            }
            let allowed: Vec<SocketAddr> = addresses
                .into_iter()
                .filter(|address| is_private_allowed || is_public(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(Box::new(PrivateOnly { host }) as BoxedError);
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Empty where the name is unknown, or nobody can be asked.
async fn addresses_of(host: &str) -> Vec<SocketAddr> {
    if is_loopback_name(host) {
        return vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
    }
    match tokio::net::lookup_host((host, 0)).await {
        Ok(addresses) => addresses.collect(),
        Err(_) => Vec::new(),
    }
}

/// Names under `localhost` are loopback without asking anybody (RFC 6761, 6.3).
fn is_loopback_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// True for addresses of the public Internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_protocol = first == 192 && second == 0 && address.octets()[2] == 0;
    let is_benchmark = first == 198 && (second == 18 || second == 19);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || first == 0
        || first >= 240
        || is_shared
        || is_protocol
        || is_benchmark)
}

/// Global unicast (2000::/3) without the parts that are for documentation or carry a v4 address inside: what those
/// point to is not ours to guess.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global_unicast = first & 0xe000 == 0x2000;
    let is_special = first == 0x2001 && second < 0x0200;
    let is_documentation =
        first == 0x2001 && second == 0x0db8 || first == 0x3fff && second < 0x1000;
    let is_6to4 = first == 0x2002;
    is_global_unicast && !is_special && !is_documentation && !is_6to4
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn private_loopback_and_disguised_addresses_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "fec0::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "64:ff9b:1::7f00:1",
            "2001:0:7f00:1::",
            "3fff::1",
            "ff02::1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "198.19.0.1",
            "203.0.113.9",
            "240.0.0.1",
            "::",
        ] {
            assert!(
                !is_public(address.parse().expect("test address")),
                "{address}"
            );
        }
        for address in ["1.1.1.1", "202.102.224.68", "2400:3200::1"] {
            assert!(
                is_public(address.parse().expect("test address")),
                "{address}"
            );
        }
    }
}

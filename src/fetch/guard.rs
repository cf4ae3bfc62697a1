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
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return Err(FetchError::Scheme { url: url.clone() }),
    };
    let is_allowed = settings.is_private_host(url.host_str().unwrap_or_default());
    match literal {
        Some(address) if !is_public(address) && !is_allowed => Err(FetchError::PrivateAddress {
            host: address.to_string(),
        }),
        _ => Ok(()),
    }
}

/// Resolver that hands out public addresses only.
pub struct GuardedResolver {
    settings: FetchSettings,
}

impl GuardedResolver {
    pub fn new(settings: &FetchSettings) -> Self {
        GuardedResolver {
            settings: settings.clone(),
        }
    }
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
        let is_private_allowed = self.settings.is_private_host(&host);
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = if is_loopback_name(&host) {
                vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]
            } else {
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect()
            };
            let allowed: Vec<SocketAddr> = addresses
                .into_iter()
                .filter(|address| is_private_allowed || is_public(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(
                    Box::new(PrivateOnly { host }) as Box<dyn std::error::Error + Send + Sync>
                );
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
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
    let is_documentation = first == 0x2001 && second == 0x0db8;
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

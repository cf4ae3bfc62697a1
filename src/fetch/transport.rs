//! What reqwest says went wrong → our named errors, in Chinese: its own sentences are for programmers.

use super::FetchError;
use super::guard::{NoAddress, PrivateOnly};
use rustls::CertificateError;
use std::error::Error;
use std::io::{self, ErrorKind};
use url::Url;

impl FetchError {
    pub(super) fn from_reqwest(url: &Url, error: &reqwest::Error) -> Self {
        let url = url.clone();
        if let Some(private) = find::<PrivateOnly>(error) {
            return FetchError::PrivateAddress {
                host: private.host.clone(),
            };
        }
        if let Some(unknown) = find::<NoAddress>(error) {
            return FetchError::Dns {
                host: unknown.host.clone(),
            };
        }
        if error.is_timeout() {
            return FetchError::Timeout { url };
        }
        if let Some(reason) = find_tls(error) {
            return FetchError::Tls { url, reason };
        }
        if error.is_body() || error.is_decode() {
            return FetchError::BrokenBody { url };
        }
        if find::<hyper::Error>(error).is_some_and(is_no_http) {
            return FetchError::Protocol { url };
        }
        let reason =
            find::<io::Error>(error).map_or("连接中断", |error| reason_of(error.kind()));
        FetchError::Connect {
            url,
            reason: reason.to_owned(),
        }
    }
}

fn is_no_http(error: &hyper::Error) -> bool {
    error.is_parse() || error.is_incomplete_message()
}

fn reason_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ConnectionRefused => "对方没有开放这个端口",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            "连接被对方断开"
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "网络不通，请检查本机网络"
        }
        ErrorKind::UnexpectedEof => "对方提前断开",
        ErrorKind::TimedOut => "连接超时",
        _ => "连接中断",
    }
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        error.source()
    })
}

fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|link| link.downcast_ref::<E>())
}

/// rustls reports through `io::Error`, whose payload is not in its `source` chain.
fn find_tls(error: &(dyn Error + 'static)) -> Option<String> {
    chain(error).find_map(|link| {
        let inner = link
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        let tls = link.downcast_ref::<rustls::Error>();
        tls.or_else(|| inner?.downcast_ref::<rustls::Error>())
            .map(tls_reason)
    })
}

fn tls_reason(error: &rustls::Error) -> String {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return format!("对方不支持或中断了握手（{error}）");
    };
    let reason = match certificate {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "证书已过期",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "证书尚未生效，请核对本机时间"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "证书与域名不符"
        }
        CertificateError::UnknownIssuer => "证书的颁发机构不受信任，请检查本机的 CA 证书",
        CertificateError::Revoked => "证书已吊销",
        other => return format!("证书不可用（{other}）"),
    };
    reason.to_owned()
}

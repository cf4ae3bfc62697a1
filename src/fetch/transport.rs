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
        if let Some(tls) = find::<rustls::Error>(error) {
            let reason = tls_reason(tls);
            return FetchError::Tls { url, reason };
        }
        if error.is_body() || error.is_decode() {
            return FetchError::BrokenBody { url };
        }
        if find::<hyper::Error>(error).is_some_and(is_no_http) {
            return FetchError::Protocol { url };
        }
        let mut system = chain(error).filter_map(|link| link.downcast_ref::<io::Error>());
        let reason = system.find_map(|error| reason_of(error.kind()));
        let reason = reason.unwrap_or("连接中断");
        FetchError::Connect {
            url,
            reason: reason.to_owned(),
        }
    }
}

fn is_no_http(error: &hyper::Error) -> bool {
    error.is_parse() || error.is_incomplete_message()
}

fn reason_of(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::ConnectionRefused => Some("对方没有开放这个端口"),
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Some("连接被对方断开")
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            Some("网络不通，请检查本机网络")
        }
        ErrorKind::UnexpectedEof => Some("对方提前断开"),
        ErrorKind::TimedOut => Some("连接超时"),
        _ => None,
    }
}

/// An error and what it came from. An `io::Error` names as its source not what it holds, but what that came from: one
/// error would be passed over.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        let held = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match held {
            Some(held) => Some(held),
            None => error.source(),
        }
    })
}

fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    chain(error).find_map(|link| link.downcast_ref::<E>())
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

#[cfg(test)]
mod tests {
    use super::{CertificateError, chain, tls_reason};
    use std::io;

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_chinese() {
        let reason = |error| tls_reason(&rustls::Error::InvalidCertificate(error));
        assert_eq!(reason(CertificateError::Expired), "证书已过期");
        assert!(reason(CertificateError::UnknownIssuer).contains("CA 证书"));
        assert!(reason(CertificateError::BadSignature).starts_with("证书不可用"));
        assert!(tls_reason(&rustls::Error::DecryptError).contains("握手"));
    }

    #[test]
    fn an_error_within_two_io_errors_is_found() {
        let error = io::Error::other(io::Error::other(rustls::Error::DecryptError));
        assert!(chain(&error).any(|link| link.is::<rustls::Error>()));
    }
}

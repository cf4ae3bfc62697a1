//! What one answer of a server is: a redirect, something that is no page, a body within the limits; and what of it the
//! evidence archive keeps.

use super::FetchError;
use super::body::{beginning, decode, encodings};
use crate::model::Answer;
use reqwest::{Response, StatusCode, header};
use std::net::IpAddr;
use url::Url;

/// An address longer than this is none.
const MAX_LOCATION: usize = 8 * 1024;
/// What of a wrong address is shown.
const SHOWN_LOCATION: usize = 80;

pub fn redirect_target(url: &Url, response: &Response) -> Option<Result<Url, FetchError>> {
    if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
        return None;
    }
    let location = response.headers().get(header::LOCATION)?;
    // Chinese sites write Chinese paths here, as they are.
    let location = String::from_utf8_lossy(location.as_bytes()).into_owned();
    let next = Some(&location)
        .filter(|location| location.len() <= MAX_LOCATION)
        .and_then(|location| url.join(location).ok());
    Some(next.ok_or_else(|| FetchError::BadRedirect {
        url: url.clone(),
        location: location.chars().take(SHOWN_LOCATION).collect(),
    }))
}

/// Text, HTML, XML, JSON, or JSON in a script; a server that says nothing is believed to send a page.
pub fn check_content_type(url: &Url, content_type: Option<&str>) -> Result<(), FetchError> {
    let Some(written) = content_type else {
        return Ok(());
    };
    let kind = written.split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    let is_text = kind.starts_with("text/")
        || !kind.contains('/')
        || ["html", "xml", "json", "javascript"]
            .iter()
            .any(|name| kind.contains(name));
    // A packed sitemap is told by its name: servers call it anything.
    let is_packed_text = url.path().ends_with(".xml.gz")
        && ["gzip", "octet-stream"]
            .iter()
            .any(|name| kind.contains(name));
    if is_packed_text {
        return Ok(());
    }
    // Documents of office programs have "xml" in their names.
    let is_document = kind.contains("officedocument");
    if is_text && !is_document && !kind.starts_with("image/") {
        return Ok(());
    }
    Err(FetchError::ContentType {
        url: url.clone(),
        content_type: kind,
    })
}

pub async fn read_body(response: Response, url: &Url, limit: u64) -> Result<Vec<u8>, FetchError> {
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
    let encodings = encodings(response.headers());
    let raw = beginning(response, limit)
        .await
        .map_err(|error| FetchError::from_reqwest(url, &error))?;
    if raw.is_cut {
        return Err(too_large());
    }
    let page = decode(raw.bytes, &encodings, limit);
    if page.is_cut {
        return Err(too_large());
    }
    if page.is_broken {
        return Err(FetchError::BrokenBody { url: url.clone() });
    }
    Ok(page.bytes)
}

pub fn answer_of(response: &Response, remote_ip: Option<IpAddr>) -> Answer {
    let status = response.status();
    let headers = response.headers().iter();
    Answer {
        http_version: format!("{:?}", response.version()),
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), as_text(value.as_bytes())))
            .collect(),
        remote_ip,
    }
}

fn as_text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

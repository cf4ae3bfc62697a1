//! robots.txt (RFC 9309): what a site asks crawlers to leave alone. Loads the file of one origin; the rules it holds
//! are read without any network (`rules`).

mod lines;
mod rules;

pub use rules::Rules;

use super::body::{beginning, decode, encodings};
use super::{FetchError, FetchSettings, check_address, text_header};
use crate::model::Timestamp;
use reqwest::{Client, Response, StatusCode, header};
use url::Url;

/// A robots.txt larger than this is cut there (RFC 9309, 2.5 asks for at least 500 KiB).
const MAX_ROBOTS_BYTES: u64 = 500 * 1024;

/// Redirects followed (RFC 9309, 2.3.1.2 asks for at least five); behind them there is no robots.txt.
const MAX_REDIRECTS: usize = 5;

/// Product token that robots.txt rules may name, and the first word of our user agent.
pub const TOKEN: &str = "yuqing";

/// Loads the rules of the site of `url`.
///
/// # Errors
/// The server fails (5xx), refuses for now (429) or cannot be reached: then we must wait, not guess (RFC 9309, 2.3.1.4).
pub async fn load(
    client: &Client,
    url: &Url,
    settings: &FetchSettings,
    now: Timestamp,
) -> Result<Rules, FetchError> {
    let mut address = url.join("/robots.txt").expect("an http address has a root");
    for _hop in 0..=MAX_REDIRECTS {
        check_address(&address, settings)?;
        let response = client
            .get(address.clone())
            .send()
            .await
            .map_err(|error| FetchError::from_reqwest(&address, &error))?;
        let Some(location) = redirected_to(&response) else {
            return read(response, &address, now).await;
        };
        let Ok(next) = address.join(&location) else {
            return Ok(Rules::default());
        };
        if !settings.may_lead(url, &next) {
            return Err(FetchError::private(&next));
        }
        address = next;
    }
    Ok(Rules::default())
}

fn redirected_to(response: &Response) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    text_header(response.headers(), header::LOCATION)
}

async fn read(response: Response, address: &Url, now: Timestamp) -> Result<Rules, FetchError> {
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(FetchError::from_status(address, &response, now));
    }
    // RFC 9309, 2.3.1.3: what cannot be had for any other reason of ours (4xx) forbids nothing.
    if status.is_client_error() || status.is_redirection() {
        return Ok(Rules::default());
    }
    if !status.is_success() {
        return Err(FetchError::RobotsUnreachable {
            url: address.clone(),
            status: status.as_u16(),
            retry_after: super::retry::retry_after(response.headers(), now),
        });
    }
    let encodings = encodings(response.headers());
    let raw = beginning(response, MAX_ROBOTS_BYTES)
        .await
        .map_err(|error| FetchError::from_reqwest(address, &error))?;
    // A file that was cut, or is damaged, is read as far as it goes.
    let text = decode(raw.bytes, &encodings, MAX_ROBOTS_BYTES).bytes;
    Ok(Rules::parse(&text, TOKEN))
}

#[cfg(test)]
mod google;
#[cfg(test)]
mod tests;

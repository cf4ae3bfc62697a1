//! robots.txt (RFC 9309): what a site asks crawlers to leave alone. The only file that names texting_robots.

use super::{FetchError, FetchSettings};
use reqwest::{Client, Response, StatusCode};
use std::time::Duration;
use texting_robots::Robot;
use url::Url;

/// A robots.txt larger than this is cut (RFC 9309, 2.5 asks for at least 500 KiB).
const MAX_ROBOTS_BYTES: usize = 512 * 1024;

/// Product token that robots.txt rules may name.
const TOKEN: &str = "yuqing";

/// Rules of one site.
pub enum Rules {
    /// No robots.txt (4xx), or none that concerns us.
    AllowAll,
    /// As written.
    Written(Robot),
}

impl Rules {
    pub fn allows(&self, url: &Url) -> bool {
        match self {
            Rules::AllowAll => true,
            Rules::Written(robot) => robot.allowed(url.as_str()),
        }
    }

    pub fn crawl_delay(&self) -> Option<Duration> {
        match self {
            Rules::AllowAll => None,
            Rules::Written(robot) => robot
                .delay
                .filter(|seconds| *seconds > 0.0)
                .map(|seconds| Duration::try_from_secs_f32(seconds).unwrap_or(Duration::MAX)),
        }
    }
}

/// Loads the rules of the site of `url`.
///
/// # Errors
/// The server fails (5xx) or cannot be reached: then we must wait, not guess (RFC 9309, 2.3.1.4).
pub async fn load(
    client: &Client,
    url: &Url,
    settings: &FetchSettings,
) -> Result<Rules, FetchError> {
    let mut address = url.join("/robots.txt").expect("an http address has a root");
    for _hop in 0..=settings.max_redirects {
        super::check_address(&address, settings)?;
        let response = client
            .get(address.clone())
            .send()
            .await
            .map_err(|error| FetchError::from_reqwest(&address, error))?;
        let status = response.status();
        if status.is_redirection() {
            match super::text_header(response.headers(), reqwest::header::LOCATION)
                .and_then(|location| address.join(&location).ok())
            {
                Some(next) => address = next,
                None => return Ok(Rules::AllowAll),
            }
            continue;
        }
        return match status {
            status if status.is_success() => {
                let body = read_beginning(response, &address).await?;
                Ok(Robot::new(TOKEN, &body).map_or(Rules::AllowAll, Rules::Written))
            }
            StatusCode::TOO_MANY_REQUESTS => Err(FetchError::from_status(&address, &response)),
            status if status.is_client_error() => Ok(Rules::AllowAll),
            _ => Err(FetchError::RobotsUnreachable {
                url: address,
                status: status.as_u16(),
            }),
        };
    }
    Ok(Rules::AllowAll)
}

/// The first 512 KiB; what comes behind is no rule.
async fn read_beginning(mut response: Response, url: &Url) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) =
        (response.chunk().await).map_err(|error| FetchError::from_reqwest(url, error))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ROBOTS_BYTES {
            body.truncate(MAX_ROBOTS_BYTES);
            break;
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::{Rules, TOKEN};
    use texting_robots::Robot;
    use url::Url;

    #[test]
    fn written_rules_are_obeyed_also_for_chinese_paths() {
        let text = "User-agent: *\nDisallow: /内部/\nCrawl-delay: 3\n";
        let rules = Rules::Written(Robot::new(TOKEN, text.as_bytes()).expect("valid robots.txt"));
        let address = |text: &str| Url::parse(text).expect("test address");
        assert!(!rules.allows(&address("http://a.cn/内部/1.html")));
        assert!(rules.allows(&address("http://a.cn/公开/1.html")));
        assert_eq!(rules.crawl_delay().map(|delay| delay.as_secs()), Some(3));
    }
}

//! The world's sites behind one port, told apart by the Host header. Each file turns a visit into an answer;
//! this one adds what every site has: robots.txt, pictures, ETag, 304 and 404.

pub mod answer;
mod bbs;
mod epaper;
mod feeds;
mod front;
mod gov;
mod news;
mod shown;
mod weibo;

use crate::demo::clock::WorldClock;
use crate::demo::sites::answer::Answer;
use crate::demo::world::World;
use crate::model::Timestamp;
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use std::sync::Arc;

/// What a site may look at: the world, its time, and which page is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// All texts, past and future.
    pub world: &'a World,
    /// The world's time.
    pub now: Timestamp,
    /// Port of every address the site prints.
    pub port: u16,
    /// First label of the host: `news` of `news.localhost:8080`.
    pub host: &'a str,
    /// Path of the address.
    pub path: &'a str,
    /// Query of the address, without `?`.
    pub query: &'a str,
}

impl Visit<'_> {
    /// Absolute address of a page of this site.
    pub fn address(&self, path: &str) -> String {
        format!("http://{}.localhost:{}{path}", self.host, self.port)
    }

    /// The number between `before` and `after` in the path: 7 of `/list/7.html`.
    fn number(&self, before: &str, after: &str) -> Option<u32> {
        self.path
            .strip_prefix(before)?
            .strip_suffix(after)?
            .parse()
            .ok()
    }
}

/// All sites of the world on `port`.
pub fn router(world: Arc<World>, clock: Arc<WorldClock>, port: u16) -> Router {
    Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap| {
        let answer = match method {
            Method::GET | Method::HEAD => {
                let visit = Visit {
                    world: &world,
                    now: clock.now(),
                    port,
                    host: host_label(&uri, &headers),
                    path: uri.path(),
                    query: uri.query().unwrap_or(""),
                };
                respond(&visit, headers.get(header::IF_NONE_MATCH))
            }
            _ => Answer::plain(StatusCode::METHOD_NOT_ALLOWED, "只能浏览"),
        };
        std::future::ready(Response::from(answer))
    })
}

/// The page of `visit`, or 304 where the visitor already has it.
pub fn respond(visit: &Visit, known_etag: Option<&header::HeaderValue>) -> Answer {
    let answer = page(visit).unwrap_or_else(front::not_found);
    let is_known = known_etag.is_some_and(|known| known.as_bytes() == answer.etag.as_bytes());
    if is_known && answer.status == StatusCode::OK {
        answer.not_modified()
    } else {
        answer
    }
}

fn page(visit: &Visit) -> Option<Answer> {
    if visit.path == "/robots.txt" {
        return Some(robots(visit));
    }
    if visit.path.starts_with("/img/") {
        return Some(front::picture());
    }
    match visit.host {
        "news" => news::page(visit),
        "epaper" => epaper::page(visit),
        "bbs" => bbs::page(visit),
        "weibo" => weibo::page(visit),
        "feeds" => feeds::page(visit),
        "gov" => gov::page(visit),
        "broken" => Some(Answer::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "服务器开小差了，请稍后再试",
        )),
        "closed" => Some(Answer::plain(
            StatusCode::OK,
            "本站谢绝程序采集，欢迎用浏览器访问",
        )),
        _ => front::page(visit),
    }
}

fn robots(visit: &Visit) -> Answer {
    let rules = match visit.host {
        "closed" => "User-agent: *\nDisallow: /\n",
        _ => "User-agent: *\nDisallow: /private/\n",
    };
    Answer::plain(StatusCode::OK, rules)
}

fn host_label<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let header = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = header.or(uri.host()).unwrap_or("");
    host.split_once('.').map_or("", |(label, _)| label)
}

//! One answer of a site: status, type, bytes and the ETag of the bytes. Knows nothing of the world.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use xxhash_rust::xxh3::xxh3_64;

/// What a site sends back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// `Content-Type`, as this site states it.
    pub content_type: &'static str,
    /// Quoted hash of the bytes: the same page has the same tag.
    pub etag: String,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A page that exists.
    pub fn ok(content_type: &'static str, bytes: impl Into<Vec<u8>>) -> Answer {
        Answer::new(StatusCode::OK, content_type, bytes.into())
    }

    /// An HTML page in UTF-8.
    pub fn html(template: &impl askama::Template) -> Answer {
        Answer::ok("text/html; charset=utf-8", rendered(template))
    }

    /// A sentence without layout.
    pub fn plain(status: StatusCode, text: &str) -> Answer {
        Answer::new(status, "text/plain; charset=utf-8", text.into())
    }

    /// The same answer under another status.
    pub fn with_status(self, status: StatusCode) -> Answer {
        Answer { status, ..self }
    }

    /// 304 with the same ETag.
    pub fn not_modified(self) -> Answer {
        Answer {
            status: StatusCode::NOT_MODIFIED,
            bytes: Vec::new(),
            ..self
        }
    }

    fn new(status: StatusCode, content_type: &'static str, bytes: Vec<u8>) -> Answer {
        Answer {
            status,
            content_type,
            etag: format!("\"{:016x}\"", xxh3_64(&bytes)),
            bytes,
        }
    }
}

/// The text of a template.
pub fn rendered(template: &impl askama::Template) -> String {
    template
        .render()
        .expect("templates of the sample world only print what they hold")
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Response {
        Response::builder()
            .status(answer.status)
            .header(header::CONTENT_TYPE, answer.content_type)
            .header(header::ETAG, answer.etag)
            .body(Body::from(answer.bytes))
            .expect("status and headers are valid")
    }
}

//! 收信端 — robots and web hooks on loopback: what they were sent, and what they answered.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::Response;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What is answered to one request.
#[derive(Clone)]
pub struct Reply {
    status: u16,
    body: Vec<u8>,
    location: Option<&'static str>,
    is_kept_back: bool,
}

impl Reply {
    pub fn json(status: u16, body: &str) -> Reply {
        Reply {
            status,
            body: body.as_bytes().to_vec(),
            location: None,
            is_kept_back: false,
        }
    }

    /// None at all.
    pub fn silence() -> Reply {
        Reply {
            is_kept_back: true,
            ..Reply::json(200, "")
        }
    }

    pub fn redirect(location: &'static str) -> Reply {
        Reply {
            location: Some(location),
            ..Reply::json(307, "")
        }
    }

    /// More than anybody wants to read.
    pub fn endless() -> Reply {
        Reply {
            body: vec![b' '; 8 * 1024 * 1024],
            ..Reply::json(200, "")
        }
    }
}

/// One request.
#[derive(Clone)]
pub struct Heard {
    pub path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Heard {
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

#[derive(Default)]
struct Books {
    replies: Vec<Reply>,
    heard: Vec<Heard>,
}

/// 收信端.
pub struct Receiver {
    address: SocketAddr,
    books: Arc<Mutex<Books>>,
    server: JoinHandle<()>,
}

impl Receiver {
    /// Starts with its first answers; later requests are taken by hook and robot alike.
    pub async fn start(replies: &[Reply]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let books = Arc::new(Mutex::new(Books {
            replies: replies.iter().rev().cloned().collect(),
            heard: Vec::new(),
        }));
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&books));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serves");
        });
        Receiver {
            address,
            books,
            server,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn heard(&self) -> Vec<Heard> {
        let books = self.books.lock().expect("no test panics holding it");
        books.heard.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(books): State<Arc<Mutex<Books>>>,
    address: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reply = {
        let mut books = books.lock().expect("no test panics holding it");
        books.heard.push(Heard {
            path: address.to_string(),
            headers,
            body,
        });
        let taken = || Reply::json(200, r#"{"errcode":0,"code":0}"#);
        books.replies.pop().unwrap_or_else(taken)
    };
    if reply.is_kept_back {
        return std::future::pending().await;
    }
    let mut response =
        Response::builder().status(StatusCode::from_u16(reply.status).expect("a status"));
    if let Some(location) = reply.location {
        response = response.header(header::LOCATION, location);
    }
    response.body(Body::from(reply.body)).expect("valid answer")
}

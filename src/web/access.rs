//! The one place that decides who comes through: before any handler runs, the route's [`Door`] is compared with the
//! session or key, a form's token with the session's, and the way the request came with what we allow.

use super::cookie;
use super::error::{Told, WebError};
use super::routes::{Door, Route};
use crate::app::App;
use crate::model::{AuditAction, NewAudit, Permission, Visitor};
use crate::pipeline::MAX_UPLOAD_BYTES;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Bytes of a form of a few fields: whoever is not signed in sends no other.
const MAX_SMALL_BYTES: usize = 64 * 1024;
/// Where such forms go, besides the doors that ask for nobody.
const SMALL: &[&str] = &["/logout", "/account/", "/system/"];
/// Bytes of a form without files.
const MAX_FORM_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of a body: the files, and the form around them.
pub const MAX_BODY_BYTES: usize = MAX_UPLOAD_BYTES + 1024 * 1024;

/// What the middleware knows.
#[derive(Clone)]
pub struct Gate {
    /// The app.
    pub app: Arc<App>,
    /// Every route.
    pub routes: Arc<Vec<Route>>,
}

/// From where a request came, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The browser's address; a trusted proxy's word where it came through one.
    pub address: String,
    /// Over TLS, as far as we or a trusted proxy know.
    pub is_secure: bool,
    /// From this machine, not through a proxy.
    pub is_loopback: bool,
    /// From a trusted proxy that does not say for whom it asks: for anybody.
    pub is_silent: bool,
}

impl Origin {
    /// Whether secrets may travel: over TLS, or not at all over a wire.
    pub fn is_private(&self) -> bool {
        self.is_secure || self.is_loopback
    }
}

/// Lets through, or answers instead.
pub async fn enforce(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match admit(&gate, request).await {
        Ok(request) if request.method() == Method::GET => next.run(request).await,
        // Who hangs up does not stop what was begun: a deed and its line of the audit belong together.
        Ok(request) => tokio::spawn(next.run(request))
            .await
            .unwrap_or_else(|error| WebError::Internal(error.into()).into_response()),
        Err(refusal) => refusal,
    }
}

/// The page of an error stands in the frame of whoever is signed in: from there one goes on.
pub async fn framed(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let origin = origin(&gate.app, &request);
    let is_page = !request.uri().path().starts_with("/api/")
        && !request.headers().contains_key("hx-request")
        && origin.is_private();
    let proof = proof(request.headers(), &origin);
    let mut response = next.run(request).await;
    let told = response.extensions().get::<Told>().cloned();
    let Some(told) = told.filter(|_| is_page) else {
        return response;
    };
    if let Ok(Some(visitor)) = visitor(&gate.app, proof, &origin).await {
        let page = (gate.app)
            .on_cpu(move |app| told.framed(app, &visitor))
            .await;
        if let Ok(page) = page {
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::from(page);
        }
    }
    response
}

async fn admit(gate: &Gate, mut request: Request) -> Result<Request, Response> {
    let origin = origin(&gate.app, &request);
    let door = door(gate, &request).ok_or_else(|| WebError::NotFound.into_response())?;
    request.extensions_mut().insert(origin.clone());
    let needed = match door {
        Door::Open | Door::Secret => None,
        Door::Needs(permission) => Some(permission),
    };
    // A secret in the address is as good as a password.
    let has_password = request.uri().path() == "/login" || door != Door::Open;
    if has_password && !origin.is_private() {
        let why = match origin.is_silent {
            true => WebError::SilentProxy,
            false => WebError::Insecure,
        };
        return Err(why.into_response());
    }
    if needed.is_none()
        || SMALL
            .iter()
            .any(|small| request.uri().path().starts_with(small))
    {
        request = within(request, MAX_SMALL_BYTES).await?;
    }
    let proof = proof(request.headers(), &origin);
    let visitor = visitor(&gate.app, proof, &origin)
        .await
        .map_err(|error| WebError::Internal(error).into_response())?;
    if let Some(visitor) = &visitor {
        request.extensions_mut().insert(visitor.clone());
    }
    let Some(needed) = needed else {
        if request.method() == Method::POST && !is_same_origin(request.headers()) {
            return Err(WebError::Forged.into_response());
        }
        return Ok(request);
    };
    let Some(visitor) = visitor else {
        return Err(ask_to_sign_in(&request));
    };
    if !visitor.may(needed) {
        let (what, why) = (named(&request), format!("无“{}”权限", needed.label()));
        refuse(&gate.app, &visitor, what, why).await;
        return Err(WebError::Forbidden(needed).into_response());
    }
    // A program that sends a key does so on purpose; a browser sends cookies to whoever makes it.
    if request.method() == Method::GET || visitor.csrf.is_empty() {
        return Ok(request);
    }
    check_token(gate, request, &visitor).await
}

/// The door of the route that matched; none where no route did.
fn door(gate: &Gate, request: &Request) -> Option<Door> {
    let path = request.extensions().get::<MatchedPath>()?.as_str();
    let method = match *request.method() {
        Method::HEAD => &Method::GET,
        ref method => method,
    };
    let route = gate
        .routes
        .iter()
        .find(|route| route.path == path && route.method == *method);
    // A known path with another method: the router answers 405 by itself, to whoever may read.
    Some(route.map_or(Door::Needs(Permission::Read), |route| route.door))
}

/// Where it came from. Only a trusted proxy's headers count, and of its list the address it added itself.
fn origin(app: &App, request: &Request) -> Origin {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer: Option<IpAddr> = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
    let header = |name: &str| {
        let value = request.headers().get_all(name).iter().next_back()?;
        let last = value.to_str().ok()?.rsplit(',').next()?;
        Some(last.trim().to_owned())
    };
    let is_trusted =
        peer.is_some_and(|peer| app.config.settings.web.trusted_proxies.contains(&peer));
    let forwarded = header("x-forwarded-for");
    let address = peer.map_or_else(|| "未知".to_owned(), |peer| peer.to_string());
    match forwarded {
        Some(client) if is_trusted => Origin {
            address: client
                .parse::<IpAddr>()
                .map_or(address, |client| client.to_string()),
            is_secure: header("x-forwarded-proto").as_deref() == Some("https"),
            is_loopback: false,
            is_silent: false,
        },
        _ => Origin {
            address,
            is_secure: false,
            // Through a proxy that nobody named, the wire before it may be a plain one; and through one that says nothing.
            is_loopback: forwarded.is_none()
                && !is_trusted
                && peer.is_some_and(|peer| peer.is_loopback()),
            is_silent: forwarded.is_none() && is_trusted,
        },
    }
}

/// What somebody shows.
enum Proof {
    Key(String),
    Token(String),
    Nothing,
}

fn proof(headers: &HeaderMap, origin: &Origin) -> Proof {
    let key = bearer(headers).map(Proof::Key);
    key.or_else(|| cookie::token(headers, origin.is_secure).map(Proof::Token))
        .unwrap_or(Proof::Nothing)
}

async fn visitor(app: &Arc<App>, proof: Proof, origin: &Origin) -> anyhow::Result<Option<Visitor>> {
    let address = origin.address.clone();
    match proof {
        Proof::Key(key) => {
            app.on_cpu(move |app| app.visitor_by_key(&key, &address))
                .await
        }
        Proof::Token(token) => app.on_cpu(move |app| app.visitor(&token)).await,
        Proof::Nothing => Ok(None),
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ")?.trim().to_owned())
}

/// To the sign-in page and back; a program gets a status.
fn ask_to_sign_in(request: &Request) -> Response {
    let path = request.uri().path();
    let is_page = request.method() == Method::GET
        && !path.starts_with("/api/")
        && !request.headers().contains_key("hx-request");
    let is_form = request.method() == Method::POST
        && !path.starts_with("/api/")
        && !request.headers().contains_key("hx-request");
    if is_form {
        return WebError::Expired.into_response();
    }
    if !is_page {
        return WebError::SignedOut.into_response();
    }
    let back = request
        .uri()
        .path_and_query()
        .map_or("/", |back| back.as_str());
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", back)
        .finish();
    Redirect::to(&format!("/login?{query}")).into_response()
}

/// Compares the form's token; the handler gets the body as it came.
async fn check_token(
    gate: &Gate,
    request: Request,
    visitor: &Visitor,
) -> Result<Request, Response> {
    if is_token(
        request
            .headers()
            .get("x-csrf-token")
            .map(|value| value.as_bytes()),
        visitor,
    ) {
        return Ok(request);
    }
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let is_upload = kind.starts_with("multipart/form-data");
    let limit = if is_upload {
        MAX_BODY_BYTES
    } else {
        MAX_FORM_BYTES
    };
    let (parts, bytes) = read(request, limit).await?;
    let token = if is_upload {
        token_of_upload(&kind, bytes.clone()).await
    } else {
        url::form_urlencoded::parse(&bytes)
            .find(|(name, _)| name == "csrf")
            .map(|(_, value)| value.into_owned().into_bytes())
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    if is_token(token.as_deref(), visitor) {
        return Ok(request);
    }
    let (what, why) = (named(&request), "表单缺少校验码或校验码不对".to_owned());
    refuse(&gate.app, visitor, what, why).await;
    Err(WebError::Forged.into_response())
}

/// The request with its body in hand, where that is no longer than it may be.
async fn within(request: Request, limit: usize) -> Result<Request, Response> {
    let (parts, bytes) = read(request, limit).await?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn read(request: Request, limit: usize) -> Result<(Parts, Bytes), Response> {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, limit).await;
    let bytes =
        bytes.map_err(|_| WebError::TooLarge(limit.min(MAX_UPLOAD_BYTES)).into_response())?;
    Ok((parts, bytes))
}

fn is_token(given: Option<&[u8]>, visitor: &Visitor) -> bool {
    // Both are hashed, so that the time of the comparison tells nothing.
    let hash = |bytes: &[u8]| crate::access::hash_secret(&String::from_utf8_lossy(bytes));
    given.is_some_and(|given| hash(given) == hash(visitor.csrf.as_bytes()))
}

async fn token_of_upload(kind: &str, bytes: Bytes) -> Option<Vec<u8>> {
    let mut request = Request::post("/")
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(bytes))
        .ok()?;
    // It was counted already; the usual limit of axum is below ours.
    axum::extract::DefaultBodyLimit::disable().apply(&mut request);
    let mut form =
        <axum::extract::Multipart as axum::extract::FromRequest<()>>::from_request(request, &())
            .await
            .ok()?;
    while let Ok(Some(field)) = form.next_field().await {
        if field.name() == Some("csrf") {
            return field.bytes().await.ok().map(|bytes| bytes.to_vec());
        }
    }
    None
}

/// A form of ours is sent by a page of ours, as far as the browser says.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, origin)| origin == host),
        _ => true,
    }
}

/// `POST /issues/7/sign`, cut where somebody plays with addresses.
fn named(request: &Request) -> String {
    let named = format!("{} {}", request.method(), request.uri().path());
    named.chars().take(200).collect()
}

async fn refuse(app: &Arc<App>, visitor: &Visitor, what: String, why: String) {
    let line = NewAudit {
        actor: visitor.actor(),
        action: AuditAction::Refused,
        subject: what,
        detail: why,
        address: visitor.address.clone(),
    };
    let written = app
        .on_cpu(move |app| app.store.add_audit(&line, app.now()))
        .await;
    if let Err(error) = written {
        tracing::error!("The audit cannot be written: {error:#}");
    }
}

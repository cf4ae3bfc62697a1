//! The cookie of a session: read, handed out, taken back.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// Its name on this machine's own wire.
pub const NAME: &str = "yuqing";
/// Its name over TLS: a browser keeps such a one only where it came over TLS, for the whole of this host and no other.
pub const SECURE_NAME: &str = "__Host-yuqing";

fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_NAME } else { NAME }
}

/// The session's token.
pub fn token(headers: &HeaderMap, is_secure: bool) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut named =
        pairs.filter_map(|pair| pair.trim().strip_prefix(name(is_secure))?.strip_prefix('='));
    named.next().map(str::to_owned)
}

/// Hands a session's token to the browser.
pub fn hand_out(response: &mut Response, token: &str, is_secure: bool) {
    set(response, &format!("{token};"), is_secure);
}

/// Has the browser forget it.
pub fn take_back(response: &mut Response, is_secure: bool) {
    set(response, "; Max-Age=0;", is_secure);
}

fn set(response: &mut Response, value: &str, is_secure: bool) {
    let (name, secure) = (name(is_secure), if is_secure { "; Secure" } else { "" });
    // Strict: a link on a strange page opens the sign-in page's redirect, never a deed.
    let cookie = format!("{name}={value} Path=/; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

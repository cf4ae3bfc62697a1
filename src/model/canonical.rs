//! One address per post: what two links to the same text have in common. It is the natural key of every post, and the
//! address that is visited: whatever it leaves out must change neither what is shown nor whether it is shown.
//!
//! In doubt two addresses stay two: a copy that was stored twice is found by its words, a post that was taken for
//! another one is lost.

mod sites;

use sites::Pair;
use url::Url;

/// Query keys that say where a reader came from, on whatever site.
const TRACKING_KEYS: &[&str] = &[
    "spm",
    "scm",
    "sharefrom",
    "share_from",
    "share_token",
    "share_source",
    "share_medium",
    "share_plat",
    "share_session_id",
    "share_tag",
    "share_times",
    "sharer_sharetime",
    "sharer_shareid",
    "sharer_shareinfo",
    "isappinstalled",
    "wxshare_count",
    "wx_header",
    "nsukey",
    "mpshare",
    "srcid",
    "wfr",
    "gclid",
    "fbclid",
    "msclkid",
    "clicktime",
    "enterid",
    "bd_vid",
    "hmsr",
    "vd_source",
    "spm_id_from",
    "refer_flag",
    "fromuid",
    "jsessionid",
    "phpsessid",
];

/// Keys that mostly say the same, but name a list or a moment on some sites: left out only where something else names
/// the post.
const WEAK_KEYS: &[&str] = &[
    "from",
    "ref",
    "source",
    "fr",
    "share",
    "scene",
    "timestamp",
    "_t",
    "_",
    "rnd",
    "random",
];

/// Keys that name a post.
const IDENTITY_KEYS: &[&str] = &[
    "id",
    "tid",
    "aid",
    "mid",
    "pid",
    "nid",
    "vid",
    "sn",
    "newsid",
    "articleid",
    "artid",
    "docid",
    "contentid",
    "threadid",
    "postid",
    "infoid",
    "itemid",
    "msgid",
    "topicid",
    "article_id",
    "news_id",
    "content_id",
    "post_id",
    "thread_id",
    "guid",
    "uuid",
];

/// The canonical address of `url`: lower-case host without a last dot, no default port, no name and password, one
/// spelling of percent-encoding, no tracking keys and session ids, the query sorted by key, no fragment – except one
/// that names a reply (`#pid123`: that is another post) or a page within a page (`#/detail/123`).
///
/// Idempotent; what is no web address stays as it is. `http` and `https`, `www.` and `m.` stay apart: a site that serves both redirects, or means another
/// page. The order of keys says nothing anywhere; values of a repeated key keep theirs. `index.html` stays: only the
/// server knows what a folder shows.
pub fn canonical_url(url: &Url) -> String {
    let mut canonical = url.clone();
    // Others have rules of their own; of `x://.:80` nothing readable would be left.
    let is_web = matches!(url.scheme(), "http" | "https");
    let Some(host) = url.host_str().filter(|_| is_web) else {
        return canonical.into();
    };
    let path = sites::one_path(host, &normal(without_session(url.path())));
    let query = query(url, host, &path);
    // A web address has room for all of these; a host of dots alone stays.
    let _cannot_fail = canonical.set_username("");
    let _cannot_fail = canonical.set_password(None);
    let _cannot_fail = canonical.set_host(Some(host.trim_end_matches('.')));
    canonical.set_path(&path);
    canonical.set_query(query.as_deref());
    if !url.fragment().is_some_and(names_a_post) {
        canonical.set_fragment(None);
    }
    canonical.into()
}

/// Pairs stay as they are written: many Chinese sites encode them in GBK.
fn query(url: &Url, host: &str, path: &str) -> Option<String> {
    let written = url.query()?.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<Pair> = written
        .map(|pair| Pair {
            key: normal(key_of(pair)).to_ascii_lowercase(),
            text: normal(pair),
        })
        .collect();
    let is_named = has_number(path) || pairs.iter().any(is_identity);
    let is_weak = |pair: &Pair| WEAK_KEYS.contains(&pair.key.as_str());
    pairs.retain(|pair| !(is_tracking(&pair.key) || is_named && is_weak(pair)));
    sites::keep_what_names(host, path, &mut pairs);
    // By the key as it is written; stable, so repeated keys keep their order.
    pairs.sort_by(|one, other| key_of(&one.text).cmp(key_of(&other.text)));
    let texts: Vec<String> = pairs.into_iter().map(|pair| pair.text).collect();
    (!texts.is_empty()).then(|| texts.join("&"))
}

fn key_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

fn is_tracking(key: &str) -> bool {
    key.starts_with("utm_") || key.starts_with("aspsessionid") || TRACKING_KEYS.contains(&key)
}

fn is_identity(pair: &Pair) -> bool {
    let has_value = pair
        .text
        .split_once('=')
        .is_some_and(|(_, value)| !value.is_empty());
    has_value && IDENTITY_KEYS.contains(&pair.key.as_str())
}

/// `/2017/0414/1001.html`, `/a/225341`: four digits in a row in the last part.
fn has_number(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next();
    let mut runs = last
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_digit());
    runs.any(|digits| digits.len() >= 4)
}

/// `/a;jsessionid=0A1B.html` is `/a.html` on the servers that write it so.
fn without_session(path: &str) -> &str {
    let at = path.to_ascii_lowercase().find(";jsessionid=");
    at.map_or(path, |at| &path[..at])
}

/// `pid123`, `post-123`, `floor2`, `reply_9`, `comment-5`: forum software names replies like this. A route of a page
/// that is one program (`/detail/123`, `!/a/5`) names what it shows.
fn names_a_post(fragment: &str) -> bool {
    let is_route = fragment.starts_with('/') || fragment.starts_with("!/");
    is_route
        || ["pid", "post", "floor", "reply", "comment"]
            .iter()
            .any(|prefix| {
                fragment.strip_prefix(prefix).is_some_and(|rest| {
                    let digits = rest.trim_start_matches(['-', '_']);
                    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
                })
            })
}

/// Percent-encoding in one spelling (RFC 3986, 6.2.2): capital digits, nothing encoded that need not be. A `%` that
/// encodes nothing is written as one that does.
fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        normal.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3);
        let code = code.filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        rest = &rest[at + 1..];
        match byte {
            Some(byte) => {
                let c = char::from(byte);
                match c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~') {
                    true => normal.push(c),
                    false => normal.push_str(&format!("%{byte:02X}")),
                }
                rest = &rest[2..];
            }
            None => normal.push_str("%25"),
        }
    }
    normal.push_str(rest);
    normal
}

#[cfg(test)]
mod tests;

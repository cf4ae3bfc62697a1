//! One address per post: what two links to the same text have in common.

use url::Url;

/// Query keys that say where a reader came from, never what is shown.
const TRACKING_KEYS: &[&str] = &[
    "from",
    "spm",
    "share",
    "sharefrom",
    "share_token",
    "isappinstalled",
    "wfr",
    "ref",
    "source",
    "fr",
    "gclid",
    "fbclid",
    "scene",
    "clicktime",
    "enterid",
    "_t",
    "timestamp",
];

/// The canonical address of `url`: lower-case host, no default port, no tracking keys, sorted query, no fragment –
/// except a fragment that names one reply of a thread (`#pid123`), for that is another post.
///
/// Idempotent. Scheme `http` and `https` stay apart: a site that serves both redirects.
pub fn canonical_url(url: &Url) -> String {
    let mut canonical = url.clone();
    let mut pairs: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| !is_tracking_key(key))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    pairs.sort();
    if pairs.is_empty() {
        canonical.set_query(None);
    } else {
        canonical.query_pairs_mut().clear().extend_pairs(&pairs);
    }
    if !url.fragment().is_some_and(names_a_reply) {
        canonical.set_fragment(None);
    }
    canonical.into()
}

fn is_tracking_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("utm_") || TRACKING_KEYS.contains(&key.as_str())
}

/// `pid123`, `post-123`, `floor2`, `reply_9`: forum software names replies like this.
fn names_a_reply(fragment: &str) -> bool {
    ["pid", "post", "floor", "reply"].iter().any(|prefix| {
        fragment.strip_prefix(prefix).is_some_and(|rest| {
            let digits = rest.trim_start_matches(['-', '_']);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    })
}

#[cfg(test)]
mod tests;

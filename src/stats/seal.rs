//! 封存 — what a signed ledger is known by, so that a change of its file would be seen.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 in hexadecimal.
pub fn hash(content: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(content.as_bytes()) {
        write!(hex, "{byte:02x}").expect("a string takes what it is given");
    }
    hex
}

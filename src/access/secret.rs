//! Secrets of sessions, links and keys: 32 bytes of the system's randomness; the store keeps only their SHA-256.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A new secret, 64 hexadecimal digits.
///
/// # Errors
/// The system gives no randomness.
pub fn new_secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("系统给不出随机数")?;
    Ok(hex(&bytes))
}

/// What the store keeps: nobody comes in with what a copy of the database tells. A hash without salt is enough for 256
/// random bits.
pub fn hash_secret(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

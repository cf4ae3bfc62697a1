//! 动态口令 — time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds), as every authenticator reads
//! them.

use anyhow::{Context, Result};
use totp_rs::{Builder, Secret, Totp};

/// Bytes of a secret: the 160 bits of RFC 4226 §4.
const SECRET_BYTES: usize = 20;

/// A new secret in base 32.
///
/// # Errors
/// The system gives no randomness.
pub fn new_totp_secret() -> Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).context("系统给不出随机数")?;
    Ok(Secret::from(bytes.to_vec()).to_base32())
}

/// `otpauth://…` for an authenticator.
///
/// # Errors
/// The secret is damaged, or the name holds a colon.
pub fn totp_address(secret: &str, name: &str) -> Result<String> {
    Ok(totp(secret, name)?.to_url()?)
}

/// The code at a time, in seconds since 1970.
///
/// # Errors
/// The secret is damaged.
pub fn totp_code(secret: &str, seconds: u64) -> Result<String> {
    Ok(totp(secret, "")?.generate(seconds).to_string())
}

/// The step that `code` belongs to, a step to either side allowed; none where it is wrong. A step is good for one time:
/// the caller remembers it.
///
/// # Errors
/// The secret is damaged.
pub fn totp_step(secret: &str, code: &str, seconds: u64) -> Result<Option<u64>> {
    Ok(totp(secret, "")?.check(code.trim(), seconds))
}

fn totp(secret: &str, name: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret)
        .map_err(|error| anyhow::anyhow!("the secret of the one-time codes is damaged: {error}"))?;
    Builder::new()
        .with_secret(secret)
        .with_account_name(name.replace(':', " "))
        .with_issuer(Some("yuqing"))
        .build()
        .map_err(|error| anyhow::anyhow!("no one-time codes can be made: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{new_totp_secret, totp_address, totp_code, totp_step};

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B: the secret of its tests, the last six of its eight digits.
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(totp_code(secret, seconds).expect("a secret"), code);
            assert!(
                totp_step(secret, code, seconds)
                    .expect("a secret")
                    .is_some()
            );
            assert!(
                totp_step(secret, code, seconds + 90)
                    .expect("a secret")
                    .is_none()
            );
        }
    }

    #[test]
    fn a_new_secret_works() {
        let secret = new_totp_secret().expect("randomness");
        let address = totp_address(&secret, "li:fang").expect("a name");
        assert!(address.starts_with("otpauth://totp/"), "{address}");
        assert!(totp_step(&secret, "", 0).expect("a secret").is_none());
        assert!(totp_step("not base 32!", "123456", 0).is_err());
    }
}

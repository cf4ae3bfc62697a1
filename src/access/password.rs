//! 口令 — Argon2id (RFC 9106) in PHC strings, with the crate's defaults (19 MiB, two passes: OWASP's first choice).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Characters at least: long beats odd (NIST SP 800-63B-4 §3.1.1.2).
const MIN_CHARS: usize = 10;
/// Bytes at most, so that nobody makes us hash a book.
const MAX_BYTES: usize = 512;
/// What everybody tries first.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "12345678910",
    "1111111111",
    "0000000000",
    "8888888888",
    "qwertyuiop",
    "password123",
    "password1234",
    "1q2w3e4r5t",
    "abcd123456",
    "abc1234567",
    "a123456789",
    "admin12345",
    "admin123456",
    "administrator",
    "woaini1314",
    "1qaz2wsx3edc",
    "qwer123456",
    "asdfghjkl;",
    "zhengzhou123",
    "letmein1234",
    "iloveyou123",
    "renshe12345",
];

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too short.
    #[error("口令至少{MIN_CHARS}个字符")]
    Short,
    /// Too long.
    #[error("口令太长，最多{MAX_BYTES}字节")]
    Long,
    /// On everybody's list, or one character again and again.
    #[error("口令太常见，容易被猜到，请换一个")]
    Common,
    /// Holds the name.
    #[error("口令不能包含登录名")]
    Name,
}

/// Whether `name` may take `password`.
///
/// # Errors
/// [`PasswordFault`].
pub fn check_password(name: &str, password: &str) -> Result<(), PasswordFault> {
    let lower = password.to_lowercase();
    if password.len() > MAX_BYTES {
        return Err(PasswordFault::Long);
    }
    if password.chars().count() < MIN_CHARS {
        return Err(PasswordFault::Short);
    }
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 4 || COMMON.contains(&lower.as_str()) {
        return Err(PasswordFault::Common);
    }
    if !name.is_empty() && lower.contains(&name.to_lowercase()) {
        return Err(PasswordFault::Name);
    }
    Ok(())
}

/// The string to keep. Takes some 30 ms on purpose.
///
/// # Errors
/// The system gives no randomness.
pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow::anyhow!("the password cannot be hashed: {error}"))?;
    Ok(hash.to_string())
}

/// Whether `password` is the one behind `kept`.
pub fn is_password(password: &str, kept: &str) -> bool {
    if password.len() > MAX_BYTES {
        return false;
    }
    PasswordHash::new(kept).is_ok_and(|kept| {
        Argon2::default()
            .verify_password(password.as_bytes(), &kept)
            .is_ok()
    })
}

/// Takes as long as [`is_password`]: nobody learns from the time whether a name is known.
pub fn pretend_password(password: &str) {
    let _ = is_password(
        password,
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IHRoYXQgbm9ib2R5IGhhcw$wYtD5Ow5o0oV0G3o2cI0m5vYl7lqDk0jFfQ1o1k0m3A",
    );
}

#[cfg(test)]
mod tests {
    use super::{PasswordFault, check_password, hash_password, is_password};

    #[test]
    fn only_the_same_password_opens() {
        let kept = hash_password("晨会前先看夜间收录").expect("randomness");
        assert!(kept.starts_with("$argon2id$"));
        assert!(is_password("晨会前先看夜间收录", &kept));
        assert!(!is_password("晨会前先看夜间收录 ", &kept));
        assert!(!is_password("", &kept));
        assert!(!is_password("x", "no hash"));
        assert_ne!(
            kept,
            hash_password("晨会前先看夜间收录").expect("randomness")
        );
    }

    #[test]
    fn weak_passwords_are_refused() {
        for (password, fault) in [
            ("short", PasswordFault::Short),
            ("aaaaaaaaaaaa", PasswordFault::Common),
            ("Password1234", PasswordFault::Common),
            ("wangfang-2017", PasswordFault::Name),
            (&"长".repeat(200), PasswordFault::Long),
        ] {
            assert_eq!(
                check_password("WangFang", password),
                Err(fault),
                "{password}"
            );
        }
        assert_eq!(
            check_password("wangfang", "早七点半开机看夜班"),
            Err(PasswordFault::Short)
        );
        assert_eq!(check_password("wangfang", "早七点半开机看夜班的事"), Ok(()));
    }
}

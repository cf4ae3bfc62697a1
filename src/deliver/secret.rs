//! 密钥 — where a password, a robot's address or its key is kept: in the environment or in a file, never in ours. Read
//! at every use, so that a changed one holds at once; printed nowhere.

use std::fmt;
use std::path::PathBuf;

/// No key is longer.
const MAX_SECRET_BYTES: u64 = 8 * 1024;

/// Where a secret is kept; both empty: there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretPlace {
    /// Environment variable.
    pub variable: String,
    /// File that holds nothing else.
    pub file: PathBuf,
}

/// 密钥, which shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The words themselves, for the one who needs them.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `message` without the secret and its tail behind `?`: a server may repeat what it was asked.
    pub fn hidden_in(&self, message: &str) -> String {
        let query = self.0.split_once('?').map_or("", |(_, query)| query);
        [self.0.as_str(), query]
            .iter()
            .filter(|part| part.len() >= 4)
            .fold(message.to_owned(), |message, part| {
                message.replace(part, "…")
            })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("（不显示）")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl SecretPlace {
    /// Nothing is said of it.
    pub fn is_none(&self) -> bool {
        self.variable.is_empty() && self.file.as_os_str().is_empty()
    }

    /// Is it said at most once, and once where it `is_needed`? `name` is what stands before `_env` and `_file`.
    ///
    /// # Errors
    /// What to write instead. The words themselves are not repeated: they may be the secret.
    pub fn check(&self, name: &str, is_needed: bool) -> Result<(), String> {
        let is_named = |variable: &str| {
            let rest = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            variable.chars().all(rest)
                && !variable.starts_with(|first: char| first.is_ascii_digit())
        };
        if !is_named(&self.variable) {
            return Err(format!(
                "{name}_env 应填环境变量的名称（大写字母、数字和下划线），不是密钥本身"
            ));
        }
        if !self.variable.is_empty() && !self.file.as_os_str().is_empty() {
            return Err(format!("{name}_env 和 {name}_file 只能写一个"));
        }
        if is_needed && self.is_none() {
            return Err(format!(
                "缺少 {name}_env（环境变量的名称）或 {name}_file（文件路径），密钥不写在配置文件里"
            ));
        }
        Ok(())
    }

    /// What is kept there; `None` where nothing is said of a place.
    ///
    /// # Errors
    /// In Chinese: the variable is not set, the file cannot be read.
    pub fn read(&self) -> Result<Option<Secret>, String> {
        if self.is_none() {
            return Ok(None);
        }
        let (text, place) = if self.variable.is_empty() {
            let place = format!("密钥文件 {}", self.file.display());
            let size = std::fs::metadata(&self.file).map(|file| file.len());
            if size.is_ok_and(|size| size > MAX_SECRET_BYTES) {
                return Err(format!("{place} 太大，里面应只有密钥"));
            }
            let text = std::fs::read_to_string(&self.file).map_err(|error| {
                format!(
                    "{place} 读不出：{}",
                    crate::text::mistake::of_system(&error)
                )
            })?;
            (text, place)
        } else {
            let place = format!("环境变量 {}", self.variable);
            (std::env::var(&self.variable).unwrap_or_default(), place)
        };
        let text = text.trim().to_owned();
        if text.is_empty() {
            return Err(format!("{place} 未设置或是空的"));
        }
        Ok(Some(Secret(text)))
    }
}

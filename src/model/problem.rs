//! 配置问题 — what is wrong in which line of which file, and what to write instead.

use serde::Serialize;

/// 配置问题 — one mistake in the configuration, said to the person who can mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// File below the configuration folder, `sources.toml`; `环境变量` for the environment.
    pub file: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Dotted key, `source.schedule`; for tables of terms the column.
    pub key: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl std::error::Error for Problem {}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.file)?;
        if self.line > 0 {
            write!(formatter, ":{}", self.line)?;
        }
        if !self.key.is_empty() {
            write!(formatter, ": {}", self.key)?;
        }
        write!(formatter, ": {}", self.message)
    }
}

//! A text file of the command line, whatever its character set.

use crate::import::decode;
use anyhow::{Context, anyhow};
use std::io::Read;
use std::path::Path;

/// The text of a file, `-` for standard input; what was odd about it goes to standard error.
///
/// # Errors
/// It cannot be read, or is no text.
pub fn text_of(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        let read = std::io::stdin().read_to_end(&mut bytes);
        read.context("读不出标准输入")?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("读不出文件 {}", file.display()))?;
    }
    let no_text = || {
        anyhow!(
            "{} 不是文本文件，应为 UTF-8 或 GB18030 编码的 JSON Lines",
            file.display()
        )
    };
    let decoded = decode(&bytes).ok_or_else(no_text)?;
    if let Some(warning) = decoded.warning {
        eprintln!("{}：{warning}", file.display());
    }
    Ok(decoded.text)
}

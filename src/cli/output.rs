//! How commands end: exit codes, failures, JSON.

use super::print_problems;
use crate::model::Problem;
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// 0 done.
pub const DONE: ExitCode = ExitCode::SUCCESS;
/// 1 failed.
pub const FAILED: u8 = 1;
/// 2 wrong usage or configuration.
pub const WRONG_USAGE: u8 = 2;
/// 3 done in part.
pub const DONE_IN_PART: u8 = 3;

/// Why a command did not do what it was asked.
pub enum Failure {
    /// Something went wrong on the way.
    Failed(anyhow::Error),
    /// The arguments do not fit; the sentence says what would.
    Usage(String),
    /// The configuration is wrong.
    Config(Vec<Problem>),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Failed(error.into())
    }
}

impl Failure {
    /// Says why on standard error; gives the exit code.
    pub fn report(self) -> ExitCode {
        match self {
            Failure::Failed(error) => {
                // A reader that has seen enough (`| head`) is no failure of ours.
                let is_closed_pipe = error
                    .downcast_ref::<std::io::Error>()
                    .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe);
                if is_closed_pipe {
                    return DONE;
                }
                eprintln!("出错：{error:#}");
                ExitCode::from(FAILED)
            }
            Failure::Usage(message) => {
                eprintln!("{message}");
                ExitCode::from(WRONG_USAGE)
            }
            Failure::Config(problems) => {
                print_problems(&problems);
                eprintln!("配置有 {} 处问题，请按上面的文件和行号修改", problems.len());
                ExitCode::from(WRONG_USAGE)
            }
        }
    }
}

/// One JSON document on standard output.
pub fn print_json<T: Serialize + ?Sized>(value: &T) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, value).map_err(std::io::Error::from)?;
    writeln!(output)?;
    Ok(())
}

/// Text on standard output.
pub fn print_text(text: &str) -> anyhow::Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

/// `text` cut or filled to a width in columns; a Chinese character takes two.
pub fn column(text: &str, width: usize) -> String {
    let mut cell = String::new();
    let mut used = 0;
    for character in text.chars().filter(|character| !character.is_control()) {
        let columns = if character.is_ascii() { 1 } else { 2 };
        if used + columns > width {
            break;
        }
        cell.push(character);
        used += columns;
    }
    cell.extend(std::iter::repeat_n(' ', width - used));
    cell
}

//! How commands end: exit codes, failures, JSON.

use super::print_problems;
use crate::model::Problem;
use crate::text::mistake::of_system;
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
                eprintln!("出错：{}", in_chinese(&error));
                ExitCode::from(FAILED)
            }
            Failure::Usage(message) => {
                eprintln!("{message}");
                ExitCode::from(WRONG_USAGE)
            }
            Failure::Config(problems) => {
                print_problems(&problems);
                ExitCode::from(WRONG_USAGE)
            }
        }
    }
}

/// What went wrong, outermost first, with the words of the operating system and of the database in Chinese.
pub fn in_chinese(error: &anyhow::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    for link in error.chain() {
        let words = match link.downcast_ref::<std::io::Error>() {
            Some(error) => of_system(error),
            None => of_database(&link.to_string()).map_or_else(|| link.to_string(), str::to_owned),
        };
        if said.last().is_none_or(|last| !last.contains(&words)) {
            said.push(words);
        }
    }
    said.join("：")
}

/// The database library has these sentences in English only.
fn of_database(message: &str) -> Option<&'static str> {
    let known = [
        (
            "readonly database",
            "数据库不能写入，请检查数据目录的属主与权限",
        ),
        (
            "unable to open database",
            "打不开数据库，请检查数据目录的属主与权限",
        ),
        ("disk is full", "磁盘已满，请清理后重试"),
        ("disk I/O error", "磁盘读写出错"),
        (
            "not a database",
            "这个文件不是数据库，或已损坏，请从备份恢复",
        ),
        ("disk image is malformed", "数据库已损坏，请从备份恢复"),
        ("database is locked", "数据库正被另一个进程占用，请稍后再试"),
    ];
    let found = known.iter().find(|(part, _)| message.contains(part))?;
    Some(found.1)
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

//! Commands of the contract that come with a later version: named, so that nobody looks for them in vain.

use super::output::{FAILED, Failure};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Later {
    /// 用户（后续版本） · later version
    User(Rest),
}

#[derive(Args)]
pub struct Rest {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<String>,
}

impl Later {
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (name, instead) = match self {
            Later::User(_) => ("user", "网页目前只在本机监听，不设用户"),
        };
        eprintln!("{name} 将在后续版本提供；{instead}。");
        Ok(ExitCode::from(FAILED))
    }
}

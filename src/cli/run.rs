//! `yuqing run`: the daemon.

use super::output::{DONE, Failure};
use super::{Common, block_on};
use crate::daemon;
use std::process::ExitCode;

pub fn run(common: &Common) -> Result<ExitCode, Failure> {
    let app = common.open_app()?;
    block_on(daemon::run(app))?;
    Ok(DONE)
}

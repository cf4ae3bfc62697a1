//! The program: parse the command line, run one command. See `yuqing::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    yuqing::cli::run()
}

//! The program: parse the command line, run one command. See `yuqing::cli`.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Parsing pages makes and drops thousands of small pieces: measured with `cargo bench --bench extract`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    yuqing::cli::run()
}

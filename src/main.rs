//! The command line: see `yuqing::cli`.
fn main() {}

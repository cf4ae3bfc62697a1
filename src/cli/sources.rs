//! `yuqing sources`: the sources as a list, and lists of feeds that feed readers exchange.

use super::Common;
use super::output::{FAILED, Failure};
use super::sources_opml::{Export, Import};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Args)]
pub struct Sources {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// 导出订阅源清单（OPML） · the feeds as OPML
    OpmlExport(Export),
    /// 导入订阅源清单（OPML），追加到 sources.toml · append the feeds of an OPML file
    OpmlImport(Import),
}

impl Sources {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let _no_list_yet = self.json;
        match self.command {
            Some(Command::OpmlExport(command)) => command.run(common),
            Some(Command::OpmlImport(command)) => command.run(common),
            None => {
                eprintln!(
                    "信源一览将在后续版本提供；可先用 `yuqing check` 查看，或打开网页 /sources。"
                );
                Ok(ExitCode::from(FAILED))
            }
        }
    }
}

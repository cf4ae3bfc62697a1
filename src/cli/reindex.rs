//! `yuqing reindex`: builds the search index anew from the database.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use crate::app::{App, Clock};
use crate::index::{Query, Sort};
use crate::pipeline;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub struct Reindex {
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Reindex {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let config = common.load_config()?;
        let app = App::open(config, &common.data, Clock::System)?;
        // The daemon holds the folder while it writes the index; two must not.
        let _lock = app.lock_folder()?;
        // Searches go on meanwhile, in the old one.
        app.index.begin_next()?;
        while pipeline::rebuild_once(&app)? > 0 {}
        if app.index.next_cursor().is_some() {
            return Err(Failure::Failed(anyhow::anyhow!(
                "另一个命令正在写检索索引，请等它结束后再运行 `yuqing reindex`"
            )));
        }
        pipeline::process_all(&app)?;
        let indexed = app.index.search(&Query::All, Sort::default(), 0, 0)?.total;
        if self.json {
            print_json(&serde_json::json!({ "indexed": indexed }))?;
        } else {
            print_text(&format!("已重建索引，共{indexed}条\n"))?;
        }
        Ok(DONE)
    }
}

//! `yuqing reindex`: builds the search index anew from the database.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use crate::app::{self, App, Clock};
use crate::index::{Index, Query, Sort};
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
        // The daemon holds the folder while it writes the index; two must not.
        let lock_holder = App::open(config.clone(), &common.data, Clock::System)?;
        let _lock = lock_holder.lock_folder()?;
        Index::remove(&app::index_folder(&common.data))?;
        let app = App::open(config, &common.data, Clock::System)?;
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

//! `yuqing watch add`, `yuqing watch remove`: a block more or less in `watches.toml`.

use super::output::{DONE, Failure, print_json, print_text};
use super::{Common, watch_named};
use crate::config::{EditedWatch, WATCHES_FILE, WatchDraft, WatchMistake, add_watch, remove_watch};
use crate::model::AlertPolicy;
use clap::Args;
use serde::Serialize;
use std::process::ExitCode;

#[derive(Args)]
pub struct Add {
    /// 名称 · name
    name: String,
    /// 检索式，写法同 `yuqing search` · query
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// 代号，不写则自动取 · id
    #[arg(long)]
    id: Option<String>,
    /// 收件人，可写多次 · who is to hear of its hits
    #[arg(long = "recipient", value_name = "WHO")]
    recipients: Vec<String>,
    /// 预警方式：即时 at_once，工作时间 working_hours，汇总 digest，不预警 none · when they
    /// are to hear of them
    #[arg(long, default_value = "none")]
    alert: AlertPolicy,
    /// 汇总时刻，五段“分 时 日 月 周”，只用于 digest · cron line
    #[arg(long)]
    schedule: Option<String>,
    /// 备注 · note
    #[arg(long)]
    note: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Remove {
    /// 专题名称或代号 · name or id of a watch
    name: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

/// What was written.
#[derive(Serialize)]
struct Edited {
    watch: String,
    id: String,
    file: String,
}

impl Add {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let folder = common.writable_folder()?;
        let draft = WatchDraft {
            name: self.name,
            query: self.query,
            note: self.note.unwrap_or_default(),
            recipients: self.recipients,
            alert: Some(self.alert),
            schedule: self.schedule.unwrap_or_default(),
            is_paused: false,
        };
        let edited = add_watch(folder, self.id.as_deref(), &draft).map_err(failure)?;
        if self.json {
            print_json(&Edited::of(&edited))?;
        } else {
            print_text(&format!(
                "已写入 {}：专题“{}”（{}）。\n用 `yuqing watch test {}` 看它在已有信息中命中哪些；\
                 用此配置目录运行的 `yuqing run` 自此比对新到的信息，不必重启。\n",
                edited.path.display(),
                edited.name,
                edited.id,
                edited.id
            ))?;
        }
        Ok(DONE)
    }
}

impl Remove {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let config = common.load_config()?;
        let known = &watch_named(&config, &self.name)?.watch;
        let folder = common.config_folder().ok_or_else(|| {
            Failure::Usage(format!(
                "专题“{}”出自程序自带的 {WATCHES_FILE}，不能直接删除；请先建立 ./config 目录（或用 --config 指定），\
                 再运行本命令，程序会在其中另写一份不含此专题的 {WATCHES_FILE}",
                known.name
            ))
        })?;
        let edited = remove_watch(folder, &known.id).map_err(failure)?;
        if self.json {
            print_json(&Edited::of(&edited))?;
        } else {
            print_text(&format!(
                "已从 {} 删除专题“{}”（{}），它的命中记录保留；用此配置目录运行的 `yuqing run` 自此不再比对，不必重启。\n",
                edited.path.display(),
                edited.name,
                edited.id
            ))?;
        }
        Ok(DONE)
    }
}

impl Edited {
    fn of(edited: &EditedWatch) -> Edited {
        Edited {
            watch: edited.name.clone(),
            id: edited.id.clone(),
            file: edited.path.display().to_string(),
        }
    }
}

fn failure(mistake: WatchMistake) -> Failure {
    match mistake {
        WatchMistake::File(problems) => Failure::Config(problems),
        WatchMistake::Disk(error) => error.into(),
        other => Failure::Usage(other.to_string()),
    }
}

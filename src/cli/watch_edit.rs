//! `yuqing watch add`, `yuqing watch remove`: a block more or less in `watches.toml`. Checked as a whole before the first
//! byte is written; nothing else in the file changes.

use super::output::{DONE, Failure, print_json, print_text};
use super::{Common, watch_named};
use crate::config::{
    Block, ConfigFolder, DeclaredWatch, WATCHES_FILE, free_id, parse_watches, quoted, replace_file,
    with_blocks, without_watch,
};
use crate::index::Query;
use crate::model::AlertPolicy;
use clap::Args;
use serde::Serialize;
use std::collections::HashSet;
use std::path::Path;
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
        match self.query.parse() {
            Ok(Query::All) => return Err(Failure::Usage("检索式不能为空".to_owned())),
            Ok(_) => {}
            Err(mistake) => return Err(Failure::Usage(mistake.to_string())),
        }
        let before = text(folder)?;
        let declared = parse_watches(&before).map_err(Failure::Config)?;
        let id = self.free_id(&declared)?;
        let after = with_blocks(&before, &[self.block(&id)]);
        // What stood there was right: the mistake is the command's.
        parse_watches(&after).map_err(|problems| {
            let said = problems.into_iter().map(|problem| problem.message);
            Failure::Usage(said.collect::<Vec<_>>().join("；"))
        })?;
        let edited = write(folder, &after, &self.name, id)?;
        if self.json {
            print_json(&edited)?;
        } else {
            print_text(&format!(
                "已写入 {}：专题“{}”（{}）。\n用 `yuqing watch test {}` 看它在已有信息中命中哪些；\
                 用此配置目录运行的 `yuqing run` 自此比对新到的信息，不必重启。\n",
                edited.file, edited.watch, edited.id, edited.id
            ))?;
        }
        Ok(DONE)
    }

    fn free_id(&self, declared: &[DeclaredWatch]) -> Result<String, Failure> {
        let taken = |said: &str| {
            let mut watches = declared.iter().map(|declared| &declared.watch);
            watches.find(|known| known.id == said || known.name == said)
        };
        if let Some(known) = taken(&self.name) {
            return Err(Failure::Usage(format!(
                "已有专题“{}”（{}），请换一个名称，或先用 `yuqing watch remove {}` 删除它",
                known.name, known.id, known.id
            )));
        }
        match &self.id {
            Some(id) => match taken(id) {
                Some(known) => Err(Failure::Usage(format!(
                    "代号“{id}”已用于专题“{}”，请用 --id 另取一个",
                    known.name
                ))),
                None => Ok(id.clone()),
            },
            None => {
                let mut ids: HashSet<String> = (declared.iter())
                    .map(|declared| declared.watch.id.clone())
                    .collect();
                Ok(free_id("watch", &mut ids))
            }
        }
    }

    fn block(&self, id: &str) -> Block {
        let mut keys = vec![("query", quoted(&self.query))];
        keys.extend(self.note.as_deref().map(|note| ("note", quoted(note))));
        if !self.recipients.is_empty() {
            let recipients: Vec<String> = self.recipients.iter().map(|who| quoted(who)).collect();
            keys.push(("recipients", format!("[{}]", recipients.join(", "))));
        }
        keys.push(("alert", quoted(self.alert.code())));
        let schedule = self.schedule.as_deref();
        keys.extend(schedule.map(|line| ("schedule", quoted(line))));
        Block {
            table: "watch",
            id: id.to_owned(),
            name: self.name.clone(),
            keys,
        }
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
        let path = folder.join(WATCHES_FILE);
        let after = without_watch(&text(folder)?, &known.id).ok_or_else(|| {
            Failure::Usage(format!(
                "专题“{}”在 {} 中不是单独的一段 [[watch]]，请手工删除",
                known.name,
                path.display()
            ))
        })?;
        let edited = write(folder, &after, &known.name, known.id.clone())?;
        if self.json {
            print_json(&edited)?;
        } else {
            print_text(&format!(
                "已从 {} 删除专题“{}”（{}），它的命中记录保留；用此配置目录运行的 `yuqing run` 自此不再比对，不必重启。\n",
                edited.file, edited.watch, edited.id
            ))?;
        }
        Ok(DONE)
    }
}

/// The operator's file, else the shipped one.
fn text(folder: &Path) -> Result<String, Failure> {
    ConfigFolder::open(Some(folder))
        .and_then(|folder| folder.text(WATCHES_FILE).map_err(|problem| vec![problem]))
        .map_err(Failure::Config)
}

fn write(folder: &Path, after: &str, name: &str, id: String) -> Result<Edited, Failure> {
    let path = folder.join(WATCHES_FILE);
    replace_file(&path, after)?;
    Ok(Edited {
        watch: name.to_owned(),
        id,
        file: path.display().to_string(),
    })
}

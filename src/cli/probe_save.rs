//! `yuqing probe --save`: what is asked before anything is written, and what is said afterwards.

use super::Common;
use super::output::Failure;
use super::probe::Probe;
use crate::app::Collecting;
use crate::config::{Config, parse_sources, quoted};
use crate::pipeline::{
    Guess, NewSource, ProbeOrder, Probed, SavedSource, SourceRefusal, check_new_source, save_source,
};
use anyhow::Context;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// For people.
pub fn in_words(saved: &SavedSource) -> String {
    let mut text = format!("\n已写入 {}：信源 {}\n", saved.sources_file, saved.id);
    if let Some(file) = &saved.rules_file {
        text += &format!("已写入采集规则：{file}\n");
    }
    if saved.copied_count > 0 {
        text += &format!(
            "并复制了程序自带的{}个采集规则文件，以免失效。\n",
            saved.copied_count
        );
    }
    if let Some(lines) = &saved.lines_to_add {
        text += &format!("本站的采集规则文件已存在，未改动；需要时请手工加入：\n{lines}");
    }
    text + &format!(
        "接着运行 `yuqing crawl {}` 试采；用此配置目录运行的 `yuqing run` 自此定时采集它，不必重启。\n",
        saved.id
    )
}

/// What can be refused before anybody is asked: no folder, an id or an address that is taken.
pub fn check(
    command: &Probe,
    common: &Common,
    config: &Config,
    order: &ProbeOrder,
) -> Result<(), Failure> {
    check_writable(common.writable_folder()?)?;
    if let Some(id) = command.chosen_id() {
        check_id(id)?;
    }
    if let Some(id) = command.chosen_id()
        && let Some(taken) = config
            .sources
            .iter()
            .find(|declared| declared.source.id == id)
    {
        return Err(Failure::Usage(format!(
            "代号“{id}”已用于信源“{}”，请用 --id 另取一个",
            taken.source.name
        )));
    }
    refuse_known(config, order.template.as_deref().unwrap_or_default())?;
    refuse_known(config, order.url.as_str())
}

/// What `sources.toml` would say of the id.
fn check_id(id: &str) -> Result<(), Failure> {
    let sample = format!(
        "[[source]]\nid = {}\nname = \"x\"\nkind = \"list\"\nurl = \"http://x.cn/\"\nchannel = \"other\"\n\
         tier = \"T5\"\nschedule = \"0 * * * *\"\n",
        quoted(id)
    );
    parse_sources(&sample).map(drop).map_err(|problems| {
        let reason = problems.first().map_or("", |problem| &problem.message);
        Failure::Usage(format!("--id “{id}”不可用：{reason}"))
    })
}

/// Files there are replaced as a whole, so a new one must be possible.
fn check_writable(folder: &Path) -> Result<(), Failure> {
    let trial = folder.join(format!(".write-test-{}", std::process::id()));
    fs::File::create_new(&trial)
        .and_then(|_| fs::remove_file(&trial))
        .with_context(|| format!("配置目录 {} 不可写，无法保存", folder.display()))?;
    Ok(())
}

fn refuse_known(config: &Config, address: &str) -> Result<(), Failure> {
    check_new_source(&config.sources, address).map_err(failure)
}

fn failure(refusal: SourceRefusal) -> Failure {
    match refusal {
        SourceRefusal::Known(known) => Failure::Usage(format!(
            "这个网址已是信源“{}”（{}），未重复写入",
            known.source.name, known.source.id
        )),
        SourceRefusal::Wrong(problems) => Failure::Config(problems),
        SourceRefusal::Failed(error) => Failure::Failed(error),
        other => Failure::Failed(anyhow::anyhow!("source is not written: {other:?}")),
    }
}

/// Writes source and rules.
pub fn save(
    common: &Common,
    config: &Config,
    probed: &Probed,
    guess: &Guess,
) -> Result<SavedSource, Failure> {
    let known = Collecting {
        sources: config.sources.clone(),
        sites: Arc::clone(&config.sites),
    };
    let new = NewSource {
        block: &guess.block,
        page: &probed.url,
        rules: &probed.proposal.rules,
        tables: &probed.proposal.tables,
    };
    save_source(common.writable_folder()?, &known, &new).map_err(failure)
}

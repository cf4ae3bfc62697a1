//! `yuqing probe --save`: a block at the end of `sources.toml`, and a new file of rules. Checked as a whole before the
//! first byte is written; what is there already is never overwritten.

use super::Common;
use super::output::Failure;
use super::probe::Probe;
use crate::config::{
    Config, ConfigFolder, DeclaredSource, free_id, parse_site_rules, parse_sources, quoted,
    replace_file, with_blocks,
};
use crate::model::canonical_url;
use crate::pipeline::{Guess, ProbeOrder, Probed};
use anyhow::Context;
use serde::Serialize;
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use url::Url;

const SOURCES: &str = "sources.toml";

/// 保存结果.
#[derive(Serialize)]
pub struct Saved {
    /// Id of the source.
    id: String,
    /// File the source was appended to.
    sources_file: String,
    /// File of rules that was written.
    rules_file: Option<String>,
    /// Lines for a person to add, where the file of rules was there already.
    lines_to_add: Option<String>,
    /// Shipped files of rules that were copied: an own folder replaces them all.
    copied_count: usize,
}

impl Saved {
    /// For people.
    pub fn in_words(&self) -> String {
        let mut text = format!("\n已写入 {}：信源 {}\n", self.sources_file, self.id);
        if let Some(file) = &self.rules_file {
            text += &format!("已写入采集规则：{file}\n");
        }
        if self.copied_count > 0 {
            text += &format!(
                "并复制了程序自带的{}个采集规则文件，以免失效。\n",
                self.copied_count
            );
        }
        if let Some(lines) = &self.lines_to_add {
            text += &format!("本站的采集规则文件已存在，未改动；需要时请手工加入：\n{lines}");
        }
        text + &format!(
            "接着运行 `yuqing crawl {}` 试采；正在运行的 `yuqing run` 重启后开始定时采集它。\n",
            self.id
        )
    }
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
    let same =
        |declared: &&DeclaredSource| one_address(&declared.source.url) == one_address(address);
    match config.sources.iter().find(same) {
        None => Ok(()),
        Some(known) => Err(Failure::Usage(format!(
            "这个网址已是信源“{}”（{}），未重复写入",
            known.source.name, known.source.id
        ))),
    }
}

/// Braces of a template are no part of an address; they compare as they are.
pub fn one_address(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) if !address.contains('{') => canonical_url(&url),
        _ => address.to_owned(),
    }
}

/// The guess with the id that was chosen, or one that nobody has.
pub fn with_free_id(mut guess: Guess, chosen: Option<&str>, config: &Config) -> Guess {
    let mut taken: HashSet<String> = config
        .sources
        .iter()
        .map(|declared| declared.source.id.clone())
        .collect();
    guess.block.id = match chosen {
        Some(id) => id.to_owned(),
        None => free_id(&guess.block.id, &mut taken),
    };
    guess
}

/// Name of the file of rules below the configuration folder.
pub fn rules_file(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    format!("sites/{}.toml", host.chars().map(plain).collect::<String>())
}

/// Writes source and rules.
pub fn save(
    common: &Common,
    config: &Config,
    probed: &Probed,
    guess: &Guess,
) -> Result<Saved, Failure> {
    let folder = common.writable_folder()?;
    let address = guess.block.keys.iter().find(|(key, _)| *key == "url");
    let address: Option<String> = address.and_then(|(_, url)| serde_json::from_str(url).ok());
    refuse_known(config, address.as_deref().unwrap_or_default())?;
    refuse_known(config, probed.url.as_str())?;

    let before = ConfigFolder::open(Some(folder))
        .and_then(|folder| folder.text(SOURCES).map_err(|problem| vec![problem]))
        .map_err(Failure::Config)?;
    let after = with_blocks(&before, std::slice::from_ref(&guess.block));
    let wrong = |problem| Failure::Config(vec![problem]);
    parse_sources(&after).map_err(Failure::Config)?;
    let mut saved = Saved {
        id: guess.block.id.clone(),
        sources_file: folder.join(SOURCES).display().to_string(),
        rules_file: None,
        lines_to_add: None,
        copied_count: 0,
    };
    if !probed.proposal.is_empty() {
        let name = rules_file(&probed.url);
        let text = rules_text(probed);
        parse_site_rules(&name, &text).map_err(wrong)?;
        let path = folder.join(&name);
        // Rules for this host may stand in a file of another name.
        if path.exists() || config.sites.names(&probed.url) {
            saved.lines_to_add = Some(probed.proposal.tables.clone());
        } else {
            saved.copied_count = own_sites(folder)?;
            replace_file(&path, &text)?;
            saved.rules_file = Some(path.display().to_string());
        }
    }
    replace_file(&folder.join(SOURCES), &after)?;
    Ok(saved)
}

fn rules_text(probed: &Probed) -> String {
    format!(
        "# {}：由 yuqing probe 根据样页生成，改版后请重新探测或手工修改。\n{}",
        probed.look.name.as_deref().unwrap_or_default(),
        probed.proposal.rules
    )
}

/// An own folder of rules replaces the shipped one as a whole: without copies, sites that are read today would be read
/// worse tomorrow. How many files were copied?
fn own_sites(folder: &Path) -> Result<usize, Failure> {
    let sites = folder.join("sites");
    if sites.is_dir() {
        return Ok(0);
    }
    let shipped = ConfigFolder::shipped()
        .files_below("sites", "toml")
        .map_err(|problem| Failure::Config(vec![problem]))?;
    // Half a folder would replace the shipped one as well: it gets its name when it is whole.
    let part = folder.join("sites.part");
    if part.is_dir() {
        fs::remove_dir_all(&part).with_context(|| format!("删不掉 {}", part.display()))?;
    }
    fs::create_dir_all(&part).with_context(|| format!("建不了目录 {}", part.display()))?;
    for (name, text) in &shipped {
        let name = name.trim_start_matches("sites/");
        replace_file(&part.join(name), text)?;
    }
    fs::rename(&part, &sites).with_context(|| format!("写不出 {}", sites.display()))?;
    Ok(shipped.len())
}

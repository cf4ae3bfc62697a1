//! `yuqing evidence`: the page behind a flagged post, as it was when we read it.

use super::Common;
use super::original::looked;
use super::output::{DONE, Failure, print_json, print_text};
use crate::model::{Evidence as Kept, Looked, PostId};
use crate::pipeline::Looker;
use anyhow::Context;
use clap::Args;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Evidence {
    /// 信息编号（网址 /posts/ 后的数字） · number of the post
    post: i64,
    /// 把最近一次的网页原样写入新文件；以 .warc.gz 结尾则写存证记录 · write the latest page as it came, or its WARC record
    #[arg(short, long, value_name = "FILE", requires_all = ["by", "reason"])]
    output: Option<PathBuf>,
    /// 改取第几次的网页，从1起 · another than the latest
    #[arg(long, value_name = "N", requires = "output")]
    number: Option<usize>,
    /// 取出人姓名，须在授权名单内：网页未经掩码 · who takes it: the page is not masked
    #[arg(long, value_parser = super::person, requires = "output")]
    by: Option<String>,
    /// 取出事由 · what for
    #[arg(long, value_parser = super::original::reason, requires = "output")]
    reason: Option<String>,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Evidence {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        let id = PostId(self.post);
        if app.store.post(id)?.is_none() {
            return Err(Failure::Usage(format!("没有编号为{}的信息", self.post)));
        }
        let kept = app.store.evidence_of(id)?;
        if let Some(path) = &self.output {
            if kept.is_empty() {
                return Err(Failure::Usage(table(&kept).trim_end().to_owned()));
            }
            let number = self.number.unwrap_or(kept.len());
            let Some(page) = number.checked_sub(1).and_then(|at| kept.get(at)) else {
                return Err(Failure::Usage(format!(
                    "此信息有{}次存证，没有第{number}次",
                    kept.len()
                )));
            };
            refuse_known(path)?;
            let looker = Looker {
                by: self.by.as_deref().unwrap_or_default(),
                reason: self.reason.as_deref().unwrap_or_default(),
            };
            looked(&app, id, Looked::Page, looker)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let bytes = match name.ends_with(".warc.gz") {
                true => app.archive.extract(&page.place, &name)?,
                false => app.archive.read(&page.place)?.body,
            };
            write_new(path, &bytes)?;
            eprintln!("已写入 {}（第{number}份）", path.display());
        }
        if self.json {
            print_json(&kept)?;
        } else {
            print_text(&table(&kept))?;
        }
        Ok(DONE)
    }
}

/// Nothing is looked at for a file that cannot be written.
fn refuse_known(path: &Path) -> Result<(), Failure> {
    match path.try_exists() {
        Ok(true) => Err(exists(path)),
        _ => Ok(()),
    }
}

fn exists(path: &Path) -> Failure {
    Failure::Usage(format!(
        "文件 {} 已存在，未覆盖；请换一个文件名，或先移走它",
        path.display()
    ))
}

/// Evidence is not written over what somebody keeps.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let new = File::create_new(path);
    let mut file = match new {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(exists(path)),
        new => new.with_context(|| format!("写不出文件 {}", path.display()))?,
    };
    file.write_all(bytes)
        .with_context(|| format!("写不出文件 {}", path.display()))?;
    Ok(())
}

fn table(kept: &[Kept]) -> String {
    if kept.is_empty() {
        return "没有存证：只有被标记（蓝色及以上）的信息才保存网页\n".to_owned();
    }
    let mut lines = String::new();
    for (number, page) in kept.iter().enumerate() {
        lines += &format!(
            "{:>3}  {}  {}\n     {}  {}\n",
            number + 1,
            page.fetched_at.format("%Y-%m-%d %H:%M:%S"),
            page.url,
            page.place.file,
            page.place.digest
        );
    }
    lines
}

//! `yuqing original`: the words of a post as published, for those entitled; and who looked.

use super::Common;
use super::output::{DONE, Failure, print_json, print_text};
use crate::app::App;
use crate::model::{Look, Looked, OriginalWords, PostId};
use crate::pipeline::{LookError, Looker, permit_look};
use clap::Args;
use std::process::ExitCode;

/// Shorter reasons say nothing.
const MIN_REASON_CHARS: usize = 2;

#[derive(Args)]
pub struct Original {
    /// 信息编号（网址 /posts/ 后的数字） · number of the post
    #[arg(required_unless_present = "looks")]
    post: Option<i64>,
    /// 查阅人姓名，须在授权名单内 · who
    #[arg(long, value_parser = super::person, required_unless_present = "looks", conflicts_with = "looks")]
    by: Option<String>,
    /// 查阅事由，例如“核实转办件当事人电话” · what for
    #[arg(long, value_parser = reason, required_unless_present = "looks", conflicts_with = "looks")]
    reason: Option<String>,
    /// 列出查阅记录，可只看一条信息的 · list who looked
    #[arg(long)]
    looks: bool,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Original {
    pub fn run(self, common: &Common) -> Result<ExitCode, Failure> {
        let app = common.open_app()?;
        let post = self.post.map(PostId);
        if self.looks {
            let looks = app.store.looks(post)?;
            return match self.json {
                true => print_json(&looks),
                false => print_text(&table(&looks)),
            }
            .map(|()| DONE)
            .map_err(Failure::from);
        }
        let (Some(id), Some(by), Some(reason)) = (post, &self.by, &self.reason) else {
            return Err(Failure::Usage(
                "请写明信息编号、--by 和 --reason".to_owned(),
            ));
        };
        if app.store.post(id)?.is_none() {
            return Err(Failure::Usage(format!("没有编号为{}的信息", id.0)));
        }
        looked(&app, id, Looked::Words, Looker { by, reason })?;
        let Some(words) = app.store.original_words(id)? else {
            return Err(Failure::Usage(
                "此信息已被来源删除，原文按期清除；网页存证仍可查，见 `yuqing evidence`".to_owned(),
            ));
        };
        match self.json {
            true => print_json(&words)?,
            false => print_text(&shown(&words))?,
        }
        Ok(DONE)
    }
}

/// Writes a look down, or says why there is none.
pub fn looked(app: &App, id: PostId, looked: Looked, looker: Looker<'_>) -> Result<(), Failure> {
    permit_look(app, id, looked, looker).map_err(|refused| match refused {
        LookError::Store(error) => Failure::Failed(error),
        refused => Failure::Usage(refused.to_string()),
    })
}

/// What a look is for.
pub fn reason(text: &str) -> Result<String, String> {
    let reason = text.trim();
    match reason.chars().count() >= MIN_REASON_CHARS {
        true => Ok(reason.to_owned()),
        false => Err("请写明事由".to_owned()),
    }
}

fn shown(words: &OriginalWords) -> String {
    let author = words.author.as_deref().unwrap_or("未注明");
    let heading = match words.title.is_empty() {
        true => String::new(),
        false => format!("{}\n", words.title),
    };
    format!("{heading}发布者：{author}\n\n{}\n", words.text)
}

fn table(looks: &[Look]) -> String {
    if looks.is_empty() {
        return "没有查阅记录\n".to_owned();
    }
    let line = |look: &Look| {
        format!(
            "{}  {}  {}  编号{}  {}  {}\n",
            look.at.format("%Y-%m-%d %H:%M:%S"),
            if look.is_granted {
                "已查阅"
            } else {
                "已拒绝"
            },
            look.looked.label(),
            look.post.0,
            look.by,
            look.reason
        )
    };
    looks.iter().map(line).collect()
}

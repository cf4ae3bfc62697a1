//! `yuqing issue edit`, `yuqing issue history`: how a draft is changed, and who changed what.

use super::issue_show::{load, print_issue_json};
use super::output::{Failure, print_json, print_text};
use super::person;
use super::refused;
use crate::app::App;
use crate::digest::edit::Part;
use crate::model::{EventId, IssueId, IssueStep, PostId, Revision, StepTaken, Timestamp};
use crate::pipeline::{EditOrder, edit_issue};
use clap::Args;
use serde_json::json;

#[derive(Args)]
pub struct Edit {
    /// 稿号 · id
    id: i64,
    /// 改写第几条 · which entry, counted from 1
    #[arg(long, value_name = "K")]
    entry: Option<usize>,
    /// 标题，最多28字 · title
    #[arg(long, requires = "entry")]
    title: Option<String>,
    /// 摘要 · summary
    #[arg(long, requires = "entry")]
    summary: Option<String>,
    /// 研判 · judgement
    #[arg(long, requires = "entry")]
    judgement: Option<String>,
    /// 建议 · advice
    #[arg(long, requires = "entry")]
    advice: Option<String>,
    /// 附注；不写 --entry 则附在全期之后 · note, on an entry or on the whole issue
    #[arg(long)]
    note: Option<String>,
    /// 删去第几条 · drop an entry
    #[arg(long, value_name = "K")]
    drop: Option<usize>,
    /// 增加一条：信息编号，或 event:事件编号 · add a post or an event
    #[arg(long, value_name = "N")]
    add: Option<String>,
    /// 把第几条移走 · move an entry
    #[arg(long = "move", value_name = "K")]
    moved: Option<usize>,
    /// …移到第几条 · to this place
    #[arg(long, value_name = "K")]
    to: Option<usize>,
    /// 您看到的是第几次修订（`issue show --json` 的 revision）；稿件已变则不写入 · refuse if it changed since
    #[arg(long, value_name = "R")]
    revision: Option<u32>,
    /// 编辑姓名 · who
    #[arg(long, value_parser = person)]
    by: String,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct History {
    /// 稿号 · id
    id: i64,
    /// 以 JSON 输出 · JSON
    #[arg(long)]
    json: bool,
}

impl Edit {
    pub fn run(self, app: &App) -> Result<(), Failure> {
        let orders = self.orders()?;
        if self.add.is_some() {
            crate::pipeline::process_all(app)?;
        }
        let id = IssueId(self.id);
        let done = edit_issue(app, id, self.revision, &self.by, &orders);
        let (revision, changes) = done.map_err(refused::edit)?;
        if self.json {
            return print_issue_json(app, id, "");
        }
        for change in changes {
            print_text(&format!("{}\n", change.what))?;
        }
        print_text(&format!("第{}号稿件已到第{revision}次修订\n", self.id))?;
        Ok(())
    }

    /// Words first, while the places are those that the editor sees; then what is dropped, moved, added.
    fn orders(&self) -> Result<Vec<EditOrder>, Failure> {
        let mut orders = Vec::new();
        let parts = [
            (Part::Title, &self.title),
            (Part::Summary, &self.summary),
            (Part::Judgement, &self.judgement),
            (Part::Advice, &self.advice),
        ];
        if let Some(entry) = self.entry {
            let worded = parts
                .iter()
                .filter_map(|(part, text)| Some(EditOrder::Reword(entry, *part, (*text).clone()?)));
            orders.extend(worded);
        }
        match (&self.note, self.entry) {
            (Some(text), Some(entry)) => {
                orders.push(EditOrder::Reword(entry, Part::Note, text.clone()));
            }
            (Some(text), None) => orders.push(EditOrder::Note(text.clone())),
            (None, _) => {}
        }
        match (self.moved, self.to) {
            (Some(from), Some(to)) => orders.push(EditOrder::Move(from, to)),
            (None, None) => {}
            _ => {
                return Err(Failure::Usage(
                    "--move 与 --to 要一起写：--move 3 --to 1 把第3条移到第1条".to_owned(),
                ));
            }
        }
        orders.extend(self.drop.map(EditOrder::Drop));
        if let Some(said) = &self.add {
            orders.push(added(said)?);
        }
        if orders.is_empty() {
            return Err(Failure::Usage(
                "没有写要改什么：--entry K 配 --title、--summary、--judgement、--advice、--note，或 --drop K、--add N、--move K --to K"
                    .to_owned(),
            ));
        }
        if self.moved.is_some() && self.drop.is_some() {
            return Err(Failure::Usage(
                "--move 与 --drop 请分两次做，免得条号对不上".to_owned(),
            ));
        }
        Ok(orders)
    }
}

/// `12`, `post:12`, `event:5`.
fn added(said: &str) -> Result<EditOrder, Failure> {
    let wrong = || {
        Failure::Usage(format!(
            "“{said}”应写作信息编号（12）或 event:事件编号（event:5）"
        ))
    };
    if let Some(event) = said.strip_prefix("event:") {
        return Ok(EditOrder::AddEvent(EventId(
            event.parse().map_err(|_| wrong())?,
        )));
    }
    let post = said.strip_prefix("post:").unwrap_or(said);
    Ok(EditOrder::AddPost(PostId(
        post.parse().map_err(|_| wrong())?,
    )))
}

impl History {
    pub fn run(&self, app: &App) -> Result<(), Failure> {
        let id = IssueId(self.id);
        load(app, id)?;
        let steps = app.store.steps_of_issue(id)?;
        let revisions = app.store.revisions_of_issue(id)?;
        if self.json {
            print_json(&json!({"steps": steps, "revisions": revisions}))?;
            return Ok(());
        }
        for (_, line) in lines(&steps, &revisions) {
            print_text(&line)?;
        }
        Ok(())
    }
}

/// 审签 and 修订 together, by time; of one moment in the order in which each was written down.
fn lines(steps: &[StepTaken], revisions: &[Revision]) -> Vec<(Timestamp, String)> {
    let is_draft = |taken: &&StepTaken| taken.step == IssueStep::Drafted;
    let drafted = steps.iter().filter(is_draft).map(step_line);
    let revised = revisions.iter().map(revision_line);
    let later = steps.iter().filter(|taken| !is_draft(taken)).map(step_line);
    let mut lines: Vec<_> = drafted.chain(revised).chain(later).collect();
    // Stable.
    lines.sort_by_key(|(at, _)| *at);
    lines
}

fn step_line(taken: &StepTaken) -> (Timestamp, String) {
    let by = match taken.by.as_str() {
        "" => "系统",
        by => by,
    };
    let note = match taken.note.as_str() {
        "" => String::new(),
        note => format!("：{note}"),
    };
    let at = taken.at.format("%Y-%m-%d %H:%M");
    (
        taken.at,
        format!("{at}  {by}{}{note}\n", taken.step.label()),
    )
}

fn revision_line(made: &Revision) -> (Timestamp, String) {
    let number = match made.revision {
        Some(number) => format!("第{number}次修订"),
        None => "未采纳".to_owned(),
    };
    let at = made.at.format("%Y-%m-%d %H:%M");
    let mut line = format!("{at}  {}{}（{number}）\n", made.by, made.what);
    for (label, words) in [("原：", &made.before), ("改：", &made.after)] {
        if !words.is_empty() {
            line += &format!("    {label}{}\n", words.replace('\n', "\n      "));
        }
    }
    (made.at, line)
}

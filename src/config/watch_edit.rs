//! 专题 added, changed, taken out: one block of `watches.toml`. The whole file is checked before the first byte is written;
//! nothing else in it changes.

use super::append::{Block, free_id, quoted, replace_file, with_blocks};
use super::embedded::ConfigFolder;
use super::watches::{DeclaredWatch, FILE, parse_watches, with_changed, without_watch};
use crate::index::Query;
use crate::model::{AlertPolicy, Problem, Schedule, Watch};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// 专题 as somebody wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchDraft {
    /// 名称.
    pub name: String,
    /// 检索式.
    pub query: String,
    /// 备注.
    pub note: String,
    /// 收件人.
    pub recipients: Vec<String>,
    /// 预警方式; none where nothing is said.
    pub alert: Option<AlertPolicy>,
    /// 汇总的时刻; empty where there is none.
    pub schedule: String,
    /// 已暂停.
    pub is_paused: bool,
}

/// What stands in the file now.
#[derive(Clone, Debug)]
pub struct EditedWatch {
    /// 代号.
    pub id: String,
    /// 名称.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// Every watch in it.
    pub declared: Vec<DeclaredWatch>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WatchMistake {
    /// What was asked for does not do.
    #[error("{0}")]
    Wrong(String),
    /// There is no such watch.
    #[error("没有代号为“{0}”的专题")]
    Unknown(String),
    /// It is not what it was when somebody began to edit.
    #[error("专题“{0}”已被他人改动，请刷新后再改")]
    Changed(String),
    /// There is no folder to write to.
    #[error("程序没有配置目录，专题无处可存；请信息员建立配置目录（--config）后重启程序")]
    NoFolder,
    /// The file has mistakes as it stands.
    #[error("{FILE} 有误，请先改正：{}", said(.0))]
    File(Vec<Problem>),
    /// The disk refuses.
    #[error(transparent)]
    Disk(#[from] anyhow::Error),
}

fn said(problems: &[Problem]) -> String {
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    said.join("；")
}

impl WatchDraft {
    /// A watch as it stands.
    pub fn of(watch: &Watch) -> WatchDraft {
        let schedule = watch.schedule.as_ref().map(Schedule::line);
        WatchDraft {
            name: watch.name.clone(),
            query: watch.query.clone(),
            note: watch.note.clone(),
            recipients: watch.recipients.clone(),
            alert: Some(watch.alert),
            schedule: schedule.unwrap_or_default().to_owned(),
            is_paused: !watch.is_active,
        }
    }

    fn block(&self, id: &str) -> Block {
        let mut keys = vec![("query", quoted(&self.query))];
        if !self.note.is_empty() {
            keys.push(("note", quoted(&self.note)));
        }
        if !self.recipients.is_empty() {
            let recipients: Vec<String> = self.recipients.iter().map(|who| quoted(who)).collect();
            keys.push(("recipients", format!("[{}]", recipients.join(", "))));
        }
        let alert = self.alert.unwrap_or(AlertPolicy::None);
        keys.push(("alert", quoted(alert.code())));
        if !self.schedule.is_empty() {
            keys.push(("schedule", quoted(&self.schedule)));
        }
        if self.is_paused {
            keys.push(("is_active", "false".to_owned()));
        }
        Block {
            table: "watch",
            id: id.to_owned(),
            name: self.name.clone(),
            keys,
        }
    }

    fn check_query(&self) -> Result<(), WatchMistake> {
        match self.query.parse() {
            Ok(Query::All) => Err(WatchMistake::Wrong("检索式不能为空".to_owned())),
            Ok(_) => Ok(()),
            Err(mistake) => Err(WatchMistake::Wrong(mistake.to_string())),
        }
    }
}

/// One at a time reads the file and writes it.
static EDITING: Mutex<()> = Mutex::new(());

/// Adds a watch behind the others, with this id or a free one.
///
/// # Errors
/// The draft does not do, its name or id is taken, the file has mistakes or cannot be written.
pub fn add_watch(
    folder: &Path,
    id: Option<&str>,
    draft: &WatchDraft,
) -> Result<EditedWatch, WatchMistake> {
    let _editing = EDITING.lock().unwrap_or_else(PoisonError::into_inner);
    draft.check_query()?;
    let (before, declared) = read(folder)?;
    check_name(&declared, &draft.name, None)?;
    let id = match id {
        Some(id) => match named(&declared, id) {
            Some(known) => {
                return Err(WatchMistake::Wrong(format!(
                    "代号“{id}”已用于专题“{}”，请另取一个",
                    known.name
                )));
            }
            None => id.to_owned(),
        },
        None => {
            let ids = declared.iter().map(|declared| declared.watch.id.clone());
            free_id("watch", &mut ids.collect::<HashSet<String>>())
        }
    };
    let after = with_blocks(&before, &[draft.block(&id)]);
    write(folder, id, &draft.name, after)
}

/// Changes a watch: `change` sees it as it stands and says how it is to be.
///
/// # Errors
/// As for a new one; there is no such watch; what `change` refuses.
pub fn change_watch(
    folder: &Path,
    id: &str,
    change: impl FnOnce(&Watch) -> Result<WatchDraft, WatchMistake>,
) -> Result<EditedWatch, WatchMistake> {
    let _editing = EDITING.lock().unwrap_or_else(PoisonError::into_inner);
    let (before, declared) = read(folder)?;
    let stands = declared.iter().find(|known| known.watch.id == id);
    let stands = stands.ok_or_else(|| WatchMistake::Unknown(id.to_owned()))?;
    let draft = change(&stands.watch)?;
    draft.check_query()?;
    check_name(&declared, &draft.name, Some(id))?;
    let block = draft.block(id).text();
    // What is wrong with the block is said as for a new one.
    parse(&block)?;
    let after = with_changed(&before, id, &block).ok_or_else(|| by_hand(folder, &stands.watch))?;
    write(folder, id.to_owned(), &draft.name, after)
}

/// Takes a watch out.
///
/// # Errors
/// There is no such watch; the file has mistakes or cannot be written.
pub fn remove_watch(folder: &Path, id: &str) -> Result<EditedWatch, WatchMistake> {
    let _editing = EDITING.lock().unwrap_or_else(PoisonError::into_inner);
    let (before, declared) = read(folder)?;
    let stands = declared.iter().find(|known| known.watch.id == id);
    let stands = stands.ok_or_else(|| WatchMistake::Unknown(id.to_owned()))?;
    let after = without_watch(&before, id).ok_or_else(|| by_hand(folder, &stands.watch))?;
    write(folder, id.to_owned(), &stands.watch.name, after)
}

/// What is wrong with the file as it stands at this moment; nothing where it is right.
pub fn watch_file_problems(folder: &Path) -> Vec<Problem> {
    match read(folder) {
        Err(WatchMistake::File(problems)) => problems,
        _ => Vec::new(),
    }
}

fn by_hand(folder: &Path, watch: &Watch) -> WatchMistake {
    WatchMistake::Wrong(format!(
        "专题“{}”在 {} 中不是单独的一段 [[watch]]，请手工修改",
        watch.name,
        folder.join(FILE).display()
    ))
}

/// The operator's file, else the shipped one.
fn read(folder: &Path) -> Result<(String, Vec<DeclaredWatch>), WatchMistake> {
    let text = ConfigFolder::open(Some(folder))
        .and_then(|folder| folder.text(FILE).map_err(|problem| vec![problem]))
        .map_err(WatchMistake::File)?;
    let declared = parse_watches(&text).map_err(WatchMistake::File)?;
    Ok((text, declared))
}

fn named<'d>(declared: &'d [DeclaredWatch], said: &str) -> Option<&'d Watch> {
    let mut watches = declared.iter().map(|declared| &declared.watch);
    watches.find(|known| known.id == said || known.name == said)
}

fn check_name(
    declared: &[DeclaredWatch],
    name: &str,
    own_id: Option<&str>,
) -> Result<(), WatchMistake> {
    match named(declared, name).filter(|known| Some(known.id.as_str()) != own_id) {
        Some(known) => Err(WatchMistake::Wrong(format!(
            "已有专题“{}”（{}），请换一个名称",
            known.name, known.id
        ))),
        None => Ok(()),
    }
}

/// What stood there was right: a mistake is the draft's.
fn parse(text: &str) -> Result<Vec<DeclaredWatch>, WatchMistake> {
    parse_watches(text).map_err(|problems| {
        let said = problems.into_iter().map(|problem| problem.message);
        WatchMistake::Wrong(said.collect::<Vec<_>>().join("；"))
    })
}

fn write(folder: &Path, id: String, name: &str, text: String) -> Result<EditedWatch, WatchMistake> {
    let declared = parse(&text)?;
    let path = folder.join(FILE);
    replace_file(&path, &text)?;
    Ok(EditedWatch {
        id,
        name: name.to_owned(),
        path,
        text,
        declared,
    })
}

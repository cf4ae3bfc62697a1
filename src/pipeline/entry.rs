//! 补录 — what a person saw on television, heard, cut out or was sent → a post with its attachments, judged at once; files to
//! a case. Files are checked by their content before anything is stored.

use super::{Progress, discovered, process_once};
use crate::app::App;
use crate::evidence::{check_content, without_metadata};
use crate::import::{Field, post_of_form};
use crate::model::{Attachment, AttachmentId, CaseId, NewAttachment, PostId};
use crate::text::mask::mask;
use crate::text::printable::printable;
use crate::text::wording::address;
use anyhow::Result;

/// Bytes of all files handed in at a time.
pub const MAX_UPLOAD_BYTES: usize = 20 * 1024 * 1024;
/// Files handed in at a time.
const MAX_FILES: usize = 20;
/// Characters of a name that are kept; its end tells more than its beginning.
const MAX_NAME_CHARS: usize = 80;
/// Rounds of work before the page answers; what waits beyond is the daemon's.
const ROUNDS: usize = 3;

/// A file as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedFile {
    /// As the browser says.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What came of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The post.
    pub id: PostId,
    /// Not stored before.
    pub is_new: bool,
}

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum EntryRefusal {
    /// What was said or sent does not fit; the sentence says what.
    #[error("{0}")]
    Wrong(String),
    /// The store or the disk refuses.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Stores one post with its files, and judges it.
///
/// # Errors
/// [`EntryRefusal`].
pub fn enter_post(
    app: &App,
    fields: &[(Field, &str)],
    extra: &[(&str, &str)],
    files: &[UploadedFile],
    by: &str,
) -> Result<Entered, EntryRefusal> {
    let now = app.now();
    let mut post = post_of_form(fields, extra, now).map_err(EntryRefusal::Wrong)?;
    let files = stored(app, files, by)?;
    post.has_image |= files.iter().any(|file| file.kind.is_picture());
    let Some(found) = discovered(post) else {
        return Err(EntryRefusal::Wrong("标题和正文都是空的".to_owned()));
    };
    let (id, is_new) = app.store.save_entry(&found, &files, now)?;
    // It is stored: whatever stops the judgement now is no reason to enter it again.
    if let Err(error) = judged(app) {
        tracing::error!("A post entered by hand waits for its judgement: {error:#}");
    }
    Ok(Entered { id, is_new })
}

fn judged(app: &App) -> Result<()> {
    for _ in 0..ROUNDS {
        if process_once(app)? == Progress::default() {
            break;
        }
    }
    Ok(())
}

/// Files to a case; how many.
///
/// # Errors
/// [`EntryRefusal`].
pub fn attach_to_case(
    app: &App,
    id: CaseId,
    files: &[UploadedFile],
    by: &str,
) -> Result<usize, EntryRefusal> {
    if files.is_empty() {
        return Err(EntryRefusal::Wrong("请选择要上传的文件".to_owned()));
    }
    let files = stored(app, files, by)?;
    if !app.store.attach_to_case(id, &files, app.now())? {
        return Err(EntryRefusal::Wrong(format!("没有编号为{}的办理件", id.0)));
    }
    Ok(files.len())
}

/// An attachment with its bytes; `None`: there is none, or its file is gone.
///
/// # Errors
/// The store or the disk refuses.
pub fn read_attachment(app: &App, id: AttachmentId) -> Result<Option<(Attachment, Vec<u8>)>> {
    let Some(attachment) = app.store.attachment(id)? else {
        return Ok(None);
    };
    let bytes = app.attachments.read(&attachment.file.hash)?;
    Ok(bytes.map(|bytes| (attachment, bytes)))
}

/// All are looked at before the first is written.
fn stored(app: &App, files: &[UploadedFile], by: &str) -> Result<Vec<NewAttachment>, EntryRefusal> {
    let wrong = |message: String| Err(EntryRefusal::Wrong(message));
    if files.len() > MAX_FILES {
        return wrong(format!("一次最多上传{MAX_FILES}个文件"));
    }
    let total: usize = files.iter().map(|file| file.bytes.len()).sum();
    if total > MAX_UPLOAD_BYTES {
        let limit = MAX_UPLOAD_BYTES / 1024 / 1024;
        return wrong(format!("附件合计超过{limit}MB，请压缩或分次上传"));
    }
    let mut checked = Vec::new();
    for file in files {
        let name = shown_name(&file.name);
        let kind = check_content(&name, &file.bytes).map_err(EntryRefusal::Wrong)?;
        // Where somebody stood who sent a photograph in is nobody's business here.
        let Some(bytes) = without_metadata(kind, &file.bytes) else {
            return wrong(format!(
                "“{name}”读不到结尾，去不掉其中的拍摄信息，请重新截图或另存后再传"
            ));
        };
        checked.push((name, kind, bytes));
    }
    let mut stored = Vec::new();
    for (name, kind, bytes) in checked {
        stored.push(NewAttachment {
            name,
            kind,
            byte_count: bytes.len() as u64,
            hash: app.attachments.put(&bytes)?,
            by: by.to_owned(),
        });
    }
    Ok(stored)
}

/// The last part of a name, as words that may be shown.
fn shown_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = mask(&address(&printable(last))).replace('\n', " ");
    let shown = shown.trim();
    let skipped = shown.chars().count().saturating_sub(MAX_NAME_CHARS);
    match skipped {
        0 if shown.is_empty() => "未命名".to_owned(),
        0 => shown.to_owned(),
        _ => format!("…{}", shown.chars().skip(skipped).collect::<String>()),
    }
}

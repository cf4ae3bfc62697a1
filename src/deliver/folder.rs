//! 文件夹 — the renditions and their JSON as files of one name. Each is written beside its place and then moved there, so
//! that whoever takes files away never meets half of one; a repetition is the same file. The JSON comes last: where it
//! is, everything is.

use super::message::Attachment;
use super::split::beginning;
use super::{Message, Recipient, SendError};
use crate::text::mistake::of_system;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes of a name, its ending excluded; file systems take 255.
const MAX_NAME_BYTES: usize = 180;

pub async fn save(recipient: &Recipient, message: &Message) -> Result<(), SendError> {
    let folder = PathBuf::from(&recipient.address);
    let name = file_name(&message.plain_key(), &message.title);
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for Attachment {
        name: own, bytes, ..
    } in &message.attachments
    {
        let ending = own.rsplit_once('.').map_or("bin", |(_, ending)| ending);
        files.push((format!("{name}.{ending}"), bytes.clone()));
    }
    if files.is_empty() {
        let text = format!("{}\n\n{}\n", message.title, message.text());
        files.push((format!("{name}.txt"), text.into_bytes()));
    }
    files.push((format!("{name}.json"), message.json.clone()));
    let attempt = message.attempt;
    let saved = tokio::task::spawn_blocking(move || save_all(&folder, &files, attempt)).await;
    saved.unwrap_or_else(|_| Err(SendError::Temporary("写文件的线程意外中止".to_owned())))
}

fn save_all(folder: &Path, files: &[(String, Vec<u8>)], attempt: u32) -> Result<(), SendError> {
    // Not made here: where a share is not mounted, files would go to a place that nobody reads.
    if !folder.is_dir() {
        return Err(SendError::Temporary(format!(
            "没有目录 {}，请建立它，或检查共享盘是否已挂载",
            folder.display()
        )));
    }
    for (name, bytes) in files {
        save_one(folder, name, bytes, attempt).map_err(|error| {
            SendError::Temporary(format!(
                "写不进 {}：{}",
                folder.join(name).display(),
                of_system(&error)
            ))
        })?;
    }
    Ok(())
}

fn save_one(folder: &Path, name: &str, bytes: &[u8], attempt: u32) -> io::Result<()> {
    // A thread that hangs on its share is given up, not ended: the next attempt writes to a place of its own.
    let waiting = folder.join(format!(".{name}.{attempt}.part"));
    let saved =
        write_whole(&waiting, bytes).and_then(|()| std::fs::rename(&waiting, folder.join(name)));
    if let Err(error) = saved {
        // Perhaps it was never there; the error to tell is the first one.
        let _leftover = std::fs::remove_file(&waiting);
        return Err(error);
    }
    // Not every share can do this; the file itself is on the disk.
    let _unknown_to_some_shares = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// `issue-12_人社舆情专报2017年第168期（总第431期）`: the key first, so that no two messages share a name.
fn file_name(key: &str, title: &str) -> String {
    let plain = |text: &str| -> String {
        let marks = |c: char| c.is_control() || c.is_whitespace() || "/\\:*?\"<>|".contains(c);
        text.replace(marks, "-")
    };
    let name = format!("{key}_{}", plain(title));
    beginning(&name, MAX_NAME_BYTES)
        .trim_end_matches(['.', '-', '_'])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{file_name, save_one};

    #[test]
    fn attempts_do_not_write_into_the_same_file() {
        let share = tempfile::TempDir::new().expect("a temporary folder");
        let late = share.path().join(".a.txt.1.part");
        std::fs::write(&late, "半").expect("writes");
        save_one(share.path(), "a.txt", "全文".as_bytes(), 2).expect("writes");
        let read = |name: &str| std::fs::read_to_string(share.path().join(name)).ok();
        assert_eq!(read("a.txt").as_deref(), Some("全文"));
        assert_eq!(read(".a.txt.1.part").as_deref(), Some("半"));
        assert_eq!(read(".a.txt.2.part"), None);
    }

    #[test]
    fn names_are_plain_and_short() {
        assert_eq!(
            file_name("issue-12", "专报2017年第168期（总第431期）"),
            "issue-12_专报2017年第168期（总第431期）"
        );
        let hostile = file_name("alert-1", &format!("../\\a\n<b>{}", "长".repeat(500)));
        assert!(hostile.starts_with("alert-1_..--a--b-长"), "{hostile}");
        assert!(hostile.len() <= 180);
        assert_eq!(file_name("case-1", ""), "case-1");
    }
}

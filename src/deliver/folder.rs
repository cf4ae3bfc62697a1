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
    let saved = tokio::task::spawn_blocking(move || save_all(&folder, &files)).await;
    saved.unwrap_or_else(|_| Err(SendError::Temporary("写文件的线程意外中止".to_owned())))
}

fn save_all(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), SendError> {
    // Not made here: where a share is not mounted, files would go to a place that nobody reads.
    if !folder.is_dir() {
        return Err(SendError::Temporary(format!(
            "没有目录 {}，请建立它，或检查共享盘是否已挂载",
            folder.display()
        )));
    }
    for (name, bytes) in files {
        save_one(folder, name, bytes).map_err(|error| {
            SendError::Temporary(format!(
                "写不进 {}：{}",
                folder.join(name).display(),
                of_system(&error)
            ))
        })?;
    }
    Ok(())
}

fn save_one(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let waiting = folder.join(format!(".{name}.part"));
    let mut file = File::create(&waiting)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&waiting, folder.join(name))?;
    // Not every share can do this; the file itself is on the disk.
    let _unknown_to_some_shares = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
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
    use super::file_name;

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

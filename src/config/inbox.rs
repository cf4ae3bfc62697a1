//! Where the inbox may lie: whatever lies in it is imported and moved away, so never where the program keeps files of
//! its own.

use super::settings::FILE;
use super::{Config, ConfigFolder};
use crate::model::Problem;
use std::path::{Component, Path, PathBuf};
use toml::de::DeTable;

/// The setting.
const KEY: &str = "import.inbox";

/// Folders below the data folder whose files are the program's.
const OF_DATA: [&str; 2] = ["index", "evidence"];

/// Folders below the configuration folder whose files are read.
const OF_CONFIG: [&str; 3] = ["sites", "imports", "lexicon"];

impl Config {
    /// Is the inbox a folder that holds nothing but what people put there? `data` is the data folder; neither has to
    /// exist yet.
    ///
    /// # Errors
    /// It is, or holds, the data or configuration folder, or lies where the program keeps files.
    pub fn check_inbox(&self, data: &Path) -> Result<(), Problem> {
        let written = &self.settings.import.inbox;
        match fault(written, data, self.folder.as_deref()) {
            None => Ok(()),
            Some(fault) => Err(self.inbox_problem(format!(
                "收件目录“{}”{fault}，程序会把里面的文件当作来件移走；请另写一个专用目录，例如 \"inbox\"（在数据目录内）或 \"../inbox\"",
                written.display()
            ))),
        }
    }

    /// Names the file and line if the operator's file says it, else the variable that does.
    fn inbox_problem(&self, message: String) -> Problem {
        let (file, line, key) = match self.line_of_inbox() {
            Some(line) => (FILE.to_owned(), line, KEY.to_owned()),
            None if std::env::var_os("YUQING__IMPORT__INBOX").is_some() => {
                ("环境变量".to_owned(), 0, "YUQING__IMPORT__INBOX".to_owned())
            }
            None => (FILE.to_owned(), 0, KEY.to_owned()),
        };
        Problem {
            file,
            line,
            key,
            message,
        }
    }

    fn line_of_inbox(&self) -> Option<usize> {
        let folder = ConfigFolder::open(Some(self.folder.as_deref()?)).ok()?;
        let text = folder.text(FILE).ok()?;
        let table = DeTable::parse(&text).ok()?;
        let inbox = table.get_ref().get("import")?.get_ref().get("inbox")?;
        let is_meant =
            inbox.get_ref().as_str().map(Path::new) == Some(&*self.settings.import.inbox);
        is_meant.then(|| super::place::line_of(&text, inbox.span().start))
    }
}

/// What is wrong with an inbox, as the rest of a sentence.
fn fault(inbox: &Path, data: &Path, config: Option<&Path>) -> Option<&'static str> {
    if inbox.as_os_str().to_string_lossy().trim().is_empty() {
        return Some("是空的，等于数据目录本身");
    }
    let data = resolved(data);
    let inbox = resolved(&data.join(inbox));
    if data == inbox {
        return Some("就是数据目录");
    }
    if data.starts_with(&inbox) {
        return Some("包含数据目录");
    }
    if OF_DATA.iter().any(|own| inbox.starts_with(data.join(own))) {
        return Some("是程序自己存放数据的地方");
    }
    let config = resolved(config?);
    if config.starts_with(&inbox) {
        return Some("是配置目录，或包含配置目录");
    }
    let is_read = OF_CONFIG
        .iter()
        .any(|own| inbox.starts_with(config.join(own)));
    is_read.then_some("在配置目录内")
}

/// The path from the root, without `.` and `..`; links are followed as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for component in whole.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(resolved.pop()),
            other => {
                resolved.push(other);
                if let Ok(followed) = resolved.canonicalize() {
                    resolved = followed;
                }
            }
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::fault;
    use std::path::Path;
    use tempfile::TempDir;

    fn is_refused(desk: &TempDir, inbox: impl AsRef<Path>) -> bool {
        let (data, config) = (desk.path().join("data"), desk.path().join("config"));
        fault(inbox.as_ref(), &data, Some(&config)).is_some()
    }

    #[test]
    fn an_inbox_is_never_where_the_program_keeps_files() {
        let desk = TempDir::new().expect("a folder");
        for exists in [false, true] {
            if exists {
                std::fs::create_dir_all(desk.path().join("data/inbox")).expect("writes");
            }
            for wrong in [
                "",
                " ",
                ".",
                "./",
                "..",
                "../..",
                "/",
                "inbox/..",
                "../data",
                "../x/../data/.",
                "../config",
                "../config/sites",
                "index",
                "evidence/2017",
                "../data/inbox/../../data",
            ] {
                assert!(is_refused(&desk, wrong), "“{wrong}” {exists}");
            }
            for absolute in ["", "data", "data/.", "config", "other/../data"] {
                assert!(is_refused(&desk, desk.path().join(absolute)), "{absolute}");
            }
            for right in [
                "inbox",
                "in/box",
                "../inbox",
                "/srv/share/inbox",
                "../data2",
                "索引",
            ] {
                assert!(!is_refused(&desk, right), "“{right}” {exists}");
            }
        }
    }

    #[test]
    fn configuration_and_data_may_share_a_folder() {
        let desk = TempDir::new().expect("a folder");
        let data = desk.path().join("data");
        let config = Some(desk.path());
        assert_eq!(fault(Path::new("inbox"), &data, config), None);
        assert_eq!(fault(Path::new("../inbox"), &data, config), None);
        assert!(fault(Path::new("../imports"), &data, config).is_some());
        assert_eq!(fault(Path::new("inbox"), desk.path(), config), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let desk = TempDir::new().expect("a folder");
        std::fs::create_dir_all(desk.path().join("data")).expect("writes");
        std::fs::create_dir_all(desk.path().join("share")).expect("writes");
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(desk.path().join(to), desk.path().join(name))
                .expect("links");
        };
        link("data", "entrance");
        link("share", "data/inbox");
        assert!(is_refused(&desk, "../entrance"));
        assert!(is_refused(&desk, desk.path().join("entrance/index")));
        assert!(!is_refused(&desk, "inbox"));
    }
}

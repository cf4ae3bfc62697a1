//! Where a configuration file comes from: the operator's folder, else the copy inside the program.

use crate::model::Problem;
use crate::text::mistake::of_system;
use include_dir::{Dir, include_dir};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// `config/` as shipped.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config");

/// 配置目录.
#[derive(Clone, Debug)]
pub struct ConfigFolder {
    /// `None`: only what is inside the program.
    path: Option<PathBuf>,
    /// A file as it might become: its name and text.
    instead: Option<(String, String)>,
}

impl ConfigFolder {
    /// The folder `path`; `None` and a missing default folder mean the shipped configuration.
    ///
    /// # Errors
    /// A path was given and is no folder.
    pub fn open(path: Option<&Path>) -> Result<Self, Vec<Problem>> {
        match path {
            Some(path) if !path.is_dir() => Err(vec![Problem {
                file: path.display().to_string(),
                line: 0,
                key: "--config".to_owned(),
                message:
                    "这不是一个目录；--config 应指向配置所在的目录，不写则使用程序自带的默认配置"
                        .to_owned(),
            }]),
            path => Ok(ConfigFolder {
                path: path.map(Path::to_owned),
                instead: None,
            }),
        }
    }

    /// The shipped configuration.
    pub fn shipped() -> Self {
        ConfigFolder {
            path: None,
            instead: None,
        }
    }

    /// The same folder, with one file as it might become.
    pub fn with_file(mut self, file: &str, text: &str) -> Self {
        self.instead = Some((file.to_owned(), text.to_owned()));
        self
    }

    /// The operator's folder, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Text of one file.
    ///
    /// # Errors
    /// The operator's file is there but cannot be read.
    pub fn text(&self, file: &str) -> Result<String, Problem> {
        if let Some((name, text)) = &self.instead
            && name == file
        {
            return Ok(text.clone());
        }
        if let Some(path) = self.own(file) {
            return std::fs::read_to_string(&path).map_err(|error| unreadable(file, &error));
        }
        Ok(shipped_text(file).unwrap_or_default().to_owned())
    }

    /// Names (`sites/x.toml`) and texts of the files with this extension below a sub-folder, in the order of their
    /// names. An operator's sub-folder replaces the shipped one as a whole, so that a rule can be taken away.
    ///
    /// # Errors
    /// The operator's sub-folder or a file in it cannot be read.
    pub fn files_below(
        &self,
        folder: &str,
        extension: &str,
    ) -> Result<Vec<(String, String)>, Problem> {
        let files = self.bytes_below(folder, extension)?.into_iter();
        let as_text = |(file, bytes): (String, Vec<u8>)| match String::from_utf8(bytes) {
            Ok(text) => Ok((file, text)),
            Err(_) => Err(unreadable(&file, &ErrorKind::InvalidData.into())),
        };
        files.map(as_text).collect()
    }

    /// As `files_below`, for files that hold no text.
    ///
    /// # Errors
    /// The operator's sub-folder or a file in it cannot be read.
    pub fn bytes_below(
        &self,
        folder: &str,
        extension: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, Problem> {
        let mut found = self.files_in(folder, extension)?;
        if let Some((name, text)) = &self.instead
            && let Some((_, bytes)) = found.iter_mut().find(|(known, _)| known == name)
        {
            *bytes = text.clone().into_bytes();
        }
        Ok(found)
    }

    fn files_in(&self, folder: &str, extension: &str) -> Result<Vec<(String, Vec<u8>)>, Problem> {
        let Some(own) = self.own(folder) else {
            return Ok(shipped_files_below(folder, extension));
        };
        let entries = std::fs::read_dir(&own).map_err(|error| unreadable(folder, &error))?;
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unreadable(folder, &error))?.path();
            if path.extension().is_none_or(|found| found != extension) {
                continue;
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let file = format!("{folder}/{name}");
            let bytes = std::fs::read(&path).map_err(|error| unreadable(&file, &error))?;
            found.push((file, bytes));
        }
        found.sort();
        Ok(found)
    }

    /// As `bytes_below`, but a shipped file stands where the operator has none of its name.
    ///
    /// # Errors
    /// The operator's sub-folder or a file in it cannot be read.
    pub fn bytes_over_shipped(
        &self,
        folder: &str,
        extension: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, Problem> {
        let mut files = self.bytes_below(folder, extension)?;
        for (file, bytes) in shipped_files_below(folder, extension) {
            if files.iter().all(|(own, _)| *own != file) {
                files.push((file, bytes));
            }
        }
        files.sort();
        Ok(files)
    }

    /// Files of ours that the operator has in its folder, at the top or in a sub-folder of ours.
    pub fn own_files(&self) -> Vec<String> {
        let files = |folder: &'static Dir<'static>| folder.files().map(|file| file.path());
        let below = SHIPPED.dirs().flat_map(files);
        let known = files(&SHIPPED).chain(below);
        let names = known.map(|path| path.to_string_lossy().into_owned());
        let mut own: Vec<String> = names.filter(|name| self.own(name).is_some()).collect();
        own.sort();
        own
    }

    fn own(&self, name: &str) -> Option<PathBuf> {
        let path = self.path.as_ref()?.join(name);
        path.exists().then_some(path)
    }
}

fn shipped_text(file: &str) -> Option<&'static str> {
    SHIPPED.get_file(file)?.contents_utf8()
}

fn shipped_files_below(folder: &str, extension: &str) -> Vec<(String, Vec<u8>)> {
    let files = SHIPPED
        .get_dir(folder)
        .map(Dir::files)
        .into_iter()
        .flatten();
    let mut found: Vec<(String, Vec<u8>)> = files
        .filter(|file| {
            file.path()
                .extension()
                .is_some_and(|found| found == extension)
        })
        .map(|file| {
            let name = file.path().to_string_lossy().into_owned();
            (name, file.contents().to_vec())
        })
        .collect();
    found.sort();
    found
}

fn unreadable(file: &str, error: &std::io::Error) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 0,
        key: String::new(),
        message: match error.kind() {
            ErrorKind::InvalidData => {
                "不是 UTF-8 编码的文本，请用记事本“另存为”时把编码选为 UTF-8".to_owned()
            }
            ErrorKind::PermissionDenied => "没有读取这个文件的权限".to_owned(),
            _ => format!("读不出这个文件：{}", of_system(error)),
        },
    }
}

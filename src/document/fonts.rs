//! 字体 — font files of this machine: the operator's folder, then the system's. The only file that names typst-kit.
//! Looked for once, on first use: a PDF and the picture of a chart need files, all other formats only name fonts.

use anyhow::{Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use typst_kit::fonts::{FontStore, scan, system};

/// What an office has that bought the fonts of GB/T 9704, then what is free.
const TITLE: &[&str] = &[
    "方正小标宋简体",
    "FZXiaoBiaoSong-B05S",
    "FZXiaoBiaoSong-B05",
    "方正小标宋_GBK",
    "华文中宋",
    "STZhongsong",
];
const FANG_SONG: &[&str] = &[
    "仿宋_GB2312",
    "FangSong_GB2312",
    "仿宋",
    "FangSong",
    "华文仿宋",
    "STFangsong",
    "方正仿宋_GBK",
    "FZFangSong-Z02",
];
const KAI: &[&str] = &[
    "楷体_GB2312",
    "KaiTi_GB2312",
    "楷体",
    "KaiTi",
    "华文楷体",
    "STKaiti",
    "AR PL UKai CN",
    "LXGW WenKai",
];
const HEI: &[&str] = &[
    "黑体",
    "SimHei",
    "华文黑体",
    "STHeiti",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
];
const SONG: &[&str] = &[
    "宋体",
    "SimSun",
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "AR PL SungtiL GB",
    "AR PL UMing CN",
];

/// A font that has these writes our issues.
const PROBE: &str = "郑州市人力资源社会保障局舆情";

/// 字体 of this machine.
pub struct Fonts {
    folder: Option<PathBuf>,
    found: OnceLock<Found>,
}

/// What was found.
pub(crate) struct Found {
    /// All files, by number.
    pub(crate) store: FontStore,
    /// Families of each role, best first; none where no file has Chinese characters.
    pub(crate) families: Option<Families>,
}

/// 字体 by what they are for; each list names only what is there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Families {
    pub(crate) title: Vec<String>,
    pub(crate) fang_song: Vec<String>,
    pub(crate) kai: Vec<String>,
    pub(crate) hei: Vec<String>,
    pub(crate) song: Vec<String>,
}

impl Fonts {
    /// Fonts of `folder` first, then those of the system. Nothing is read yet.
    pub fn with_folder(folder: Option<&Path>) -> Fonts {
        Fonts {
            folder: folder.map(Path::to_owned),
            found: OnceLock::new(),
        }
    }

    /// Fails, saying what to do, where no Chinese font is found.
    ///
    /// # Errors
    /// The folder is none, or neither it nor the system has a Chinese font.
    pub fn check(&self) -> Result<()> {
        self.families().map(|_| ())
    }

    /// What each role is written with.
    pub(crate) fn families(&self) -> Result<&Families> {
        if let Some(folder) = &self.folder {
            ensure!(
                folder.is_dir(),
                "yuqing.toml 中 [document] font_folder 指定的字体目录 {} 不存在，请建立该目录并放入字体文件，或改为空",
                folder.display()
            );
        }
        let Some(families) = &self.found().families else {
            let place = match &self.folder {
                Some(folder) => format!("放入 {}", folder.display()),
                None => "放进一个目录并写入 yuqing.toml 的 [document] font_folder".to_owned(),
            };
            bail!(
                "本机没有中文字体，不能生成 PDF；请安装字体（Debian、Ubuntu：apt install fonts-noto-cjk，\
                 或较小的 fonts-wqy-microhei），或把字体文件（.ttf、.otf、.ttc）{place}"
            );
        };
        Ok(families)
    }

    pub(crate) fn found(&self) -> &Found {
        self.found
            .get_or_init(|| Found::look(self.folder.as_deref()))
    }
}

impl Found {
    fn look(folder: Option<&Path>) -> Found {
        let mut store = FontStore::new();
        if let Some(folder) = folder {
            store.extend(scan(folder));
        }
        store.extend(system());
        let families = Families::among(&store);
        Found { store, families }
    }
}

impl Families {
    /// Families that have Chinese characters, in the order of the roles' wishes.
    fn among(store: &FontStore) -> Option<Families> {
        let book = store.book();
        let writes_chinese = |index: usize| {
            book.info(index)
                .is_some_and(|info| PROBE.chars().all(|c| info.coverage.contains(c.into())))
        };
        // In the order of the files: those of the operator's folder come first.
        let mut chinese: Vec<(usize, String)> = Vec::new();
        for (name, _) in book.families() {
            let first = book
                .select_family(&name.to_lowercase())
                .find(|index| writes_chinese(*index));
            chinese.extend(first.map(|index| (index, name.to_owned())));
        }
        chinese.sort();
        if chinese.is_empty() {
            return None;
        }
        let role = |wishes: &[&[&str]]| {
            let mut names: Vec<String> = Vec::new();
            for wish in wishes.concat() {
                let there = chinese
                    .iter()
                    .find(|(_, name)| name.eq_ignore_ascii_case(wish));
                names.extend(there.map(|(_, name)| name.clone()));
            }
            names.extend(chinese.iter().map(|(_, name)| name.clone()));
            let mut seen = std::collections::HashSet::new();
            names.retain(|name| seen.insert(name.clone()));
            names.truncate(4);
            names
        };
        Some(Families {
            title: role(&[TITLE, SONG, HEI]),
            fang_song: role(&[FANG_SONG, SONG, HEI]),
            kai: role(&[KAI, FANG_SONG, SONG, HEI]),
            hei: role(&[HEI]),
            song: role(&[SONG, FANG_SONG, HEI]),
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Families, Fonts, Found};
    use std::path::Path;
    use std::sync::OnceLock;
    use typst_kit::fonts::FontStore;

    /// A machine without fonts.
    pub fn none() -> Fonts {
        let store = FontStore::new();
        let families = Families::among(&store);
        Fonts {
            folder: None,
            found: OnceLock::from(Found { store, families }),
        }
    }

    #[test]
    fn a_machine_without_chinese_fonts_says_what_to_install() {
        let told = none().check().expect_err("no font").to_string();
        for word in ["fonts-noto-cjk", "fonts-wqy-microhei", "font_folder"] {
            assert!(told.contains(word), "{told}");
        }
    }

    #[test]
    fn a_font_folder_that_is_not_there_is_named() {
        let fonts = Fonts::with_folder(Some(Path::new("/nowhere/fonts")));
        let told = fonts.check().expect_err("no folder").to_string();
        assert!(told.contains("/nowhere/fonts"), "{told}");
    }
}

//! Reads every file under `src/` and compares it with the tables below: who may use whom, which crate belongs to whom.
//! Tests inside `src/` may use more (a fixture is read with `toml`), so only what is shipped is compared.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folder or file below `src/` → modules of the crate it may name. The longest path that fits decides; a module may
/// always name itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("text", &["model"]),
    ("source", &["model", "text"]),
    ("fetch", &["model", "text"]),
    ("extract", &["model", "text"]),
    ("import", &["model", "text"]),
    ("analyze", &["model", "text"]),
    ("train", &["model", "text"]),
    ("eval", &["model", "text", "analyze", "train"]),
    ("store", &["model"]),
    ("evidence", &["model"]),
    ("access", &["model"]),
    ("index", &["model", "text"]),
    ("watch", &["model", "text", "index"]),
    ("cluster", &["model", "text", "store", "index"]),
    ("document", &["model", "text"]),
    ("digest", &["model", "text", "store", "index", "document"]),
    (
        "digest/render",
        &["model", "text", "digest::layout", "document"],
    ),
    ("alert", &["model", "text", "store", "cluster"]),
    ("case", &["model", "text", "store", "document"]),
    ("stats", &["model", "text", "store", "document"]),
    ("deliver", &["model", "text"]),
    (
        "config",
        &[
            "model", "text", "analyze", "cluster", "digest", "evidence", "extract", "fetch",
            "import", "index", "train", "alert", "case", "deliver", "document",
        ],
    ),
    (
        "app",
        &[
            "model", "text", "config", "source", "fetch", "extract", "analyze", "store",
            "evidence", "index", "cluster", "watch", "alert", "case", "deliver", "stats",
            "document", "access",
        ],
    ),
    (
        "pipeline",
        &[
            "model", "text", "source", "fetch", "extract", "import", "analyze", "store",
            "evidence", "index", "cluster", "digest", "config", "app", "alert", "case", "deliver",
            "stats", "document",
        ],
    ),
    (
        "report",
        &[
            "model", "text", "store", "cluster", "case", "digest", "app", "pipeline",
        ],
    ),
    (
        "web",
        &[
            "report", "model", "text", "source", "app", "store", "index", "digest", "document",
            "stats", "pipeline", "config", "cluster", "case", "alert", "deliver", "access",
            "import", "extract", "analyze",
        ],
    ),
    ("demo", &["model"]),
    ("daemon", EVERYTHING),
    ("cli", EVERYTHING),
    ("main", EVERYTHING),
    ("lib", &[]),
];

const EVERYTHING: &[&str] = &[
    "model", "text", "source", "fetch", "extract", "import", "analyze", "store", "evidence",
    "index", "cluster", "digest", "config", "app", "pipeline", "web", "demo", "daemon", "cli",
    "train", "eval", "watch", "report", "alert", "case", "deliver", "stats", "document", "access",
];

/// Crate → folders or files below `src/` that may name it.
const OWNERS: &[(&str, &[&str])] = &[
    ("reqwest", &["fetch", "deliver/http"]),
    ("rustls", &["fetch", "deliver/http"]),
    ("lettre", &["deliver/email"]),
    ("hmac", &["deliver/robot", "deliver/webhook"]),
    ("base64", &["deliver/robot"]),
    ("hyper", &["fetch/transport"]),
    ("brotli_decompressor", &["fetch/body"]),
    ("zstd", &["fetch/body", "store"]),
    ("flate2", &["fetch/body", "extract/sitemap", "evidence"]),
    (
        "sha2",
        &[
            "evidence",
            "deliver/robot",
            "deliver/webhook",
            "store/issue_seals",
            "store/audit",
            "access/secret",
            "stats/seal",
            "app/backup",
        ],
    ),
    ("futures_util", &["pipeline", "web/table"]),
    ("scraper", &["extract"]),
    ("feed_rs", &["extract"]),
    ("quick_xml", &["extract/sitemap", "import/opml"]),
    ("serde_json_path", &["extract"]),
    // Spreadsheets and the demo's news site write GB18030.
    ("encoding_rs", &["extract", "import", "demo"]),
    ("memchr", &["extract"]),
    ("csv", &["import", "app/table", "app/audit"]),
    ("rust_xlsxwriter", &["app/table", "stats/book"]),
    ("pinyin", &["text/synonyms"]),
    (
        "unicode_width",
        &["cli", "document/text", "document/chart/words"],
    ),
    ("calamine", &["import/sheet"]),
    ("zip", &["import/guard", "app/backup", "app/restore"]),
    ("rustix", &["app/machine"]),
    ("jieba_rs", &["text/segment"]),
    ("ferrous_opencc", &["text/normalize"]),
    ("unicode_normalization", &["text/normalize"]),
    ("daachorse", &["analyze", "watch"]),
    ("rusqlite", &["store"]),
    ("tantivy", &["index"]),
    ("argon2", &["access/password"]),
    ("totp_rs", &["access/totp"]),
    ("qrcode", &["access/picture"]),
    ("getrandom", &["access"]),
    ("tower_http", &["web"]),
    // A description of what others read, as serde is.
    ("utoipa", &["web", "report", "app", "model/coded"]),
    ("docx_rs", &["document/docx"]),
    ("typst", &["document/typeset", "document/pdf"]),
    ("typst_layout", &["document/typeset"]),
    ("typst_kit", &["document/fonts"]),
    ("typst_pdf", &["document/pdf"]),
    ("typst_render", &["document/picture"]),
    ("axum", &["web", "demo"]),
    ("askama", &["web", "demo"]),
    ("cron", &["model/schedule"]),
    // Rules and samples inside the program are TOML too; `check` prints the effective settings.
    (
        "toml",
        &["config", "extract", "import", "demo", "cli/check"],
    ),
    ("include_dir", &["config"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("tracing_subscriber", &["cli"]),
    ("sd_notify", &["daemon"]),
    (
        "tokio",
        &[
            "fetch", "app", "pipeline", "web", "daemon", "cli", "deliver",
        ],
    ),
    ("tokio_util", &["web", "daemon", "cli"]),
];

/// Words that say "somebody must look here again", and the shortcut that hides why a value is there.
const UNFINISHED: &[&str] = &[".unwrap()", "todo!(", "unimplemented!(", "dbg!("];

const NAMELESS_FOLDERS: &[&str] = &["util", "utils", "common", "helpers", "types", "misc"];

const MAX_LINES: usize = 600;

/// One file of `src/`.
struct Source {
    /// Below `src/`, without extension: `fetch/guard`; `fetch/mod` is `fetch`.
    name: String,
    is_test: bool,
    text: String,
}

impl Source {
    /// What is shipped: no comments, nothing from `#[cfg(test)]` on (tests come last in a file).
    fn shipped(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod tests").next();
        let lines = code.unwrap_or_default().lines();
        let code: Vec<&str> = lines
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        code.join("\n")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 100, "the sources are where they were");
    let read = |path: &PathBuf| Source::read(&root, path);
    files.iter().map(read).collect()
}

impl Source {
    fn read(root: &Path, path: &Path) -> Source {
        let below = path.strip_prefix(root).expect("found below the root");
        let name = below.with_extension("").to_string_lossy().into_owned();
        let is_test = name
            .split('/')
            .any(|part| matches!(part, "tests" | "fixture" | "fixtures"));
        Source {
            name: name.trim_end_matches("/mod").to_owned(),
            is_test,
            text: fs::read_to_string(path).expect("sources are UTF-8"),
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// `name` is `place` or lies below it.
fn is_in(name: &str, place: &str) -> bool {
    name.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Paths after `crate::`, two segments deep: `model`, `digest::layout`. Braces are opened.
fn crate_paths(code: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let list = &list[..list.find(';').unwrap_or(list.len())];
            paths.extend(top_level_names(list));
        } else {
            let mut segments = rest.split("::").map(leading_name);
            let first = segments.next().unwrap_or_default();
            let second = segments
                .next()
                .filter(|_| rest[first.len()..].starts_with("::"));
            paths.insert(match second {
                Some(second) => format!("{first}::{second}"),
                None => first,
            });
        }
    }
    paths
}

fn leading_name(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Names outside inner braces of `a, b::{c, d}, e}`.
fn top_level_names(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = vec![String::new()];
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(String::new()),
            _ if depth == 0 => names.last_mut().expect("never empty").push(character),
            _ => {}
        }
    }
    names.iter().map(|name| leading_name(name.trim())).collect()
}

/// Does `code` name the crate: `reqwest::…` that is not the tail of a longer path, or `use reqwest;`?
fn names_crate(code: &str, name: &str) -> bool {
    let path = format!("{name}::");
    let begins_here = |at: usize| {
        let before = code[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | ':' | '.'))
    };
    code.match_indices(&path).any(|(at, _)| begins_here(at))
        || code.contains(&format!("use {name};"))
        || code.contains(&format!("use {name} as "))
}

#[test]
fn modules_use_only_what_lies_above_them() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test) {
        let rule = MAY_USE
            .iter()
            .filter(|(place, _)| is_in(&source.name, place))
            .max_by_key(|(place, _)| place.len());
        let Some((place, allowed)) = rule else {
            wrong.push(format!("src/{}.rs is in no row of the table", source.name));
            continue;
        };
        let own = place.replace('/', "::");
        for path in crate_paths(&source.shipped()) {
            let top = path.split("::").next().unwrap_or_default();
            let is_allowed = path == own
                || path.starts_with(&format!("{own}::"))
                || allowed.contains(&top)
                || allowed.contains(&path.as_str());
            if !is_allowed {
                wrong.push(format!("src/{}.rs uses crate::{path}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `super::` from a module's root file is `crate::` in disguise.
#[test]
fn no_module_reaches_out_through_super() {
    let reaches_out = |source: &&Source| {
        let depth = source.name.split('/').count();
        let up = "super::".repeat(depth);
        !source.is_test && source.name != "lib" && source.shipped().contains(&up)
    };
    let wrong: Vec<String> = sources()
        .iter()
        .filter(reaches_out)
        .map(|source| source.name.clone())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn heavy_crates_have_one_owner() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test) {
        let code = source.shipped();
        for (name, owners) in OWNERS {
            let is_owner = owners.iter().any(|place| is_in(&source.name, place));
            if !is_owner && names_crate(&code, name) {
                wrong.push(format!("src/{}.rs names {name}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A table row that no file needs any more would let the next one in unseen.
#[test]
fn every_owner_still_uses_its_crate() {
    let sources = sources();
    let mut idle = Vec::new();
    for (name, owners) in OWNERS {
        for place in *owners {
            let uses = |source: &Source| {
                is_in(&source.name, place) && names_crate(&source.shipped(), name)
            };
            if !sources.iter().any(uses) {
                idle.push(format!("{place} does not name {name}"));
            }
        }
    }
    assert!(idle.is_empty(), "{}", idle.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let has_doc = |source: &Source| source.text.starts_with("//! ");
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|source| !source.is_test && !has_doc(source))
        .map(|source| source.name.clone())
        .collect();
    assert!(wrong.is_empty(), "no //! at the top: {wrong:?}");
}

#[test]
fn nothing_unfinished_is_shipped() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test) {
        for mark in UNFINISHED {
            if source.shipped().contains(mark) {
                wrong.push(format!("src/{}.rs: {mark}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_folders_have_names() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > MAX_LINES {
            wrong.push(format!("src/{}.rs has {lines} lines", source.name));
        }
        for part in source.name.split('/') {
            if NAMELESS_FOLDERS.contains(&part) {
                wrong.push(format!("src/{}: “{part}” names nothing", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_paths_opens_braces() {
    let code = "use crate::{app, digest::{layout}, web};\nlet x = crate::model::Post;";
    let found: Vec<String> = crate_paths(code).into_iter().collect();
    assert_eq!(found, ["app", "digest", "model::Post", "web"]);
}

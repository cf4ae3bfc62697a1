//! 排版 — a Typst template and its data → pages. Templates are ours and fixed; words of posts arrive as JSON strings or
//! files and are never read as markup. No clock, no files, no network; fonts alone come from the machine.

use super::fonts::Fonts;
use anyhow::{Result, anyhow};
use std::collections::HashMap;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;

/// Pages of `template`, which reads `files` by name.
///
/// # Errors
/// The template does not fit its data, which a test would have shown.
pub fn pages(template: &str, files: Vec<(&str, Vec<u8>)>, fonts: &Fonts) -> Result<PagedDocument> {
    let main = file_id("main.typ");
    let desk = Desk {
        fonts,
        main: Source::new(main, template.to_owned()),
        files: (files.into_iter())
            .map(|(name, bytes)| (file_id(name), Bytes::new(bytes)))
            .collect(),
    };
    let compiled = typst::compile::<PagedDocument>(&desk);
    // Typst remembers every compilation until told otherwise.
    typst::comemo::evict(0);
    compiled.output.map_err(|errors| refusal(&errors))
}

/// One error for a chain of them.
pub fn refusal(errors: &[SourceDiagnostic]) -> anyhow::Error {
    let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    anyhow!("typeset: {}", messages.join("; "))
}

fn file_id(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("names of our own files are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Everything a template may see.
struct Desk<'f> {
    fonts: &'f Fonts,
    main: Source,
    files: HashMap<FileId, Bytes>,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        static LIBRARY: LazyLock<LazyHash<Library>> =
            LazyLock::new(|| LazyHash::new(Library::default()));
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.found().store.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        Err(FileError::NotSource)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        (self.files.get(&id).cloned())
            .ok_or_else(|| FileError::NotFound(id.vpath().get_without_slash().into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.found().store.font(index)
    }

    /// The same blocks give the same bytes on any day.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

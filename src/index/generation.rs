//! One index on the disk: opened, written, read. `Index` holds the one that answers and, while it is built, the next.

use super::schema::{self, Fields};
use super::tokenizer;
use crate::model::StoredPost;
use crate::text::segment::Segmenter;
use anyhow::{Context, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::directory::{Directory, MmapDirectory};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyError, Term};

/// An index in a folder of its own.
pub struct Generation {
    pub folder: PathBuf,
    pub fields: Fields,
    pub reader: IndexReader,
    inner: tantivy::Index,
    /// What the file said of the commit that `reader` shows.
    shown: Mutex<Vec<u8>>,
    writer: Mutex<Option<IndexWriter>>,
}

impl Generation {
    /// Opens the index in `folder`, or begins an empty one there.
    ///
    /// # Errors
    /// The folder cannot be written, the index is damaged, or it lacks a field that this program reads.
    pub fn open(folder: PathBuf, segmenter: &Arc<Segmenter>) -> Result<Generation> {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("create index folder {}", folder.display()))?;
        let open = || -> Result<_> {
            let directory = MmapDirectory::open(&folder)?;
            let mut inner = if tantivy::Index::exists(&directory)? {
                tantivy::Index::open(directory)?
            } else {
                tantivy::Index::open_or_create(directory, schema::build())?
            };
            let fields = Fields::of(&inner.schema())?;
            tokenizer::register(inner.tokenizers(), segmenter);
            // The parts of an index are searched side by side.
            inner.set_default_multithread_executor()?;
            let reader = inner
                .reader_builder()
                .reload_policy(ReloadPolicy::Manual)
                .try_into()?;
            Ok((inner, fields, reader))
        };
        let (inner, fields, reader) = open().with_context(|| {
            format!(
                "open index {}; `yuqing reindex` rebuilds it",
                folder.display()
            )
        })?;
        Ok(Generation {
            folder,
            fields,
            reader,
            inner,
            shown: Mutex::default(),
            writer: Mutex::new(None),
        })
    }

    /// The store's revision up to which posts are searchable; 0 for an empty index.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn cursor(&self) -> Result<u64> {
        let payload = self.inner.load_metas()?.payload;
        Ok(payload.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Puts posts in, replaces earlier versions of them; they are searchable and durable after [`Generation::update`] or
    /// [`Generation::settle`]. `false`: another process is writing, nothing was done.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn add(&self, posts: &[StoredPost], power: Power) -> Result<bool> {
        self.with_writer(power, |writer| self.put(writer, posts))
    }

    /// Puts posts in, replaces earlier versions of them, and moves the cursor: searchable and durable on return.
    /// `false`: another process is writing, nothing was done.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn update(&self, posts: &[StoredPost], cursor: u64, power: Power) -> Result<bool> {
        let is_written = self.with_writer(power, |writer| {
            self.put(writer, posts)?;
            commit(writer, cursor)
        })?;
        if is_written {
            self.show_latest()?;
        }
        Ok(is_written)
    }

    /// Lets `reader` show the latest commit, of this process or another: opened anew only where there is a new one.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn show_latest(&self) -> Result<()> {
        let latest = self.inner.directory().atomic_read(Path::new(META_FILE))?;
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown != latest {
            self.reader.reload()?;
            *shown = latest;
        }
        Ok(())
    }

    fn with_writer(
        &self,
        power: Power,
        write: impl FnOnce(&mut IndexWriter) -> Result<()>,
    ) -> Result<bool> {
        let mut slot = self.lock_writer();
        if slot.is_none() {
            *slot = self.open_writer(power)?;
        }
        let Some(writer) = slot.as_mut() else {
            return Ok(false);
        };
        if let Err(error) = write(writer) {
            // A writer that failed once (a full disk) stays broken; the next call begins with a new one.
            *slot = None;
            return Err(error);
        }
        Ok(true)
    }

    fn put(&self, writer: &IndexWriter, posts: &[StoredPost]) -> Result<()> {
        for post in posts {
            writer.delete_term(Term::from_field_u64(
                self.fields.id,
                post.id.0.cast_unsigned(),
            ));
            writer.add_document(self.fields.document(post))?;
        }
        Ok(())
    }

    /// Is this process the one that writes, or could it become so? `false`: another is.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn holds_writer(&self, power: Power) -> Result<bool> {
        self.with_writer(power, |_| Ok(()))
    }

    /// Gives the write lock back to other processes.
    pub fn close_writer(&self) {
        *self.lock_writer() = None;
    }

    /// Makes durable what was added, waits for the writer's merges and closes it.
    ///
    /// # Errors
    /// The disk refuses; a merge failed.
    pub fn settle(&self, cursor: u64) -> Result<()> {
        if let Some(mut writer) = self.lock_writer().take() {
            commit(&mut writer, cursor)?;
            writer.wait_merging_threads()?;
        }
        Ok(())
    }

    fn lock_writer(&self) -> MutexGuard<'_, Option<IndexWriter>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: another process holds the write lock.
    fn open_writer(&self, power: Power) -> Result<Option<IndexWriter>> {
        match self
            .inner
            .writer_with_num_threads(power.threads, power.memory)
        {
            Ok(writer) => Ok(Some(writer)),
            Err(TantivyError::LockFailure(..)) => Ok(None),
            Err(error) => Err(error)
                .with_context(|| format!("open index {} for writing", self.folder.display())),
        }
    }
}

fn commit(writer: &mut IndexWriter, cursor: u64) -> Result<()> {
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&cursor.to_string());
    commit.commit()?;
    Ok(())
}

/// Where tantivy says which files make up the latest commit.
const META_FILE: &str = "meta.json";

/// What a writer may use.
#[derive(Clone, Copy, Debug)]
pub struct Power {
    /// Threads.
    pub threads: usize,
    /// Bytes of all threads together.
    pub memory: usize,
}

/// Removes a generation's folder.
///
/// # Errors
/// The file system refuses.
pub fn remove(folder: &Path) -> Result<()> {
    let removed = match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotADirectory => std::fs::remove_file(folder),
        removed => removed,
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("remove index folder {}", folder.display()))
        }
        _ => Ok(()),
    }
}

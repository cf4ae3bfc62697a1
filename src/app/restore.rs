//! 恢复 — a backup → a data folder. Everything is unpacked beside what stands there and compared with the hashes of the
//! manifest first; only then do the two change places, and what stood there is kept.

use super::FolderLock;
use super::backup::{FOLDER, FORMAT, MANIFEST, Manifest, Part, copy_hashed};
use super::machine::disk_space;
use crate::model::{AuditAction, NewAudit, Timestamp};
use crate::store::Store;
use anyhow::{Context, Result, bail, ensure};
use chrono_tz::Tz;
use serde::Serialize;
use std::fs::{DirBuilder, File};
use std::io::{BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use zip::ZipArchive;

/// Begin of the name of the folder that keeps what stood there before.
pub const REPLACED: &str = "replaced-";
/// Where a backup is unpacked, below the data folder: on the same disk, so that changing places is one step each.
const UNPACKED: &str = "restore.part";
const MAX_MANIFEST_BYTES: u64 = 64 * 1024 * 1024;

/// What is to be restored, and where to.
#[derive(Clone, Copy, Debug)]
pub struct RestoreOrder<'o> {
    /// The backup.
    pub file: &'o Path,
    /// The data folder.
    pub folder: &'o Path,
    /// A new or empty folder for the configuration; without it the configuration stays in the backup.
    pub config: Option<&'o Path>,
    /// What stands in the data folder may be put aside.
    pub is_forced: bool,
    /// 接口密钥 of the backup go on being good; without it they are revoked: one may have been taken back since.
    pub keeps_keys: bool,
    /// Who restores, for the audit.
    pub by: &'o str,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Restored {
    /// When the backup was made.
    pub made_at: Timestamp,
    /// By which version of the program.
    pub program: String,
    /// 单位 of the backup.
    pub bureau: String,
    /// Parts unpacked.
    pub parts: usize,
    /// The folder with what stood there before.
    pub replaced: Option<PathBuf>,
    /// The backup holds a configuration.
    pub has_config: bool,
    /// Messages that the daemon would send at once.
    pub waiting_deliveries: u64,
    /// Sessions of the backup that were ended.
    pub ended_sessions: usize,
    /// 接口密钥 of the backup that were revoked.
    pub revoked_keys: usize,
    /// Those that are good still.
    pub kept_keys: usize,
}

/// Why nothing was restored; nothing was touched.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Something stands where the backup is to go.
    #[error("{0}")]
    Occupied(String),
    /// The file is damaged, or the disk refuses.
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

/// Restores a backup.
///
/// # Errors
/// [`RestoreError`].
pub fn restore(
    order: &RestoreOrder<'_>,
    zone: Tz,
    now: Timestamp,
) -> Result<Restored, RestoreError> {
    let mut archive = open(order.file)?;
    let manifest = manifest(&mut archive)?;
    private_folder(order.folder)
        .with_context(|| format!("不能建立数据目录 {}", order.folder.display()))?;
    let _lock = FolderLock::take(order.folder)?;
    let standing = standing(order.folder)?;
    if !standing.is_empty() && !order.is_forced {
        return Err(RestoreError::Occupied(format!(
            "数据目录 {} 已有数据；请用 --data 指定一个新目录，或加 --force（现有数据移到其中的 {REPLACED}… 目录，不删除）",
            order.folder.display()
        )));
    }
    if let Some(config) = order.config.filter(|config| is_occupied(config)) {
        return Err(RestoreError::Occupied(format!(
            "配置目录 {} 已有文件，请指定一个新目录",
            config.display()
        )));
    }
    let unpacked = order.folder.join(UNPACKED);
    let done = (|| {
        unpack(&mut archive, &manifest, &unpacked, order.folder)?;
        let data = unpacked.join("data");
        let ready = make_ready(&data, &manifest, order, zone, now)?;
        let config = unpacked.join("config");
        let has_config = config.is_dir();
        let replaced = change_places(order.folder, &data, &standing, now)?;
        if let Some(target) = order.config.filter(|_| has_config) {
            copy_folder(&config, target)?;
        }
        Ok(Restored {
            made_at: manifest.made_at,
            program: manifest.program.clone(),
            bureau: manifest.bureau.clone(),
            parts: manifest.parts.len(),
            replaced,
            has_config,
            waiting_deliveries: ready.waiting_deliveries,
            ended_sessions: ready.ended_sessions,
            revoked_keys: ready.revoked_keys,
            kept_keys: ready.kept_keys,
        })
    })();
    // Nothing of value is in it any more, or it is in the backup still.
    let _ = std::fs::remove_dir_all(&unpacked);
    done.map_err(RestoreError::Failed)
}

/// Reads a backup wholly and compares every part with its hash; nothing is written.
///
/// # Errors
/// The file is damaged or not a backup: the message says what.
pub fn check_backup(file: &Path) -> Result<Manifest> {
    let mut archive = open(file)?;
    let manifest = manifest(&mut archive)?;
    for part in &manifest.parts {
        read_part(&mut archive, part, &mut std::io::sink())?;
    }
    Ok(manifest)
}

type Archive = ZipArchive<BufReader<File>>;

fn open(path: &Path) -> Result<Archive> {
    let file = File::open(path).with_context(|| format!("打不开备份 {}", path.display()))?;
    ZipArchive::new(BufReader::new(file))
        .ok()
        .with_context(|| format!("{} 不是备份文件，或已损坏", path.display()))
}

fn manifest(archive: &mut Archive) -> Result<Manifest> {
    let part = archive.by_name(MANIFEST).ok();
    let part = part.context("文件里没有备份清单，不是本程序的备份")?;
    let mut text = Vec::new();
    part.take(MAX_MANIFEST_BYTES)
        .read_to_end(&mut text)
        .context("备份清单已损坏")?;
    let manifest: Manifest = serde_json::from_slice(&text).context("备份清单已损坏")?;
    ensure!(
        manifest.format == FORMAT && manifest.schema <= Store::known_schema(),
        "备份由更新版本的程序（{}）制作，请换用新版本的程序恢复",
        manifest.program
    );
    for part in &manifest.parts {
        ensure!(is_safe(&part.name), "备份清单里的文件名“{}”不对", part.name);
    }
    let has_database = manifest
        .parts
        .iter()
        .any(|part| part.name == "data/yuqing.db");
    ensure!(has_database, "备份里没有数据库");
    Ok(manifest)
}

/// Below `data/` or `config/`, and nowhere else.
fn is_safe(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let first = components.next();
    let is_below = [
        Component::Normal("data".as_ref()),
        Component::Normal("config".as_ref()),
    ]
    .iter()
    .any(|place| first.as_ref() == Some(place));
    is_below
        && !name.contains('\\')
        && name.split('/').count() > 1
        && components.all(|component| matches!(component, Component::Normal(_)))
}

/// What stands in the folder and would give way.
fn standing(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let stays = matches!(
            name.as_str(),
            "yuqing.lock" | "backup.lock" | FOLDER | UNPACKED
        ) || name.starts_with(REPLACED);
        if !stays {
            names.push(name);
        }
    }
    Ok(names)
}

fn is_occupied(folder: &Path) -> bool {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => folder.exists(),
    }
}

fn unpack(archive: &mut Archive, manifest: &Manifest, to: &Path, folder: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to).context("清除上次没有完成的恢复")?;
    }
    let sizes = manifest.parts.iter().map(|part| part.bytes);
    let needed = sizes.fold(0, u64::saturating_add);
    let free = disk_space(folder)?.free_bytes;
    ensure!(
        needed < free,
        "磁盘空间不够：恢复需要{}MB，只剩{}MB",
        needed >> 20,
        free >> 20
    );
    for part in &manifest.parts {
        let path = to.join(&part.name);
        let above = path.parent().context("a part lies in a folder")?;
        private_folder(above)?;
        let mut file = private_file(&path).with_context(|| format!("写不成 {}", path.display()))?;
        read_part(archive, part, &mut file)?;
        file.sync_all()?;
    }
    Ok(())
}

/// What was readable for its owner alone is so again.
fn private_folder(path: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// One part, compared with the manifest.
fn read_part(archive: &mut Archive, part: &Part, to: &mut impl Write) -> Result<()> {
    let damaged = || format!("备份里的 {} 已损坏", part.name);
    let packed = archive.by_name(&part.name).with_context(damaged)?;
    let read = copy_hashed(&mut packed.take(part.bytes.saturating_add(1)), to);
    let (bytes, sha256) = read.with_context(damaged)?;
    if bytes != part.bytes || sha256 != part.sha256 {
        bail!("{}：内容与备份时的散列不符", damaged());
    }
    Ok(())
}

/// What was done to the tables before they are used.
struct Ready {
    waiting_deliveries: u64,
    ended_sessions: usize,
    revoked_keys: usize,
    kept_keys: usize,
}

/// Brings the tables up to this program, looks whether they are sound, shows everybody and every program out, writes down
/// who did it.
fn make_ready(
    folder: &Path,
    manifest: &Manifest,
    order: &RestoreOrder<'_>,
    zone: Tz,
    now: Timestamp,
) -> Result<Ready> {
    let store = Store::open(folder, zone)?;
    let faults = store.faults()?;
    ensure!(
        faults.is_empty(),
        "备份里的数据库已损坏：{}",
        faults.join("；")
    );
    let ended_sessions = store.end_all_sessions()?;
    let revoked_keys = match order.keeps_keys {
        true => 0,
        false => store.revoke_all_api_keys(now)?,
    };
    let kept_keys = store.api_keys_in_use()?;
    let made_at = manifest.made_at.format("%Y-%m-%d %H:%M");
    let line = NewAudit {
        actor: order.by.to_owned(),
        action: AuditAction::Backup,
        subject: "恢复".to_owned(),
        detail: format!(
            "恢复{made_at}的备份，退出{ended_sessions}处登录，作废{revoked_keys}个接口密钥，保留{kept_keys}个"
        ),
        address: String::new(),
    };
    store.add_audit(&line, now)?;
    Ok(Ready {
        waiting_deliveries: store.waiting_deliveries()?,
        ended_sessions,
        revoked_keys,
        kept_keys,
    })
}

fn change_places(
    folder: &Path,
    unpacked: &Path,
    standing: &[String],
    now: Timestamp,
) -> Result<Option<PathBuf>> {
    let replaced = folder.join(format!("{REPLACED}{}", now.format("%Y%m%d-%H%M%S")));
    if !standing.is_empty() {
        private_folder(&replaced)
            .with_context(|| format!("不能建立目录 {}", replaced.display()))?;
    }
    for name in standing {
        std::fs::rename(folder.join(name), replaced.join(name))
            .with_context(|| format!("移不开 {name}"))?;
    }
    for entry in std::fs::read_dir(unpacked)? {
        let entry = entry?;
        std::fs::rename(entry.path(), folder.join(entry.file_name()))?;
    }
    Ok((!standing.is_empty()).then_some(replaced))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    private_folder(to).with_context(|| format!("不能建立目录 {}", to.display()))?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)
                .with_context(|| format!("写不成 {}", target.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn a_part_stays_below_the_folder() {
        for name in [
            "data/yuqing.db",
            "data/evidence/2017-04.warc.gz",
            "config/yuqing.toml",
        ] {
            assert!(is_safe(name), "{name}");
        }
        for name in [
            "",
            "data",
            "/etc/passwd",
            "../x",
            "data/../../x",
            "other/x",
            "data\\..\\x",
            "config/../x",
        ] {
            assert!(!is_safe(name), "{name}");
        }
    }
}

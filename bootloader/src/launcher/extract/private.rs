//! A folder for this process only. It is removed on exit, or swept later if the process was killed.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use freeze_launcher::trust::{self, Folder, Purpose};

use super::place::{self, Work};
use super::{Root, Unusable};
use crate::launcher::locate::Program;
use crate::launcher::os::{self, Access, Lock};

/// The file in such a folder that its owner keeps locked.
pub(super) const LOCK: &str = ".lock";

/// A folder with files but no lock file was left by a killed process, unless it is younger than this.
const GRACE: Duration = Duration::from_secs(60);

/// The folder of this process.
struct Private {
    path: PathBuf,
    /// The process that may remove it.
    owner: AtomicU32,
    /// All processes that use the folder share this lock. Only the last one can lock it exclusively.
    lock: File,
    lock_path: CString,
}

static PRIVATE: OnceLock<Private> = OnceLock::new();

/// Creates such a folder below `base`, with all files in it.
pub(super) fn create(program: &Program, base: &Path, app: &str) -> Result<Root, Unusable> {
    let base = Folder::open(base, Purpose::Parent, trust::rights())?;
    let base = base.path();
    if os::is_noexec(base) {
        return Err(Unusable::Place("it is mounted noexec".into()));
    }
    let prefix = format!("freeze-{app}-");
    sweep(base, &prefix);
    let (path, mut lock) = claim(base, &prefix)?;
    // If the process has capabilities, its folders belong to a user who does not have them.
    if let Err(refusal) = Folder::open(&path, Purpose::Content, trust::rights()) {
        let _ = remove_folder(&path);
        return Err(refusal.into());
    }
    lock.write_all(&program.archive.index_hash())?;
    if let Err(e) = place::files(program.archive, &path, Work::Write) {
        let _ = remove_folder(&path);
        return Err(e);
    }
    Ok(adopt(path, os::dup_to_high_fd(lock)))
}

/// Returns the folder of an ancestor if it runs the same program. Both then see the same paths, and the last
/// one removes the folder.
pub(super) fn join(program: &Program, app: &str) -> Option<Root> {
    let prefix = format!("freeze-{app}-");
    os::files_of_ancestors().into_iter().find_map(|file| {
        let path = file.parent()?;
        let is_named = file.file_name()? == LOCK && is_claimed_name(path.file_name()?.to_str()?, &prefix);
        if !is_named {
            return None;
        }
        let folder = Folder::open(path, Purpose::Content, trust::rights()).ok()?;
        let mut lock = folder.open_file(LOCK).ok()?;
        if !os::lock(&lock, Lock::Shared) || os::is_removed(&lock) {
            return None;
        }
        let mut hash = Vec::new();
        lock.read_to_end(&mut hash).ok()?;
        (hash == program.archive.index_hash()).then(|| adopt(path.to_owned(), os::dup_to_high_fd(lock)))
    })
}

/// Uses a folder that was created by [`create`] as the folder of this process.
pub(crate) fn adopt(path: PathBuf, lock: File) -> Root {
    let lock_path = CString::new(os::path_bytes(&path.join(LOCK))).unwrap_or_default();
    let owner = AtomicU32::new(std::process::id());
    if PRIVATE.set(Private { path: path.clone(), owner, lock, lock_path }).is_ok() {
        os::at_exit(at_exit);
        os::after_fork(after_fork);
    }
    Root { path, on_disk: true, _lock: None, is_private: true }
}

/// Returns the lock of the folder of this process.
pub(super) fn lock() -> Option<&'static File> {
    PRIVATE.get().map(|own| &own.lock)
}

/// Gives a forked child, which also uses the folder, a lock of its own.
extern "C" fn after_fork() {
    if let Some(own) = PRIVATE.get()
        && os::lock_anew(&own.lock, &own.lock_path)
    {
        own.owner.store(std::process::id(), Ordering::Relaxed);
    }
}

/// Removes the folder of this process, unless another process uses it.
pub(crate) fn remove() {
    if let Some(own) = PRIVATE.get()
        && os::REMOVES_WHAT_IS_LOADED
        && own.owner.load(Ordering::Relaxed) == std::process::id()
        && os::lock(&own.lock, Lock::Exclusive)
    {
        let _ = remove_folder(&own.path);
    }
}

/// Removes such a folder, its lock file last: if the process is killed in between, the next sweep removes the
/// rest.
pub(super) fn remove_folder(path: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(path)?.flatten().filter(|e| e.file_name() != LOCK) {
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    match fs::remove_file(path.join(LOCK)) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
        _ => fs::remove_dir(path),
    }
}

extern "C" fn at_exit() {
    remove();
}

/// Creates an empty folder `<base>/<prefix><random>` that [`sweep`] ignores while the lock is held.
pub(super) fn claim(base: &Path, prefix: &str) -> std::io::Result<(PathBuf, File)> {
    let mut tries = 0;
    loop {
        let path = base.join(format!("{prefix}{:016x}", os::random()));
        match os::create_folder(&path, Access::Private) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && tries < 8 => {
                tries += 1;
                continue;
            }
            Err(e) => return Err(e),
        }
        let lock = os::create_file(&path.join(LOCK), Access::Private);
        let lock = match lock {
            Ok(lock) => lock,
            // A sweeper was faster.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && tries < 8 => {
                tries += 1;
                continue;
            }
            Err(e) => {
                let _ = fs::remove_dir(&path);
                return Err(e);
            }
        };
        // A sweeper may have opened the file before it was locked, and then removes the folder.
        if os::lock(&lock, Lock::Shared) && !os::is_removed(&lock) {
            return Ok((path, lock));
        }
        tries += 1;
        if tries > 8 {
            // This file system has no locks, so no other process can sweep there.
            return Ok((path, lock));
        }
        let _ = remove_folder(&path);
    }
}

/// Removes the folders of dead processes: those that no one else can change and whose lock is free.
pub(super) fn sweep(base: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|n| is_claimed_name(n, prefix));
        let Ok(metadata) = entry.metadata() else { continue };
        if !is_ours || !metadata.is_dir() {
            continue;
        }
        let path = entry.path();
        // Links must not redirect the removal.
        if Folder::open(&path, Purpose::Content, trust::rights()).is_err() {
            continue;
        }
        let dead = match os::open_no_link(&path.join(LOCK)) {
            Ok(lock) => os::lock(&lock, Lock::Exclusive).then_some(Some(lock)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                // The process was killed before the first or after the last file. If it is alive, it creates
                // another folder.
                if fs::remove_dir(&path).is_ok() {
                    continue;
                }
                let age = metadata.modified().ok().and_then(|m| SystemTime::now().duration_since(m).ok());
                age.is_some_and(|a| a > GRACE).then_some(None)
            }
            Err(_) => None,
        };
        if let Some(lock) = dead
            && remove_folder(&path).is_err()
        {
            // Some systems keep a folder while a file in it is open. No other process uses this one.
            drop(lock);
            let _ = remove_folder(&path);
        }
    }
}

fn is_claimed_name(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|r| r.len() == 16 && r.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_swept_when_its_owner_is_gone() {
        let base = std::env::temp_dir().join(format!("sweep-test-{:016x}", os::random()));
        fs::create_dir(&base).unwrap();
        let (path, lock) = claim(&base, "t-").unwrap();
        fs::create_dir(base.join("t-else")).unwrap();
        // The remains of a process that was killed before it created a file.
        let bare = base.join("t-0123456789abcdef");
        fs::create_dir(&bare).unwrap();
        sweep(&base, "t-");
        assert!(path.is_dir() && !bare.exists());
        drop(lock);
        // A child that another test is starting may keep the lock a little longer.
        for _ in 0..500 {
            sweep(&base, "t-");
            if !path.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!path.exists());
        assert!(base.join("t-else").is_dir());
        fs::remove_dir_all(&base).unwrap();
    }
}

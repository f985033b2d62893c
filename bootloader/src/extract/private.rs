//! A folder for this process only, removed when it exits, and swept later if it was killed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use super::place::{self, Work};
use super::{Root, Unusable};
use crate::locate::Program;
use crate::os::{self, Access, Lock};

/// File in such a folder that its owner keeps locked.
const LOCK: &str = ".lock";

/// A folder without a lock file is younger than this, or was left by a killed process.
const GRACE: Duration = Duration::from_secs(60);

static PRIVATE: OnceLock<(PathBuf, u32)> = OnceLock::new();

/// Makes such a folder below `base` with all files in it.
pub(super) fn create(program: &Program, base: &Path, app: &str) -> Result<Root, Unusable> {
    let unusable = |e: std::io::Error| Unusable::Place(e.to_string());
    let base = base.canonicalize().map_err(unusable)?;
    if os::is_noexec(&base) {
        return Err(Unusable::Place("it is mounted noexec".into()));
    }
    let prefix = format!("freeze-{app}-");
    sweep(&base, &prefix);
    let (path, lock) = claim(&base, &prefix).map_err(unusable)?;
    if let Err(e) = place::files(program.archive, &path, Work::Write) {
        let _ = fs::remove_dir_all(&path);
        return Err(e);
    }
    if PRIVATE.set((path.clone(), std::process::id())).is_ok() {
        os::at_exit(at_exit);
    }
    Ok(Root { path, on_disk: true, _lock: Some(os::move_up(lock)) })
}

/// Removes the folder of this process, if it has one; a forked child leaves it to its parent.
pub(crate) fn remove() {
    if let Some((path, owner)) = PRIVATE.get()
        && *owner == std::process::id()
    {
        let _ = fs::remove_dir_all(path);
    }
}

extern "C" fn at_exit() {
    remove();
}

/// Makes an empty folder `<base>/<prefix><random>` that [`sweep`] leaves alone while the lock is held.
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
            Err(e) => {
                let _ = fs::remove_dir(&path);
                return Err(e);
            }
        };
        // A sweeper may have seen the file before it was locked: then the folder is its own.
        if os::lock(&lock, Lock::Exclusive) && !os::is_removed(&lock) {
            return Ok((path, lock));
        }
        tries += 1;
        if tries > 8 {
            // No locks on this file system: nobody can sweep there either.
            return Ok((path, lock));
        }
        let _ = fs::remove_dir_all(&path);
    }
}

/// Removes the folders of dead processes: those of this user whose lock nobody holds.
pub(super) fn sweep(base: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|n| is_claimed_name(n, prefix));
        let Ok(metadata) = entry.metadata() else { continue };
        if !is_ours || !metadata.is_dir() || !os::is_own(&metadata) {
            continue;
        }
        let path = entry.path();
        let dead = match os::open_no_link(&path.join(LOCK)) {
            Ok(lock) => os::lock(&lock, Lock::Exclusive).then_some(Some(lock)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let age = metadata.modified().ok().and_then(|m| SystemTime::now().duration_since(m).ok());
                age.is_some_and(|a| a > GRACE).then_some(None)
            }
            Err(_) => None,
        };
        if dead.is_some() {
            let _ = fs::remove_dir_all(&path);
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
        sweep(&base, "t-");
        assert!(path.is_dir());
        drop(lock);
        // A child that another test is starting may hold the lock for a moment longer.
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

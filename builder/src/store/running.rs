//! The builds that currently use the cache, whose values are not removed.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::os::create_private_folders;

/// File systems round times to up to two seconds.
const TICK: Duration = Duration::from_secs(2);

/// A running build: a file that stays locked until the build ends.
#[derive(Debug)]
pub(super) struct Running {
    path: PathBuf,
    started: SystemTime,
    home: PathBuf,
    _lock: File,
}

/// The lock that separates sweeps from builds that store or use values. Each use opens the file again,
/// because threads that share an open file also share its lock.
#[derive(Debug)]
pub(super) struct Gate(#[expect(dead_code, reason = "closing it unlocks")] File);

impl Gate {
    /// Held while a value is stored, or its last use is updated.
    pub(super) fn shared(home: &Path) -> Option<Gate> {
        let file = Gate::open(home)?;
        file.lock_shared().ok()?;
        Some(Gate(file))
    }

    /// Held while values are removed.
    pub(super) fn alone(home: &Path) -> Option<Gate> {
        let file = Gate::open(home)?;
        file.lock().ok()?;
        Some(Gate(file))
    }

    fn open(home: &Path) -> Option<File> {
        File::options().create(true).read(true).append(true).open(home.join("gate")).ok()
    }
}

impl Running {
    /// Registers this build with the cache in `home`. Returns `None` if the cache is not writable.
    pub(super) fn begin(home: &Path) -> Option<Running> {
        let folder = home.join("running");
        create_private_folders(&folder).ok()?;
        // Lock the file before it gets its name: an unlocked file belongs to a killed build.
        let new = tempfile::Builder::new().prefix(".").tempfile_in(&folder).ok()?;
        new.as_file().lock().ok()?;
        let name = new.path().file_name()?.to_str()?.trim_start_matches('.').to_owned();
        let path = folder.join(name);
        let lock = new.persist(&path).ok()?;
        let started = lock.metadata().and_then(|m| m.modified()).ok()?;
        Some(Running { path, started: started.checked_sub(TICK)?, home: home.to_owned(), _lock: lock })
    }

    /// Protects a file, or the folder that it marks, from removal while this build runs. Returns whether it
    /// exists.
    pub(super) fn keep(&self, path: &Path) -> bool {
        let modified = || std::fs::metadata(path).and_then(|m| m.modified());
        match modified() {
            Ok(last) if last >= self.started => true,
            Ok(_) => {
                let _gate = Gate::shared(&self.home);
                super::touch(path);
                modified().is_ok()
            }
            Err(_) => false,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Returns the start of the oldest running build: anything used since then may be in use.
pub(super) fn since(home: &Path) -> SystemTime {
    let mut oldest = SystemTime::now();
    for entry in std::fs::read_dir(home.join("running")).into_iter().flatten().flatten() {
        let Ok(file) = File::options().read(true).append(true).open(entry.path()) else { continue };
        let Ok(began) = file.metadata().and_then(|m| m.modified()) else { continue };
        let is_new = entry.file_name().to_string_lossy().starts_with('.');
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => oldest = oldest.min(began),
            // The file was just created, and is about to be locked and renamed.
            _ if is_new && began.elapsed().is_ok_and(|age| age < Duration::from_secs(60)) => {}
            _ => {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
    oldest.checked_sub(TICK).unwrap_or(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_that_runs_is_known_and_one_that_was_killed_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - Duration::from_secs(3600);
        let running = Running::begin(dir.path()).unwrap();
        let killed = dir.path().join("running/killed");
        File::create(&killed).unwrap().set_modified(old).unwrap();
        let kept = dir.path().join("kept");
        File::create(&kept).unwrap().set_modified(old).unwrap();
        assert!(running.keep(&kept) && !running.keep(&dir.path().join("none")));
        let since = since(dir.path());
        assert!(since <= running.started + TICK && since > old && !killed.exists());
        assert!(std::fs::metadata(&kept).unwrap().modified().unwrap() >= since);
        drop(running);
        assert!(std::fs::read_dir(dir.path().join("running")).unwrap().next().is_none());
    }
}

//! Removes old versions of the application from the cache, at a time when nobody waits for it.
//!
//! Kept are the version that runs, the one used before it, and those that other processes run. The others are removed when the
//! process exits. Only if earlier processes did not get that far, because they were killed, does a thread remove them while the
//! program runs: some system calls (`unshare`, `setns`) fail in a process with several threads.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::private::sweep;
use crate::launcher::os::{self, Lock};

/// Marker of a complete folder. It contains the id of the boot in which the files were last checked. After
/// another boot, they may have been lost in a power failure, because they are written without waiting for the
/// disk.
pub(super) const COMPLETE: &str = ".complete";
/// Prefix of folders that are still being filled.
pub(super) const UNFINISHED: &str = ".tmp-";
/// Number of versions to keep besides the one that runs and those that other processes run.
const KEPT: usize = 1;
/// A version that was not used for this time is not kept.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Time that the program has to start before the thread removes anything.
const START: Duration = Duration::from_secs(3);
const STACK: usize = 256 << 10;

/// The work to be done later.
struct Later {
    /// The folder of the application, with a folder for each version.
    folder: PathBuf,
    /// The version that runs.
    current: PathBuf,
    /// The process that does the work. Forked children do not.
    owner: u32,
    /// Whether the work cannot wait until the process exits.
    is_overdue: bool,
    thread: Mutex<Option<JoinHandle<()>>>,
    stop: AtomicBool,
    done: AtomicBool,
}

static LATER: OnceLock<Later> = OnceLock::new();

/// Plans the removal of old versions, if there are any.
pub(super) fn remove_later(folder: &Path, current: &Path) {
    let old = old_versions(folder, current);
    if old.is_empty() && !has_leftovers(folder) {
        return;
    }
    let later = Later {
        folder: folder.to_owned(),
        current: current.to_owned(),
        owner: std::process::id(),
        // Usually, a new version makes one other version old. If there are more, earlier processes were killed.
        is_overdue: old.len() > KEPT,
        thread: Mutex::new(None),
        stop: AtomicBool::new(false),
        done: AtomicBool::new(false),
    };
    if LATER.set(later).is_ok() {
        os::at_exit(at_exit);
    }
}

/// Removes old versions while the program runs, if earlier processes have not done so when they exited.
pub(crate) fn begin() {
    let Some(later) = LATER.get().filter(|later| later.is_overdue) else { return };
    // Signals must reach the program's own threads.
    let thread = os::without_signals(|| {
        std::thread::Builder::new().stack_size(STACK).spawn(|| {
            std::thread::park_timeout(START);
            later.work();
        })
    });
    if let (Ok(thread), Ok(mut place)) = (thread, later.thread.lock()) {
        *place = Some(thread);
        os::before_fork(end_thread);
    }
}

/// Stops the thread and waits until it ends.
extern "C" fn end_thread() {
    let Some(later) = LATER.get() else { return };
    let thread = later.thread.lock().ok().and_then(|mut place| place.take());
    if let Some(thread) = thread {
        later.stop.store(true, Ordering::Release);
        thread.thread().unpark();
        let _ = thread.join();
        later.stop.store(false, Ordering::Release);
    }
}

extern "C" fn at_exit() {
    if let Some(later) = LATER.get().filter(|later| later.owner == std::process::id()) {
        end_thread();
        later.work();
    }
}

impl Later {
    fn work(&self) {
        let stops = || self.stop.load(Ordering::Acquire);
        if stops() || self.done.load(Ordering::Acquire) {
            return;
        }
        sweep(&self.folder, UNFINISHED);
        for path in old_versions(&self.folder, &self.current) {
            if stops() {
                return;
            }
            remove(&self.folder, &path, stops);
        }
        self.done.store(!stops(), Ordering::Release);
    }
}

/// Removes all versions except those that run, and what killed processes left, to make room.
pub(super) fn remove_all(folder: &Path, current: &Path) {
    sweep(folder, UNFINISHED);
    for (_, path) in versions(folder, current) {
        remove(folder, &path, || false);
    }
}

/// Returns the versions that need not be kept, the oldest first. Some of them may run.
fn old_versions(folder: &Path, current: &Path) -> Vec<PathBuf> {
    let mut versions = versions(folder, current);
    versions.sort_unstable();
    let is_unused = |used: &SystemTime| SystemTime::now().duration_since(*used).is_ok_and(|age| age > UNUSED);
    let kept = versions.iter().rev().take(KEPT).filter(|(used, _)| !is_unused(used)).count();
    versions.truncate(versions.len() - kept);
    versions.into_iter().map(|(_, path)| path).collect()
}

/// Returns the versions other than `current`, with the times of their last use. A version without a marker was not removed
/// completely, and is older than all others.
fn versions(folder: &Path, current: &Path) -> Vec<(SystemTime, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    // Other folders and links are not of this cache, such as those of the builder for an application called `1`.
    let is_version = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_name = name.len() == 32 && name.iter().all(u8::is_ascii_hexdigit);
        is_name && entry.file_type().is_ok_and(|kind| kind.is_dir())
    };
    let others = entries.flatten().filter(is_version);
    others
        .map(|entry| entry.path())
        .filter(|path| path != current)
        .map(|path| {
            let used = fs::symlink_metadata(path.join(COMPLETE)).and_then(|marker| marker.modified());
            (used.unwrap_or(SystemTime::UNIX_EPOCH), path)
        })
        .collect()
}

/// Whether a killed process left an unfinished folder.
fn has_leftovers(folder: &Path) -> bool {
    let is_leftover =
        |entry: fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes());
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_leftover))
}

/// Removes a version that no process runs.
fn remove(folder: &Path, path: &Path, stops: impl Fn() -> bool) {
    let marker = File::open(path.join(COMPLETE));
    if let Ok(marker) = &marker {
        // New processes wait for the lock, or find that the version has been removed.
        if !os::lock(marker, Lock::Exclusive) || os::is_mapped(path) {
            return;
        }
        let _ = fs::remove_file(path.join(COMPLETE));
    }
    drop(marker);
    let aside = folder.join(format!("{UNFINISHED}{:016x}", os::random()));
    if fs::rename(path, &aside).is_err() {
        return;
    }
    // In steps, because a process that is about to fork waits. What is left is removed later.
    let entries = fs::read_dir(&aside).into_iter().flatten().flatten();
    for entry in entries {
        if stops() {
            return;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let _ = if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
    }
    let _ = fs::remove_dir(&aside);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::launcher::os::Access;

    /// Returns the name of a version.
    fn version(name: &str) -> String {
        name.repeat(32)
    }

    /// Creates versions that were used so many days ago, in a new folder.
    fn folder_with(versions: &[(&str, u64)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("freeze-versions-{:016x}", os::random()));
        for (name, days) in versions {
            let name = version(name);
            os::create_folders(&folder.join(&name).join("sub"), Access::Private).unwrap();
            let marker = File::create(folder.join(&name).join(COMPLETE)).unwrap();
            marker.set_modified(SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60)).unwrap();
        }
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy()[..1].to_owned())
            .collect();
        names.sort();
        names
    }

    fn work(folder: &Path, current: &str) {
        let later = Later {
            folder: folder.to_owned(),
            current: folder.join(version(current)),
            owner: std::process::id(),
            is_overdue: false,
            thread: Mutex::new(None),
            stop: AtomicBool::new(false),
            done: AtomicBool::new(false),
        };
        later.work();
    }

    #[test]
    fn the_running_version_and_the_one_before_are_kept() {
        let folder = folder_with(&[("a", 4), ("b", 2), ("c", 3), ("d", 1)]);
        work(&folder, "d");
        assert_eq!(names(&folder), ["b", "d"]);
        work(&folder, "d");
        assert_eq!(names(&folder), ["b", "d"]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_not_a_version_is_left_alone() {
        let folder = folder_with(&[("a", 50), ("b", 0)]);
        os::create_folders(&folder.join("records"), Access::Private).unwrap();
        fs::write(folder.join("notes"), "mine").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.join("records"), folder.join(version("c"))).unwrap();
        fs::write(folder.join("records/data"), "mine").unwrap();
        work(&folder, "b");
        assert!(!folder.join(version("a")).exists());
        assert_eq!(fs::read(folder.join("notes")).unwrap(), b"mine");
        assert_eq!(fs::read(folder.join("records/data")).unwrap(), b"mine");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_version_in_use_is_kept_and_an_unused_one_is_not() {
        let folder = folder_with(&[("a", 50), ("b", 40), ("c", 0)]);
        let used = File::open(folder.join(version("a")).join(COMPLETE)).unwrap();
        assert!(os::lock(&used, Lock::Shared));
        work(&folder, "c");
        assert_eq!(names(&folder), ["a", "c"]);
        drop(used);
        work(&folder, "c");
        assert_eq!(names(&folder), ["c"]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_version_whose_library_is_mapped_is_kept() {
        let folder = folder_with(&[("a", 3), ("b", 2), ("c", 1)]);
        fs::write(folder.join(version("a")).join("sub/library.so"), "library").unwrap();
        let mapped = os::map(&folder.join(version("a")).join("sub/library.so")).unwrap();
        work(&folder, "c");
        assert_eq!(names(&folder), ["a", "b", "c"]);
        assert_eq!(mapped, b"library");
        fs::remove_dir_all(&folder).unwrap();
    }
}

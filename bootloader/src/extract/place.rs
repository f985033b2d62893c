//! Puts the files of the archive into a folder, in parallel, or checks those that are there.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bootloader::archive::{Archive, Error, FileKind, is_path};

use super::Unusable;
use super::needed::is_cut_off;
use crate::content::Reader;
use crate::os::{self, Access};

/// What to do with each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Write it into a new folder.
    Write,
    /// Compare it, and replace it where it differs.
    Repair,
    /// As [`Work::Repair`], and note the time: the system removes files that have not been used for long.
    Renew,
}

/// Files smaller than this in sum are not worth a thread.
const SMALL: u64 = 1 << 20;

/// Larger files are decompressed to memory of their own, not to what a thread uses again: new memory for each costs as
/// much as the decompression.
const ROOM: u64 = 64 << 20;

/// Does the work for all files of the archive.
pub(super) fn files(archive: Archive<'static>, folder: &Path, work: Work) -> Result<(), Unusable> {
    check(archive)?;
    let mut jobs = Vec::new();
    let mut folders = BTreeSet::new();
    let mut total = 0u64;
    for i in 0..archive.file_count() {
        let file = archive.file(i)?;
        let Some(blob) = file.blob.filter(|_| !file.is_resource()) else { continue };
        let relative = relative(file.path)?;
        folders.extend(relative.parent().filter(|p| !p.as_os_str().is_empty()).map(Path::to_owned));
        let len = archive.raw_len(blob)?;
        total = total.saturating_add(len);
        jobs.push((len, i));
    }
    for sub in folders {
        os::create_folders(&folder.join(sub), Access::Readable).map_err(|e| place(&e))?;
    }
    jobs.sort_by_key(|(len, i)| (std::cmp::Reverse(*len), *i));
    let threads = match total {
        ..SMALL => 1,
        _ => std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len()).min(16),
    };
    let room = jobs.iter().map(|(len, _)| *len).filter(|len| *len <= ROOM).max().unwrap_or(0);
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let failure: Mutex<Option<Unusable>> = Mutex::new(None);
    let worker = || {
        let mut reader = Reader::new(archive);
        let mut room = os::Pages::new(usize::try_from(room).unwrap_or(0));
        while !stop.load(Ordering::Relaxed) {
            let Some((_, i)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            if let Err(e) = one(archive, &mut reader, &mut room, *i, folder, work) {
                stop.store(true, Ordering::Relaxed);
                if let Ok(mut failure) = failure.lock() {
                    failure.get_or_insert(e);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where no thread can be had, this one does all.
            let _ = std::thread::Builder::new().spawn_scoped(scope, worker);
        }
        worker();
    });
    match failure.into_inner() {
        Ok(None) => Ok(()),
        Ok(Some(e)) => Err(e),
        Err(_) => Err(Unusable::Place("a thread failed".into())),
    }
}

/// Compares one file with the archive and replaces it where it differs.
pub(super) fn repair(archive: Archive<'static>, i: usize, folder: &Path) -> Result<(), Unusable> {
    check(archive)?;
    let path = folder.join(relative(archive.file(i)?.path)?);
    if let Some(parent) = path.parent() {
        os::create_folders(parent, Access::Readable).map_err(|e| place(&e))?;
    }
    one(archive, &mut Reader::new(archive), &mut [], i, folder, Work::Repair)
}

/// Checks that no file can be written outside the folder, through a link or otherwise.
fn check(archive: Archive<'static>) -> Result<(), Error> {
    let mut reader = Reader::new(archive);
    archive.check_files(|id| reader.read(id))
}

/// The path of a file, if it stays below the folder.
pub(super) fn relative(path: &[u8]) -> Result<PathBuf, Error> {
    // What is one component here may have a drive in it elsewhere.
    let inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_)));
    let found = os::path_from_bytes(path);
    if is_path(path) && inside(&found) {
        Ok(found.into_owned())
    } else {
        Err(Error::Damaged("file outside the root"))
    }
}

fn place(error: &io::Error) -> Unusable {
    Unusable::Place(error.to_string())
}

fn one(
    archive: Archive<'static>,
    reader: &mut Reader<'static>,
    room: &mut [u8],
    i: usize,
    folder: &Path,
    work: Work,
) -> Result<(), Unusable> {
    let file = archive.file(i)?;
    let Some(blob) = file.blob else { return Ok(()) };
    let path = folder.join(relative(file.path)?);
    let content = reader.read_within(blob, room)?;
    if file.kind == FileKind::Native && is_cut_off(&content) {
        return Err(Error::Damaged("native library is cut off").into());
    }
    if work != Work::Write && is_same(&path, &content, file.kind) {
        if work == Work::Renew {
            renew(&path);
        }
        return Ok(());
    }
    let target = match work {
        Work::Write => path.clone(),
        Work::Repair | Work::Renew => path.with_file_name(format!(".new-{:016x}", os::random())),
    };
    let done = if file.kind == FileKind::Link {
        os::create_link(&content, &target)
    } else {
        let executable = file.is_executable() || matches!(file.kind, FileKind::Native | FileKind::Program);
        let access = if executable { Access::Executable } else { Access::Readable };
        os::create_file(&target, access).and_then(|mut f| f.write_all(&content))
    };
    let done = match work {
        Work::Write => done,
        Work::Repair | Work::Renew => done.and_then(|()| fs::rename(&target, &path)),
    };
    done.map_err(|e| {
        if work != Work::Write {
            let _ = fs::remove_file(&target);
        }
        place(&e)
    })
}

/// Notes that a file is in use. Where that fails, it is extracted again when it is gone.
fn renew(path: &Path) {
    if let Ok(file) = File::options().append(true).open(path) {
        let _ = file.set_modified(std::time::SystemTime::now());
    }
}

fn is_same(path: &Path, content: &[u8], kind: FileKind) -> bool {
    if kind == FileKind::Link {
        return fs::read_link(path).is_ok_and(|t| os::path_bytes(&t) == content);
    }
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    if !metadata.is_file() || metadata.len() != content.len() as u64 {
        return false;
    }
    let compare = || -> io::Result<bool> {
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 1 << 16];
        let mut rest = content;
        loop {
            let n = file.read(&mut buffer)?;
            if n == 0 {
                return Ok(rest.is_empty());
            }
            match rest.split_at_checked(n) {
                Some((head, tail)) if head == &buffer[..n] => rest = tail,
                _ => return Ok(false),
            }
        }
    };
    compare().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_root() {
        assert!(relative(b"a/b.so").is_ok());
        for bad in [&b"/etc/passwd"[..], b"../x", b"a/../../x", b"", b".", b"a\0b"] {
            assert!(relative(bad).is_err());
        }
    }
}

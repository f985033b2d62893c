//! Writes the files of the archive to a folder in parallel, or checks the existing ones. Links come last.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use freeze_archive::{Archive, BlobId, Error, File as Record, FileKind, is_path, is_target, setting};

use super::Unusable;
use super::needed::is_cut_off;
use super::progress::Progress;
use crate::launcher::content::Reader;
use crate::launcher::os::{self, Access};

/// What to do with each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Write the file to a new folder.
    Write,
    /// Compare the file, and replace it if it differs.
    Repair,
    /// Like [`Work::Repair`], and update the time, because the system removes files that have not been used
    /// for a long time.
    Renew,
}

/// A total size below this limit, in bytes, does not justify another thread.
const SMALL: u64 = 1 << 20;

/// Larger files are decompressed to their own memory instead of the reusable buffer of a thread. Smaller
/// files share the buffer, because fresh memory costs as much as the decompression.
const SCRATCH: u64 = 64 << 20;

/// From this length in bytes on, a second file with the same content is copied from the first one.
const SHARED: usize = 64 << 10;

/// Number of bytes to write at once. Linux keeps what is written at once in one piece of memory, and a process that loads a library
/// maps whole pieces of it. Most pieces contain only a few pages that the process needs.
const WRITTEN: usize = 64 << 10;

/// The destination of files, and the work to do with them.
struct Destination<'a> {
    archive: Archive<'static>,
    folder: &'a Path,
    work: Work,
    progress: &'a Progress<'a>,
}

/// All files with the same content.
struct Job {
    len: u64,
    blob: BlobId,
    files: Vec<usize>,
}

/// Does the work for all files of the archive.
pub(super) fn files(archive: Archive<'static>, folder: &Path, work: Work) -> Result<(), Unusable> {
    check(archive)?;
    let mut by_blob: BTreeMap<BlobId, Vec<usize>> = BTreeMap::new();
    let mut links = Vec::new();
    let mut folders = BTreeSet::new();
    for i in 0..archive.file_count() {
        let file = archive.file(i)?;
        let Some(blob) = file.blob.filter(|_| !file.is_resource()) else { continue };
        let relative = relative(file.path)?;
        folders.extend(relative.parent().filter(|p| !p.as_os_str().is_empty()).map(Path::to_owned));
        match file.kind {
            FileKind::Link => links.push(i),
            _ => by_blob.entry(blob).or_default().push(i),
        }
    }
    for empty in archive.folders() {
        folders.insert(relative(empty)?);
    }
    for sub in folders {
        os::create_folders(&folder.join(sub), Access::Readable)?;
    }
    let mut jobs = Vec::with_capacity(by_blob.len());
    for (blob, files) in by_blob {
        jobs.push(Job { len: archive.raw_len(blob)?, blob, files });
    }
    jobs.sort_unstable_by_key(|job| (std::cmp::Reverse(job.len), job.blob));
    let total = jobs.iter().fold(0u64, |sum, job| sum.saturating_add(job.len));
    let app = String::from_utf8_lossy(archive.setting(setting::APP).unwrap_or_default());
    let progress = Progress::new(&app, total);
    contents(&Destination { archive, folder, work, progress: &progress }, &jobs, total)?;
    // Links come last, so that nothing is written through them.
    let mut reader = Reader::new(archive);
    links.into_iter().try_for_each(|i| link(&archive.file(i)?, &mut reader, folder, work))
}

/// Does the work for all files except links, in parallel.
fn contents(to: &Destination<'_>, jobs: &[Job], total: u64) -> Result<(), Unusable> {
    let threads = match total {
        ..SMALL => 1,
        _ => std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len()).min(16),
    };
    let scratch = jobs.iter().map(|job| job.len).filter(|len| *len <= SCRATCH).max().unwrap_or(0);
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let failure: Mutex<Option<Unusable>> = Mutex::new(None);
    let worker = || {
        let mut reader = Reader::new(to.archive);
        let mut scratch = os::Pages::new(usize::try_from(scratch).unwrap_or(0));
        while !stop.load(Ordering::Relaxed) {
            let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            if let Err(e) = one(to, &mut reader, &mut scratch, job) {
                stop.store(true, Ordering::Relaxed);
                if let Ok(mut failure) = failure.lock() {
                    failure.get_or_insert(e);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // If no thread can be created, this one does all the work.
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

/// Compares one file with the archive and replaces it if it differs.
pub(super) fn repair(archive: Archive<'static>, i: usize, folder: &Path) -> Result<(), Unusable> {
    check(archive)?;
    let file = archive.file(i)?;
    let path = folder.join(relative(file.path)?);
    if let Some(parent) = path.parent() {
        os::create_folders(parent, Access::Readable)?;
    }
    let Some(blob) = file.blob else { return Ok(()) };
    let mut reader = Reader::new(archive);
    if file.kind == FileKind::Link {
        return link(&file, &mut reader, folder, Work::Repair);
    }
    let progress = Progress::new("", 0);
    let to = Destination { archive, folder, work: Work::Repair, progress: &progress };
    one(&to, &mut reader, &mut [], &Job { len: 0, blob, files: vec![i] })
}

/// Checks that no file can be written outside the folder, through a link or otherwise.
fn check(archive: Archive<'static>) -> Result<(), Error> {
    let mut reader = Reader::new(archive);
    archive.check_files(|id| reader.read(id))
}

/// Returns the path of a file if it stays below the folder.
pub(super) fn relative(path: &[u8]) -> Result<PathBuf, Error> {
    // On Windows, a single component could include a drive.
    let inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_)));
    let found = os::path_from_bytes(path);
    if is_path(path) && inside(&found) {
        Ok(found.into_owned())
    } else {
        Err(Error::Damaged("file outside the root"))
    }
}

/// Does the work for the files with one content, which is decompressed to `scratch` if it fits.
fn one(
    to: &Destination<'_>,
    reader: &mut Reader<'static>,
    scratch: &mut [u8],
    job: &Job,
) -> Result<(), Unusable> {
    let content = reader.read_within(job.blob, scratch)?;
    let work = to.work;
    let mut twins: Vec<(Range<usize>, PathBuf)> = Vec::new();
    // Of several files with one content, the first takes the time.
    let mut rest = content.len() as u64;
    for i in &job.files {
        let file = to.archive.file(*i)?;
        let range = file.range(content.len())?;
        let content = &content[range.clone()];
        let path = to.folder.join(relative(file.path)?);
        if file.kind == FileKind::Native && is_cut_off(content) {
            return Err(Error::Damaged("native library is cut off").into());
        }
        if work != Work::Write && is_same(&path, content) {
            if work == Work::Renew {
                renew(&path);
            }
            continue;
        }
        let executable = file.is_executable() || matches!(file.kind, FileKind::Native | FileKind::Program);
        let access = if executable { Access::Executable } else { Access::Readable };
        put(&path, work, |target| {
            let twin = twins.iter().find(|(of, _)| *of == range).map(|(_, path)| path.as_path());
            write(target, access, content, twin, |len| {
                to.progress.add(len.min(rest));
                rest -= len.min(rest);
            })
        })?;
        twins.push((range, path));
    }
    to.progress.add(rest);
    Ok(())
}

/// Writes a new file. A second file with the same content shares the blocks of the first one, if the file
/// system supports that. Unlike a hard link, a change to one does not affect the other.
fn write(
    path: &Path,
    access: Access,
    content: &[u8],
    twin: Option<&Path>,
    mut written: impl FnMut(u64),
) -> io::Result<()> {
    let mut file = os::create_file(path, access)?;
    match twin.map(File::open) {
        Some(Ok(mut twin)) if content.len() >= SHARED => {
            // The system copies without using memory of this process, or shares blocks.
            match io::copy(&mut twin, &mut file) {
                Ok(len) if len == content.len() as u64 => Ok(()),
                Ok(_) => Err(io::ErrorKind::UnexpectedEof.into()),
                Err(e) => Err(e),
            }
        }
        _ => content.chunks(WRITTEN).try_for_each(|part| {
            written(part.len() as u64);
            file.write_all(part)
        }),
    }
}

/// Creates a link, or replaces an existing entry.
fn link(file: &Record<'_>, reader: &mut Reader<'static>, folder: &Path, work: Work) -> Result<(), Unusable> {
    let Some(blob) = file.blob else { return Ok(()) };
    let target = reader.read(blob)?;
    // On Windows, a name could include a drive.
    let is_inner = |c| matches!(c, Component::Normal(_) | Component::ParentDir | Component::CurDir);
    if !is_target(&target) || !os::path_from_bytes(&target).components().all(is_inner) {
        return Err(Error::Damaged("link").into());
    }
    let path = folder.join(relative(file.path)?);
    if work != Work::Write && fs::read_link(&path).is_ok_and(|found| os::path_bytes(&found) == &*target) {
        return Ok(());
    }
    put(&path, work, |path| os::create_link(&target, path))
}

/// Creates a file, or replaces an existing one.
fn put(path: &Path, work: Work, make: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Unusable> {
    if work == Work::Write {
        return Ok(make(path)?);
    }
    let new = path.with_file_name(format!(".new-{:016x}", os::random()));
    make(&new).and_then(|()| fs::rename(&new, path)).map_err(|e| {
        let _ = fs::remove_file(&new);
        e.into()
    })
}

/// Records that a file is in use. If that fails, the file is extracted again once it is missing.
fn renew(path: &Path) {
    if let Ok(file) = File::options().append(true).open(path) {
        let _ = file.set_modified(std::time::SystemTime::now());
    }
}

fn is_same(path: &Path, content: &[u8]) -> bool {
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

//! Writes executables and folders of files.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use rayon::prelude::*;

use crate::archive::{Beside, Stored};
use crate::assemble::{App, Executable, Piece};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::os::{FileMode, create_new, symlink};

/// From this length in bytes on, a second file with the same content is copied from the first one.
const SHARED: u64 = 64 << 10;

/// Writes an executable.
pub(super) fn executable(path: &Path, executable: &Executable) -> Result<()> {
    let failed = failed(path);
    let mut file = create_new(path, FileMode::Executable).map_err(&failed)?;
    file.set_len(executable.len).map_err(&failed)?;
    let mut at = 0;
    // Consecutive small pieces are written together.
    let mut buffer: Vec<u8> = Vec::with_capacity(1 << 20);
    for (offset, piece) in &executable.pieces {
        interrupt::check()?;
        let bytes: &[u8] = match piece {
            Piece::Launcher(bytes) => bytes,
            Piece::Stored(Stored::Bytes(bytes)) => bytes,
            Piece::Stored(Stored::File(source)) => {
                flush(&mut file, &mut buffer).map_err(&failed)?;
                file.seek(SeekFrom::Start(*offset)).map_err(&failed)?;
                at = offset + copy(source, &mut file, path)?;
                continue;
            }
        };
        if buffer.len() > 1 << 19 {
            flush(&mut file, &mut buffer).map_err(&failed)?;
        }
        let gap = usize::try_from(offset - at).unwrap_or(usize::MAX);
        if buffer.is_empty() {
            file.seek(SeekFrom::Start(*offset)).map_err(&failed)?;
        } else {
            buffer.resize(buffer.len() + gap, 0);
        }
        buffer.extend_from_slice(bytes);
        at = offset + bytes.len() as u64;
    }
    flush(&mut file, &mut buffer).map_err(&failed)?;
    if at != executable.len {
        return Err(Error::new(format!(
            "failed to write `{}`: a file changed while it was packed",
            path.display()
        ))
        .hint("build again"));
    }
    Ok(())
}

/// Number of bytes to write at once. Linux keeps what is written at once in one piece of memory, and a process that maps the file
/// maps whole pieces of it.
const WRITTEN: usize = 64 << 10;

fn flush(file: &mut File, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.chunks(WRITTEN).try_for_each(|part| file.write_all(part))?;
    buffer.clear();
    Ok(())
}

/// Writes a onedir bundle.
pub(super) fn onedir(root: &Path, app: &App) -> Result<()> {
    let contents = app.contents_folder(root);
    let mut folders: BTreeSet<&Path> =
        app.beside.iter().filter_map(|b| Path::new(&b.dest).parent()).collect();
    folders.insert(Path::new(""));
    for folder in folders {
        let folder = contents.join(folder);
        std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    }
    let (links, files): (Vec<&Beside>, Vec<&Beside>) = app.beside.iter().partition(|b| b.link.is_some());
    let (files, twins) = twins(files, &contents);
    for some in [&files[..], &twins] {
        some.par_iter()
            .with_max_len(8)
            .try_for_each(|(file, content)| beside(&contents.join(&file.dest), file, content))?;
    }
    // Links come last: if the system has no links, they become copies of existing files, possibly of other
    // copies.
    let mut left = links;
    while !left.is_empty() {
        let before = left.len();
        let mut failure = None;
        left.retain(|file| match beside(&contents.join(&file.dest), file, &file.content) {
            Ok(()) => false,
            Err(error) => {
                failure = Some(error);
                true
            }
        });
        if let Some(error) = failure.filter(|_| left.len() == before) {
            return Err(error);
        }
    }
    // In a macOS app bundle, the path may contain a link.
    for folder in &app.folders {
        let folder = contents.join(folder);
        std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    }
    for e in &app.executables {
        let path = root.join(&e.name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        executable(&path, e)?;
    }
    Ok(())
}

/// A file, and the source of its content.
type Content<'a> = (&'a Beside, Stored);

/// Separates the files with the same content as another file of the application. They are copied from that
/// file, so that they share its blocks on file systems that support this (Btrfs, XFS, APFS), wherever their
/// sources are. A hard link would also share later changes.
fn twins<'a>(files: Vec<&'a Beside>, contents: &Path) -> (Vec<Content<'a>>, Vec<Content<'a>>) {
    let mut known: HashMap<(&str, u64), &Beside> = HashMap::new();
    let (mut firsts, mut twins) = (Vec::new(), Vec::new());
    for file in files {
        let is_known = file.size >= SHARED && !file.hash.is_empty();
        match known.get(&(file.hash.as_str(), file.size)).filter(|_| is_known) {
            Some(first) => twins.push((file, Stored::File(contents.join(&first.dest)))),
            None => {
                known.insert((&file.hash, file.size), file);
                firsts.push((file, file.content.clone()));
            }
        }
    }
    (firsts, twins)
}

fn beside(path: &Path, file: &Beside, content: &Stored) -> Result<()> {
    interrupt::check()?;
    let failed = failed(path);
    if let Some(target) = &file.link {
        return symlink(target, path).map_err(&failed);
    }
    let mut out = create_new(path, file.mode()).map_err(&failed)?;
    let len = match content {
        Stored::Bytes(bytes) => {
            bytes.chunks(WRITTEN).try_for_each(|part| out.write_all(part)).map_err(&failed)?;
            bytes.len() as u64
        }
        Stored::File(source) => copy(source, &mut out, path)?,
    };
    if len != file.size {
        return Err(Error::new(format!(
            "failed to write `{}`: its source changed while it was packed",
            path.display()
        ))
        .hint("build again"));
    }
    Ok(())
}

/// Reports that `path` could not be written, with a hint.
fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |e| {
        let full = matches!(e.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let error = Error::from(e).context(format!("failed to write `{}`", path.display()));
        if full {
            error.hint("free some disk space, or select another folder with `--distpath`")
        } else {
            error
        }
    }
}

/// Copies a whole file to the current position of `to`, in the kernel if possible.
fn copy(from: &Path, to: &mut File, shown: &Path) -> Result<u64> {
    let mut source = File::open(from)
        .map_err(|e| Error::from(e).context(format!("failed to read `{}`", from.display())))?;
    let mut copied = 0;
    loop {
        match io::copy(&mut (&mut source).take(WRITTEN as u64), to).map_err(failed(shown))? {
            0 => return Ok(copied),
            n => copied += n,
        }
    }
}

//! Compares an application with an existing one, and detects files that freeze has created.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use freeze_archive::Archive;
use rayon::prelude::*;

use crate::archive::{Beside, Stored};
use crate::assemble::{App, Executable, Piece};
use crate::os::{FileMode, has_mode, is_link_to, map};

/// Whether the file at `path` is identical to this executable. The launcher and the tail are compared, and
/// the blobs are checked against the hashes in the tail.
pub(super) fn onefile(path: &Path, executable: &Executable) -> bool {
    is_regular(path, executable.len, FileMode::Executable)
        && map(path).is_ok_and(|bytes| {
            let fixed = executable.pieces.iter().all(|(offset, piece)| match piece {
                Piece::Launcher(expected) => part_is(&bytes, *offset, expected),
                Piece::Stored(_) => true,
            });
            fixed && executable.archives.iter().all(|(place, index)| holds(&bytes, place, index))
        })
}

/// Whether a part of a file contains an intact archive with this index.
fn holds(bytes: &[u8], place: &Range<u64>, index: &[u8; 16]) -> bool {
    let ends = (usize::try_from(place.start), usize::try_from(place.end));
    let (Ok(start), Ok(end)) = ends else { return false };
    bytes.get(start..end).and_then(|part| Archive::open(part).ok()).is_some_and(|archive| {
        archive.index_hash() == *index
            && (0..archive.blob_count() as u32).into_par_iter().all(|id| archive.blob(id).is_ok())
    })
}

/// Whether the additional names of a onefile program exist.
pub(super) fn aliases(dist: &Path, app: &App) -> bool {
    app.aliases.iter().map(|alias| dist.join(alias)).all(|alias| match app.copies {
        true => onefile(&alias, &app.executables[0]),
        false => is_link_to(&alias, &app.name),
    })
}

/// Whether the folder at `path` is identical to this bundle and contains nothing else.
pub(super) fn onedir(path: &Path, app: &App) -> bool {
    if !std::fs::symlink_metadata(path).is_ok_and(|m| m.is_dir()) {
        return false;
    }
    let contents = app.contents_folder(path);
    let mut expected: HashSet<_> = app.executables.iter().map(|e| path.join(&e.name)).collect();
    expected.extend(app.beside.iter().map(|b| contents.join(&b.dest)));
    let found = walkdir::WalkDir::new(path)
        .into_iter()
        .filter(|entry| entry.as_ref().map_or(true, |entry| !entry.file_type().is_dir()));
    let mut count = 0;
    for entry in found {
        if !entry.is_ok_and(|entry| expected.contains(entry.path())) {
            return false;
        }
        count += 1;
    }
    count == expected.len()
        && app.folders.iter().all(|folder| contents.join(folder).is_dir())
        && app.executables.iter().all(|e| onefile(&path.join(&e.name), e))
        && app.beside.par_iter().all(|file| beside(&contents.join(&file.dest), file))
}

fn beside(path: &Path, file: &Beside) -> bool {
    if let Some(target) = &file.link {
        return is_link_to(path, target);
    }
    if !is_regular(path, file.size, file.mode()) {
        return false;
    }
    if file.size == 0 {
        return true;
    }
    let Ok(found) = map(path) else { return false };
    match &file.content {
        Stored::Bytes(bytes) => found[..] == bytes[..],
        Stored::File(source) => map(source).is_ok_and(|expected| found[..] == expected[..]),
    }
}

/// Whether the file contains an archive of freeze.
pub(super) fn is_ours(path: &Path) -> bool {
    let regular = std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() > 0);
    regular
        && map(path)
            .is_ok_and(|bytes| !matches!(freeze_archive::find(&bytes), Err(freeze_archive::Error::Missing)))
}

fn is_regular(path: &Path, len: u64, mode: FileMode) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.len() == len && has_mode(&m, mode))
}

fn part_is(bytes: &[u8], offset: u64, expected: &[u8]) -> bool {
    usize::try_from(offset).ok().and_then(|at| bytes.get(at..)?.get(..expected.len())) == Some(expected)
}

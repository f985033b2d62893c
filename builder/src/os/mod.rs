//! Code that depends on the operating system of the build: rights and links of files, states of files,
//! processes and their exit.

mod instead;
mod map;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub use instead::run_instead;
pub(crate) use map::map;
pub(crate) use system::{
    Group, allow_all_to_read, allow_to_run, blocks, bytes_path, cache_bases, canonicalize,
    create_private_folders, exchange, file_state, has_mode, in_use, is_link_to, is_marked_executable,
    is_noexec, is_program, lock_folder, names_on_path, new_file, send_interrupt, send_terminate,
    shows_colours, symlink, text_encoding,
};
pub use system::{distrust_environment, exit_code};

/// The state of a file, as reported by the system: six numbers that identify the file and its content, and
/// the time of the last change of any property, in seconds and nanoseconds since 1970.
pub(crate) type State = [u64; 8];

/// The mode of a new file, which only exists on Unix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileMode {
    /// Readable and writable.
    Plain,
    /// Also executable.
    Executable,
}

/// Creates a new file for writing.
///
/// # Errors
/// The file cannot be created, or already exists.
pub(crate) fn create_new(path: &Path, mode: FileMode) -> io::Result<File> {
    new_file(mode).write(true).create_new(true).open(path)
}

/// Returns the entries of a folder, sorted; none if it cannot be read.
pub(crate) fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Returns the real path of a file, or the given path if it cannot be resolved.
pub(crate) fn real(path: &Path) -> PathBuf {
    canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

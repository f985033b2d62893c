//! What depends on the operating system that builds: rights and links of files, how one state of a file is told from
//! another, processes and how they end.

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

pub(crate) use map::map;
pub(crate) use system::{
    Group, allow_all_to_read, allow_to_run, blocks, bytes_path, cache_bases, canonicalize,
    create_private_folders, exchange, file_state, has_mode, in_use, is_link_to, is_marked_executable,
    is_program, lock_folder, names_on_path, new_file, send_interrupt, send_terminate, shows_colours, symlink,
};
pub use system::{distrust_environment, exit_code, run_instead};

/// What the system tells of one state of a file: six numbers that name the file and its content, and seconds and
/// nanoseconds since 1970 of the last change of anything about it.
pub(crate) type State = [u64; 8];

/// The mode of a new file, which only Unix has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileMode {
    /// May be read and written.
    Plain,
    /// May be executed too.
    Executable,
}

/// Creates a file for writing; an existing one is an error.
///
/// # Errors
/// The file cannot be created, or exists already.
pub(crate) fn create_new(path: &Path, mode: FileMode) -> io::Result<File> {
    new_file(mode).write(true).create_new(true).open(path)
}

/// The real path of what is there; as it was given where that cannot be told.
pub(crate) fn real(path: &Path) -> PathBuf {
    canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

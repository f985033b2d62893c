//! Entries of open folders.

use std::ffi::{CStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Opens an entry of a folder.
pub(super) fn open_at(folder: &File, name: &CStr, flags: i32) -> io::Result<File> {
    // SAFETY: the descriptor is open and the name ends in NUL.
    take(unsafe { libc::openat(folder.as_raw_fd(), name.as_ptr(), flags | libc::O_CLOEXEC) })
}

pub(super) fn take(fd: i32) -> io::Result<File> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: just created, so nothing else owns it.
    Ok(unsafe { File::from_raw_fd(fd) })
}

/// Returns the target of the link `name` in `folder`.
pub(super) fn read_link(folder: &File, name: &CStr) -> io::Result<PathBuf> {
    let mut buffer = vec![0u8; libc::PATH_MAX as usize];
    // SAFETY: the descriptor is open, the name ends in NUL and the buffer's length is given.
    let n = unsafe {
        libc::readlinkat(folder.as_raw_fd(), name.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len())
    };
    let n = usize::try_from(n).map_err(|_| io::Error::last_os_error())?;
    buffer.truncate(n);
    Ok(PathBuf::from(OsString::from_vec(buffer)))
}

//! Windows: opens components of a path and determines their real location.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_READ_ATTRIBUTES,
    GetFinalPathNameByHandleW, READ_CONTROL,
};

/// Opens a file or folder to read its security descriptor. For a link, `follow` selects its target or the
/// link itself.
pub(super) fn open(path: &Path, follow: bool) -> io::Result<File> {
    let link = if follow { 0 } else { FILE_FLAG_OPEN_REPARSE_POINT };
    OpenOptions::new()
        .access_mode(READ_CONTROL | FILE_READ_ATTRIBUTES)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | link)
        .open(path)
}

/// Returns the path of an open file or folder, absolute and without links.
///
/// # Errors
/// The file has no path with a drive or server.
pub fn final_path(file: &File) -> io::Result<PathBuf> {
    let mut buffer = vec![0u16; 512];
    loop {
        let len = buffer.len() as u32;
        // SAFETY: the handle is open and the buffer's length is given.
        let n = unsafe { GetFinalPathNameByHandleW(file.as_raw_handle(), buffer.as_mut_ptr(), len, 0) };
        if n == 0 {
            return Err(io::Error::last_os_error());
        }
        let n = n as usize;
        if n < buffer.len() {
            return Ok(PathBuf::from(OsString::from_wide(&usual_form(&buffer[..n]))));
        }
        buffer.resize(n + 1, 0);
    }
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Removes the prefix `\\?\`, which users do not expect.
fn usual_form(path: &[u16]) -> Vec<u16> {
    if let Some(rest) = path.strip_prefix(&units(r"\\?\UNC\")[..]) {
        return [&units(r"\\")[..], rest].concat();
    }
    match path.strip_prefix(&units(r"\\?\")[..]) {
        Some(rest) if rest.get(1) == Some(&u16::from(b':')) => rest.to_vec(),
        _ => path.to_vec(),
    }
}

/// Converts a path for system calls, which only accept more than 260 characters with the prefix `\\?\`.
pub(super) fn long_form(path: &Path) -> io::Result<Vec<u16>> {
    let path: Vec<u16> = std::path::absolute(path)?.as_os_str().encode_wide().chain([0]).collect();
    let is_prefixed = [r"\\?\", r"\\.\"].iter().any(|prefix| path.starts_with(&units(prefix)));
    Ok(match path.strip_prefix(&units(r"\\")[..]) {
        _ if is_prefixed => path,
        Some(rest) => [&units(r"\\?\UNC\")[..], rest].concat(),
        None => [&units(r"\\?\")[..], &path].concat(),
    })
}

/// Converts text for system calls.
pub(super) fn wide(text: &str) -> Vec<u16> {
    OsStr::new(text).encode_wide().chain([0]).collect()
}

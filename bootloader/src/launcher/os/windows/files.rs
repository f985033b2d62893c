//! Windows: files and folders of the cache, and locks on them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_FLAG_BACKUP_SEMANTICS, FILE_STANDARD_INFO, FileStandardInfo,
    GetFileInformationByHandle, GetFileInformationByHandleEx, LOCKFILE_EXCLUSIVE_LOCK,
    LOCKFILE_FAIL_IMMEDIATELY, LockFileEx, UnlockFileEx,
};
use windows_sys::Win32::System::IO::OVERLAPPED;

use freeze_launcher::trust;
pub(crate) use freeze_launcher::trust::os::final_path as path_of;

use crate::launcher::os::{Access, Lock};

/// Returns numbers that identify a file while it is open.
pub(super) fn identity(file: &File) -> Option<(u32, u32, u32)> {
    // SAFETY: all-zero is a valid BY_HANDLE_FILE_INFORMATION.
    let mut info: BY_HANDLE_FILE_INFORMATION = unsafe { std::mem::zeroed() };
    // SAFETY: the handle is open and the buffer has the right type.
    let done = unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut info) };
    (done != 0).then_some((info.dwVolumeSerialNumber, info.nFileIndexHigh, info.nFileIndexLow))
}

/// Whether an open file has been removed.
pub(crate) fn is_removed(file: &File) -> bool {
    // SAFETY: all-zero is a valid FILE_STANDARD_INFO.
    let mut info: FILE_STANDARD_INFO = unsafe { std::mem::zeroed() };
    let size = size_of::<FILE_STANDARD_INFO>() as u32;
    // SAFETY: the handle is open and the buffer has the size given.
    let done = unsafe {
        GetFileInformationByHandleEx(file.as_raw_handle(), FileStandardInfo, (&raw mut info).cast(), size)
    };
    done == 0 || info.DeletePending || info.NumberOfLinks == 0
}

/// Whether the system removes files below a folder that have not been used for a long time (Storage Sense).
pub(crate) fn is_cleaned_up(folder: &Path) -> bool {
    folder.starts_with(std::env::temp_dir())
}

/// Creates a new file and opens it for writing. It inherits the access list of the folder.
pub(crate) fn create_file(path: &Path, _: Access) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Creates a new folder.
pub(crate) fn create_folder(path: &Path, access: Access) -> io::Result<()> {
    match access {
        Access::Private => trust::os::create_folder(path, trust::rights()),
        Access::Readable | Access::Executable => std::fs::create_dir(path),
    }
}

/// Creates a folder and its missing parents. They inherit their access lists.
pub(crate) fn create_folders(path: &Path, _: Access) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Creates a symbolic link at `path`. `target` has the format of the archive.
pub(crate) fn create_link(target: &[u8], path: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(super::path_from_bytes(target), path)
}

/// High part of the offset of the locked byte: far beyond the end of a file, because others cannot read or
/// write locked bytes.
const PLACE: u32 = 0x4000_0000;

/// Tries to lock a file without waiting.
///
/// # Errors
/// `WouldBlock` if another process holds a lock; another kind if the file system has no locks.
pub(crate) fn try_lock(file: &File, how: Lock) -> io::Result<()> {
    // SAFETY: all-zero is a valid OVERLAPPED.
    let mut at: OVERLAPPED = unsafe { std::mem::zeroed() };
    at.Anonymous.Anonymous.OffsetHigh = PLACE;
    let flags = match how {
        Lock::Shared => LOCKFILE_FAIL_IMMEDIATELY,
        Lock::Exclusive => LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK,
    };
    // SAFETY: the handle is open. An existing lock of the handle would conflict with a new one.
    let is_locked = unsafe {
        UnlockFileEx(file.as_raw_handle(), 0, 1, 0, &raw mut at);
        LockFileEx(file.as_raw_handle(), flags, 0, 1, 0, &raw mut at) != 0
    };
    if is_locked {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(ERROR_LOCK_VIOLATION) => Err(io::ErrorKind::WouldBlock.into()),
        _ => Err(error),
    }
}

/// Whether a process has loaded a library below the folder. The system does not remove or rename loaded libraries.
pub(crate) fn is_mapped(_: &Path) -> bool {
    false
}

/// Windows processes do not fork.
pub(crate) fn lock_anew(_: &File, _: &std::ffi::CStr) -> bool {
    false
}

/// Handles have no numbers that the program could see.
pub(crate) fn dup_to_high_fd(file: File) -> File {
    file
}

/// Returns a path of this system in its usual form, absolute and without links.
pub(crate) fn canonical(path: &Path) -> io::Result<PathBuf> {
    path_of(&OpenOptions::new().access_mode(0).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path)?)
}

/// Opens the file that serves as the lock of processes that share a folder: Windows cannot lock folders.
pub(crate) fn open_lock(folder: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(".turn"))
}

/// Whether a file that is loaded as a library can be removed. A folder with one is left for the next start.
pub(crate) const REMOVES_WHAT_IS_LOADED: bool = false;

/// Maximum time that a virus scanner may keep a file of a new folder open.
const PATIENCE: Duration = Duration::from_secs(5);

/// Renames a complete folder to its final name.
pub(crate) fn rename_folder(from: &Path, to: &Path) -> io::Result<()> {
    let began = Instant::now();
    loop {
        let Err(error) = std::fs::rename(from, to) else { return Ok(()) };
        let held = [ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION].map(|code| Some(code as i32));
        if !held.contains(&error.raw_os_error()) || to.exists() || began.elapsed() > PATIENCE {
            return Err(error);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether nothing can be loaded from the file system of `path`.
pub(crate) fn is_noexec(_: &Path) -> bool {
    false
}

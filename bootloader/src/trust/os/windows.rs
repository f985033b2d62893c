//! Windows: judges each component of a path through an open handle, by its security descriptor.
//!
//! The handles do not lock folders in place: a component passes only if no one else can move it. They have no
//! right to read, write or delete, so their sharing mode does not matter and no other process is disturbed.

mod folders;
mod paths;
mod token;

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf, Prefix};

use windows_sys::Win32::Foundation::{ERROR_CANT_RESOLVE_FILENAME, ERROR_DIRECTORY};
use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_OPEN_REPARSE_POINT;

pub use folders::{account_home, create_folder, local_data, machine_data};
pub use paths::final_path;
pub(crate) use token::account_name;

use crate::trust::descriptor::{Asked, Token};
use crate::trust::{Exposure, MOST_LINKS, Purpose, Refusal};

/// Nothing has to stay open: no one else can replace a folder that has passed.
#[derive(Debug)]
pub(crate) struct Handle;

/// The rights of this process and the users that it therefore trusts.
#[derive(Debug)]
pub struct Rights(Token);

impl Rights {
    /// Returns the rights of this process.
    pub fn of_process() -> Rights {
        Rights(token::of_process())
    }

    /// Whether the process has rights that others, of the same or another user, lack: it was elevated by User
    /// Account Control, runs at a high integrity level, or is a service.
    pub fn are_elevated(&self) -> bool {
        self.0.is_elevated()
    }

    /// Whether someone with fewer rights may have set up the environment. The environment of elevated
    /// processes contains variables that unelevated processes can set in the registry.
    pub fn may_exceed_callers(&self) -> bool {
        self.are_elevated()
    }

    fn judge(&self, path: &Path, file: &File, asked: Asked) -> Result<(), Refusal> {
        let descriptor = token::descriptor(file).map_err(|e| unusable(path, e))?;
        match descriptor.writer(asked, &self.0) {
            Some(writer) => Err(Refusal::Exposed(Exposure { path: path.to_owned(), writer })),
            None => Ok(()),
        }
    }
}

/// Judges the folder `path` and all folders above it.
pub(crate) fn walk(path: &Path, purpose: Purpose, rights: &Rights) -> Result<(PathBuf, Handle), Refusal> {
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        match pass(&at, purpose, rights)? {
            Passed::Here(path) => return Ok((path, Handle)),
            Passed::Elsewhere(path) => at = path,
        }
    }
    Err(unusable(path, io::Error::from_raw_os_error(ERROR_CANT_RESOLVE_FILENAME as i32)))
}

/// The state of a walk.
enum Passed {
    /// The folder and all folders above it have passed.
    Here(PathBuf),
    /// All components so far have passed, but they resolve to another path, which has to be judged instead.
    Elsewhere(PathBuf),
}

/// Judges the components of a path in order, up to the first link.
fn pass(path: &Path, purpose: Purpose, rights: &Rights) -> Result<Passed, Refusal> {
    let is_device =
        |p: &Component<'_>| matches!(p, Component::Prefix(p) if matches!(p.kind(), Prefix::DeviceNS(_)));
    if !path.is_absolute() || path.components().any(|part| is_device(&part)) {
        return Err(unusable(path, io::Error::from(io::ErrorKind::InvalidInput)));
    }
    let path = std::path::absolute(path).map_err(|e| unusable(path, e))?;
    let mut rest = path.components();
    let mut at: PathBuf = rest.by_ref().take(2).collect();
    let mut role = Asked::Root;
    loop {
        let is_last = rest.clone().next().is_none();
        let asked = if is_last && purpose != Purpose::Parent { Asked::Content } else { role };
        let entered = match enter(&at, asked, rights) {
            Err(refusal) if refusal.is_missing() && purpose == Purpose::NewContent && role != Asked::Root => {
                create(&at, rights)?;
                enter(&at, asked, rights)?
            }
            entered => entered?,
        };
        let folder = match entered {
            Entered::Folder(folder) => folder,
            Entered::Link(target) => return Ok(Passed::Elsewhere(target.join(rest.as_path()))),
        };
        match rest.next() {
            Some(name) => at.push(name),
            None => {
                // Each component was looked up by its path. An empty folder that others may write to could
                // have become a link in the meantime. That is ruled out if the final folder really is at this
                // path.
                let real = final_path(&folder).map_err(|e| unusable(&at, e))?;
                return Ok(if real == at { Passed::Here(at) } else { Passed::Elsewhere(real) });
            }
        }
        role = Asked::Ancestor;
    }
}

/// A component of a path that has passed.
enum Entered {
    Folder(File),
    /// A link, with its target.
    Link(PathBuf),
}

/// Judges one component of a path.
fn enter(path: &Path, asked: Asked, rights: &Rights) -> Result<Entered, Refusal> {
    let failed = |e| unusable(path, e);
    let (mut file, mut metadata) = open(path, rights, asked)?;
    if metadata.is_symlink() {
        file = paths::open(path, true).map_err(failed)?;
        let target = final_path(&file).map_err(failed)?;
        if target != path {
            return Ok(Entered::Link(target));
        }
        // A mounted volume without a drive letter.
        rights.judge(path, &file, if asked == Asked::Content { asked } else { Asked::Root })?;
        metadata = file.metadata().map_err(failed)?;
    }
    match metadata.is_dir() {
        true => Ok(Entered::Folder(file)),
        false => Err(failed(io::Error::from_raw_os_error(ERROR_DIRECTORY as i32))),
    }
}

/// Opens and judges a file, folder or link. Users with write access to a link can redirect it.
///
/// Reparse points that do not redirect, such as files of OneDrive, are not links
/// ([`std::fs::FileType::is_symlink`]).
fn open(path: &Path, rights: &Rights, asked: Asked) -> Result<(File, std::fs::Metadata), Refusal> {
    let file = paths::open(path, false).map_err(|e| unusable(path, e))?;
    let metadata = file.metadata().map_err(|e| unusable(path, e))?;
    rights.judge(path, &file, if metadata.is_symlink() { Asked::Content } else { asked })?;
    Ok((file, metadata))
}

fn create(path: &Path, rights: &Rights) -> Result<(), Refusal> {
    match create_folder(path, rights) {
        // Another process was faster. Its folder is judged like any other.
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(unusable(path, e)),
        _ => Ok(()),
    }
}

/// Judges a file in a folder that passed. If the entry is a link, returns its target.
pub(crate) fn judge_entry(
    _: &Handle,
    folder: &Path,
    name: &OsStr,
    rights: &Rights,
) -> Result<Option<PathBuf>, Refusal> {
    let path = folder.join(name);
    let (_, metadata) = open(&path, rights, Asked::Content)?;
    if !metadata.is_symlink() {
        return Ok(None);
    }
    let target = paths::open(&path, true).and_then(|file| final_path(&file));
    target.map(Some).map_err(|e| unusable(&path, e))
}

/// Opens a file in a folder for reading. Does not follow links.
pub(crate) fn open_in(_: &Handle, folder: &Path, name: &str) -> io::Result<File> {
    let path = folder.join(name);
    let file = OpenOptions::new().read(true).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(&path)?;
    let metadata = file.metadata()?;
    if metadata.is_symlink() {
        return Err(io::Error::from_raw_os_error(ERROR_CANT_RESOLVE_FILENAME as i32));
    }
    // For a reparse point that is not a link, the handle above would show the raw data of the file system
    // instead of the file.
    match metadata.is_file() && is_reparse_point(&metadata) {
        true => File::open(&path),
        false => Ok(file),
    }
}

fn is_reparse_point(metadata: &std::fs::Metadata) -> bool {
    use std::os::windows::fs::MetadataExt;
    use windows_sys::Win32::Storage::FileSystem::FILE_ATTRIBUTE_REPARSE_POINT;
    metadata.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0
}

/// Users have no numbers on Windows.
pub(crate) fn user_name(user: u32) -> String {
    format!("user {user}")
}

/// Groups have no numbers on Windows.
pub(crate) fn group_name(group: u32) -> String {
    format!("group {group}")
}

fn unusable(path: &Path, error: io::Error) -> Refusal {
    Refusal::Unusable(path.to_owned(), error)
}

#[cfg(test)]
mod tests;

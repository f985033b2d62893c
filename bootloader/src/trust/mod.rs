//! Decides which folders this process may load code from: those that no one with fewer rights can change.
//!
//! A path is judged from the root of the file system down. Each component is judged through an open handle
//! before the next component is looked up in it. A component passes if only trusted users can rename it or
//! change its entries. The verdict on the path therefore remains valid after the walk. A judged folder cannot
//! be replaced before it is used, even if its path has to be resolved again, as by the system's loader.
//!
//! docs/concepts/security.md describes the decisions. The rules of each kind of system are in `mode.rs` and
//! `descriptor.rs`.

#[allow(dead_code, reason = "each kind of system has its own rules; tests look at all of them")]
mod acl;
pub mod descriptor;
#[allow(dead_code, reason = "each kind of system has its own rules; tests look at all of them")]
mod mode;
pub mod os;

use std::ffi::OsStr;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use os::{Rights, account_home};

/// Maximum number of links to follow for one path.
const MOST_LINKS: u32 = 40;

/// Returns the rights of this process at the time of the first call.
pub fn rights() -> &'static Rights {
    static RIGHTS: OnceLock<Rights> = OnceLock::new();
    RIGHTS.get_or_init(Rights::of_process)
}

/// A folder that passed, with a path that contains no links.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    handle: os::Handle,
}

/// The purpose of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Use its content: only trusted users may create, rename or remove anything in it.
    Content,
    /// Like [`Purpose::Content`], but missing components of the path are created, accessible to this user
    /// only.
    NewContent,
    /// Create a folder in it, as in `/tmp`: others may add entries, but not rename or remove those of this
    /// user.
    Parent,
}

impl Folder {
    /// Judges the folder `path`, which is absolute.
    ///
    /// # Errors
    /// The folder is missing or unusable, or an untrusted user could change it.
    pub fn open(path: &Path, purpose: Purpose, rights: &Rights) -> Result<Folder, Refusal> {
        let (path, handle) = os::walk(path, purpose, rights)?;
        Ok(Folder { path, handle })
    }

    /// Returns the path of the folder, absolute and without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file in the folder for reading. Does not follow links.
    ///
    /// # Errors
    /// The file is missing or cannot be read.
    pub fn open_file(&self, name: &str) -> io::Result<File> {
        os::open_in(&self.handle, &self.path, name)
    }

    /// Judges a file in the folder: whether only trusted users can change its content, or the target of a
    /// link of this name.
    ///
    /// # Errors
    /// The file is missing or unusable, or an untrusted user could change it.
    pub fn judge_file(&self, name: &OsStr, rights: &Rights) -> Result<(), Refusal> {
        match os::judge_entry(&self.handle, &self.path, name, rights)? {
            Some(target) => judge_file(&target, rights),
            None => Ok(()),
        }
    }
}

/// Judges the file `path` and the folders above it: whether only trusted users can change its content.
///
/// # Errors
/// The file is missing or unusable, or an untrusted user could change it.
pub fn judge_file(path: &Path, rights: &Rights) -> Result<(), Refusal> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { break };
        let folder = Folder::open(above, Purpose::Content, rights)?;
        match os::judge_entry(&folder.handle, &folder.path, name, rights)? {
            Some(target) => path = target,
            None => return Ok(()),
        }
    }
    let error = io::Error::new(io::ErrorKind::InvalidInput, "no file, or too many links");
    Err(Refusal::Unusable(path, error))
}

/// Why a folder or file did not pass.
#[derive(Debug)]
pub enum Refusal {
    /// The system does not let this process use it.
    Unusable(PathBuf, io::Error),
    /// An untrusted user could change it.
    Exposed(Exposure),
}

impl Refusal {
    /// Whether the folder or file does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Refusal::Unusable(_, e) if e.kind() == io::ErrorKind::NotFound)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Unusable(path, error) => write!(f, "`{}`: {error}", path.display()),
            Refusal::Exposed(exposure) => exposure.fmt(f),
        }
    }
}

/// An untrusted user and the folder or file that this user could change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The folder or file, without links.
    pub path: PathBuf,
    /// The user who could change it or its content.
    pub writer: Writer,
}

/// An untrusted user or group, and why it has write access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The owner, by user id.
    Owner(u32),
    /// A user in an access control list, by user id.
    User(u32),
    /// The members of a group, by group id.
    Group(u32),
    /// All users.
    Everybody,
    /// The user who mounted the file system and controls its content, by user id.
    Mounter(u32),
    /// The owner, by Windows security identifier.
    OwnerSid(descriptor::Sid),
    /// Someone in an access control list, by Windows security identifier.
    Sid(descriptor::Sid),
}

impl fmt::Display for Exposure {
    /// Writes one line, with names from the system's database.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.writer {
            Writer::Owner(uid) => write!(f, "`{path}` belongs to {}", os::user_name(*uid)),
            Writer::User(uid) => write!(f, "{} can write to `{path}`", os::user_name(*uid)),
            Writer::Group(gid) => write!(f, "{} can write to `{path}`", os::group_name(*gid)),
            Writer::Everybody => write!(f, "every user can write to `{path}`"),
            Writer::Mounter(uid) => write!(f, "`{path}` was mounted by {}", os::user_name(*uid)),
            Writer::OwnerSid(sid) => write!(f, "`{path}` belongs to {}", os::account_name(sid)),
            Writer::Sid(sid) => write!(f, "{} can change `{path}`", os::account_name(sid)),
        }
    }
}

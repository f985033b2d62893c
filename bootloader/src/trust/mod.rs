//! Decides which folders this process may load code from: those that nobody with fewer rights can change.
//!
//! A folder is judged from the root of the file system down, each part through an open handle, before the next part is
//! looked up in it. A part passes if only trusted users can rename it or change its entries. The verdict on the whole
//! path therefore outlasts the walk: what was judged cannot be exchanged before it is used, even where it has to be
//! named by its path again, as the system's loader does.
//!
//! docs/security.md describes the decisions; the rules of each kind of system are in `mode.rs` and `descriptor.rs`.

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

/// So many links are followed on the way to one file.
const MOST_LINKS: u32 = 40;

/// The rights of this process, as they were when this was first asked.
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

/// What a folder is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To use its content: only trusted users may make, rename or remove anything in it.
    Content,
    /// As [`Purpose::Content`]; what is missing of the path is made, accessible to this user only.
    NewContent,
    /// To make a folder in it, as in `/tmp`: others may add entries, but not rename or remove those of this user.
    Parent,
}

impl Folder {
    /// Judges the folder `path`, which is absolute.
    ///
    /// # Errors
    /// It is missing, it cannot be used, or somebody who is not trusted could change it.
    pub fn open(path: &Path, purpose: Purpose, rights: &Rights) -> Result<Folder, Refusal> {
        let (path, handle) = os::walk(path, purpose, rights)?;
        Ok(Folder { path, handle })
    }

    /// Its path, absolute and without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file in it for reading, but not through a link.
    ///
    /// # Errors
    /// It is missing or cannot be read.
    pub fn open_file(&self, name: &str) -> io::Result<File> {
        os::open_in(&self.handle, &self.path, name)
    }

    /// Judges a file in it: whether only trusted users can change what it holds, or what a link of this name leads to.
    ///
    /// # Errors
    /// It is missing, it cannot be used, or somebody who is not trusted could change it.
    pub fn judge_file(&self, name: &OsStr, rights: &Rights) -> Result<(), Refusal> {
        match os::judge_entry(&self.handle, &self.path, name, rights)? {
            Some(target) => judge_file(&target, rights),
            None => Ok(()),
        }
    }
}

/// Judges the file `path` and the folders above it: whether only trusted users can change what it holds.
///
/// # Errors
/// It is missing, it cannot be used, or somebody who is not trusted could change it.
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

/// Why a folder or file does not pass.
#[derive(Debug)]
pub enum Refusal {
    /// The system does not let this process use it.
    Unusable(PathBuf, io::Error),
    /// Somebody who is not trusted could change it.
    Exposed(Exposure),
}

impl Refusal {
    /// Whether it is not there at all.
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

/// Who could change what, without being trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The folder or file, without links.
    pub path: PathBuf,
    /// Who could change it, or what is in it.
    pub writer: Writer,
}

/// Somebody who is not trusted, and why they can write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The owner, by user id.
    Owner(u32),
    /// A user whom an access control list names, by user id.
    User(u32),
    /// The members of a group, by group id.
    Group(u32),
    /// All users.
    Everybody,
    /// The user who mounted the file system, by user id, and decides what it shows.
    Mounter(u32),
    /// The owner, by Windows security identifier.
    OwnerSid(descriptor::Sid),
    /// Somebody whom an access control list names, by Windows security identifier.
    Sid(descriptor::Sid),
}

impl fmt::Display for Exposure {
    /// In one line, with names as the system's database knows them.
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

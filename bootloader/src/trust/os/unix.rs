//! Unix: judges each component of a path through an open descriptor, and looks up accounts in the system's
//! database.

use std::collections::VecDeque;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use super::entry::{open_at, take};
#[cfg(target_os = "linux")]
use super::linux as system;
#[cfg(target_vendor = "apple")]
use super::macos as system;
use crate::trust::descriptor::Sid;
use crate::trust::mode::{Node, Trusted};
use crate::trust::{Exposure, MOST_LINKS, Purpose, Refusal, Writer};

/// A folder, opened to look up names in it.
pub(crate) type Handle = File;

/// The rights of this process and the users that it therefore trusts.
#[derive(Debug)]
pub struct Rights {
    trusted: Trusted,
    is_elevated: bool,
    /// The number of the group that belongs to the trusted user alone, if there is one.
    private_group: OnceLock<Option<u32>>,
}

impl Rights {
    /// Returns the rights of this process.
    ///
    /// A process whose rights exceed those of its own user trusts the administrator only. With capabilities
    /// or a group other than its caller's, its files belong to the user who started it and who has fewer
    /// rights.
    pub fn of_process() -> Rights {
        // SAFETY: these functions have no preconditions.
        let (user, caller, group, callers_group) =
            unsafe { (libc::geteuid(), libc::getuid(), libc::getegid(), libc::getgid()) };
        let is_elevated = system::is_secure();
        let exceeds_user = user != 0
            && (system::has_capabilities() || is_elevated && (user == caller || group != callers_group));
        let trusted =
            Trusted { user: (!exceeds_user).then_some(user), administrators: system::ADMINISTRATORS };
        Rights { trusted, is_elevated, private_group: OnceLock::new() }
    }

    /// Whether the system has given the process more rights than its caller has (`AT_SECURE`: set-uid,
    /// set-gid, file capabilities). Its environment is then untrusted.
    pub fn are_elevated(&self) -> bool {
        self.is_elevated
    }

    /// Whether a user with fewer rights may have set up the environment of the process. This applies to
    /// elevated processes, and to root with the home folder of another user, as left by `sudo -E`, `su`
    /// without `-` and sudo on macOS.
    pub fn may_exceed_callers(&self) -> bool {
        if self.is_elevated {
            return true;
        }
        if !self.are_the_administrators() {
            return false;
        }
        let home = std::env::var_os("HOME").map(PathBuf::from).filter(|h| h.is_absolute());
        home.is_some_and(|home| matches!(walk(&home, Purpose::Content, self), Err(Refusal::Exposed(_))))
    }

    /// Whether the process runs as the administrator: user 0.
    pub fn are_the_administrators(&self) -> bool {
        self.trusted.user == Some(0)
    }

    fn is_private(&self, group: u32) -> bool {
        let own = self.private_group.get_or_init(|| self.trusted.user.and_then(private_group));
        *own == Some(group)
    }

    fn writer(&self, file: &File, metadata: &Metadata) -> Option<Writer> {
        let node = node(metadata);
        node.writer(&self.trusted, || system::access_list(file), |group| self.is_private(group))
            .or_else(|| system::other_writer(file, &self.trusted))
    }
}

fn node(metadata: &Metadata) -> Node {
    Node { owner: metadata.uid(), group: metadata.gid(), mode: metadata.mode() }
}

/// A folder of the path that passed.
struct Passed {
    file: File,
    device: u64,
    /// Others who may create entries in it, while entries of trusted users are safe from them.
    shared_with: Option<Writer>,
}

/// Walks down `path` and judges each folder. Returns the last folder and its path without links.
pub(crate) fn walk(path: &Path, purpose: Purpose, rights: &Rights) -> Result<(PathBuf, Handle), Refusal> {
    if !path.is_absolute() {
        return Err(unusable(path, io::Error::from(io::ErrorKind::InvalidInput)));
    }
    let mut walk = Walk::begin(rights)?;
    walk.ahead = names(path);
    while let Some(name) = walk.ahead.pop_front() {
        match walk.enter(&name) {
            Err(refusal) if refusal.is_missing() && purpose == Purpose::NewContent => {
                walk.make(&name)?;
                walk.enter(&name)?;
            }
            entered => entered?,
        }
    }
    if purpose != Purpose::Parent
        && let Some(writer) = walk.at.shared_with
    {
        return Err(Refusal::Exposed(Exposure { path: walk.path, writer }));
    }
    Ok((walk.path, walk.at.file))
}

/// Judges a file in a folder that passed. If the entry is a link, returns its target.
pub(crate) fn judge_entry(
    folder: &Handle,
    path: &Path,
    name: &OsStr,
    rights: &Rights,
) -> Result<Option<PathBuf>, Refusal> {
    let found = path.join(name);
    let entry = system::entry(folder, &c_string(name)).map_err(|e| unusable(&found, e))?;
    if let Some(target) = entry.link {
        return Ok(Some(path.join(target)));
    }
    match rights.writer(&entry.file, &entry.metadata) {
        Some(writer) => Err(Refusal::Exposed(Exposure { path: found, writer })),
        None => Ok(None),
    }
}

/// Opens a file in a folder for reading. Does not follow links.
pub(crate) fn open_in(folder: &Handle, _: &Path, name: &str) -> io::Result<File> {
    open_at(folder, &c_string(OsStr::new(name)), libc::O_RDONLY | libc::O_NOFOLLOW)
}

struct Walk<'a> {
    rights: &'a Rights,
    at: Passed,
    path: PathBuf,
    ahead: VecDeque<OsString>,
    links: u32,
}

impl Walk<'_> {
    fn begin(rights: &Rights) -> Result<Walk<'_>, Refusal> {
        let path = PathBuf::from("/");
        let at = root(rights)?;
        Ok(Walk { rights, at, path, ahead: VecDeque::new(), links: 0 })
    }

    /// Enters the folder `name`, or starts to follow a link of this name.
    fn enter(&mut self, name: &OsStr) -> Result<(), Refusal> {
        let path = self.path.join(name);
        if name == ".." {
            // The parent has passed, but is no longer open.
            self.path.pop();
            let above = self.path.clone();
            return self.restart(&above);
        }
        let entry = system::entry(&self.at.file, &c_string(name)).map_err(|e| unusable(&path, e))?;
        let exposed = |writer| Err(Refusal::Exposed(Exposure { path: path.clone(), writer }));
        if self.at.shared_with.is_some() && !self.rights.trusted.has(entry.metadata.uid()) {
            return exposed(Writer::Owner(entry.metadata.uid()));
        }
        if let Some(target) = entry.link {
            if target.is_absolute() {
                return self.restart(&target);
            }
            return self.follow(&target);
        }
        if !entry.metadata.is_dir() {
            return Err(unusable(&path, io::Error::from_raw_os_error(libc::ENOTDIR)));
        }
        let device = entry.metadata.dev();
        if device != self.at.device
            && let Some(mounter) = system::mounter(&entry.file, device)
            && !self.rights.trusted.has(mounter)
        {
            return exposed(Writer::Mounter(mounter));
        }
        let shared_with = match self.rights.writer(&entry.file, &entry.metadata) {
            Some(writer) if matches!(writer, Writer::Owner(_)) || !node(&entry.metadata).is_sticky() => {
                return exposed(writer);
            }
            writer => writer,
        };
        self.at = Passed { file: entry.file, device, shared_with };
        self.path = path;
        Ok(())
    }

    /// Continues with `target`, relative to the current folder of the walk.
    fn follow(&mut self, target: &Path) -> Result<(), Refusal> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(unusable(&self.path.join(target), io::Error::from_raw_os_error(libc::ELOOP)));
        }
        for name in names(target).into_iter().rev() {
            self.ahead.push_front(name);
        }
        Ok(())
    }

    /// Continues with `target`, relative to the root.
    fn restart(&mut self, target: &Path) -> Result<(), Refusal> {
        self.at = root(self.rights)?;
        self.path = PathBuf::from("/");
        self.follow(target)
    }

    /// Creates the folder `name`, accessible to this user only.
    fn make(&mut self, name: &OsStr) -> Result<(), Refusal> {
        let path = c_string(name);
        // SAFETY: the descriptor is open and the name ends in NUL.
        if unsafe { libc::mkdirat(self.at.file.as_raw_fd(), path.as_ptr(), 0o700) } == 0 {
            return Ok(());
        }
        match io::Error::last_os_error() {
            // Another process was faster. Its folder is judged like any other.
            e if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            e => Err(unusable(&self.path.join(name), e)),
        }
    }
}

fn root(rights: &Rights) -> Result<Passed, Refusal> {
    let path = Path::new("/");
    let open = || -> io::Result<(File, Metadata)> {
        let file = open_at_cwd(c"/", system::LOOK_UP | libc::O_DIRECTORY)?;
        let metadata = file.metadata()?;
        Ok((file, metadata))
    };
    let (file, metadata) = open().map_err(|e| unusable(path, e))?;
    match rights.writer(&file, &metadata) {
        Some(writer) => Err(Refusal::Exposed(Exposure { path: path.into(), writer })),
        None => Ok(Passed { file, device: metadata.dev(), shared_with: None }),
    }
}

fn names(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        })
        .collect()
}

fn unusable(path: &Path, error: io::Error) -> Refusal {
    Refusal::Unusable(path.to_owned(), error)
}

/// Names of entries contain no NUL, so a path with one does not exist.
fn c_string(name: &OsStr) -> CString {
    CString::new(name.as_bytes()).unwrap_or_default()
}

fn open_at_cwd(path: &CStr, flags: i32) -> io::Result<File> {
    // SAFETY: the path ends in NUL.
    take(unsafe { libc::openat(libc::AT_FDCWD, path.as_ptr(), flags | libc::O_CLOEXEC) })
}

/// An account, from the system's database.
struct Account {
    name: OsString,
    group: u32,
    home: PathBuf,
}

/// Maximum size of an answer from the database, in bytes.
const MOST: usize = 1 << 20;

/// Calls a function of the database with a growing buffer until its answer fits.
fn ask<T>(mut call: impl FnMut(&mut [libc::c_char]) -> Result<Option<T>, i32>) -> Option<T> {
    let mut buffer = vec![0; 4096];
    loop {
        match call(&mut buffer) {
            Err(libc::ERANGE) if buffer.len() < MOST => buffer.resize(buffer.len() * 4, 0),
            Ok(found) => return found,
            Err(_) => return None,
        }
    }
}

/// Copies a text of the database.
///
/// # Safety
/// `text` is null or a NUL-terminated string that is valid until this function returns.
unsafe fn text(text: *const libc::c_char) -> OsString {
    if text.is_null() {
        return OsString::new();
    }
    // SAFETY: see above.
    OsStr::from_bytes(unsafe { CStr::from_ptr(text) }.to_bytes()).to_owned()
}

fn account(user: u32) -> Option<Account> {
    ask(|buffer| {
        // SAFETY: all-zero is a valid passwd: integers and null pointers.
        let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: the buffer's length is given; `found` is null or points to `entry`.
        let status = unsafe {
            libc::getpwuid_r(user, &raw mut entry, buffer.as_mut_ptr(), buffer.len(), &raw mut found)
        };
        if status != 0 {
            return Err(status);
        }
        if found.is_null() {
            return Ok(None);
        }
        // SAFETY: the texts are stored in the buffer.
        let (name, home) = unsafe { (text(entry.pw_name), text(entry.pw_dir)) };
        Ok(Some(Account { name, group: entry.pw_gid, home: home.into() }))
    })
}

/// Returns the name of a group and of its additional members, without the users whose primary group it is.
fn group(id: u32) -> Option<(OsString, Vec<OsString>)> {
    ask(|buffer| {
        // SAFETY: all-zero is a valid group: integers and null pointers.
        let mut entry: libc::group = unsafe { std::mem::zeroed() };
        let mut found = std::ptr::null_mut();
        // SAFETY: the buffer's length is given; `found` is null or points to `entry`.
        let status = unsafe {
            libc::getgrgid_r(id, &raw mut entry, buffer.as_mut_ptr(), buffer.len(), &raw mut found)
        };
        if status != 0 {
            return Err(status);
        }
        if found.is_null() {
            return Ok(None);
        }
        let mut members = Vec::new();
        let mut at = entry.gr_mem;
        // SAFETY: the texts are stored in the buffer; the array ends in a null pointer.
        let name = unsafe {
            while !at.is_null() && !(*at).is_null() {
                members.push(text(*at));
                at = at.add(1);
            }
            text(entry.gr_name)
        };
        Ok(Some((name, members)))
    })
}

/// Returns the primary group of a user if it has no other member, as on most distributions. The
/// administrator's group is never private: on some systems, it is the primary group of system accounts, and
/// in some containers that of the user.
fn private_group(user: u32) -> Option<u32> {
    // A start calls this if the umask lets groups write. Reading the files is ten times faster than querying
    // the whole database.
    let (user_name, id) = local_account(user).or_else(|| account(user).map(|a| (a.name, a.group)))?;
    if id == 0 {
        return None;
    }
    let (name, members) = local_group(id).or_else(|| group(id))?;
    (name == user_name && members.iter().all(|m| *m == user_name)).then_some(id)
}

/// Returns the line of an accounts file in which `field` is `id`, split into its fields.
fn local(file: &str, field: usize, id: u32) -> Option<Vec<OsString>> {
    let text = std::fs::read(file).ok()?;
    let id = id.to_string();
    let fields = text.split(|c| *c == b'\n').map(|line| line.split(|c| *c == b':').collect::<Vec<_>>());
    let found = fields.into_iter().find(|fields| fields.get(field) == Some(&id.as_bytes()))?;
    Some(found.into_iter().map(|field| OsStr::from_bytes(field).to_owned()).collect())
}

/// Returns the name and primary group of a user in passwd(5).
fn local_account(user: u32) -> Option<(OsString, u32)> {
    let fields = local("/etc/passwd", 2, user)?;
    Some((fields.first()?.clone(), fields.get(3)?.to_str()?.parse().ok()?))
}

/// Returns the name and members of a group in group(5), unless other databases may add members to it
/// (nsswitch.conf(5)).
fn local_group(id: u32) -> Option<(OsString, Vec<OsString>)> {
    const MERGE: &[u8] = b"merge";
    let sources = std::fs::read("/etc/nsswitch.conf").unwrap_or_default();
    if sources.windows(MERGE.len()).any(|word| word.eq_ignore_ascii_case(MERGE)) {
        return None;
    }
    let fields = local("/etc/group", 2, id)?;
    let members = fields.get(3)?.as_bytes().split(|c| *c == b',').filter(|m| !m.is_empty());
    Some((fields.first()?.clone(), members.map(|m| OsStr::from_bytes(m).to_owned()).collect()))
}

/// Returns the home folder of the user that the process runs as, from the system's database.
pub fn account_home() -> Option<PathBuf> {
    // SAFETY: has no preconditions.
    let user = unsafe { libc::geteuid() };
    account(user).map(|account| account.home).filter(|home| home.is_absolute())
}

/// Formats a user for messages.
pub(crate) fn user_name(user: u32) -> String {
    match account(user) {
        Some(account) => format!("user `{}` ({user})", account.name.to_string_lossy()),
        None => format!("user {user}"),
    }
}

/// Formats a group for messages.
pub(crate) fn group_name(id: u32) -> String {
    match group(id) {
        Some((name, _)) => format!("group `{}` ({id})", name.to_string_lossy()),
        None => format!("group {id}"),
    }
}

/// Formats a Windows account for messages.
pub(crate) fn account_name(sid: &Sid) -> String {
    sid.to_string()
}

//! Rights of processes and access control lists on macOS.

use std::ffi::{CStr, c_int, c_void};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::entry::{open_at, read_link};
use crate::trust::Writer;
use crate::trust::mode::Trusted;

/// Flags to open folders for looking up names.
pub(super) const LOOK_UP: i32 = libc::O_RDONLY;

/// The group `admin`: by definition, its members are administrators.
pub(super) const ADMINISTRATORS: Option<u32> = Some(80);

unsafe extern "C" {
    fn issetugid() -> c_int;
    fn acl_get_fd_np(fd: c_int, kind: c_int) -> *mut c_void;
    fn acl_get_entry(list: *mut c_void, which: c_int, entry: *mut *mut c_void) -> c_int;
    fn acl_get_tag_type(entry: *mut c_void, tag: *mut c_int) -> c_int;
    fn acl_get_permset_mask_np(entry: *mut c_void, mask: *mut u64) -> c_int;
    fn acl_get_qualifier(entry: *mut c_void) -> *mut c_void;
    fn acl_free(object: *mut c_void) -> c_int;
    fn mbr_uuid_to_id(uuid: *const c_void, id: *mut u32, kind: *mut c_int) -> c_int;
}

/// `ACL_TYPE_EXTENDED`, `ACL_FIRST_ENTRY`, `ACL_NEXT_ENTRY`, `ACL_EXTENDED_ALLOW` of `sys/acl.h`.
const EXTENDED: c_int = 0x100;
const FIRST: c_int = 0;
const NEXT: c_int = -1;
const ALLOW: c_int = 1;
/// `ID_TYPE_UID` of `membership.h`.
const IS_USER: c_int = 0;
/// Rights to change a folder, its entries or its rights (`sys/acl.h`): add a file, delete, append or add a
/// folder, delete a child, write security, take ownership.
const CHANGES: u64 = 1 << 2 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 12 | 1 << 13;

/// Whether the kernel has given the process rights that its caller does not have.
pub(super) fn is_secure() -> bool {
    // SAFETY: has no preconditions.
    unsafe { issetugid() != 0 }
}

/// On macOS, the rights of a process are those of its user.
pub(super) fn has_capabilities() -> bool {
    false
}

/// An entry of a folder, opened without following links.
pub(super) struct Entry {
    pub(super) file: File,
    pub(super) metadata: Metadata,
    /// The target, if the entry is a link.
    pub(super) link: Option<PathBuf>,
}

/// Opens the entry `name` of a folder.
pub(super) fn entry(folder: &File, name: &CStr) -> io::Result<Entry> {
    // Open the link itself, not its target. Do not wait for a device.
    let file = open_at(folder, name, LOOK_UP | libc::O_SYMLINK | libc::O_NONBLOCK)?;
    let metadata = file.metadata()?;
    if !metadata.is_symlink() {
        return Ok(Entry { file, metadata, link: None });
    }
    let target = read_link(folder, name)?;
    // The target was read by name, so check that it is still the same link.
    let again = open_at(folder, name, LOOK_UP | libc::O_SYMLINK)?.metadata()?;
    if (again.dev(), again.ino()) != (metadata.dev(), metadata.ino()) {
        return Err(io::Error::from_raw_os_error(libc::EAGAIN));
    }
    Ok(Entry { file, metadata, link: Some(target) })
}

/// macOS has no POSIX lists, see [`other_writer`].
pub(super) fn access_list(_: &File) -> Option<Vec<u8>> {
    None
}

/// Returns an untrusted user or group that the access control list of an open file lets change it. On macOS,
/// the mode does not reflect the list.
pub(super) fn other_writer(file: &File, trusted: &Trusted) -> Option<Writer> {
    // SAFETY: the descriptor is open.
    let list = unsafe { acl_get_fd_np(file.as_raw_fd(), EXTENDED) };
    if list.is_null() {
        return None;
    }
    let mut found = None;
    let mut which = FIRST;
    let mut entry = std::ptr::null_mut();
    // SAFETY: the list and its entries are valid until the list is freed below.
    while found.is_none() && unsafe { acl_get_entry(list, which, &raw mut entry) } == 0 {
        which = NEXT;
        found = entry_writer(entry, trusted);
    }
    // SAFETY: created by `acl_get_fd_np` and no longer used.
    unsafe { acl_free(list) };
    found
}

fn entry_writer(entry: *mut c_void, trusted: &Trusted) -> Option<Writer> {
    let (mut tag, mut mask) = (0, 0);
    // SAFETY: the entry belongs to a valid list; the pointers refer to local variables.
    let is_read = unsafe {
        acl_get_tag_type(entry, &raw mut tag) == 0 && acl_get_permset_mask_np(entry, &raw mut mask) == 0
    };
    if !is_read {
        return Some(Writer::Everybody);
    }
    if tag != ALLOW || mask & CHANGES == 0 {
        return None;
    }
    // SAFETY: as above; the qualifier is a separately allocated UUID.
    let uuid = unsafe { acl_get_qualifier(entry) };
    let (mut id, mut kind) = (0, -1);
    // SAFETY: the UUID is valid until it is freed; the pointers refer to local variables.
    let is_known = !uuid.is_null() && unsafe { mbr_uuid_to_id(uuid, &raw mut id, &raw mut kind) } == 0;
    if !uuid.is_null() {
        // SAFETY: created by `acl_get_qualifier` and no longer used.
        unsafe { acl_free(uuid) };
    }
    match (is_known, kind) {
        (false, _) => Some(Writer::Everybody),
        (true, IS_USER) => (!trusted.has(id)).then_some(Writer::User(id)),
        (true, _) => (trusted.administrators != Some(id)).then_some(Writer::Group(id)),
    }
}

/// Returns the user who mounted the file system with the root `folder`. A file system mounted by a user can
/// report any owner.
pub(super) fn mounter(folder: &File, _: u64) -> Option<u32> {
    // SAFETY: all-zero is a valid statfs.
    let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the descriptor is open and the buffer has the right type.
    let status = unsafe { libc::fstatfs(folder.as_raw_fd(), &raw mut stat) };
    (status == 0).then_some(stat.f_owner)
}

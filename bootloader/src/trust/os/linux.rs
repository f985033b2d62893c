//! Linux: rights of the process, access control lists, and file systems mounted by users.

use std::ffi::CStr;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use super::entry::{open_at, read_link};
use crate::trust::Writer;
use crate::trust::mode::Trusted;

/// Flags to open folders for looking up names only, which requires no right to list them.
pub(super) const LOOK_UP: i32 = libc::O_PATH;

/// No group has administrator rights by itself.
pub(super) const ADMINISTRATORS: Option<u32> = None;

/// Whether the kernel has given the process rights that its caller does not have.
pub(super) fn is_secure() -> bool {
    // SAFETY: has no preconditions.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// `struct __user_cap_header_struct` of `linux/capability.h`.
#[repr(C)]
struct CapabilityHeader {
    version: u32,
    pid: i32,
}

/// `_LINUX_CAPABILITY_VERSION_3`, with two sets of 32 capabilities.
const CAPABILITY_VERSION: u32 = 0x2008_0522;

/// Whether the process has any capability, a right that its user does not have.
pub(super) fn has_capabilities() -> bool {
    let mut header = CapabilityHeader { version: CAPABILITY_VERSION, pid: 0 };
    // Effective, permitted and inheritable, with 32 capabilities each.
    let mut sets = [[0u32; 3]; 2];
    // SAFETY: both buffers have the size that this version requires.
    let status = unsafe { libc::syscall(libc::SYS_capget, &raw mut header, sets.as_mut_ptr()) };
    status == 0 && sets.iter().any(|[_, permitted, _]| *permitted != 0)
}

/// An open entry of a folder.
pub(super) struct Entry {
    pub(super) file: File,
    pub(super) metadata: Metadata,
    /// The target, if the entry is a link.
    pub(super) link: Option<PathBuf>,
}

/// Opens the entry `name` of a folder, so that later queries refer to this same entry.
pub(super) fn entry(folder: &File, name: &CStr) -> io::Result<Entry> {
    let file = open_at(folder, name, LOOK_UP | libc::O_NOFOLLOW)?;
    let metadata = file.metadata()?;
    let link = if metadata.is_symlink() { Some(read_link(&file, c"")?) } else { None };
    Ok(Entry { file, metadata, link })
}

/// Returns the access control list of an open file; `None` if it has none.
pub(super) fn access_list(file: &File) -> Option<Vec<u8>> {
    let path = format!("/proc/self/fd/{}\0", file.as_raw_fd());
    let mut list = vec![0u8; 4096];
    loop {
        // SAFETY: path and name end in NUL, and the buffer's length is given.
        let n = unsafe {
            libc::getxattr(
                path.as_ptr().cast(),
                c"system.posix_acl_access".as_ptr(),
                list.as_mut_ptr().cast(),
                list.len(),
            )
        };
        match usize::try_from(n) {
            Ok(n) => {
                list.truncate(n);
                return Some(list);
            }
            Err(_)
                if io::Error::last_os_error().raw_os_error() == Some(libc::ERANGE) && list.len() < MOST =>
            {
                list.resize(list.len() * 4, 0);
            }
            // The file has no list, or the file system does not support lists.
            Err(_) => return None,
        }
    }
}

/// Larger than the maximum size of an attribute value (`XATTR_SIZE_MAX`).
const MOST: usize = 1 << 18;

/// Returns an untrusted writer that neither owner nor mode reveals. There is none on Linux: the mode shows
/// when the access control list has to be read.
pub(super) fn other_writer(_: &File, _: &Trusted) -> Option<Writer> {
    None
}

/// Returns the user who mounted the file system with the root `folder`, if users can mount it. Such a file
/// system can report any owner and mode.
pub(super) fn mounter(folder: &File, device: u64) -> Option<u32> {
    // SAFETY: all-zero is a valid statfs.
    let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the descriptor is open and the buffer has the right type.
    let status = unsafe { libc::fstatfs(folder.as_raw_fd(), &raw mut stat) };
    // `FUSE_SUPER_MAGIC` of `linux/magic.h`.
    if status != 0 || stat.f_type != 0x6573_5546 {
        return None;
    }
    let mounts = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    mounter_in(&String::from_utf8_lossy(&mounts), libc::major(device), libc::minor(device))
}

/// Returns the option `user_id` of the file system with this device number, from the format of
/// proc_pid_mountinfo(5).
fn mounter_in(mounts: &str, major: u32, minor: u32) -> Option<u32> {
    let device = format!("{major}:{minor}");
    let line = mounts.lines().find(|line| line.split(' ').nth(2) == Some(&*device))?;
    let (_, options) = line.split_once(" - ")?;
    options.split([' ', ',']).find_map(|option| option.strip_prefix("user_id=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_who_mounted_a_file_system_is_known() {
        let mounts = "22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n\
                      97 22 0:45 / /home/me/mnt rw,nosuid - fuse.sshfs me@host: rw,user_id=1000,group_id=1000\n\
                      98 22 0:46 / /shared rw - virtiofs share rw\n";
        assert_eq!(mounter_in(mounts, 0, 45), Some(1000));
        assert_eq!(mounter_in(mounts, 254, 1), None);
        assert_eq!(mounter_in(mounts, 0, 46), None);
    }
}

//! What tells one state of a file from another without reading it.

use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A file changed more recently may change again without its times showing it (the clock of the file
/// system ticks in steps of up to two seconds).
const RACY: Duration = Duration::from_secs(2);

/// Device, inode, length, mode and the times of the last change of a file or folder. A file with the same
/// identity has the same content, a folder the same entries, if it was settled when it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity([u64; 8]);

impl Identity {
    /// The identity of what was looked at; none where the system does not tell the time of the last change
    /// of the inode.
    #[cfg(unix)]
    pub fn of(m: &Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        let times = [m.mtime() as u64, m.mtime_nsec() as u64, m.ctime() as u64, m.ctime_nsec() as u64];
        let [mtime, mtime_nsec, ctime, ctime_nsec] = times;
        Some(Identity([m.dev(), m.ino(), m.size(), m.mode().into(), mtime, mtime_nsec, ctime, ctime_nsec]))
    }

    /// The identity of what was looked at; none where the system does not tell the time of the last change
    /// of the inode.
    #[cfg(not(unix))]
    pub fn of(_: &Metadata) -> Option<Identity> {
        None
    }
}

/// Whether a later change of the file must show in its times. The time of the last change of the inode
/// counts where there is one: a program can set the other back.
pub fn is_settled(m: &Metadata) -> bool {
    #[cfg(unix)]
    let changed = {
        use std::os::unix::fs::MetadataExt;
        UNIX_EPOCH + Duration::new(m.ctime().try_into().unwrap_or(0), m.ctime_nsec().try_into().unwrap_or(0))
    };
    #[cfg(not(unix))]
    let changed = m.modified().unwrap_or_else(|_| SystemTime::now());
    SystemTime::now().duration_since(changed).is_ok_and(|age| age > RACY)
}

//! Identifies the state of a file from its metadata, without reading it.

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Hash;
use crate::os::{State, file_state};

/// Minimum age of a change. After a more recent change, the file may change again without new times: the
/// clock of a file system ticks in steps of up to two seconds.
const RACY: Duration = Duration::from_secs(2);

/// Device, inode, length, permissions and change times of a file or folder. Two settled files with the same
/// identity have the same content; two settled folders have the same entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity(State);

impl Identity {
    /// Returns the identity of a path from its current metadata. Returns `None` if the system does not
    /// report the time of the last metadata change.
    pub fn of(path: &Path, metadata: &Metadata) -> Option<Identity> {
        file_state(path, metadata).map(Identity)
    }

    /// Returns whether any later change is visible in the identity. Uses the time of the last metadata
    /// change, because a program can reset the modification time.
    pub fn is_settled(&self) -> bool {
        let [.., seconds, nanos] = self.0;
        let since = Duration::new(seconds, u32::try_from(nanos).unwrap_or(0));
        UNIX_EPOCH.checked_add(since).is_some_and(is_past)
    }

    /// Returns whether both are of the same file or folder, in states that may differ.
    pub(crate) fn is_of_same_file(&self, other: &Identity) -> bool {
        self.0[..2] == other.0[..2]
    }

    /// Returns the identity as bytes for a key.
    pub(super) fn bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        for (chunk, part) in bytes.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&part.to_le_bytes());
        }
        bytes
    }
}

/// For a file without an identity: returns whether its last change is old enough for a later one to be
/// visible.
pub(super) fn is_old(metadata: &Metadata) -> bool {
    metadata.modified().is_ok_and(is_past)
}

fn is_past(changed: SystemTime) -> bool {
    SystemTime::now().duration_since(changed).is_ok_and(|age| age > RACY)
}

/// Returns the key of a file of the cache, whose content belongs to its path.
pub(super) fn own_key(path: &Path, m: &Metadata) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(path.as_os_str().as_encoded_bytes());
    *hasher.update(&m.len().to_le_bytes()).finalize().as_bytes()
}

/// Returns the key of any other file: its identity, or else its path, length and times.
pub(super) fn stat_key(path: &Path, m: &Metadata, identity: Option<Identity>) -> Hash {
    let mut hasher = blake3::Hasher::new();
    if let Some(identity) = identity {
        return *hasher.update(&identity.bytes()).finalize().as_bytes();
    }
    hasher.update(path.as_os_str().as_encoded_bytes());
    hasher.update(&m.len().to_le_bytes());
    for time in [m.modified(), m.created()].into_iter().flatten() {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        hasher.update(&since.as_nanos().to_le_bytes());
    }
    *hasher.finalize().as_bytes()
}

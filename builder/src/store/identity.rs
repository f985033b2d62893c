//! What tells one state of a file from another without reading it.

use std::fs::Metadata;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::os::{State, file_state};

/// A file changed more recently may change again without its times showing it (the clock of the file
/// system ticks in steps of up to two seconds).
const RACY: Duration = Duration::from_secs(2);

/// Device, number there, length, rights and the times of the last change of a file or folder. A file with the same
/// identity has the same content, a folder the same entries, if it was settled when it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity(State);

impl Identity {
    /// The identity of what lies at a path and was just looked at; none where the system does not tell the time of the
    /// last change of anything about it.
    pub fn of(path: &Path, metadata: &Metadata) -> Option<Identity> {
        file_state(path, metadata).map(Identity)
    }

    /// Whether a later change must show. The time of the last change of anything counts: a program can set the time of
    /// the last change of the content back.
    pub fn is_settled(&self) -> bool {
        let [.., seconds, nanos] = self.0;
        let since = Duration::new(seconds, u32::try_from(nanos).unwrap_or(0));
        UNIX_EPOCH.checked_add(since).is_some_and(is_past)
    }

    /// As bytes, for a key.
    pub(super) fn bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        for (chunk, part) in bytes.chunks_exact_mut(8).zip(self.0) {
            chunk.copy_from_slice(&part.to_le_bytes());
        }
        bytes
    }
}

/// Whether a file that has no identity was changed so long ago that a later change must show.
pub(super) fn is_old(metadata: &Metadata) -> bool {
    metadata.modified().is_ok_and(is_past)
}

fn is_past(changed: SystemTime) -> bool {
    SystemTime::now().duration_since(changed).is_ok_and(|age| age > RACY)
}

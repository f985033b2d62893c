//! Decides who may change a file or folder on Unix, by its owner, mode and access control list.

use super::Writer;
use super::acl::{self, Subject};

/// Set on a folder in which only the owners of entries may rename and remove them (`S_ISVTX`).
pub(crate) const STICKY: u32 = 0o1000;
const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;

/// The trusted users: the administrator (user 0) and those given here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trusted {
    /// The user that the process runs as, unless its rights exceed those of that user.
    pub(crate) user: Option<u32>,
    /// The administrators group, on systems whose members can become user 0 at will.
    pub(crate) administrators: Option<u32>,
}

impl Trusted {
    /// Whether a user is trusted.
    pub(crate) fn has(&self, user: u32) -> bool {
        user == 0 || self.user == Some(user)
    }
}

/// Owner and permissions of a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// User id of the owner.
    pub(crate) owner: u32,
    /// Group id.
    pub(crate) group: u32,
    /// Type and permissions, as in `st_mode`.
    pub(crate) mode: u32,
}

impl Node {
    /// Whether others can create entries in this folder, but not rename or remove those of other users.
    pub(crate) fn is_sticky(&self) -> bool {
        self.mode & STICKY != 0
    }

    /// Returns an untrusted user or group that may write to the node, if any.
    ///
    /// `list` reads the access control list (`None` if there is none). It is only called if the group may
    /// write: with a list, these bits are its mask, and thus the most that it can grant (acl(5)).
    /// `is_private` returns whether a group has no member other than the trusted user.
    pub(crate) fn writer(
        &self,
        trusted: &Trusted,
        list: impl FnOnce() -> Option<Vec<u8>>,
        is_private: impl Fn(u32) -> bool,
    ) -> Option<Writer> {
        if !trusted.has(self.owner) {
            return Some(Writer::Owner(self.owner));
        }
        if self.mode & OTHERS_WRITE != 0 {
            return Some(Writer::Everybody);
        }
        if self.mode & GROUP_WRITES == 0 {
            return None;
        }
        let group = |id: u32| {
            let is_trusted = trusted.administrators == Some(id) || is_private(id);
            (!is_trusted).then_some(Writer::Group(id))
        };
        let Some(list) = list() else { return group(self.group) };
        // A list that cannot be parsed may contain anyone.
        let Some(writers) = acl::writers(&list) else { return Some(Writer::Everybody) };
        writers.into_iter().find_map(|subject| match subject {
            Subject::User(id) => (!trusted.has(id)).then_some(Writer::User(id)),
            Subject::OwningGroup => group(self.group),
            Subject::Group(id) => group(id),
            Subject::Others => Some(Writer::Everybody),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Trusted = Trusted { user: Some(1000), administrators: None };
    const ROOT: Trusted = Trusted { user: Some(0), administrators: None };
    const NOBODY: Trusted = Trusted { user: None, administrators: None };

    fn writer(trusted: &Trusted, owner: u32, group: u32, mode: u32) -> Option<Writer> {
        Node { owner, group, mode }.writer(trusted, || None, |group| group == 1000)
    }

    #[test]
    fn owners_and_modes_decide() {
        for (trusted, owner, group, mode, expected) in [
            (ME, 1000, 1000, 0o700, None),
            (ME, 0, 0, 0o755, None),
            (ME, 1001, 1000, 0o700, Some(Writer::Owner(1001))),
            (ME, 1000, 50, 0o775, Some(Writer::Group(50))),
            // umask 002 with one group per user, the default of many distributions.
            (ME, 1000, 1000, 0o775, None),
            (ME, 0, 0, 0o775, Some(Writer::Group(0))),
            (ME, 0, 0, 0o1777, Some(Writer::Everybody)),
            (ME, 1000, 1000, 0o702, Some(Writer::Everybody)),
            (ROOT, 0, 0, 0o700, None),
            (ROOT, 1000, 1000, 0o700, Some(Writer::Owner(1000))),
            (NOBODY, 1000, 1000, 0o700, Some(Writer::Owner(1000))),
            (NOBODY, 0, 0, 0o755, None),
            (Trusted { administrators: Some(80), ..ROOT }, 0, 80, 0o775, None),
            (Trusted { administrators: Some(80), ..ROOT }, 0, 20, 0o775, Some(Writer::Group(20))),
        ] {
            assert_eq!(
                writer(&trusted, owner, group, mode),
                expected,
                "{trusted:?} {owner} {group} {mode:o}"
            );
        }
    }

    #[test]
    fn a_list_decides_for_the_group_class() {
        let entry = |tag: u16, permissions: u16, id: u32| {
            [&tag.to_le_bytes()[..], &permissions.to_le_bytes(), &id.to_le_bytes()].concat()
        };
        let list = |user: u32| {
            let entries =
                [entry(1, 7, 0), entry(2, 7, user), entry(4, 5, 0), entry(16, 7, 0), entry(32, 5, 0)];
            Some([&2u32.to_le_bytes()[..], &entries.concat()].concat())
        };
        let node = Node { owner: 1000, group: 50, mode: 0o770 };
        assert_eq!(node.writer(&ME, || list(1001), |_| false), Some(Writer::User(1001)));
        assert_eq!(node.writer(&ME, || list(1000), |_| false), None);
        assert_eq!(node.writer(&ME, || Some(b"?".to_vec()), |_| true), Some(Writer::Everybody));
        // The mask is in the mode, so the list is not read.
        let masked = Node { mode: 0o750, ..node };
        assert_eq!(masked.writer(&ME, || unreachable!(), |_| false), None);
    }
}

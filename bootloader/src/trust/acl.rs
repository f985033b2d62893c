//! Reads POSIX access control lists as Linux stores them in the attribute `system.posix_acl_access`.
//!
//! Layout: `struct posix_acl_xattr_header` and `posix_acl_xattr_entry` in the kernel's
//! `linux/posix_acl_xattr.h`. A four-byte version is followed by entries of a tag, permissions (two bytes
//! each) and an id (four bytes), all little-endian.

/// The only existing version.
const VERSION: u32 = 2;
/// Permission bit that allows creating, renaming and removing entries.
const WRITE: u16 = 2;

/// The user or group that an entry applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A user, by number.
    User(u32),
    /// The group that the file belongs to.
    OwningGroup,
    /// A group, by number.
    Group(u32),
    /// All other users.
    Others,
}

/// Returns the subjects other than the owner that have write access, with the mask applied. `None` if the
/// list is malformed.
pub(crate) fn writers(list: &[u8]) -> Option<Vec<Subject>> {
    let (version, entries) = list.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*version) != VERSION || entries.len() % 8 != 0 {
        return None;
    }
    let mut mask = WRITE;
    let mut found = Vec::new();
    for entry in entries.chunks_exact(8) {
        let (tag, rest) = entry.split_first_chunk::<2>()?;
        let (permissions, rest) = rest.split_first_chunk::<2>()?;
        let id = u32::from_le_bytes(*rest.first_chunk()?);
        let permissions = u16::from_le_bytes(*permissions);
        let subject = match u16::from_le_bytes(*tag) {
            0x01 => continue,
            0x02 => Subject::User(id),
            0x04 => Subject::OwningGroup,
            0x08 => Subject::Group(id),
            0x10 => {
                mask = permissions;
                continue;
            }
            0x20 => Subject::Others,
            _ => return None,
        };
        if permissions & WRITE != 0 {
            found.push(subject);
        }
    }
    // The mask limits all subjects except the owner and others.
    found.retain(|subject| *subject == Subject::Others || mask & WRITE != 0);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut bytes = VERSION.to_le_bytes().to_vec();
        for (tag, permissions, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(permissions.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        bytes
    }

    const NONE: u32 = u32::MAX;

    #[test]
    fn named_users_and_groups_write_as_far_as_the_mask_lets_them() {
        let with_mask = |mask| {
            let entries =
                [(1, 7, NONE), (2, 7, 1000), (2, 5, 1001), (4, 5, NONE), (8, 6, 50), (16, mask, NONE)];
            writers(&list(&[&entries[..], &[(32, 5, NONE)]].concat())).unwrap()
        };
        assert_eq!(with_mask(7), [Subject::User(1000), Subject::Group(50)]);
        assert_eq!(with_mask(5), []);
        let open = list(&[(1, 7, NONE), (4, 7, NONE), (16, 5, NONE), (32, 7, NONE)]);
        assert_eq!(writers(&open).unwrap(), [Subject::Others]);
        let minimal = list(&[(1, 7, NONE), (4, 7, NONE), (32, 0, NONE)]);
        assert_eq!(writers(&minimal).unwrap(), [Subject::OwningGroup]);
    }

    #[test]
    fn a_list_that_is_not_understood_is_told_from_an_empty_one() {
        assert_eq!(writers(&list(&[])), Some(Vec::new()));
        assert_eq!(writers(b""), None);
        assert_eq!(writers(b"\x01\0\0\0"), None);
        assert_eq!(writers(&list(&[(3, 7, 0)])), None);
        assert_eq!(writers(&list(&[(2, 7, 0)])[..11]), None);
    }
}

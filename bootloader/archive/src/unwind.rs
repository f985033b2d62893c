//! Makes the unwind tables of ELF files compress better: `.eh_frame` and its index `.eh_frame_hdr` (Linux Standard Base, "Exception
//! Frames"; the encodings are those that linkers use).
//!
//! The index is left out, because it follows from the entries. An entry begins where the one before it ends, as a rule, so its address
//! becomes the distance from there. Its distance from the common entry that it refers to becomes the position of that entry.

use super::Error;

/// Places of the tables in a file, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tables {
    /// Start of `.eh_frame_hdr`.
    pub index: u32,
    /// Start of `.eh_frame`.
    pub entries: u32,
    /// Length of `.eh_frame`.
    pub len: u32,
}

/// Length of the stored form of [`Tables`].
pub(super) const TABLES: usize = 12;
/// Version 1; the encodings: relative to the place, a number, relative to the index, each with 4 bytes.
const INDEX: [u8; 4] = [1, 0x1b, 0x03, 0x3b];
const DAMAGED: Error = Error::Damaged("unwind tables");

impl Tables {
    pub(super) fn read(bytes: &[u8; TABLES]) -> Tables {
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Tables { index: number(0), entries: number(4), len: number(8) }
    }

    pub(super) fn write(&self) -> [u8; TABLES] {
        let mut bytes = [0; TABLES];
        for (field, value) in bytes.chunks_exact_mut(4).zip([self.index, self.entries, self.len]) {
            field.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    /// Returns the tables of a file that begins at `start`.
    pub fn moved(self, start: usize) -> Option<Tables> {
        let start = u32::try_from(start).ok()?;
        Some(Tables {
            index: self.index.checked_add(start)?,
            entries: self.entries.checked_add(start)?,
            len: self.len,
        })
    }

    /// Changes the tables. Returns whether this can be undone; else nothing has changed.
    pub fn apply(&self, bytes: &mut [u8]) -> bool {
        let start = self.index as usize;
        let Ok(entries) = self.find(bytes) else { return false };
        let Some(places) = entries.iter().map(|at| self.place(bytes, *at)).collect::<Option<Vec<_>>>() else {
            return false;
        };
        let table = index(places.iter().zip(&entries).map(|(place, at)| (*place, self.relative(*at))));
        let head = [&INDEX[..], &bytes[start + 4..start + 8], &(entries.len() as u32).to_le_bytes()].concat();
        if bytes.get(start..start + 12) != Some(&head)
            || bytes.get(start + 12..start + 12 + table.len()) != Some(&table)
        {
            return false;
        }
        bytes[start + 12..start + 12 + table.len()].fill(0);
        let mut end = 0u32;
        for (at, place) in entries.iter().copied().zip(places) {
            let common = (at as u32)
                .wrapping_add(4)
                .wrapping_sub(get(bytes, at + 4))
                .wrapping_sub(self.entries)
                .wrapping_add(1);
            put(bytes, at + 4, common);
            put(bytes, at + 8, place.wrapping_sub(end));
            end = place.wrapping_add(get(bytes, at + 12));
        }
        true
    }

    /// Restores the tables.
    ///
    /// # Errors
    /// [`Error::Damaged`] if an entry exceeds its table, or the index the bytes.
    pub(super) fn undo(&self, bytes: &mut [u8]) -> Result<(), Error> {
        let entries = self.find(bytes)?;
        let mut end = 0u32;
        let mut places = Vec::with_capacity(entries.len());
        for at in entries.iter().copied() {
            let common = get(bytes, at + 4).wrapping_sub(1).wrapping_add(self.entries);
            put(bytes, at + 4, (at as u32).wrapping_add(4).wrapping_sub(common));
            let place = get(bytes, at + 8).wrapping_add(end);
            put(bytes, at + 8, place.wrapping_sub(self.relative(at + 8)));
            end = place.wrapping_add(get(bytes, at + 12));
            places.push((place, self.relative(at)));
        }
        let table = index(places.into_iter());
        let start = self.index as usize + 12;
        let room = bytes.get_mut(start..).and_then(|rest| rest.get_mut(..table.len())).ok_or(DAMAGED)?;
        room.copy_from_slice(&table);
        Ok(())
    }

    /// Returns the positions of all entries for functions.
    fn find(&self, bytes: &[u8]) -> Result<Vec<usize>, Error> {
        let mut at = self.entries as usize;
        let limit = at.checked_add(self.len as usize).filter(|end| *end <= bytes.len()).ok_or(DAMAGED)?;
        if (self.index as usize).checked_add(12).is_none_or(|end| end > bytes.len()) {
            return Err(DAMAGED);
        }
        let mut found = Vec::new();
        while at + 4 <= limit {
            let len = get(bytes, at) as usize;
            let end = at.checked_add(4 + len).filter(|end| *end <= limit).ok_or(DAMAGED)?;
            // Zero ends a table; the linker may have joined several.
            if len >= 4 && get(bytes, at + 4) != 0 {
                if len < 12 {
                    return Err(DAMAGED);
                }
                found.push(at);
            }
            at = end;
        }
        Ok(found)
    }

    /// Returns the address of an entry's function, relative to the index.
    fn place(&self, bytes: &[u8], at: usize) -> Option<u32> {
        Some(self.relative(at + 8).wrapping_add(get(bytes, at + 8)))
    }

    /// Returns a position relative to the index.
    fn relative(&self, at: usize) -> u32 {
        (at as u32).wrapping_sub(self.index)
    }
}

/// Returns the index of entries: addresses of their functions and of themselves, in the order of the former.
fn index(entries: impl Iterator<Item = (u32, u32)>) -> Vec<u8> {
    // One number for each, in the order of signed addresses: sorting pairs would need more code.
    const SIGN: u64 = 1 << 63;
    let mut sorted: Vec<u64> =
        entries.map(|(place, at)| (u64::from(place) << 32 | u64::from(at)) ^ SIGN).collect();
    sorted.sort_unstable();
    sorted.into_iter().flat_map(|entry| (entry ^ SIGN).rotate_left(32).to_le_bytes()).collect()
}

/// Reads a number at a position that exists.
fn get(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a file with an index of two functions, and its tables.
    fn file() -> (Vec<u8>, Tables) {
        let mut bytes = vec![0xAA; 16];
        let index_at = bytes.len() as u32;
        bytes.extend(INDEX);
        bytes.extend(100u32.to_le_bytes());
        bytes.extend(2u32.to_le_bytes());
        bytes.extend([0; 16]);
        let entries = bytes.len() as u32;
        let common = [8u32, 0, 0x7a01].map(u32::to_le_bytes).concat();
        bytes.extend(&common);
        for (place, len) in [(0x2000i32, 0x30u32), (0x1000, 0x40)] {
            let at = bytes.len() as u32;
            let rel = (place - (at + 8 - index_at) as i32) as u32;
            for number in [12, at + 4 - entries, rel, len] {
                bytes.extend(number.to_le_bytes());
            }
        }
        bytes.extend([0; 4]);
        let first = entries + 12 - index_at;
        let table = [0x1000, first + 16, 0x2000, first].map(u32::to_le_bytes).concat();
        bytes[28..44].copy_from_slice(&table);
        let len = bytes.len() as u32 - entries;
        bytes.extend([0xBB; 8]);
        (bytes, Tables { index: index_at, entries, len })
    }

    #[test]
    fn undo_restores_the_tables() {
        let (original, tables) = file();
        let mut bytes = original.clone();
        assert!(tables.apply(&mut bytes));
        assert_eq!(bytes[28..44], [0; 16]);
        assert_ne!(bytes, original);
        Tables::read(&tables.write()).undo(&mut bytes).unwrap();
        assert_eq!(bytes, original);
    }

    #[test]
    fn other_tables_stay_as_they_are() {
        let (original, tables) = file();
        for at in [16, 17, 24, 28, 40] {
            let mut bytes = original.clone();
            bytes[at] ^= 1;
            let changed = bytes.clone();
            assert!(!tables.apply(&mut bytes), "{at}");
            assert_eq!(bytes, changed);
        }
        let outside = Tables { len: 1000, ..tables };
        assert!(!outside.apply(&mut original.clone()));
    }

    #[test]
    fn damage_is_refused() {
        let (original, tables) = file();
        let damaged = [
            Tables { len: 1000, ..tables },
            Tables { entries: u32::MAX, ..tables },
            Tables { index: original.len() as u32 - 12, ..tables },
            Tables { index: u32::MAX, ..tables },
        ];
        for tables in damaged {
            assert!(tables.undo(&mut original.clone()).is_err(), "{tables:?}");
        }
    }
}

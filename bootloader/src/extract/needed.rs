//! Reads from a shared library which other libraries it needs.

/// Names of the libraries that an ELF file for a 64-bit little-endian machine needs; what cannot be read
/// is left out: the loader will say what is wrong.
pub(super) fn needed(elf: &[u8]) -> Vec<&[u8]> {
    names(elf).unwrap_or_default()
}

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;

fn names(elf: &[u8]) -> Option<Vec<&[u8]>> {
    if elf.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let table = usize::try_from(u64_at(elf, 32)?).ok()?;
    let size = usize::from(u16_at(elf, 54)?);
    let count = usize::from(u16_at(elf, 56)?);
    let headers: Vec<&[u8]> =
        (0..count).map_while(|i| elf.get(table.checked_add(i.checked_mul(size)?)?..)?.get(..56)).collect();
    let offset_of = |address: u64| {
        headers.iter().filter(|h| u32_at(h, 0) == Some(PT_LOAD)).find_map(|h| {
            let (offset, start, len) = (u64_at(h, 8)?, u64_at(h, 16)?, u64_at(h, 32)?);
            let inside = address.checked_sub(start).filter(|d| *d < len)?;
            usize::try_from(offset.checked_add(inside)?).ok()
        })
    };
    let dynamic = headers.iter().find(|h| u32_at(h, 0) == Some(PT_DYNAMIC))?;
    let at = usize::try_from(u64_at(dynamic, 8)?).ok()?;
    let entries = elf
        .get(at..)?
        .chunks_exact(16)
        .map_while(|e| Some((u64_at(e, 0)?, u64_at(e, 8)?)))
        .take_while(|(tag, _)| *tag != 0);
    let (mut places, mut strings) = (Vec::new(), None);
    for (tag, value) in entries {
        match tag {
            DT_NEEDED => places.push(value),
            DT_STRTAB => strings = offset_of(value),
            _ => {}
        }
    }
    let strings = elf.get(strings?..)?;
    Some(
        places
            .into_iter()
            .filter_map(|at| strings.get(usize::try_from(at).ok()?..)?.split(|c| *c == 0).next())
            .collect(),
    )
}

fn u16_at(b: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(b.get(at..)?.first_chunk().copied()?))
}

fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(b.get(at..)?.first_chunk().copied()?))
}

fn u64_at(b: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(b.get(at..)?.first_chunk().copied()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_executable_needs_libc() {
        let own = std::fs::read("/proc/self/exe").unwrap();
        assert!(needed(&own).contains(&&b"libc.so.6"[..]));
        for len in [0, 3, 64, 100, own.len() / 2] {
            needed(&own[..len]);
        }
    }
}

//! Reads the headers of PE files: processor, kind, imports.

use object::LittleEndian as LE;
use object::pe;
use object::read::pe::{ImageNtHeaders, PeFile64};

use super::OWN;
use crate::binaries::facts::{Facts, Role};
use crate::binaries::format::Refusal;
use crate::target::Arch;

/// Maximum number of libraries.
const LIMIT: usize = 4096;

/// Reads the facts that affect loading.
pub(super) fn read(bytes: &[u8]) -> Result<Facts, Refusal> {
    // 32-bit files have another header, and no target loads them.
    let Some(arch) = machine(bytes) else { return Err(Refusal::Foreign) };
    let damaged = |part: &'static str| move |_| Refusal::Damaged(part.to_owned());
    let file = PeFile64::parse(bytes).map_err(|_| Refusal::Foreign)?;
    let sections = file.section_table();
    let mut needed: Vec<String> = Vec::new();
    // Names may be outside the section of their table: tools that patch wheels write longer names where
    // there is room.
    let mut add = |address: u32| {
        let name = sections.pe_data_at(bytes, address).and_then(|data| data.split(|b| *b == 0).next());
        let name = name.ok_or_else(|| Refusal::Damaged("name of a library".to_owned()))?;
        let name = String::from_utf8_lossy(name).to_lowercase();
        if !name.is_empty() && !needed.contains(&name) && needed.len() < LIMIT {
            needed.push(name);
        }
        Ok(())
    };
    if let Some(table) = file.import_table().map_err(damaged("import table"))? {
        let mut entries = table.descriptors().map_err(damaged("import table"))?;
        while let Some(entry) = entries.next().map_err(damaged("import table"))? {
            add(entry.name.get(LE))?;
        }
    }
    if let Some(table) = file.delay_load_import_table().map_err(damaged("delay-load table"))? {
        let mut entries = table.descriptors().map_err(damaged("delay-load table"))?;
        while let Some(entry) = entries.next().map_err(damaged("delay-load table"))? {
            add(entry.dll_name_rva.get(LE))?;
        }
    }
    let flags = file.nt_headers().file_header().characteristics.get(LE);
    let library = flags.0 & pe::IMAGE_FILE_DLL.0 != 0;
    Ok(Facts {
        arch: Some(arch),
        role: if library { Role::Library } else { Role::Program },
        needed,
        runpath: Some(vec![OWN.to_owned()]),
        ..Facts::default()
    })
}

/// Returns the processor of a file that begins with these bytes.
pub(super) fn machine(head: &[u8]) -> Option<Arch> {
    if !head.starts_with(b"MZ") {
        return None;
    }
    let at = u32::from_le_bytes(head.get(60..64)?.try_into().ok()?) as usize;
    let header = head.get(at..at.checked_add(6)?)?.strip_prefix(b"PE\0\0")?;
    match u16::from_le_bytes(header.try_into().ok()?) {
        0x8664 => Some(Arch::X86_64),
        0xaa64 => Some(Arch::Aarch64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a minimal PE file with these libraries among its imports.
    pub(super) fn pe(libraries: &[&str]) -> Vec<u8> {
        let mut b = vec![0; 0x400];
        b[..2].copy_from_slice(b"MZ");
        b[60] = 64;
        let mut put = |at: usize, bytes: &[u8]| b[at..at + bytes.len()].copy_from_slice(bytes);
        put(64, b"PE\0\0\x64\x86\x01\0");
        put(64 + 20, &[240, 0, 0x22, 0x20]);
        put(88, &[0x0b, 2]);
        put(88 + 32, &0x1000u32.to_le_bytes());
        put(88 + 36, &0x200u32.to_le_bytes());
        put(88 + 108, &[16]);
        put(88 + 120, &0x1000u32.to_le_bytes());
        put(88 + 124, &0x100u32.to_le_bytes());
        // One section, at 0x200 in the file and 0x1000 in memory.
        for (at, value) in [(8, 0x200u32), (12, 0x1000), (16, 0x200), (20, 0x200)] {
            put(328 + at, &value.to_le_bytes());
        }
        for (i, name) in libraries.iter().enumerate() {
            let text = 0x100 + i * 32;
            put(0x200 + i * 20, &(1 + i as u32).to_le_bytes());
            put(0x200 + i * 20 + 12, &(0x1000 + text as u32).to_le_bytes());
            put(0x200 + text, name.as_bytes());
        }
        b
    }

    #[test]
    fn imports_are_read_in_lower_case_and_once() {
        let facts = read(&pe(&["KERNEL32.dll", "python311.dll", "kernel32.DLL"])).unwrap();
        assert_eq!(facts.needed, ["kernel32.dll", "python311.dll"]);
        assert_eq!((facts.arch, facts.role), (Some(Arch::X86_64), Role::Library));
        assert_eq!(facts.search(), [OWN]);
    }

    #[test]
    fn names_may_lie_in_another_section_than_their_table() {
        let mut bytes = pe(&["a.dll"]);
        bytes.resize(0x600, 0);
        let mut put = |at: usize, value: u32| bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        // A second section, at 0x400 in the file and 0x2000 in memory.
        put(64 + 4, 0x2_8664);
        for (at, value) in [(8, 0x200), (12, 0x2000), (16, 0x200), (20, 0x400)] {
            put(368 + at, value);
        }
        put(0x200 + 12, 0x2010);
        bytes[0x410..0x41b].copy_from_slice(b"long-ab.dll");
        assert_eq!(read(&bytes).unwrap().needed, ["long-ab.dll"]);
    }

    #[test]
    fn what_is_cut_or_changed_is_refused() {
        let whole = pe(&["a.dll", "b.dll"]);
        for n in 0..whole.len() {
            let _ = read(&whole[..n]);
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] = !other[at];
            let _ = read(&other);
        }
        assert_eq!(read(b"\x7fELF"), Err(Refusal::Foreign));
        assert_eq!(read(&whole[..100]), Err(Refusal::Foreign));
    }
}

//! An ELF file in memory with its parsed header tables, whose ranges have all been checked.

use object::LittleEndian as LE;
use object::elf::{
    Dyn64, ET_DYN, ET_EXEC, FileHeader64, PT_DYNAMIC, PT_LOAD, ProgramHeader64, SHT_NOBITS, SHT_NULL,
    SectionHeader64,
};
use object::pod;

use crate::binaries::format::Unsafe;

/// Minimum page size for mapping segments. 64-bit ARM also has larger pages.
const PAGE: u64 = 0x1000;

/// A file with its tables.
#[derive(Debug)]
pub(crate) struct Image {
    /// The whole file.
    pub(crate) bytes: Vec<u8>,
    /// Its header.
    pub(crate) header: FileHeader64<LE>,
    /// Its program headers.
    pub(crate) segments: Vec<ProgramHeader64<LE>>,
    /// Its section headers; may be empty.
    pub(crate) sections: Vec<SectionHeader64<LE>>,
}

impl Image {
    /// Reads the tables.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Image, Unsafe> {
        let broken = Unsafe("its headers contradict each other");
        let (header, _) = pod::from_bytes::<FileHeader64<LE>>(bytes).map_err(|()| broken)?;
        if header.e_ident.magic != *b"\x7fELF" || bytes[4..6] != [2, 1] {
            return Err(Unsafe("it is not a 64-bit little-endian file"));
        }
        if ![ET_DYN, ET_EXEC].contains(&header.e_type.get(LE)) {
            return Err(Unsafe("it is neither a library nor a program"));
        }
        let (segments, sections) = (usize::from(header.e_phnum.get(LE)), usize::from(header.e_shnum.get(LE)));
        let tables_fit = usize::from(header.e_phentsize.get(LE)) == size_of::<ProgramHeader64<LE>>()
            && (sections == 0 || usize::from(header.e_shentsize.get(LE)) == size_of::<SectionHeader64<LE>>())
            && (sections != 0 || header.e_shoff.get(LE) == 0)
            && segments != 0xffff;
        if !tables_fit || usize::from(header.e_ehsize.get(LE)) != size_of::<FileHeader64<LE>>() {
            return Err(broken);
        }
        let from = |offset: u64| bytes.get(usize::try_from(offset).ok()?..);
        let segments = from(header.e_phoff.get(LE))
            .and_then(|b| pod::slice_from_bytes::<ProgramHeader64<LE>>(b, segments).ok())
            .ok_or(broken)?;
        let sections = from(header.e_shoff.get(LE))
            .and_then(|b| pod::slice_from_bytes::<SectionHeader64<LE>>(b, sections).ok())
            .ok_or(broken)?;
        let image = Image {
            bytes: bytes.to_vec(),
            header: *header,
            segments: segments.0.to_vec(),
            sections: sections.0.to_vec(),
        };
        image.check().then_some(image).ok_or(broken)
    }

    /// Returns whether every range in the tables exists and no address overflows.
    fn check(&self) -> bool {
        let len = self.bytes.len() as u64;
        let inside = |offset: u64, size: u64| offset.checked_add(size).is_some_and(|end| end <= len);
        let mut last = None;
        for p in &self.segments {
            let align = p.p_align.get(LE);
            if !inside(p.p_offset.get(LE), p.p_filesz.get(LE)) && p.p_filesz.get(LE) != 0 {
                return false;
            }
            if p.p_type.get(LE) != PT_LOAD {
                continue;
            }
            let (start, size) = (p.p_vaddr.get(LE), p.p_memsz.get(LE));
            let congruent = align <= 1
                || (align.is_power_of_two() && start.wrapping_sub(p.p_offset.get(LE)) & (align - 1) == 0);
            // No process has addresses beyond 2^47, and no sum of addresses below it overflows.
            let end = start.checked_add(size).filter(|end| *end < 1 << 47 && align < 1 << 40);
            if !congruent || end.is_none() || p.p_filesz.get(LE) > size || last.is_some_and(|l| start < l) {
                return false;
            }
            last = end;
        }
        last.is_some()
            && self.sections.iter().all(|s| !has_bytes(s) || inside(s.sh_offset.get(LE), s.sh_size.get(LE)))
    }

    /// Returns the loadable segments.
    pub(crate) fn loads(&self) -> impl Iterator<Item = &ProgramHeader64<LE>> {
        self.segments.iter().filter(|p| p.p_type.get(LE) == PT_LOAD)
    }

    /// Returns the page size that this file requires.
    pub(crate) fn page(&self) -> u64 {
        if self.header.e_machine.get(LE) == object::elf::EM_AARCH64 { 16 * PAGE } else { PAGE }
    }

    /// Returns the file offset of the byte at a virtual address.
    pub(crate) fn offset_of(&self, address: u64) -> Option<usize> {
        let segment = self.loads().find(|p| address.wrapping_sub(p.p_vaddr.get(LE)) < p.p_filesz.get(LE))?;
        usize::try_from(segment.p_offset.get(LE) + (address - segment.p_vaddr.get(LE))).ok()
    }

    /// Returns whether glibc finds the program headers. It takes the first segment whose pages in the file
    /// contain them for the one that loads them (`_dl_map_segments`).
    pub(crate) fn headers_are_found(&self) -> bool {
        let start = self.header.e_phoff.get(LE);
        let end = start + size_of_val(self.segments.as_slice()) as u64;
        let page = self.page();
        let holds = |p: &&ProgramHeader64<LE>| {
            let (offset, size) = (p.p_offset.get(LE), p.p_filesz.get(LE));
            offset / page * page <= start && end <= (offset + size).next_multiple_of(page)
        };
        self.loads().find(holds).is_none_or(|p| {
            let (offset, size) = (p.p_offset.get(LE), p.p_filesz.get(LE));
            offset <= start && end <= offset + size
        })
    }

    /// Returns the offset and number of entries of the dynamic section.
    pub(crate) fn dynamic_range(&self) -> Result<(usize, usize), Unsafe> {
        let segment = self.segments.iter().find(|p| p.p_type.get(LE) == PT_DYNAMIC);
        let segment = segment.ok_or(Unsafe("it has no dynamic section"))?;
        let (offset, size) = (segment.p_offset.get(LE) as usize, segment.p_filesz.get(LE) as usize);
        // The loader follows the address, so the offset must point to the same bytes.
        if self.offset_of(segment.p_vaddr.get(LE)) != Some(offset) || size == 0 {
            return Err(Unsafe("its dynamic section lies outside what is loaded"));
        }
        Ok((offset, size / size_of::<Dyn64<LE>>()))
    }

    /// Returns the dynamic section, including the empty entries at its end.
    pub(crate) fn dynamic(&self) -> Result<Vec<Dyn64<LE>>, Unsafe> {
        let (offset, count) = self.dynamic_range()?;
        let entries = self.bytes.get(offset..).and_then(|b| pod::slice_from_bytes(b, count).ok());
        entries.map(|(e, _)| e.to_vec()).ok_or(Unsafe("its dynamic section is cut off"))
    }

    /// Replaces the dynamic section with one of the same size.
    pub(crate) fn set_dynamic(&mut self, entries: &[Dyn64<LE>]) -> Result<(), Unsafe> {
        let (offset, count) = self.dynamic_range()?;
        let new = pod::bytes_of_slice(entries);
        let old = self.bytes.get_mut(offset..offset + count * size_of::<Dyn64<LE>>());
        match old {
            Some(old) if old.len() == new.len() => old.copy_from_slice(new),
            _ => return Err(Unsafe("its dynamic section is cut off")),
        }
        Ok(())
    }

    /// Writes the header tables to the bytes. Their lengths have not changed.
    pub(crate) fn put_tables(&mut self) {
        let segments = (self.header.e_phoff.get(LE), pod::bytes_of_slice(&self.segments));
        let sections = (self.header.e_shoff.get(LE), pod::bytes_of_slice(&self.sections));
        for (at, table) in [segments, sections] {
            if let Some(place) = self.bytes.get_mut(at as usize..).and_then(|b| b.get_mut(..table.len())) {
                place.copy_from_slice(table);
            }
        }
    }

    /// Returns the name of a section.
    pub(crate) fn name(&self, section: &SectionHeader64<LE>) -> &[u8] {
        let strings = self.sections.get(usize::from(self.header.e_shstrndx.get(LE).0));
        let start = strings.map_or(0, |s| s.sh_offset.get(LE)).saturating_add(section.sh_name.get(LE).into());
        let text = usize::try_from(start).ok().and_then(|at| self.bytes.get(at..)).unwrap_or_default();
        text.split(|b| *b == 0).next().unwrap_or_default()
    }
}

/// Returns whether a section has bytes in the file.
pub(crate) fn has_bytes(section: &SectionHeader64<LE>) -> bool {
    ![SHT_NULL, SHT_NOBITS].contains(&section.sh_type.get(LE))
}

//! Writes a new ELF file: loaded bytes keep their addresses, debug sections are left out, and a segment may
//! be added.

use object::elf::{
    FileHeader64, PF_R, PF_W, PT_DYNAMIC, PT_LOAD, PT_PHDR, ProgramHeader64, SHF_ALLOC, SHT_GROUP, SHT_NOTE,
    SHT_NULL, SHT_REL, SHT_RELA, SHT_STRTAB, SHT_SYMTAB, SHT_SYMTAB_SHNDX, SectionFlags, SectionHeader64,
};
use object::{LittleEndian as LE, U32, U64, pod};

use super::image::{Image, has_bytes};
use crate::binaries::format::Unsafe;
use crate::spec::Strip;

/// A segment to add: dynamic strings that do not fit in place, and the dynamic section if it does not fit.
#[derive(Debug)]
pub(crate) struct Growth {
    /// The new string table.
    pub(crate) strings: Vec<u8>,
    /// The new dynamic section, if it moves. Its entry for the string table is set here.
    pub(crate) dynamic: Option<Vec<u8>>,
    /// Whether the kernel reads the program headers, which it expects at a fixed distance from the first
    /// segment.
    pub(crate) program: bool,
}

/// Zero, in any byte order.
const NONE: U64<LE> = U64::from_bytes([0; 8]);

/// Returns an empty section header.
fn empty() -> SectionHeader64<LE> {
    SectionHeader64 {
        sh_name: U32::new(LE, 0),
        sh_type: U32::new(LE, SHT_NULL),
        sh_flags: U64::new(LE, SectionFlags(0)),
        sh_addr: NONE,
        sh_offset: NONE,
        sh_size: NONE,
        sh_link: U32::new(LE, 0),
        sh_info: U32::new(LE, 0),
        sh_addralign: NONE,
        sh_entsize: NONE,
    }
}

/// Location of a [`Growth`] in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    /// Address of the string table.
    pub(crate) strings: u64,
    /// Offset of the dynamic section in the written file.
    pub(crate) dynamic: usize,
}

/// A part of the file that stays in one piece, and the distance that it moves towards the start.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: u64,
    end: u64,
    shift: u64,
}

/// Returns whether a section is left out.
pub(crate) fn dropped(image: &Image, section: &SectionHeader64<LE>, strip: Strip) -> bool {
    if section.sh_flags.get(LE).0 & SHF_ALLOC.0 != 0 || !has_bytes(section) {
        return false;
    }
    const DEBUG: [&[u8]; 9] = [
        b".comment",
        b".debug",
        b".gdb_index",
        b".gnu.build.attributes",
        b".gnu.debuglto_",
        b".gnu_debug",
        b".line",
        b".stab",
        b".zdebug",
    ];
    let name = image.name(section);
    let is_debug = || DEBUG.iter().any(|d| name.starts_with(d));
    match strip {
        Strip::None => false,
        Strip::Debug => is_debug(),
        Strip::Symbols => is_debug() || is_of_symbols(image, section),
        Strip::All => section.sh_type.get(LE) != SHT_NOTE || name.starts_with(DEBUG[3]),
    }
}

/// Returns whether a section that is not loaded contains symbols, their names, or relocations that refer to them.
fn is_of_symbols(image: &Image, section: &SectionHeader64<LE>) -> bool {
    let names = |table: &SectionHeader64<LE>| {
        let names = image.sections.get(table.sh_link.get(LE) as usize);
        names.is_some_and(|names| names.sh_offset.get(LE) == section.sh_offset.get(LE))
    };
    match section.sh_type.get(LE) {
        SHT_SYMTAB | SHT_SYMTAB_SHNDX | SHT_REL | SHT_RELA | SHT_GROUP => true,
        SHT_STRTAB => image.sections.iter().any(|table| table.sh_type.get(LE) == SHT_SYMTAB && names(table)),
        _ => false,
    }
}

/// Rewrites a file without stripped sections, and with a new segment if it needs one.
pub(crate) fn write(
    image: &Image,
    strip: Strip,
    growth: Option<&Growth>,
) -> Result<(Vec<u8>, Option<Placed>), Unsafe> {
    let mut file = Rewrite::new(image)?;
    let placed = growth.map(|growth| file.grow(growth)).transpose()?;
    file.put_segments();
    file.put_sections(strip)?;
    Ok((file.finish(), placed))
}

/// An ELF file during rewriting.
struct Rewrite<'i> {
    image: &'i Image,
    pieces: Vec<Piece>,
    header: FileHeader64<LE>,
    segments: Vec<ProgramHeader64<LE>>,
    sections: Vec<SectionHeader64<LE>>,
    out: Vec<u8>,
}

impl<'i> Rewrite<'i> {
    /// Copies the bytes that segments load, without the gaps between them.
    fn new(image: &'i Image) -> Result<Rewrite<'i>, Unsafe> {
        let pieces = pieces(image)?;
        overlay(image, &pieces)?;
        let mut segments = image.segments.clone();
        for p in &mut segments {
            p.p_offset.set(LE, p.p_offset.get(LE) - shift(&pieces, p.p_offset.get(LE)));
        }
        let mut out = vec![0; pieces.last().map_or(0, |p| p.end - p.shift) as usize];
        for p in &pieces {
            let (from, to) = (p.start as usize..p.end as usize, (p.start - p.shift) as usize);
            out[to..to + from.len()].copy_from_slice(&image.bytes[from]);
        }
        let mut header = image.header;
        let old_table = header.e_phoff.get(LE);
        header.e_phoff.set(LE, old_table - shift(&pieces, old_table));
        let mut sections = image.sections.clone();
        for s in &mut sections {
            if in_pieces(&pieces, s) || !has_bytes(s) {
                s.sh_offset.set(LE, s.sh_offset.get(LE).saturating_sub(shift(&pieces, s.sh_offset.get(LE))));
            }
        }
        Ok(Rewrite { image, pieces, header, segments, sections, out })
    }

    /// Writes the program headers.
    fn put_segments(&mut self) {
        let table = self.header.e_phoff.get(LE) as usize;
        let bytes = pod::bytes_of_slice(&self.segments);
        self.out[table..table + bytes.len()].copy_from_slice(bytes);
    }

    /// Appends the sections that no segment loads, then the section headers.
    fn put_sections(&mut self, strip: Strip) -> Result<(), Unsafe> {
        let (out, sections) = (&mut self.out, &mut self.sections);
        let strings_index = usize::from(self.header.e_shstrndx.get(LE).0);
        let mut free = None;
        for (i, old) in self.image.sections.iter().enumerate() {
            if in_pieces(&self.pieces, old) || !has_bytes(old) {
                continue;
            }
            if i != strings_index && dropped(self.image, old, strip) {
                // Other sections and symbols refer to sections by number: an empty entry keeps the numbers.
                sections[i] = empty();
                free = free.or(Some(i));
                continue;
            }
            if old.sh_flags.get(LE).0 & SHF_ALLOC.0 != 0 {
                return Err(Unsafe("a section that is loaded lies outside the segments"));
            }
            let align = old.sh_addralign.get(LE).clamp(1, 4096).next_power_of_two() as usize;
            out.resize(out.len().next_multiple_of(align), 0);
            sections[i].sh_offset.set(LE, out.len() as u64);
            let (start, size) = (old.sh_offset.get(LE) as usize, old.sh_size.get(LE) as usize);
            out.extend(&self.image.bytes[start..start + size]);
        }
        if let Some(free) = free.filter(|free| *free < strings_index && strings_index < sections.len()) {
            sections.swap(free, strings_index);
            self.header.e_shstrndx.set(LE, object::elf::SymbolSection(free as u16));
        }
        while sections.len() > 1 && sections.last().is_some_and(|s| s.sh_type.get(LE).0 == 0) {
            sections.pop();
        }
        if !sections.is_empty() {
            out.resize(out.len().next_multiple_of(8), 0);
            self.header.e_shoff.set(LE, out.len() as u64);
            self.header.e_shnum.set(LE, sections.len() as u16);
            out.extend(pod::bytes_of_slice(sections));
        }
        Ok(())
    }

    /// Returns the bytes of the file.
    fn finish(mut self) -> Vec<u8> {
        let header = pod::bytes_of(&self.header);
        self.out[..header.len()].copy_from_slice(header);
        self.out
    }

    /// Appends the new segment: program headers, strings and dynamic section.
    fn grow(&mut self, growth: &Growth) -> Result<Placed, Unsafe> {
        let Rewrite { image, segments, sections, header, out, .. } = self;
        let page = image.page();
        let end = image.loads().map(|p| p.p_vaddr.get(LE) + p.p_memsz.get(LE)).max().unwrap_or(0);
        // glibc takes the first segment whose pages contain the program headers for the one that loads
        // them. No page of the file may therefore belong to two segments here.
        let mut offset = (out.len() as u64).next_multiple_of(page);
        let address = end.next_multiple_of(page);
        if growth.program {
            let first = image.loads().next().ok_or(Unsafe("it has no segments"))?;
            let wanted = address.checked_sub(first.p_vaddr.get(LE)).map(|d| d + first.p_offset.get(LE));
            // The gap is as large as the file's zero-initialised data. Do not use it if that is large.
            let near = wanted.filter(|w| (offset..offset + (1 << 20)).contains(w));
            offset = near.ok_or(Unsafe("it is a program with no room for more headers"))?;
        }
        let table_size = (segments.len() + 1) * size_of::<ProgramHeader64<LE>>();
        let mut body = vec![0; table_size];
        let strings = address + body.len() as u64;
        body.extend(&growth.strings);
        body.resize(body.len().next_multiple_of(16), 0);
        let dynamic = body.len() as u64;
        body.extend(growth.dynamic.iter().flatten());
        out.resize(offset as usize, 0);
        out.extend(&body);

        // The loader writes into the dynamic section.
        let flags = if growth.dynamic.is_some() { PF_R | PF_W } else { PF_R };
        let mut segment = ProgramHeader64 {
            p_type: U32::new(LE, PT_LOAD),
            p_flags: U32::new(LE, flags),
            p_offset: NONE,
            p_vaddr: NONE,
            p_paddr: NONE,
            p_filesz: NONE,
            p_memsz: NONE,
            p_align: U64::new(LE, page),
        };
        place(&mut segment, offset, address, body.len() as u64);
        let last = segments.iter().rposition(|p| p.p_type.get(LE) == PT_LOAD).map_or(0, |i| i + 1);
        segments.insert(last, segment);
        for p in segments.iter_mut() {
            if p.p_type.get(LE) == PT_PHDR {
                place(p, offset, address, table_size as u64);
            } else if let (PT_DYNAMIC, Some(new)) = (p.p_type.get(LE), &growth.dynamic) {
                place(p, offset + dynamic, address + dynamic, new.len() as u64);
            }
        }
        for s in sections {
            let (at, size) = match image.name(s) {
                b".dynstr" => (strings - address, growth.strings.len()),
                b".dynamic" if growth.dynamic.is_some() => {
                    (dynamic, growth.dynamic.as_ref().map_or(0, Vec::len))
                }
                _ => continue,
            };
            s.sh_offset.set(LE, offset + at);
            s.sh_addr.set(LE, address + at);
            s.sh_size.set(LE, size as u64);
        }
        header.e_phoff.set(LE, offset);
        header.e_phnum.set(LE, segments.len() as u16);
        Ok(Placed { strings, dynamic: (offset + dynamic) as usize })
    }
}

/// Returns the parts of the file that segments and the leading tables need, merged if they move together.
fn pieces(image: &Image) -> Result<Vec<Piece>, Unsafe> {
    let table = image.header.e_phoff.get(LE);
    let table_size = size_of_val(image.segments.as_slice()) as u64;
    let mut ranges = vec![(0, 64), (table, table + table_size)];
    let with_bytes = image.segments.iter().filter(|p| p.p_filesz.get(LE) > 0);
    ranges.extend(with_bytes.map(|p| (p.p_offset.get(LE), p.p_offset.get(LE) + p.p_filesz.get(LE))));
    ranges.sort_unstable();
    let step = image.loads().map(|p| p.p_align.get(LE)).max().unwrap_or(1).max(image.page());
    let mut pieces: Vec<Piece> = Vec::new();
    for (start, end) in ranges {
        match pieces.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            Some(last) => {
                // Pieces that do not share a page of the file must not share one afterwards.
                let hole = start.saturating_sub(last.end.next_multiple_of(image.page()));
                let shift = last.shift + hole / step * step;
                pieces.push(Piece { start, end, shift });
            }
            None => pieces.push(Piece { start, end, shift: 0 }),
        }
    }
    let fits = pieces.last().is_some_and(|p| p.end <= image.bytes.len() as u64);
    fits.then_some(pieces).ok_or(Unsafe("its headers contradict each other"))
}

/// Returns the distance that the piece with `offset`, or the last one before it, moves.
fn shift(pieces: &[Piece], offset: u64) -> u64 {
    pieces.iter().rev().find(|p| p.start <= offset).map_or(0, |p| p.shift)
}

fn in_pieces(pieces: &[Piece], section: &SectionHeader64<LE>) -> bool {
    let start = section.sh_offset.get(LE);
    let end = start.saturating_add(section.sh_size.get(LE));
    has_bytes(section) && pieces.iter().any(|p| p.start <= start && end <= p.end)
}

/// Rejects a file with bytes after those that its headers describe: a program may search for them there.
fn overlay(image: &Image, pieces: &[Piece]) -> Result<(), Unsafe> {
    let sections = image.sections.iter().filter(|s| has_bytes(s));
    let ends = sections.map(|s| s.sh_offset.get(LE) + s.sh_size.get(LE));
    let table = image.header.e_shoff.get(LE) + size_of_val(image.sections.as_slice()) as u64;
    let end = ends.chain(pieces.iter().map(|p| p.end)).chain([table]).max().unwrap_or(0);
    let rest = image.bytes.get(end as usize..).unwrap_or_default();
    if rest.iter().any(|b| *b != 0) {
        return Err(Unsafe("data follow what its headers describe"));
    }
    Ok(())
}

fn place(segment: &mut ProgramHeader64<LE>, offset: u64, address: u64, size: u64) {
    segment.p_offset.set(LE, offset);
    segment.p_vaddr.set(LE, address);
    segment.p_paddr.set(LE, address);
    segment.p_filesz.set(LE, size);
    segment.p_memsz.set(LE, size);
}

//! Reads the parts of an ELF file that affect loading: headers, dynamic section, version tables.

use goblin::container::{Container, Ctx, Endian};
use goblin::elf::dynamic::{
    DF_1_NODEFLIB, DF_1_PIE, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB,
    DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM, Dyn,
};
use goblin::elf::header::{EM_AARCH64, EM_X86_64, ET_DYN, ET_EXEC, Header};
use goblin::elf::program_header::{PT_DYNAMIC, PT_INTERP, PT_LOAD, ProgramHeader};
use goblin::elf::section_header::{SHT_GNU_VERDEF, SHT_GNU_VERNEED, SectionHeader};
use goblin::elf::symver::{VerdefSection, VerneedSection};

use crate::binaries::facts::{Facts, Role};
use crate::binaries::format::Refusal;
use crate::target::Arch;

/// Maximum number of program headers or dynamic entries. A larger count is damaged: no linker writes as
/// many.
const LIMIT: usize = 1 << 16;

/// Reads the headers of an ELF file.
pub(crate) fn read(bytes: &[u8]) -> Result<Facts, Refusal> {
    if bytes.get(..4) != Some(b"\x7fELF".as_slice()) {
        return Err(Refusal::Foreign);
    }
    let (Some(class), Some(data)) = (bytes.get(4), bytes.get(5)) else {
        return Err(damaged("header"));
    };
    if (*class, *data) != (2, 1) {
        return Ok(Facts::default());
    }
    let header = goblin::elf::Elf::parse_header(bytes).map_err(|_| damaged("header"))?;
    let mut facts = Facts { arch: arch(&header), ..Facts::default() };
    if header.e_type != ET_DYN && header.e_type != ET_EXEC {
        return Err(Refusal::Foreign);
    }
    let ctx = Ctx::new(Container::Big, Endian::Little);
    let segments = segments(bytes, &header, ctx)?;
    if header.e_type == ET_EXEC || segments.iter().any(|p| p.p_type == PT_INTERP) {
        facts.role = Role::Program;
    }
    let Some(dynamic) = dynamic(bytes, &segments)? else {
        facts.role = Role::Static;
        return Ok(facts);
    };
    let value = |tag| dynamic.iter().find(|d| d.d_tag == tag).map(|d| d.d_val);
    let strings = strings(bytes, &segments, value(DT_STRTAB), value(DT_STRSZ))?;
    let mut is_pie = false;
    for entry in &dynamic {
        let text = || string(strings, entry.d_val);
        match entry.d_tag {
            DT_NEEDED => facts.needed.push(text()?),
            DT_SONAME => facts.name = Some(text()?),
            DT_RPATH => facts.rpath = folders(&text()?),
            DT_RUNPATH => facts.runpath = Some(folders(&text()?)),
            DT_FLAGS_1 => {
                facts.no_default = entry.d_val & DF_1_NODEFLIB != 0;
                is_pie = entry.d_val & DF_1_PIE != 0;
            }
            _ => {}
        }
    }
    // Some libraries can also be run, such as `libc.so.6` and `libQt5Core.so.5`, which then print their
    // version.
    if header.e_type == ET_DYN && facts.name.is_some() && !is_pie {
        facts.role = Role::Library;
    }
    let table = |tag, count| {
        let offset = file_offset(&segments, value(tag)?)?;
        Some((offset, usize::try_from(value(count)?).ok()?.min(LIMIT)))
    };
    if let Some((offset, count)) = table(DT_VERNEED, DT_VERNEEDNUM) {
        facts.versions = needed_versions(bytes, offset, count, strings, ctx)?;
    }
    if let Some((offset, count)) = table(DT_VERDEF, DT_VERDEFNUM) {
        facts.defines = defined_versions(bytes, offset, count, strings, ctx)?;
    }
    Ok(facts)
}

fn damaged(part: &str) -> Refusal {
    Refusal::Damaged(part.to_owned())
}

fn arch(header: &Header) -> Option<Arch> {
    match header.e_machine {
        EM_X86_64 => Some(Arch::X86_64),
        EM_AARCH64 => Some(Arch::Aarch64),
        _ => None,
    }
}

fn segments(bytes: &[u8], header: &Header, ctx: Ctx) -> Result<Vec<ProgramHeader>, Refusal> {
    let bad = || damaged("program headers");
    let start = usize::try_from(header.e_phoff).map_err(|_| bad())?;
    let count = usize::from(header.e_phnum);
    if count > 0 && usize::from(header.e_phentsize) != ProgramHeader::size(ctx) {
        return Err(bad());
    }
    let end = start.checked_add(count * ProgramHeader::size(ctx)).ok_or_else(bad)?;
    if end > bytes.len() {
        return Err(bad());
    }
    let segments = ProgramHeader::parse(bytes, start, count, ctx).map_err(|_| bad())?;
    let whole = |p: &ProgramHeader| {
        p.p_vaddr.checked_add(p.p_memsz).is_some()
            && p.p_offset.checked_add(p.p_filesz).is_some_and(|end| end <= bytes.len() as u64)
    };
    if segments.iter().any(|p| p.p_type == PT_LOAD && !whole(p)) {
        return Err(bad());
    }
    Ok(segments)
}

/// Returns the file offset of the byte at a virtual address.
fn file_offset(segments: &[ProgramHeader], address: u64) -> Option<usize> {
    let holds = |p: &&ProgramHeader| p.p_type == PT_LOAD && address.wrapping_sub(p.p_vaddr) < p.p_filesz;
    let segment = segments.iter().find(holds)?;
    usize::try_from(segment.p_offset.checked_add(address - segment.p_vaddr)?).ok()
}

fn dynamic(bytes: &[u8], segments: &[ProgramHeader]) -> Result<Option<Vec<Dyn>>, Refusal> {
    let Some(segment) = segments.iter().find(|p| p.p_type == PT_DYNAMIC) else { return Ok(None) };
    let bad = || damaged("dynamic section");
    let start = usize::try_from(segment.p_offset).map_err(|_| bad())?;
    let size = usize::try_from(segment.p_filesz).map_err(|_| bad())?;
    let part = bytes.get(start..start.checked_add(size).ok_or_else(bad)?).ok_or_else(bad)?;
    let word = |b: &[u8]| b.try_into().map(u64::from_le_bytes).unwrap_or_default();
    let entries = part.chunks_exact(16).take(LIMIT);
    let entries = entries.map(|e| Dyn { d_tag: word(&e[..8]), d_val: word(&e[8..]) });
    Ok(Some(entries.take_while(|d| d.d_tag != 0).collect()))
}

fn strings<'a>(
    bytes: &'a [u8],
    segments: &[ProgramHeader],
    address: Option<u64>,
    size: Option<u64>,
) -> Result<&'a [u8], Refusal> {
    let (Some(address), Some(size)) = (address, size) else { return Ok(&[]) };
    let bad = || damaged("dynamic strings");
    let start = file_offset(segments, address).ok_or_else(bad)?;
    let size = usize::try_from(size).map_err(|_| bad())?;
    bytes.get(start..start.checked_add(size).ok_or_else(bad)?).ok_or_else(bad)
}

fn string(strings: &[u8], at: u64) -> Result<String, Refusal> {
    let bad = || damaged("dynamic strings");
    let text = strings.get(usize::try_from(at).map_err(|_| bad())?..).ok_or_else(bad)?;
    let end = text.iter().position(|b| *b == 0).ok_or_else(bad)?;
    Ok(String::from_utf8_lossy(&text[..end]).into_owned())
}

/// Splits a search path and drops empty folders. They would mean the current folder, but current loaders
/// ignore them.
fn folders(path: &str) -> Vec<String> {
    path.split(':').filter(|p| !p.is_empty()).map(String::from).collect()
}

/// Returns the section header that goblin's version readers require. The loader itself needs none.
fn section(kind: u32, bytes: &[u8], offset: usize, count: usize) -> SectionHeader {
    let mut section = SectionHeader::new();
    section.sh_type = kind;
    section.sh_offset = offset as u64;
    section.sh_size = bytes.len().saturating_sub(offset) as u64;
    section.sh_info = count as u32;
    section
}

fn needed_versions(
    bytes: &[u8],
    offset: usize,
    count: usize,
    strings: &[u8],
    ctx: Ctx,
) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let bad = || damaged("needed versions");
    let header = section(SHT_GNU_VERNEED, bytes, offset, count);
    let table = VerneedSection::parse(bytes, &[header], ctx).map_err(|_| bad())?;
    let (mut versions, mut left) = (Vec::new(), LIMIT);
    for library in table.iter().flat_map(VerneedSection::iter).take(count) {
        let mut names = Vec::new();
        for version in library.iter().take(usize::from(library.vn_cnt).min(left)) {
            left -= 1;
            names.push(string(strings, version.vna_name as u64)?);
        }
        versions.push((string(strings, library.vn_file as u64)?, names));
    }
    Ok(versions)
}

fn defined_versions(
    bytes: &[u8],
    offset: usize,
    count: usize,
    strings: &[u8],
    ctx: Ctx,
) -> Result<Vec<String>, Refusal> {
    let bad = || damaged("defined versions");
    let header = section(SHT_GNU_VERDEF, bytes, offset, count);
    let table = VerdefSection::parse(bytes, &[header], ctx).map_err(|_| bad())?;
    let mut names = Vec::new();
    for version in table.iter().flat_map(VerdefSection::iter).take(count) {
        // The first auxiliary entry is the version and the others are its ancestors. Flag 1 marks the base.
        if let Some(name) = version.iter().next().filter(|_| version.vd_flags & 1 == 0) {
            names.push(string(strings, name.vda_name as u64)?);
        }
    }
    Ok(names)
}

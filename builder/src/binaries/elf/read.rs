//! Reads the parts of an ELF file that affect loading: headers, dynamic section, version tables.

use object::LittleEndian as LE;
use object::elf::{self, DynamicTag, Machine, Verdaux, Verdef, Vernaux, Verneed};
use object::pod::Pod;
use object::read::ReadRef;
use object::read::elf::{FileHeader, ProgramHeader};

use crate::binaries::facts::{Facts, Role};
use crate::binaries::format::Refusal;
use crate::target::Arch;

type Header = elf::FileHeader64<LE>;
type Segment = elf::ProgramHeader64<LE>;
type Entry = elf::Dyn64<LE>;

/// Maximum number of dynamic entries or versions. A larger count is damaged: no linker writes as many.
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
    let header = Header::parse(bytes).map_err(|_| damaged("header"))?;
    let mut facts = Facts { arch: arch(header.e_machine.get(LE)), ..Facts::default() };
    let kind = header.e_type.get(LE);
    if kind != elf::ET_DYN && kind != elf::ET_EXEC {
        return Err(Refusal::Foreign);
    }
    let segments = segments(bytes, header)?;
    if kind == elf::ET_EXEC || segments.iter().any(|p| p.p_type.get(LE) == elf::PT_INTERP) {
        facts.role = Role::Program;
    }
    let Some(dynamic) = dynamic(bytes, segments)? else {
        facts.role = Role::Static;
        return Ok(facts);
    };
    let value = |wanted| dynamic.iter().find(|(tag, _)| *tag == wanted).map(|(_, value)| *value);
    let strings = strings(bytes, segments, value(elf::DT_STRTAB), value(elf::DT_STRSZ))?;
    let mut is_pie = false;
    for (tag, value) in &dynamic {
        let text = || string(strings, *value);
        match *tag {
            elf::DT_NEEDED => facts.needed.push(text()?),
            elf::DT_SONAME => facts.name = Some(text()?),
            elf::DT_RPATH => facts.rpath = folders(&text()?),
            elf::DT_RUNPATH => facts.runpath = Some(folders(&text()?)),
            elf::DT_FLAGS_1 => {
                facts.no_default = value & elf::DF_1_NODEFLIB.0 != 0;
                is_pie = value & elf::DF_1_PIE.0 != 0;
            }
            _ => {}
        }
    }
    // Some libraries can also be run, such as `libc.so.6` and `libQt5Core.so.5`, which then print their
    // version.
    if kind == elf::ET_DYN && facts.name.is_some() && !is_pie {
        facts.role = Role::Library;
    }
    let table = |tag, count| {
        let offset = file_offset(segments, value(tag)?)?;
        Some((offset, usize::try_from(value(count)?).ok()?.min(LIMIT)))
    };
    if let Some((offset, count)) = table(elf::DT_VERNEED, elf::DT_VERNEEDNUM) {
        facts.versions = needed_versions(bytes, offset, count, strings)?;
    }
    if let Some((offset, count)) = table(elf::DT_VERDEF, elf::DT_VERDEFNUM) {
        facts.defines = defined_versions(bytes, offset, count, strings)?;
    }
    Ok(facts)
}

fn damaged(part: &str) -> Refusal {
    Refusal::Damaged(part.to_owned())
}

fn arch(machine: Machine) -> Option<Arch> {
    match machine {
        elf::EM_X86_64 => Some(Arch::X86_64),
        elf::EM_AARCH64 => Some(Arch::Aarch64),
        _ => None,
    }
}

fn segments<'a>(bytes: &'a [u8], header: &Header) -> Result<&'a [Segment], Refusal> {
    let segments = header.program_headers(LE, bytes).map_err(|_| damaged("program headers"))?;
    let is_whole =
        |p: &Segment| p.data(LE, bytes).is_ok() && p.p_vaddr.get(LE).checked_add(p.p_memsz.get(LE)).is_some();
    if segments.iter().any(|p| p.p_type.get(LE) == elf::PT_LOAD && !is_whole(p)) {
        return Err(damaged("program headers"));
    }
    Ok(segments)
}

/// Returns the file offset of the byte at a virtual address.
fn file_offset(segments: &[Segment], address: u64) -> Option<u64> {
    let inner = |p: &Segment| address.wrapping_sub(p.p_vaddr.get(LE));
    let mut loaded = segments.iter().filter(|p| p.p_type.get(LE) == elf::PT_LOAD);
    let segment = loaded.find(|p| inner(p) < p.p_filesz.get(LE))?;
    segment.p_offset.get(LE).checked_add(inner(segment))
}

fn dynamic(bytes: &[u8], segments: &[Segment]) -> Result<Option<Vec<(DynamicTag, u64)>>, Refusal> {
    let segment = segments.iter().find(|p| p.p_type.get(LE) == elf::PT_DYNAMIC);
    let Some(segment) = segment else { return Ok(None) };
    let entries = segment.data_as_array(LE, bytes).map_err(|()| damaged("dynamic section"))?;
    let entries = entries.iter().take(LIMIT).map(|entry: &Entry| (entry.d_tag.get(LE), entry.d_val.get(LE)));
    Ok(Some(entries.take_while(|(tag, _)| *tag != elf::DT_NULL).collect()))
}

fn strings<'a>(
    bytes: &'a [u8],
    segments: &[Segment],
    address: Option<u64>,
    size: Option<u64>,
) -> Result<&'a [u8], Refusal> {
    let (Some(address), Some(size)) = (address, size) else { return Ok(&[]) };
    let bad = || damaged("dynamic strings");
    let start = file_offset(segments, address).ok_or_else(bad)?;
    bytes.read_bytes_at(start, size).map_err(|()| bad())
}

fn string(strings: &[u8], at: impl Into<u64>) -> Result<String, Refusal> {
    let text = strings.read_bytes_at_until(at.into()..strings.len() as u64, 0);
    let text = text.map_err(|()| damaged("dynamic strings"))?;
    Ok(String::from_utf8_lossy(text).into_owned())
}

/// Splits a search path and drops empty folders. They would mean the current folder, but current loaders
/// ignore them.
fn folders(path: &str) -> Vec<String> {
    path.split(':').filter(|p| !p.is_empty()).map(String::from).collect()
}

/// Returns the entries of a table with their offsets in the file. Each states the distance to the next one,
/// and the last one 0.
fn entries<T: Pod>(bytes: &[u8], offset: u64, next: impl Fn(&T) -> u32) -> impl Iterator<Item = (u64, &T)> {
    let read = move |at: u64| Some((at, bytes.read_at::<T>(at).ok()?));
    std::iter::successors(read(offset), move |(at, entry)| match next(entry) {
        0 => None,
        distance => read(at.checked_add(distance.into())?),
    })
}

fn needed_versions(
    bytes: &[u8],
    offset: u64,
    count: usize,
    strings: &[u8],
) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let (mut versions, mut left) = (Vec::new(), LIMIT);
    let libraries = entries(bytes, offset, |library: &Verneed<LE>| library.vn_next.get(LE));
    for (at, library) in libraries.take(count) {
        let first = at.saturating_add(library.vn_aux.get(LE).into());
        let needed = entries(bytes, first, |version: &Vernaux<LE>| version.vna_next.get(LE));
        let mut names = Vec::new();
        for (_, version) in needed.take(usize::from(library.vn_cnt.get(LE)).min(left)) {
            left -= 1;
            names.push(string(strings, version.vna_name.get(LE))?);
        }
        versions.push((string(strings, library.vn_file.get(LE))?, names));
    }
    Ok(versions)
}

fn defined_versions(bytes: &[u8], offset: u64, count: usize, strings: &[u8]) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    let versions = entries(bytes, offset, |version: &Verdef<LE>| version.vd_next.get(LE));
    let is_base = |version: &Verdef<LE>| version.vd_flags.get(LE).0 & elf::VER_FLG_BASE.0 != 0;
    for (at, version) in versions.take(count).filter(|(_, version)| !is_base(version)) {
        // The first auxiliary entry is the version and the others are its ancestors.
        let first = at.saturating_add(version.vd_aux.get(LE).into());
        if let Ok(name) = bytes.read_at::<Verdaux<LE>>(first) {
            names.push(string(strings, name.vda_name.get(LE))?);
        }
    }
    Ok(names)
}

//! Patches an ELF file: search path, paths of the build machine, debug sections.

use object::elf::{
    DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB, DT_SYMTAB, Dyn64, DynamicTag,
    PF_W, PT_LOAD, SHT_DYNSYM, Sym64,
};
use object::{I64, LittleEndian as LE, U64, pod};

use super::icu;
use super::image::{Image, has_bytes};
use super::layout::{self, Growth};
use super::read;
use crate::binaries::facts::{Facts, Role};
use crate::binaries::format::{Patch, Unsafe};
use crate::binaries::icu::globs_of;
use crate::spec::Strip;

/// The smallest page on any machine, in bytes.
const SMALLEST_PAGE: u64 = 0x1000;

/// Patches a file. Returns `None` if nothing changes.
///
/// The result is read again before it is returned, to check that loading works as requested and is
/// otherwise unchanged.
pub(crate) fn patch(bytes: &[u8], facts: &Facts, patch: &Patch<'_>) -> Result<Option<Vec<u8>>, Unsafe> {
    let mut image = Image::parse(bytes)?;
    if image.sections.iter().any(|s| image.name(s) == b".note.fdo.integrity") {
        return Err(Unsafe("it checks its own content"));
    }
    if !patch.left_out.is_empty() {
        let left_out = globs_of(patch.left_out).map_err(|_| Unsafe("a glob of data is malformed"))?;
        icu::cut(&mut image, &left_out);
        image = Image::parse(&layout::write(&image, Strip::None, None)?.0)?;
    }
    let growth = match patch.search {
        Some([]) => {
            remove_search(&mut image, facts)?;
            None
        }
        Some(search) => set_search(&mut image, facts, &search.join(":"))?,
        None => None,
    };
    patch.paths.scrub(&mut image.bytes);
    let strips = image.sections.iter().any(|s| layout::dropped(&image, s, patch.strip));
    let new = if let Some(mut growth) = growth {
        patch.paths.scrub(&mut growth.strings);
        Some(grown(&mut image, growth, patch.strip)?)
    } else if strips {
        Some(layout::write(&image, patch.strip, None)?.0)
    } else {
        Some(image.bytes)
    };
    let new = new.filter(|new| new != bytes);
    if let Some(new) = &new {
        check(facts, new, patch.search)?;
    }
    Ok(new)
}

/// Reads and checks the result.
fn check(before: &Facts, new: &[u8], search: Option<&[String]>) -> Result<(), Unsafe> {
    let mut after = read::read(new).map_err(|_| Unsafe("it could not be read again after a change"))?;
    if search.is_some_and(|search| after.search() != search) {
        return Err(Unsafe("its search path could not be set"));
    }
    if !Image::parse(new)?.headers_are_found() {
        return Err(Unsafe("its program headers would not be found"));
    }
    after.rpath.clone_from(&before.rpath);
    after.runpath.clone_from(&before.runpath);
    (after == *before).then_some(()).ok_or(Unsafe("a change would have damaged it"))
}

fn entry(tag: DynamicTag, value: u64) -> Dyn64<LE> {
    Dyn64 { d_tag: I64::new(LE, tag), d_val: U64::new(LE, value) }
}

/// Removes the search path from the dynamic section; the entries after it move up.
fn remove_search(image: &mut Image, facts: &Facts) -> Result<(), Unsafe> {
    let mut dynamic = image.dynamic()?;
    let used = used(&dynamic);
    erase(image, facts, &dynamic[..used], strings(image, &dynamic[..used])?)?;
    let count = dynamic.len();
    let mut at = 0;
    dynamic.retain(|d| {
        at += 1;
        at > used || !is_search(d)
    });
    dynamic.resize(count, entry(DT_NULL, 0));
    image.set_dynamic(&dynamic)
}

/// Returns the number of entries before the end of the dynamic section.
fn used(dynamic: &[Dyn64<LE>]) -> usize {
    dynamic.iter().take_while(|d| d.d_tag.get(LE) != DT_NULL).count()
}

const STRINGS: Unsafe = Unsafe("its dynamic strings lie outside the file");

/// Returns the range of the dynamic strings in the file.
fn strings(image: &Image, dynamic: &[Dyn64<LE>]) -> Result<(usize, usize), Unsafe> {
    let (start, size) = (value(dynamic, DT_STRTAB).ok_or(STRINGS)?, value(dynamic, DT_STRSZ).ok_or(STRINGS)?);
    let (start, size) = (image.offset_of(start).ok_or(STRINGS)?, usize::try_from(size).map_err(|_| STRINGS)?);
    let end = start.checked_add(size).filter(|end| *end <= image.bytes.len()).ok_or(STRINGS)?;
    Ok((start, end))
}

/// Erases the old paths, which may contain paths of the build machine, except bytes that other names share.
/// Returns the offset of each in the strings, and the number of free bytes there.
fn erase(
    image: &mut Image,
    facts: &Facts,
    dynamic: &[Dyn64<LE>],
    (start, end): (usize, usize),
) -> Result<Vec<(usize, usize)>, Unsafe> {
    let mut erased = Vec::new();
    for d in dynamic.iter().filter(|d| is_search(d)) {
        let at = usize::try_from(d.d_val.get(LE)).map_err(|_| STRINGS)?;
        let free = private(image, facts, dynamic, (start, end), at).unwrap_or(0);
        image.bytes[start + at.min(end - start)..][..free].fill(0);
        erased.push((at, free));
    }
    Ok(erased)
}

/// Sets the search path in place, or returns the tables that must grow.
fn set_search(image: &mut Image, facts: &Facts, search: &str) -> Result<Option<Growth>, Unsafe> {
    let mut dynamic = image.dynamic()?;
    let used = used(&dynamic);
    let (start, end) = strings(image, &dynamic[..used])?;
    let own: Vec<usize> = (0..used).filter(|i| is_search(&dynamic[*i])).collect();
    let erased = erase(image, facts, &dynamic[..used], (start, end))?;
    let room = erased.into_iter().rfind(|(_, free)| *free > search.len());
    if let Some((at, _)) = room {
        image.bytes[start + at..][..search.len()].copy_from_slice(search.as_bytes());
        for i in own {
            dynamic[i].d_val.set(LE, at as u64);
        }
        image.set_dynamic(&dynamic)?;
        return Ok(None);
    }
    // One empty entry must remain, because it ends the section.
    let has_entry = !own.is_empty() || used + 1 < dynamic.len();
    if has_entry && let Some(at) = put_in_gap(image, start, search) {
        refer(&mut dynamic, used, at - start, at + search.len() + 1 - start);
        image.set_dynamic(&dynamic)?;
        return Ok(None);
    }
    let mut strings = image.bytes[start..end].to_vec();
    if !is_shared(image, &dynamic[..used], (start, end)) {
        // The old table is no longer used. Zeros compress to almost nothing.
        image.bytes[start..end].fill(0);
    }
    let at = strings.len();
    strings.extend(search.as_bytes());
    strings.push(0);
    if !has_entry {
        dynamic.truncate(used);
        dynamic.extend([entry(DT_NULL, 0), entry(DT_NULL, 0)]);
    }
    refer(&mut dynamic, used, at, strings.len());
    let bytes = pod::bytes_of_slice(&dynamic).to_vec();
    if has_entry {
        image.set_dynamic(&dynamic)?;
    }
    let program = facts.role == Role::Program;
    Ok(Some(Growth { strings, dynamic: (!has_entry).then_some(bytes), program }))
}

/// Sets the entries for the search path, or the first unused one, to a place in the strings, which have a new size.
fn refer(dynamic: &mut [Dyn64<LE>], used: usize, at: usize, size: usize) {
    let mut is_new = true;
    for d in &mut dynamic[..used] {
        if is_search(d) {
            is_new = false;
            d.d_val.set(LE, at as u64);
        } else if d.d_tag.get(LE) == DT_STRSZ {
            d.d_val.set(LE, size as u64);
        }
    }
    if is_new {
        dynamic[used] = entry(DT_RUNPATH, at as u64);
    }
}

/// Writes a search path to the unused end of the last page of the segment that contains the dynamic strings, at offset `start`, and
/// makes it part of the segment and of the strings. Nothing requires that only strings are there. Returns its offset.
///
/// A new segment would cost a mapping and up to 64 KiB of memory in each process, for each library.
fn put_in_gap(image: &mut Image, start: usize, search: &str) -> Option<usize> {
    let size = search.len() as u64 + 1;
    let start = start as u64;
    let is_home = |p: &object::elf::ProgramHeader64<LE>| {
        let (offset, size) = (p.p_offset.get(LE), p.p_filesz.get(LE));
        p.p_type.get(LE) == PT_LOAD && (offset..offset + size).contains(&start)
    };
    let home = image.segments.iter().position(is_home)?;
    let segment = &image.segments[home];
    if segment.p_flags.get(LE).0 & PF_W.0 != 0 || segment.p_filesz.get(LE) != segment.p_memsz.get(LE) {
        return None;
    }
    let (at, address) = (
        segment.p_offset.get(LE) + segment.p_filesz.get(LE),
        segment.p_vaddr.get(LE) + segment.p_memsz.get(LE),
    );
    let rest = address.next_multiple_of(SMALLEST_PAGE) - address;
    let others = image.loads().any(|p| (address..address + size).contains(&p.p_vaddr.get(LE)));
    let begins = |offset: u64| offset < at + size && offset >= at;
    let is_taken = image.segments.iter().any(|p| begins(p.p_offset.get(LE)) && p.p_filesz.get(LE) > 0)
        || image
            .sections
            .iter()
            .any(|s| has_bytes(s) && s.sh_size.get(LE) > 0 && begins(s.sh_offset.get(LE)))
        || begins(image.header.e_shoff.get(LE));
    if size > rest || others || is_taken {
        return None;
    }
    let place = image.bytes.get_mut(at as usize..)?.get_mut(..size as usize)?;
    if place.iter().any(|b| *b != 0) {
        return None;
    }
    place[..search.len()].copy_from_slice(search.as_bytes());
    let segment = &mut image.segments[home];
    segment.p_filesz.set(LE, segment.p_filesz.get(LE) + size);
    segment.p_memsz.set(LE, segment.p_memsz.get(LE) + size);
    let strings = image
        .sections
        .iter()
        .position(|s| has_bytes(s) && s.sh_offset.get(LE) == start && image.name(s) == b".dynstr");
    if let Some(strings) = strings {
        image.sections[strings].sh_size.set(LE, at + size - start);
    }
    image.put_tables();
    usize::try_from(at).ok()
}

/// Whether other tables lie in the range of the dynamic strings, see [`put_in_gap`].
fn is_shared(image: &Image, dynamic: &[Dyn64<LE>], (start, end): (usize, usize)) -> bool {
    let inside = |offset: usize| offset > start && offset < end;
    let is_pointer =
        |d: &&Dyn64<LE>| ![DT_STRSZ, DT_NEEDED, DT_SONAME].contains(&d.d_tag.get(LE)) && !is_search(d);
    let pointers = dynamic.iter().filter(is_pointer).filter_map(|d| image.offset_of(d.d_val.get(LE)));
    let sections = image.sections.iter().filter(|s| has_bytes(s)).map(|s| s.sh_offset.get(LE) as usize);
    pointers.chain(sections).any(inside)
}

fn is_search(entry: &Dyn64<LE>) -> bool {
    [DT_RPATH, DT_RUNPATH].contains(&entry.d_tag.get(LE))
}

/// Returns how many bytes of the string at `at`, including its NUL, are unshared: linkers may store a name
/// in the tail of another.
fn private(
    image: &Image,
    facts: &Facts,
    dynamic: &[Dyn64<LE>],
    (start, end): (usize, usize),
    at: usize,
) -> Option<usize> {
    let strings = image.bytes.get(start..end)?;
    let text = strings.get(at..)?;
    let len = text.iter().position(|b| *b == 0)?;
    let text = &text[..len];
    // The string itself may also be the tail of a longer one, and then starts inside it.
    if at > 0 && strings[at - 1] != 0 {
        return None;
    }
    let symbols = value(dynamic, DT_SYMTAB)?;
    let of_symbols = |s: &&object::elf::SectionHeader64<LE>| {
        s.sh_type.get(LE) == SHT_DYNSYM && s.sh_addr.get(LE) == symbols
    };
    let section = image.sections.iter().find(of_symbols)?;
    let table = image.bytes.get(section.sh_offset.get(LE) as usize..)?;
    let count = section.sh_size.get(LE) as usize / size_of::<Sym64<LE>>();
    let (symbols, _) = pod::slice_from_bytes::<Sym64<LE>>(table, count).ok()?;
    let names = symbols.iter().map(|s| s.st_name.get(LE) as usize);
    // These are the common entries that refer to strings. Any other such entry prevents the change.
    let entries = dynamic.iter().filter(|d| !is_search(d)).filter_map(|d| match d.d_tag.get(LE) {
        DT_NEEDED | DT_SONAME => Some(d.d_val.get(LE) as usize),
        DynamicTag(0x7fff_fffd..=0x7fff_ffff | 0x6fff_fefa..=0x6fff_fefc) => Some(at),
        _ => None,
    });
    let by_place = names.chain(entries).filter(|n| (at..=at + len).contains(n)).min();
    let versions = facts.versions.iter().flat_map(|(l, names)| names.iter().chain([l])).chain(&facts.defines);
    let tails = versions.filter(|v| text.ends_with(v.as_bytes())).map(|v| at + len - v.len());
    let limit = tails.chain(by_place).min().map_or(len + 1, |first| first - at);
    (limit > 0).then_some(limit)
}

fn value(dynamic: &[Dyn64<LE>], tag: DynamicTag) -> Option<u64> {
    dynamic.iter().find(|d| d.d_tag.get(LE) == tag).map(|d| d.d_val.get(LE))
}

/// Writes a file with a new segment and updates its dynamic section.
fn grown(image: &mut Image, growth: Growth, strip: Strip) -> Result<Vec<u8>, Unsafe> {
    let (mut new, placed) = layout::write(image, strip, Some(&growth))?;
    let broken = Unsafe("its dynamic section was not found again");
    let placed = placed.ok_or(broken)?;
    let (at, count) = match &growth.dynamic {
        Some(dynamic) => (placed.dynamic, dynamic.len() / size_of::<Dyn64<LE>>()),
        None => Image::parse(&new)?.dynamic_range()?,
    };
    let entries = new.get_mut(at..).and_then(|b| pod::slice_from_bytes_mut::<Dyn64<LE>>(b, count).ok());
    for d in entries.ok_or(broken)?.0 {
        if d.d_tag.get(LE) == DT_STRTAB {
            d.d_val.set(LE, placed.strings);
        }
    }
    Ok(new)
}

//! Cuts items out of the data library of ICU.
//!
//! The library is an ELF file whose only symbol, `icudt<version>_dat`, is the table of contents of all data
//! (icu4c/source/common/ucmndata.h). The data come last in their segment, so that a shorter table moves nothing else in memory.

use globset::GlobSet;
use object::LittleEndian as LE;
use object::elf::{PT_LOAD, Sym64};
use object::pod;

use super::image::{Image, has_bytes};

/// Alignment of items in bytes.
const ALIGN: usize = 16;
/// Size of an item in the table: the offsets of its name and its data.
const ITEM: usize = 8;

/// Removes the items whose paths below the version's folder match. Does nothing for a file of another form.
pub(crate) fn cut(image: &mut Image, left_out: &GlobSet) {
    let Some(place) = find(image) else { return };
    let Some(new) = without(&image.bytes[place.start..place.end], left_out) else { return };
    let (len, old) = (new.len() as u64, (place.end - place.start) as u64);
    if len >= old {
        return;
    }
    image.bytes[place.start..place.start + new.len()].copy_from_slice(&new);
    image.bytes[place.start + new.len()..place.end].fill(0);
    let page = image.page();
    let (start, end) = (place.start as u64, place.end as u64);
    for p in image.segments.iter_mut().filter(|p| p.p_type.get(LE) == PT_LOAD) {
        if p.p_offset.get(LE) <= start && p.p_offset.get(LE) + p.p_filesz.get(LE) == end {
            p.p_filesz.set(LE, p.p_filesz.get(LE) - (old - len));
            p.p_memsz.set(LE, p.p_memsz.get(LE) - (old - len));
        }
        // The gap that is left must be a multiple of this.
        p.p_align.set(LE, p.p_align.get(LE).min(page));
    }
    for s in image.sections.iter_mut().filter(|s| has_bytes(s)) {
        let (offset, size) = (s.sh_offset.get(LE), s.sh_size.get(LE));
        if offset == end && size == 0 {
            s.sh_offset.set(LE, end - (old - len));
            s.sh_addr.set(LE, s.sh_addr.get(LE).saturating_sub(old - len));
        } else if offset <= start && offset + size == end {
            s.sh_size.set(LE, size - (old - len));
        }
    }
    if let Some(symbol) = image.bytes.get_mut(place.symbol..place.symbol + size_of::<Sym64<LE>>())
        && let Ok((symbol, _)) = pod::from_bytes_mut::<Sym64<LE>>(symbol)
        && symbol.st_size.get(LE) >= old
    {
        symbol.st_size.set(LE, len);
    }
}

/// The data in a file.
pub(super) struct Place {
    pub(super) start: usize,
    end: usize,
    /// Offset of the symbol.
    symbol: usize,
}

/// Finds the data: from the symbol to the end of its segment, which must be the end of a section too.
pub(super) fn find(image: &Image) -> Option<Place> {
    let symbols = image.sections.iter().find(|s| image.name(s) == b".dynsym")?;
    let strings = image.sections.iter().find(|s| image.name(s) == b".dynstr")?.sh_offset.get(LE);
    let first = usize::try_from(symbols.sh_offset.get(LE)).ok()?;
    let count = usize::try_from(symbols.sh_size.get(LE)).ok()? / size_of::<Sym64<LE>>();
    let (table, _) = pod::slice_from_bytes::<Sym64<LE>>(image.bytes.get(first..)?, count).ok()?;
    let name = |symbol: &Sym64<LE>| {
        let at = usize::try_from(strings.saturating_add(symbol.st_name.get(LE).into())).ok()?;
        image.bytes.get(at..)?.split(|b| *b == 0).next()
    };
    let is_data = |symbol: &Sym64<LE>| {
        name(symbol).is_some_and(|name| name.starts_with(b"icudt") && name.ends_with(b"_dat"))
    };
    let at = table.iter().position(is_data)?;
    let start = image.offset_of(table[at].st_value.get(LE))?;
    let segment = image.loads().find(|p| {
        let (offset, size) = (p.p_offset.get(LE), p.p_filesz.get(LE));
        (offset..offset + size).contains(&(start as u64)) && size == p.p_memsz.get(LE)
    })?;
    let end = segment.p_offset.get(LE) + segment.p_filesz.get(LE);
    let is_section = image.sections.iter().filter(|s| has_bytes(s)).any(|s| {
        let offset = s.sh_offset.get(LE);
        offset <= start as u64 && offset + s.sh_size.get(LE) == end
    });
    let place = Place { start, end: usize::try_from(end).ok()?, symbol: first + at * size_of::<Sym64<LE>>() };
    is_section.then_some(place)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

/// Returns the table with the items that do not match; `None` if it has another format, or if no item matches.
///
/// A header is followed by the number of items, the offsets of each one's name and data from there, in the order of the names, and
/// the names and data themselves.
fn without(data: &[u8], left_out: &GlobSet) -> Option<Vec<u8>> {
    let header = usize::from(u16::from_le_bytes(*data.first_chunk()?));
    // UDataInfo: little-endian, ASCII, two bytes per character, format `CmnD`, version 1.
    let is_known =
        data.get(2..4)? == [0xda, 0x27] && data.get(8..11)? == [0, 0, 2] && data.get(12..17)? == *b"CmnD\x01";
    let table = data.get(header..).filter(|_| is_known)?;
    let count = u32_at(table, 0).filter(|count| *count <= table.len() / ITEM)?;
    let offsets = |i: usize| Some((u32_at(table, 4 + i * ITEM)?, u32_at(table, 8 + i * ITEM)?));
    let mut kept: Vec<(&[u8], &[u8])> = Vec::new();
    for i in 0..count {
        let (name, start) = offsets(i)?;
        let end = if i + 1 < count { offsets(i + 1)?.1 } else { table.len() };
        let name = table.get(name..)?.split(|b| *b == 0).next()?;
        let content = table.get(start..end)?;
        let path = std::str::from_utf8(name).ok()?;
        if !left_out.is_match(path.split_once('/').map_or(path, |(_, path)| path)) {
            kept.push((name, content));
        }
    }
    (kept.len() < count).then(|| joined(&data[..header], &kept))
}

pub(super) fn joined(header: &[u8], items: &[(&[u8], &[u8])]) -> Vec<u8> {
    let names = 4 + items.len() * ITEM;
    let contents = names + items.iter().map(|(name, _)| name.len() + 1).sum::<usize>();
    // Items are aligned in memory, where the header starts at a multiple of the alignment.
    let aligned = |at: usize| (header.len() + at).next_multiple_of(ALIGN) - header.len();
    let mut out = header.to_vec();
    out.extend((items.len() as u32).to_le_bytes());
    let (mut name_at, mut content_at) = (names, aligned(contents));
    for (name, content) in items {
        out.extend((name_at as u32).to_le_bytes());
        out.extend((content_at as u32).to_le_bytes());
        name_at += name.len() + 1;
        content_at = aligned(content_at + content.len());
    }
    for (name, _) in items {
        out.extend(*name);
        out.push(0);
    }
    for (_, content) in items {
        out.resize(out.len().next_multiple_of(ALIGN), 0);
        out.extend(*content);
    }
    out
}

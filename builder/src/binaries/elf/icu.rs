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
struct Place {
    start: usize,
    end: usize,
    /// Offset of the symbol.
    symbol: usize,
}

/// Finds the data: from the symbol to the end of its segment, which must be the end of a section too.
fn find(image: &Image) -> Option<Place> {
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

fn joined(header: &[u8], items: &[(&[u8], &[u8])]) -> Vec<u8> {
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

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::binaries::elf::layout;
    use crate::binaries::icu::globs;
    use crate::binaries::tests::{Bench, load};
    use crate::spec::Strip;

    /// Finds an item as ICU does and returns its first byte.
    const LOOKUP: &str = r#"
#include <string.h>
extern const unsigned char icudt99_dat[];
static unsigned at(unsigned i) { const unsigned char *p = icudt99_dat + 32 + i; return p[0] | p[1] << 8 | p[2] << 16 | p[3] << 24; }
static int find(const char *name) {
    for (unsigned i = 0; i < at(0); i++) {
        const unsigned char *item = icudt99_dat + 32 + at(8 + i * 8);
        if (!strcmp((const char *)icudt99_dat + 32 + at(4 + i * 8), name))
            return (unsigned long)item % 16 ? -2 : item[4999] == item[0] ? item[0] : -3;
    }
    return -1;
}
int call(void) { return find("icudt99l/root.res") == 1 && find("icudt99l/coll/de.res") == 4 && find("icudt99l/unit/de.res") == UNIT ? 42 : 0; }
"#;

    /// Returns a data library with four items of 5,000 bytes.
    fn library(b: &Bench) -> Vec<u8> {
        let mut header = [32, 0, 0xda, 0x27, 20, 0, 0, 0, 0, 0, 2, 0].to_vec();
        header.extend(b"CmnD\x01\0\0\0");
        header.resize(32, 0);
        let names =
            ["icudt99l/brkitr/x.res", "icudt99l/coll/de.res", "icudt99l/root.res", "icudt99l/unit/de.res"];
        let contents = [[3; 5000], [4; 5000], [1; 5000], [2; 5000]];
        let items: Vec<(&[u8], &[u8])> =
            names.iter().zip(&contents).map(|(n, c)| (n.as_bytes(), &c[..])).collect();
        let bytes: Vec<String> = joined(&header, &items).iter().map(u8::to_string).collect();
        let source = format!(
            "const unsigned char icudt99_dat[] __attribute__((aligned(16))) = {{{}}};",
            bytes.join(",")
        );
        let options = [
            "-nostdlib",
            "-fno-asynchronous-unwind-tables",
            "-Wl,-soname,libicudata.so.99",
            "-Wl,-z,noseparate-code",
        ];
        fs_err::read(b.cc("libicudata.so.99", &source, &options)).unwrap()
    }

    fn cut_library(bytes: &[u8], left_out: &[&str]) -> Vec<u8> {
        let mut image = Image::parse(bytes).unwrap();
        cut(&mut image, &globs(&left_out.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).unwrap());
        layout::write(&image, Strip::None, None).unwrap().0
    }

    #[test]
    fn items_are_cut_out_and_the_others_are_found() {
        let b = Bench::new();
        let whole = library(&b);
        let lookup = |unit: &str| {
            let source = LOOKUP.replace("UNIT", unit);
            b.cc("lookup.so", &source, &["libicudata.so.99", "-Wl,-rpath,$ORIGIN"])
        };
        assert_eq!(load(&[lookup("2")], "call").unwrap(), "42");
        for left_out in [&["unit/*"][..], &["brkitr/*", "unit/*"]] {
            let less = cut_library(&whole, left_out);
            assert!(less.len() + 4096 * left_out.len() <= whole.len(), "{} {}", less.len(), whole.len());
            fs_err::write(b.path.join("libicudata.so.99"), &less).unwrap();
            assert_eq!(load(&[lookup("-1")], "call").unwrap(), "42");
        }
        assert!(cut_library(&whole, &["other/*"]) == cut_library(&whole, &[]));
    }

    #[test]
    fn damaged_tables_are_left_alone() {
        let b = Bench::new();
        let whole = library(&b);
        let place = find(&Image::parse(&whole).unwrap()).unwrap();
        for at in (place.start..place.start + 120).chain(0..800) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                if let Ok(mut image) = Image::parse(&damaged) {
                    cut(&mut image, &globs(&["unit/*".to_owned()]).unwrap());
                    let _ = layout::write(&image, Strip::None, None);
                }
            }
        }
    }
}

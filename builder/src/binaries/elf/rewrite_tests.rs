//! Rewrites small libraries in every supported way, compares them with the output of other tools, and loads
//! them.

// The tests compile libraries for the build system, or load them.
#![cfg(target_os = "linux")]

use std::process::Command;

use super::image::Image;
use super::{read, rewrite};
use crate::binaries::facts::Role;
use crate::binaries::format::{Patch, Unsafe};
use crate::binaries::paths::MachinePaths;
use crate::binaries::tests::{Bench, load};
use crate::spec::Strip;

/// Queries the loader for the library's own headers, as exception unwinding does.
const SEES_ITSELF: &str = r"
#define _GNU_SOURCE
#include <link.h>
static int found;
static int look(struct dl_phdr_info *i, size_t n, void *p) {
    int here = 0, frame = 0;
    for (int k = 0; k < i->dlpi_phnum; k++) {
        const ElfW(Phdr) *h = &i->dlpi_phdr[k];
        ElfW(Addr) start = i->dlpi_addr + h->p_vaddr;
        here |= h->p_type == PT_LOAD && start <= (ElfW(Addr))&look && (ElfW(Addr))&look < start + h->p_memsz;
        frame |= h->p_type == PT_GNU_EH_FRAME;
    }
    if (here && frame) found = 42;
    return 0;
}
int zeros[5000];
int call(void) { dl_iterate_phdr(look, 0); return found + zeros[4999]; }
";

fn patch(bytes: &[u8], strip: Strip, search: Option<&[&str]>) -> Result<Option<Vec<u8>>, Unsafe> {
    let facts = read::read(bytes).unwrap();
    let search: Option<Vec<String>> = search.map(|s| s.iter().map(|s| (*s).to_owned()).collect());
    let paths = MachinePaths::default();
    rewrite::patch(
        bytes,
        &facts,
        &Patch { strip, search: search.as_deref(), names: &[], own: None, paths: &paths, left_out: &[] },
    )
}

fn readelf(b: &Bench, name: &str, option: &str) -> String {
    let output = Command::new("readelf").args(["-W", option]).arg(b.path.join(name)).output().unwrap();
    let warnings = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(warnings, "", "readelf complains about {name}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Writes the result and checks that it loads and that readelf reports no problem.
fn works(b: &Bench, bytes: &[u8]) {
    let file = b.path.join("patched.so");
    fs_err::write(&file, bytes).unwrap();
    for option in ["-d", "-l", "-S", "-s", "-V", "-r", "-n"] {
        readelf(b, "patched.so", option);
    }
    assert_eq!(load(&[file], "call").unwrap(), "42");
}

#[test]
fn debug_sections_go_and_the_rest_still_works() {
    let b = Bench::new();
    let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, &[])).unwrap();
    let debug = patch(&bytes, Strip::Debug, None).unwrap().unwrap();
    works(&b, &debug);
    let sections = readelf(&b, "patched.so", "-S");
    assert!(!sections.contains(".debug_info") && sections.contains(".symtab") && sections.contains(".text"));
    let symbols = patch(&bytes, Strip::Symbols, None).unwrap().unwrap();
    works(&b, &symbols);
    let sections = readelf(&b, "patched.so", "-S");
    assert!(![".debug_info", ".symtab", ".strtab"].iter().any(|s| sections.contains(s)), "{sections}");
    let all = patch(&bytes, Strip::All, None).unwrap().unwrap();
    works(&b, &all);
    assert!(!readelf(&b, "patched.so", "-S").contains(".symtab"));
    assert!(all.len() <= symbols.len() && symbols.len() < debug.len() && debug.len() < bytes.len());
    // Nothing is left to remove.
    assert_eq!(patch(&debug, Strip::Debug, None).unwrap(), None);
    assert_eq!(patch(&symbols, Strip::Symbols, None).unwrap(), None);
    assert_eq!(patch(&all, Strip::All, None).unwrap(), None);
    assert_eq!(patch(&bytes, Strip::None, None).unwrap(), None);
}

#[test]
fn what_is_loaded_stays_byte_for_byte() {
    let b = Bench::new();
    let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, &[])).unwrap();
    let new = patch(&bytes, Strip::All, None).unwrap().unwrap();
    let (old, new) = (Image::parse(&bytes).unwrap(), Image::parse(&new).unwrap());
    assert_eq!(old.segments.len(), new.segments.len());
    for (a, b) in old.loads().zip(new.loads()) {
        let le = object::LittleEndian;
        assert_eq!(a.p_vaddr.get(le), b.p_vaddr.get(le));
        let range = |i: &Image, p: &object::elf::ProgramHeader64<object::LittleEndian>| {
            let start = p.p_offset.get(le) as usize;
            i.bytes[start.max(64)..start + p.p_filesz.get(le) as usize].to_vec()
        };
        assert!(range(&old, a) == range(&new, b));
    }
}

#[test]
fn a_search_path_is_set_in_place_or_with_a_new_segment() {
    let b = Bench::new();
    let long = "-Wl,-rpath,/a/long/path/of/the/building/machine";
    let cases: [(&str, &[&str]); 4] = [
        ("in place", &[long]),
        ("in place, old tag", &[long, "-Wl,--disable-new-dtags"]),
        ("new entry", &[]),
        ("longer than before", &["-Wl,-rpath,/x"]),
    ];
    for (case, options) in cases {
        let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, options)).unwrap();
        for strip in [Strip::None, Strip::Debug, Strip::All] {
            let new = patch(&bytes, strip, Some(&["$ORIGIN/../x.libs", "$ORIGIN"])).unwrap().unwrap();
            assert_eq!(read::read(&new).unwrap().search(), ["$ORIGIN/../x.libs", "$ORIGIN"], "{case}");
            works(&b, &new);
            assert!(readelf(&b, "patched.so", "-d").contains("[$ORIGIN/../x.libs:$ORIGIN]"), "{case}");
            assert!(!String::from_utf8_lossy(&new).contains("building/machine"), "{case}");
            // A patched file can be patched again.
            let again =
                patch(&new, Strip::All, Some(&["$ORIGIN/a/much/longer/path/than/there/was/before"])).unwrap();
            works(&b, &again.unwrap());
        }
    }
}

/// A search path that fits into no gap between segments.
fn long_path() -> String {
    format!("$ORIGIN/{}", "long/".repeat(1000))
}

#[test]
fn a_search_path_fits_into_the_gap_after_a_segment_or_gets_one_of_its_own() {
    let b = Bench::new();
    let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, &[])).unwrap();
    let segments = |bytes: &[u8]| Image::parse(bytes).unwrap().segments.len();
    let in_gap = patch(&bytes, Strip::All, Some(&["$ORIGIN/../x.libs"])).unwrap().unwrap();
    assert_eq!(segments(&in_gap), segments(&bytes));
    works(&b, &in_gap);
    // The table that moves is not overwritten, because others lie in its range.
    for bytes in [&bytes, &in_gap] {
        let grown = patch(bytes, Strip::Debug, Some(&[&long_path()])).unwrap().unwrap();
        assert_eq!(segments(&grown), segments(bytes) + 1);
        assert_eq!(read::read(&grown).unwrap().search(), [long_path()]);
        works(&b, &grown);
    }
}

#[test]
fn a_search_path_is_taken_out() {
    let b = Bench::new();
    let long = "-Wl,-rpath,/a/long/path/of/the/building/machine";
    for options in
        [&[long][..], &[long, "-Wl,--disable-new-dtags"], &[long, "-Wl,--spare-dynamic-tags=1"], &[]]
    {
        let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, options)).unwrap();
        for strip in [Strip::None, Strip::All] {
            let Some(new) = patch(&bytes, strip, Some(&[])).unwrap() else {
                assert!(options.is_empty() && strip == Strip::None);
                continue;
            };
            let facts = read::read(&new).unwrap();
            assert!(facts.rpath.is_empty() && facts.runpath.is_none());
            works(&b, &new);
            assert!(!readelf(&b, "patched.so", "-d").contains("PATH"));
            assert!(!String::from_utf8_lossy(&new).contains("building/machine"));
            // A search path can be set again.
            works(&b, &patch(&new, Strip::None, Some(&["$ORIGIN/x"])).unwrap().unwrap());
        }
    }
}

#[test]
fn a_full_dynamic_section_moves() {
    let b = Bench::new();
    let options = ["-Wl,--spare-dynamic-tags=1", "-Wl,-z,relro,-z,now"];
    let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, &options)).unwrap();
    let new = patch(&bytes, Strip::Debug, Some(&["$ORIGIN"])).unwrap().unwrap();
    works(&b, &new);
    let addresses = |bytes: &[u8]| Image::parse(bytes).unwrap().dynamic_range().unwrap();
    assert_ne!(addresses(&bytes).0, addresses(&new).0);
}

#[test]
fn names_in_the_tail_of_the_search_path_survive() {
    let b = Bench::new();
    // The linker stores the symbol's name in the tail of the path.
    let source = format!("{SEES_ITSELF}\nint tail_of_path(void) {{ return 1; }}");
    let bytes =
        fs_err::read(b.cc("a.so", &source, &["-Wl,-O2", "-Wl,-rpath,/building/machine/tail_of_path"]))
            .unwrap();
    let new =
        patch(&bytes, Strip::Debug, Some(&["$ORIGIN/../a/path/longer/than/the/part"])).unwrap().unwrap();
    works(&b, &new);
    assert!(readelf(&b, "patched.so", "-s").contains(" tail_of_path\n"));
    assert!(!String::from_utf8_lossy(&new).contains("machine"));
    let short = patch(&bytes, Strip::Debug, Some(&["$ORIGIN"])).unwrap().unwrap();
    works(&b, &short);
    assert!(readelf(&b, "patched.so", "-s").contains(" tail_of_path\n"));
}

#[test]
fn a_program_keeps_running() {
    let b = Bench::new();
    let source = format!("{SEES_ITSELF}\nint main(void) {{ return call() == 42 ? 0 : 1; }}");
    for options in [&["-pie"][..], &["-pie", "-no-pie"]] {
        let bytes = fs_err::read(b.cc("program", &source, options)).unwrap();
        assert_eq!(read::read(&bytes).unwrap().role, Role::Program);
        let new = patch(&bytes, Strip::All, Some(&["$ORIGIN/../lib"])).unwrap().unwrap();
        let file = b.path.join("patched");
        fs_err::copy(b.path.join("program"), &file).unwrap();
        fs_err::write(&file, &new).unwrap();
        assert!(Command::new(&file).status().unwrap().success(), "{options:?}");
        assert!(readelf(&b, "patched", "-d").contains("[$ORIGIN/../lib]"));
    }
}

#[test]
fn patchelf_understands_the_result() {
    let b = Bench::new();
    let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, &[])).unwrap();
    let new = patch(&bytes, Strip::Debug, Some(&["$ORIGIN"])).unwrap().unwrap();
    let file = b.path.join("patched.so");
    fs_err::write(&file, &new).unwrap();
    let mut patchelf = Command::new("patchelf");
    patchelf.args(["--set-rpath", "$ORIGIN/longer/than/before"]).arg(&file);
    // patchelf is optional on machines that run the tests.
    let Ok(output) = patchelf.output() else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(load(std::slice::from_ref(&file), "call").unwrap(), "42");
    // The output of patchelf can be patched again, and its gap is closed.
    let patched = fs_err::read(&file).unwrap();
    works(&b, &patch(&patched, Strip::All, Some(&["$ORIGIN/x"])).unwrap().unwrap());
}

#[test]
fn data_behind_the_file_forbid_moving_it() {
    let b = Bench::new();
    let mut bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, &["-Wl,-rpath,/a/long/path"])).unwrap();
    bytes.extend(b"payload");
    // An in-place change is allowed, because nothing moves.
    let new = patch(&bytes, Strip::None, Some(&["$ORIGIN"])).unwrap().unwrap();
    assert!(new.len() == bytes.len() && new.ends_with(b"payload"));
    works(&b, &new);
    // So is the use of the gap after a segment.
    let new = patch(&bytes, Strip::None, Some(&["$ORIGIN/far/longer/than/there/was"])).unwrap().unwrap();
    assert!(new.len() == bytes.len() && new.ends_with(b"payload"));
    works(&b, &new);
    assert!(patch(&bytes, Strip::None, Some(&[&long_path()])).is_err());
    assert!(patch(&bytes, Strip::Debug, Some(&["$ORIGIN"])).is_err());
    assert!(patch(&bytes, Strip::Debug, None).is_err());
}

#[test]
fn damaged_files_are_refused_without_panic() {
    let b = Bench::new();
    let bytes = fs_err::read(b.cc("a.so", SEES_ITSELF, &["-Wl,-rpath,/x"])).unwrap();
    let facts = read::read(&bytes).unwrap();
    let search = ["$ORIGIN".to_owned()];
    let paths = MachinePaths::default();
    let instructions = Patch {
        strip: Strip::All,
        search: Some(&search),
        names: &[],
        own: None,
        paths: &paths,
        left_out: &[],
    };
    let attempt = |bytes: &[u8]| {
        let _ = read::read(bytes).map(|facts| rewrite::patch(bytes, &facts, &instructions));
        let _ = rewrite::patch(bytes, &facts, &instructions);
    };
    let headers = (0..2048).chain(bytes.len() - 4096..bytes.len());
    for at in headers.step_by(7) {
        for value in [0, 1, 0x7f, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            attempt(&damaged);
        }
    }
    for len in (0..bytes.len()).step_by(197) {
        attempt(&bytes[..len]);
    }
}

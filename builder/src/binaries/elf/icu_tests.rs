//! Cuts items out of a small data library, and looks the others up as ICU does.

// The tests compile libraries for the build system, or load them.
#![cfg(target_os = "linux")]

use super::icu::{cut, find, joined};
use super::image::Image;
use super::layout;
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
    let source =
        format!("const unsigned char icudt99_dat[] __attribute__((aligned(16))) = {{{}}};", bytes.join(","));
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

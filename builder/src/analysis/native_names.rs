//! Names of modules in a native extension: what its C, Cython, mypyc or Rust code imports at run time.
//!
//! Only candidates are found here, by form; the worklist takes those that exist. Three layouts hold them:
//! strings that end in NUL (C, older Cython, cffi, mypyc), Cython's table of constants (one zlib stream, cut by an
//! array of lengths), and strings without ends (Rust), where only names of the extension's own package are sought.

use std::collections::BTreeSet;
use std::io::Read;

use serde::{Deserialize, Serialize};

/// Candidates found in an extension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NativeNames {
    /// Whole strings: dotted names, and single names of a form that only modules have.
    pub whole: Vec<String>,
    /// Beginnings with the extension's own top-level package, run together with what follows.
    pub glued: Vec<String>,
}

/// Longer strings name no module.
const MAX: usize = 120;

/// Finds candidates in the bytes of an extension of the top-level package `top`.
pub(super) fn find(bytes: &[u8], top: &str) -> NativeNames {
    let mut whole = BTreeSet::new();
    for text in bytes.split(|&b| b == 0).filter(|t| t.len() < MAX) {
        keep(text, &mut whole);
    }
    for text in cython_strings(bytes) {
        keep(&text, &mut whole);
    }
    let mut glued = BTreeSet::new();
    if top.len() > 2 {
        let known = format!("{top}.");
        for at in memchr::memmem::find_iter(bytes, known.as_bytes()) {
            let before = at.checked_sub(1).map(|i| bytes[i]);
            let rest = &bytes[at..bytes.len().min(at + MAX)];
            let end = rest.iter().position(|&b| !is_name(b) && b != b'.').unwrap_or(rest.len());
            let own_end = rest.get(end).is_none_or(|&b| b == 0) && before.is_none_or(|b| b == 0);
            if end > known.len() && !own_end && before.is_none_or(|b| b != b'.' && b != b'/') {
                glued.extend(std::str::from_utf8(&rest[..end]).map(str::to_owned));
            }
        }
    }
    NativeNames { whole: whole.into_iter().collect(), glued: glued.into_iter().collect() }
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// Keeps a string that may name a module.
fn keep(text: &[u8], into: &mut BTreeSet<String>) {
    if text.len() < 2 || !text.iter().all(|&b| is_name(b) || b == b'.') {
        return;
    }
    let parts = || text.split(|&b| b == b'.');
    if parts().any(|p| p.first().is_none_or(u8::is_ascii_digit)) {
        return;
    }
    if parts().count() > 1 || looks_like_module(text) {
        into.extend(std::str::from_utf8(text).map(str::to_owned));
    }
}

/// A single name is kept if it is private, made by mypyc, or of a module of the standard library whose name is no
/// everyday word.
fn looks_like_module(name: &[u8]) -> bool {
    let private = name[0] == b'_' && name.get(1) != Some(&b'_') && name.iter().all(|b| !b.is_ascii_uppercase());
    private || name.ends_with(b"__mypyc") || std::str::from_utf8(name).is_ok_and(|n| PLAIN.binary_search(&n).is_ok())
}

/// Standard modules that native code imports by a name that means nothing else. Sorted.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "argparse", "base64", "binascii", "calendar", "cmath", "configparser", "contextlib", "contextvars", "copyreg", "csv",
    "ctypes", "dataclasses", "datetime", "decimal", "difflib", "fnmatch", "fractions", "functools", "getpass",
    "gzip", "hashlib", "heapq", "importlib", "inspect", "ipaddress", "itertools", "json", "linecache", "logging",
    "mimetypes", "numbers", "pathlib", "pickle", "pkgutil", "pprint", "shutil", "subprocess", "tempfile",
    "textwrap", "threading", "traceback", "types", "typing", "unicodedata", "urllib", "uuid", "warnings",
    "weakref", "zipfile", "zlib", "zoneinfo",
];

/// The strings of Cython's table of constants, where it is compressed.
fn cython_strings(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    if memchr::memmem::find(bytes, b"decompress\0").is_none() {
        return found;
    }
    for at in memchr::memchr_iter(0x78, bytes) {
        if !matches!(bytes.get(at + 1), Some(0x01 | 0x5e | 0x9c | 0xda)) {
            continue;
        }
        let mut text = Vec::new();
        let stream = flate2::read::ZlibDecoder::new(&bytes[at..]);
        // A table is a few hundred kB at most; what only looks like a stream fails within some bytes.
        if stream.take(16 << 20).read_to_end(&mut text).is_ok() && text.len() > 64 {
            found.extend(cut(&text, bytes));
        }
    }
    found
}

/// Cuts a run of strings by the array of lengths that lies somewhere in the file: the longest run of numbers, with no
/// zero at its ends, that sums up to the length of the text.
fn cut(text: &[u8], bytes: &[u8]) -> Vec<Vec<u8>> {
    let total = text.len();
    let numbers: Vec<usize> = bytes
        .chunks_exact(4)
        .map(|c| usize::try_from(u32::from_le_bytes([c[0], c[1], c[2], c[3]])).unwrap_or(usize::MAX))
        .collect();
    let (mut low, mut sum) = (0, 0);
    let mut best: &[usize] = &[];
    for (high, &number) in numbers.iter().enumerate() {
        if number > total {
            (low, sum) = (high + 1, 0);
            continue;
        }
        sum += number;
        while sum > total || (low < high && numbers[low] == 0) {
            sum -= numbers[low];
            low += 1;
        }
        if sum == total && number > 0 && high + 1 - low > best.len() {
            best = &numbers[low..=high];
        }
    }
    let mut at = 0;
    best.iter()
        .map(|&length| {
            let piece = text[at..at + length].to_vec();
            at += length;
            piece
        })
        .filter(|p| p.len() < MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn the_list_is_sorted() {
        assert!(PLAIN.is_sorted());
    }

    #[test]
    fn whole_strings_end_in_nul() {
        let names = find(b"\0pkg._impl.core\0not a name\0x\0_private\0word\0json\0a1__mypyc\0", "pkg");
        assert_eq!(names.whole, ["_private", "a1__mypyc", "json", "pkg._impl.core"]);
        assert_eq!(names.glued, [String::new(); 0]);
    }

    #[test]
    fn names_of_the_own_package_are_found_without_ends() {
        let names = find(b"xx\0datetimepkg.sub.modulefailed to\0", "pkg");
        assert_eq!(names.glued, ["pkg.sub.modulefailed"]);
    }

    #[test]
    fn cuts_the_table_of_cython() {
        let strings = ["pkg.one", "_two", &"long text ".repeat(30), "pkg.three.four"];
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(strings.concat().as_bytes()).unwrap();
        let mut file = b"decompress\0\0".to_vec();
        file.extend(0xffff_ffff_u32.to_le_bytes());
        for string in strings {
            file.extend(u32::try_from(string.len()).unwrap().to_le_bytes());
        }
        file.extend(0xffff_ffff_u32.to_le_bytes());
        file.extend(encoder.finish().unwrap());
        assert_eq!(find(&file, "pkg").whole, ["_two", "pkg.one", "pkg.three.four"]);
    }
}

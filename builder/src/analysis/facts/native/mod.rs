//! Names of modules in a native extension: run-time imports of its C, Cython, mypyc or Rust code.
//!
//! This module only finds candidates by their form; the fixpoint collects those that exist. There are three
//! layouts: NUL-terminated strings (C, older Cython, cffi, mypyc), Cython's table of constants (one
//! compressed stream, split by an array of lengths), and strings without ends (Rust). In the last one, only
//! names of the extension's own package are searched for.

mod cython;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Candidates found in an extension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct NativeNames {
    /// Complete strings: dotted names, and single names with a form that only modules have.
    pub whole: Vec<String>,
    /// Names in the extension's own top-level package, or in the standard library, with no separator from
    /// the text that follows.
    pub glued: Vec<String>,
    /// Single-part names in a Cython extension, where imports of siblings look like any other name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Names without separators in such an extension.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<String>,
    /// The same in a Rust extension, if they contain an underscore, as most module names there do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rust: Vec<String>,
    /// Beginnings of names in the extension's own top-level package: `"package.backend_{}"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<String>,
    /// Whether it imports capsules, which are attributes of modules: `PyCapsule_Import("package.CAPI", 0)`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub capsules: bool,
}

/// Maximum length of strings that may name modules.
const MAX: usize = 120;

/// Finds candidates in the bytes of an extension of the top-level package `top`.
pub(in crate::analysis) fn find(bytes: &[u8], top: &str) -> NativeNames {
    let tables = cython::tables(bytes);
    let strings: Vec<&[u8]> = texts(bytes).chain(tables.strings.iter().map(Vec::as_slice)).collect();
    let mut whole = BTreeSet::new();
    for text in &strings {
        keep(text, &mut whole);
    }
    let starts: BTreeSet<String> = strings.iter().filter_map(|text| start(text, top)).collect();
    let is_cython = memchr::memmem::find(bytes, b"cython_runtime").is_some();
    let mut words: BTreeSet<String> = BTreeSet::new();
    if is_cython {
        words.extend(strings.iter().filter_map(|text| word(text)));
    }
    let mut runs: BTreeSet<String> = BTreeSet::new();
    let mut glued = BTreeSet::new();
    for run in &tables.runs {
        let names = run.split(|&b| !is_name(b) && b != b'.').filter(|n| n.len() > 3);
        runs.extend(names.filter_map(|n| std::str::from_utf8(n).ok()).map(str::to_owned));
        glue(run, top, &mut glued);
    }
    glue(bytes, top, &mut glued);
    let mut rust: BTreeSet<String> = BTreeSet::new();
    if memchr::memmem::find(bytes, b"/rustc/").is_some() {
        run_together(bytes, &mut whole, &mut glued);
        rust.extend(joined_words(bytes).map(|name| String::from_utf8_lossy(name).into_owned()));
    }
    let list = |names: BTreeSet<String>| names.into_iter().collect();
    let (whole, glued, words) = (list(whole), list(glued), list(words));
    let capsules = memchr::memmem::find(bytes, b"\0PyCapsule_Import\0").is_some();
    NativeNames { whole, glued, words, runs: list(runs), rust: list(rust), starts: list(starts), capsules }
}

/// Returns the NUL-terminated strings. On Windows they are among other data, whose bytes precede them
/// directly.
fn texts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    /// Minimum length after other data; shorter strings may be code.
    const LEAST: usize = 4;
    ends(bytes).into_iter().filter_map(|end| {
        let run = bytes[end.saturating_sub(MAX)..end].iter().rev().take_while(|b| is_printable(**b)).count();
        let is_whole = end == run || bytes[end - run - 1] == 0;
        let least = if is_whole { 2 } else { LEAST };
        (least..MAX).contains(&run).then(|| &bytes[end - run..end])
    })
}

/// Returns the offsets where printable text ends in NUL, or with the file.
fn ends(bytes: &[u8]) -> Vec<usize> {
    const STEP: usize = 64;
    let is_end = |at: usize| bytes[at] == 0 && is_printable(bytes[at - 1]);
    let mut found = Vec::new();
    let mut at = 1;
    while at < bytes.len() {
        let step = STEP.min(bytes.len() - at);
        // Most blocks of a file contain none. Branch-free code is vectorized.
        let (left, right) = (&bytes[at - 1..at - 1 + step], &bytes[at..at + step]);
        let is_any = left.iter().zip(right).fold(false, |any, (&a, &b)| any | (is_printable(a) & (b == 0)));
        if is_any {
            found.extend((at..at + step).filter(|&at| is_end(at)));
        }
        at += step;
    }
    found.extend(bytes.last().filter(|b| is_printable(**b)).map(|_| bytes.len()));
    found
}

fn is_printable(b: u8) -> bool {
    (b' '..=b'~').contains(&b)
}

/// Returns the known beginning of a name in the package `top` that is completed at run time.
fn start(text: &[u8], top: &str) -> Option<String> {
    let rest = text.strip_prefix(top.as_bytes())?;
    let end = rest.windows(2).position(|pair| pair == b"{}" || pair == b"%s" || pair == b"{0")?;
    let known = &rest[..end];
    let is_name = known.first() == Some(&b'.') && known.iter().all(|&b| is_name(b) || b == b'.');
    is_name.then(|| String::from_utf8_lossy(&text[..top.len() + end]).into_owned())
}

/// Returns a single-part name that may be a module beside the extension.
fn word(text: &[u8]) -> Option<String> {
    let fits = (3..40).contains(&text.len())
        && text.iter().all(|&b| is_name(b))
        && !text[0].is_ascii_digit()
        && !text.starts_with(b"__");
    fits.then(|| String::from_utf8_lossy(text).into_owned())
}

/// Finds names of the standard library in Rust's strings, which have no separators.
fn run_together(bytes: &[u8], whole: &mut BTreeSet<String>, glued: &mut BTreeSet<String>) {
    for name in PLAIN.iter().filter(|n| n.len() > 6) {
        if memchr::memmem::find(bytes, name.as_bytes()).is_some() {
            whole.insert((*name).to_owned());
        }
    }
    for package in STANDARD_PACKAGES {
        let known = format!("{package}.");
        for at in memchr::memmem::find_iter(bytes, known.as_bytes()) {
            let rest = &bytes[at..bytes.len().min(at + MAX)];
            let end = rest.iter().position(|&b| !is_name(b) && b != b'.').unwrap_or(rest.len());
            if end > known.len() {
                glued.extend(std::str::from_utf8(&rest[..end]).map(str::to_owned));
            }
        }
    }
}

/// Returns runs of lower-case letters and digits that are joined by an underscore.
fn joined_words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_part = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_';
    let mut done = 0;
    memchr::memchr_iter(b'_', bytes).filter_map(move |at| {
        let before = bytes.get(done..at)?;
        let start = done + before.iter().rposition(|b| !is_part(b)).map_or(0, |place| place + 1);
        let rest = &bytes[at..];
        done = at + rest.iter().position(|b| !is_part(b)).unwrap_or(rest.len());
        let name = &bytes[start..done];
        ((6..200).contains(&name.len()) && name[1..name.len() - 1].contains(&b'_')).then_some(name)
    })
}

/// Finds names of the own package that have no end marker.
fn glue(bytes: &[u8], top: &str, glued: &mut BTreeSet<String>) {
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
    // mypyc names the shared module of a group of modules by a hash, which may begin with a digit.
    if parts().any(|p| p.first().is_none_or(u8::is_ascii_digit) && !p.ends_with(b"__mypyc")) {
        return;
    }
    if parts().count() > 1 || looks_like_module(text) {
        into.extend(std::str::from_utf8(text).map(str::to_owned));
    }
}

/// Returns whether to keep a single name: it is private, made by mypyc, or one of [`PLAIN`].
fn looks_like_module(name: &[u8]) -> bool {
    let private =
        name[0] == b'_' && name.get(1) != Some(&b'_') && name.iter().all(|b| !b.is_ascii_uppercase());
    private
        || name.ends_with(b"__mypyc")
        || std::str::from_utf8(name).is_ok_and(|n| PLAIN.binary_search(&n).is_ok())
}

/// Packages of the standard library from which native code imports modules.
const STANDARD_PACKAGES: [&str; 10] =
    ["collections", "concurrent", "email", "html", "http", "importlib", "json", "logging", "urllib", "xml"];

/// Standard modules that native code imports by a plain name. Excludes modules that are expensive or whose
/// name is an everyday word (`code`, `site`, `test`, `http`, `xml`). Sorted.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "abc", "argparse", "array", "ast", "asyncio", "atexit", "base64", "binascii", "bisect", "bz2",
    "calendar", "cmath", "codecs", "collections", "configparser", "contextlib", "contextvars", "copy",
    "copyreg", "csv", "ctypes", "dataclasses", "datetime", "decimal", "difflib", "dis", "enum", "errno",
    "fnmatch", "fractions", "functools", "getpass", "gettext", "glob", "graphlib", "gzip", "hashlib",
    "heapq", "hmac", "importlib", "inspect", "io", "ipaddress", "itertools", "json", "linecache", "locale",
    "logging", "lzma", "math", "mimetypes", "mmap", "multiprocessing", "numbers", "operator", "os",
    "pathlib", "pickle", "pkgutil", "platform", "plistlib", "pprint", "queue", "random", "re", "secrets",
    "select", "selectors", "shelve", "shlex", "shutil", "signal", "socket", "socketserver", "sqlite3",
    "stat", "statistics", "string", "struct", "subprocess", "sys", "sysconfig", "tempfile", "textwrap",
    "threading", "time", "tokenize", "tomllib", "traceback", "types", "typing", "unicodedata", "urllib",
    "uuid", "warnings", "weakref", "webbrowser", "zipfile", "zlib", "zoneinfo",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(PLAIN.is_sorted());
    }

    #[test]
    fn whole_strings_end_in_nul() {
        let names = find(b"\0pkg._impl.core\0not a name\0x\0_private\0word\0json\0a1__mypyc\0", "pkg");
        assert_eq!(names.whole, ["_private", "a1__mypyc", "json", "pkg._impl.core"]);
        assert!(names.glued.is_empty());
    }

    #[test]
    fn imports_of_capsules_are_noticed() {
        assert!(find(b"\0PyCapsule_Import\0cairo.CAPI\0", "pkg").capsules);
        assert!(!find(b"\0PyCapsule_New\0cairo.CAPI\0", "pkg").capsules);
    }

    #[test]
    fn beginnings_of_names_and_names_in_rust_are_found() {
        let names = find(b"\0pkg.backend.gl_{}\0other.{}\0/rustc/1\0Errorpkg_linuxpkg_macosx\0", "pkg");
        assert_eq!(names.starts, ["pkg.backend.gl_"]);
        assert_eq!(names.rust, ["rrorpkg_linuxpkg_macosx"]);
    }

    #[test]
    fn strings_may_follow_other_data() {
        let names = find(b"\0\xff\xff_cffi_backend\0\x8b\x01os\0\x90re\0", "pkg");
        assert_eq!(names.whole, ["_cffi_backend"]);
    }

    #[test]
    fn names_of_the_own_package_are_found_without_ends() {
        let names = find(b"xx\0datetimepkg.sub.modulefailed to\0", "pkg");
        assert_eq!(names.glued, ["pkg.sub.modulefailed"]);
    }
}

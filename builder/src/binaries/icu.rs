//! Decides which data of ICU no library of the program needs.
//!
//! ICU is three libraries: `libicuuc` and `libicui18n` contain code, `libicudata` contains data for all of it. Which functions the
//! other libraries import determines the data that can be read.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use globset::{Glob, GlobSet, GlobSetBuilder};
use object::read::elf::ElfFile64;
use object::{LittleEndian, Object, ObjectSymbol};
use serde::Deserialize;

use super::files::{Closure, File};
use super::format::leaf;
use super::prepare::Prepared;
use super::reader::map;
use crate::error::{Context, Result, Warning};
use crate::store::{Bucket, Code, KeyBuilder, Store};

/// The content of `icu.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    data: std::collections::BTreeMap<String, Vec<String>>,
    functions: Vec<Functions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Functions {
    names: Vec<String>,
    need: Vec<String>,
}

/// The parsed table.
struct Known {
    data: Vec<(String, Vec<String>)>,
    functions: Vec<(GlobSet, Vec<String>)>,
}

impl Known {
    fn get() -> Result<&'static Known> {
        static KNOWN: OnceLock<std::result::Result<Known, String>> = OnceLock::new();
        let known = KNOWN.get_or_init(|| Known::read().map_err(|e| e.to_string()));
        known.as_ref().map_err(|e| crate::error::Error::new(e.clone()))
    }

    fn read() -> Result<Known> {
        let table: Table =
            toml::from_str(include_str!("icu.toml")).context(|| "failed to read the embedded `icu.toml`")?;
        let functions = table.functions.into_iter().map(|f| Ok((globs(&f.names)?, f.need)));
        Ok(Known { data: table.data.into_iter().collect(), functions: functions.collect::<Result<_>>()? })
    }

    /// Returns the kinds of data that a function needs; `None` if it may need any.
    fn needs(&self, function: &str) -> Option<&[String]> {
        self.functions.iter().find(|(names, _)| names.is_match(function)).map(|(_, need)| need.as_slice())
    }
}

/// Compiles globs.
pub(super) fn globs(patterns: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern)?);
    }
    Ok(set.build()?)
}

/// Returns for each file the kinds of data to leave out: empty except for an ELF library of ICU's data in which the program does
/// not use some kinds. `whole` are packages that are collected with all their parts.
///
/// # Errors
/// A library cannot be read.
pub(super) fn unused(closure: &Closure, store: &Store, whole: &[String]) -> Result<Vec<Vec<String>>> {
    let mut unused = vec![Vec::new(); closure.files.len()];
    for (i, file) in closure.files.iter().enumerate() {
        let Some(version) = version(file).filter(|_| is_only_linked(file, whole)) else { continue };
        let Some(used) = used(closure, version, store, whole)? else { continue };
        let known = Known::get()?;
        let kinds = known.data.iter().map(|(kind, _)| kind);
        unused[i] = kinds.filter(|kind| !used.contains(kind.as_str())).cloned().collect();
    }
    Ok(unused)
}

/// Returns the globs of kinds of data.
///
/// # Errors
/// The embedded table is damaged.
pub(super) fn globs_of(kinds: &[String]) -> Result<GlobSet> {
    let data = Known::get()?.data.iter().filter(|(kind, _)| kinds.contains(kind));
    globs(&data.flat_map(|(_, patterns)| patterns.clone()).collect::<Vec<_>>())
}

/// Returns notes about data that were left out.
pub(super) fn notes(closure: &Closure, prepared: &[Prepared], unused: &[Vec<String>]) -> Vec<Warning> {
    let len = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |m| m.len());
    let files = closure.files.iter().zip(prepared).zip(unused).filter(|(_, unused)| !unused.is_empty());
    files
        .filter_map(|((file, prepared), unused)| {
            let less = len(&file.source).checked_sub(len(&prepared.path)).filter(|less| *less > 0)?;
            let package = file.dest.split('/').next().unwrap_or_default();
            let message = format!(
                "`{}` is {:.1} MB smaller: no library of the program uses its data for {}",
                file.dest,
                less as f64 / 1e6,
                unused.join(", ")
            );
            Some(Warning::minor(message).hint(format!("`--no-prune {package}` keeps the data")))
        })
        .collect()
}

/// Returns the version of ICU whose data a file contains, as in `libicudata.so.73`.
fn version(file: &File) -> Option<&str> {
    let name = file.facts.as_ref()?.name.as_deref().map(leaf)?;
    let (stem, version) = name.split_once(".so.")?;
    (stem.starts_with("libicudata") && version.bytes().all(|b| b.is_ascii_digit())).then_some(version)
}

/// Whether nothing but the libraries that link to a file can use it.
fn is_only_linked(file: &File, whole: &[String]) -> bool {
    let package = file.dest.split('/').next().unwrap_or_default();
    !file.is_opened && !file.is_requested() && !whole.iter().any(|name| name == package)
}

/// Returns the kinds of data that the libraries of the program use from the data library; `None` if they may use any.
fn used<'k>(
    closure: &Closure,
    version: &str,
    store: &Store,
    whole: &[String],
) -> Result<Option<BTreeSet<&'k str>>> {
    let is_icu = |file: &File| {
        file.facts.as_ref().and_then(|f| f.name.as_deref()).is_some_and(|name| name.starts_with("libicu"))
    };
    let libraries: Vec<usize> = (0..closure.files.len()).filter(|i| is_icu(&closure.files[*i])).collect();
    if libraries.iter().any(|i| !is_only_linked(&closure.files[*i], whole)) {
        return Ok(None);
    }
    let mut used = BTreeSet::new();
    for file in &closure.files {
        if is_icu(file) || !file.bundled().any(|(_, i)| libraries.contains(&i)) {
            continue;
        }
        let functions = functions(file, version, store)?;
        if functions.is_empty() {
            return Ok(None);
        }
        for function in &functions {
            match Known::get()?.needs(function) {
                Some(kinds) => used.extend(kinds.iter().map(String::as_str)),
                None => return Ok(None),
            }
        }
    }
    Ok(Some(used))
}

/// Returns the functions of ICU that a library imports, without the version. A name of C++ stays whole.
fn functions(file: &File, version: &str, store: &Store) -> Result<Vec<String>> {
    let key = KeyBuilder::new(Code::Binaries, "icu").part(file.hash).part(version).finish();
    if let Some(kept) = store.get(Bucket::Native, &key).and_then(|kept| serde_json::from_slice(&kept).ok()) {
        return Ok(kept);
    }
    let functions = imported(&map(&file.source)?, version);
    if let Ok(value) = serde_json::to_vec(&functions) {
        store.put(Bucket::Native, &key, &value);
    }
    Ok(functions)
}

/// Returns the functions of ICU among the undefined symbols of an ELF file. Functions of C have the version as a suffix, unless ICU
/// was built without (`--disable-renaming`).
fn imported(bytes: &[u8], version: &str) -> Vec<String> {
    let Ok(elf) = ElfFile64::<LittleEndian>::parse(bytes) else { return Vec::new() };
    let symbols = elf.dynamic_symbols().filter(ObjectSymbol::is_undefined);
    let names: Vec<&str> = symbols.filter_map(|symbol| symbol.name().ok()).collect();
    let (suffix, space) = (format!("_{version}"), format!("icu_{version}"));
    let renamed: Vec<String> = names
        .iter()
        .filter_map(|name| match name.strip_suffix(&suffix) {
            Some(function) => Some(function.to_owned()),
            None => name.contains(&space).then(|| (*name).to_owned()),
        })
        .collect();
    if !renamed.is_empty() {
        return renamed;
    }
    let looks_like_icu = |name: &&&str| {
        let prefix = name.split_once('_').map_or("", |(prefix, _)| prefix);
        name.contains("icu") || (prefix.starts_with('u') && prefix.bytes().all(|b| b.is_ascii_lowercase()))
    };
    names.iter().filter(looks_like_icu).map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_need_the_kinds_that_the_table_lists() {
        let known = Known::get().unwrap();
        assert_eq!(known.needs("ucol_open"), Some(&["collation".to_owned()][..]));
        assert_eq!(known.needs("u_strToUpper"), Some(&[][..]));
        for unknown in [
            "u_charName",
            "unum_open",
            "udat_format",
            "_ZN6icu_738Collator14createInstanceEv",
            "utrans_openU",
        ] {
            assert_eq!(known.needs(unknown), None, "{unknown}");
        }
        let kinds: BTreeSet<&String> = known.data.iter().map(|(kind, _)| kind).collect();
        assert!(known.functions.iter().flat_map(|(_, need)| need).all(|kind| kinds.contains(kind)));
    }
}

//! Libraries that code opens by name, through `ctypes` or `cffi`: resolved as the loader does for the
//! module that opens them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::facts::Facts;
use super::files::{Closure, File};
use super::format::Format;
use super::policy::{HostGl, Policy, Stays};
use super::reader::Reader;
use crate::analysis::{Graph, LibraryName, OpenedLibrary};
use crate::contents::Contents;
use crate::error::Warning;

/// Maximum size of libraries that are collected without a request if code of other distributions opens
/// them.
const MOST_BYTES: u64 = 64 << 20;
/// The extension modules that open libraries for Python code.
const OPENERS: [&str; 2] = ["_ctypes", "_cffi_backend"];
/// The library that opens libraries for GObject introspection, and loaders of pictures.
const GMODULE: &str = "libgmodule-2.0.so.0";

/// The libraries that code opens by name.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// Files of the system that it opens.
    pub(crate) files: Vec<File>,
    /// Whether it opens the host's GL.
    pub(crate) gl: HostGl,
    /// Warnings for the user.
    pub(crate) warnings: Vec<Warning>,
}

/// Finds the libraries that the modules of the contents open by name.
pub(crate) fn take(contents: &Contents, reader: &mut Reader<'_>, policy: &Policy) -> Opened {
    let graph = &contents.graph;
    let names = |library: &OpenedLibrary| reader.format.file_names(&library.name);
    let opens_gl = graph.used.opened.iter().flat_map(names).any(|name| policy.is_gl(&name));
    let gl = if opens_gl { HostGl::Used } else { HostGl::Unused };
    let mut opened = Opened { gl, ..Opened::default() };
    let given: BTreeSet<&str> = contents
        .libraries
        .iter()
        .map(|library| library.dest.rsplit('/').next().unwrap_or_default())
        .collect();
    // Line of the program's own code → a library that was not found there; `None` if any library of the
    // line was found.
    let mut lost: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for library in &graph.used.opened {
        let names = names(library);
        let is_there =
            names.iter().any(|name| given.contains(name.as_str()) || policy.stays(name, gl) != Stays::No);
        let place = library.own_place.as_deref();
        if !is_there {
            let Some((name, path)) = names.iter().find_map(|name| Some((name, find(name, reader)?))) else {
                if let (Some(place), LibraryName::File(name), [_, ..]) = (place, &library.name, &names[..]) {
                    lost.entry(place).or_insert(Some(name));
                }
                continue;
            };
            let size = std::fs::metadata(&path).map_or(0, |data| data.len());
            if place.is_none() && size > MOST_BYTES {
                opened.warnings.push(too_large(library, name, size));
                continue;
            }
            opened.files.extend(files(library, name, path, reader));
        }
        if let Some(place) = place {
            lost.insert(place, None);
        }
    }
    opened.warnings.extend(lost.into_iter().filter_map(|(place, name)| not_found(place, name?)));
    opened
}

fn find(name: &str, reader: &mut Reader<'_>) -> Option<PathBuf> {
    let found = reader.format.by_system(&Facts::default(), name);
    found.into_iter().find(|path| reader.fits(path))
}

/// Returns a library under the requested name. If code looks it up by its short name, the file gets its own
/// name, which `find_library` returns, and the linker name links to it.
fn files(library: &OpenedLibrary, name: &str, path: PathBuf, reader: &mut Reader<'_>) -> Vec<File> {
    let file = |dest: &str, path: PathBuf| File {
        is_opened: true,
        ..File::new(dest.to_owned(), path, library.reason.clone())
    };
    let soname = match (&library.name, reader.get(&path)) {
        (LibraryName::Link(_), Ok((_, Ok(facts)))) => {
            facts.name.clone().filter(|own| own != name && !own.contains('/'))
        }
        _ => None,
    };
    match (soname, crate::os::canonicalize(&path)) {
        (Some(soname), Ok(target)) if target != path => vec![file(&soname, target), file(name, path)],
        _ => vec![file(name, path)],
    }
}

fn not_found(place: &str, name: &str) -> Option<Warning> {
    let message = format!("`{place}` opens the library `{name}`, which was not found");
    Some(Warning::new(message).hint("install it, or name its file in `[[binary]]`, if the program needs it"))
}

fn too_large(library: &OpenedLibrary, name: &str, size: u64) -> Warning {
    let from = &library.reason.from;
    let message = format!(
        "`{from}` may open the library `{name}`, which is too large ({} MB) to be collected by default",
        size >> 20
    );
    Warning::minor(message).hint("name its file in `[[binary]]` if the program needs it")
}

/// Lets the modules that open libraries find the bundled ones: the loader uses the search path of these
/// modules.
pub(crate) fn link(closure: &mut Closure, graph: &Graph, format: &dyn Format) {
    if !format.opens_by_search_path() {
        return;
    }
    let is_asked = |file: &File| {
        file.folder().is_empty() && file.facts.is_some() && (file.is_opened || file.is_requested())
    };
    let libraries =
        closure.files.iter().enumerate().filter(|(i, file)| Some(*i) != closure.libpython && is_asked(file));
    let libraries: Vec<usize> = libraries.map(|(i, _)| i).collect();
    for name in OPENERS {
        let Some(module) = graph.modules.get(name) else { continue };
        let own = closure.by_dest.get(&format.fold(&module.path)).copied();
        // For modules built into the interpreter, libpython opens the libraries.
        if let Some(opener) = own.or(closure.libpython) {
            closure.files[opener].opens.clone_from(&libraries);
        }
    }
    if let Some(opener) = closure.by_dest.get(GMODULE).filter(|_| !graph.used.typelibs.is_empty()) {
        closure.files[*opener].opens = libraries;
    }
}

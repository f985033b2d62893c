//! Native files: resolves their dependencies, patches their search paths and strips their debug sections.

mod choose;
mod closure;
pub(crate) mod code;
mod elf;
mod facts;
mod files;
mod format;
mod icu;
mod inventory;
pub(crate) mod macho;
mod opened;
mod parts;
mod paths;
mod pe;
mod policy;
mod prepare;
mod reader;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_real;
mod verify;

use std::collections::HashSet;
#[cfg(fuzzing)]
use std::path::Path;
use std::path::PathBuf;

use crate::analysis::{By, Reason};
use crate::contents::Contents;
use crate::error::{Error, Result, Warning};
use crate::excerpt;
use crate::python::Python;
use crate::spec::{Request, Strip};
use crate::store::Store;
use crate::target::Os;
use files::Closure;
pub use parts::prune;
use paths::MachinePaths;
use policy::{HostGl, Policy};
use prepare::{Prepared, Preparer};
use reader::Reader;

/// The native files of the application.
#[derive(Debug, Default)]
pub struct Natives {
    /// All of them, sorted by [`Native::dest`].
    pub files: Vec<Native>,
    /// Symbolic links between them: path under the root → target relative to the link's folder.
    pub links: Vec<(String, String)>,
    /// Path under the root of libpython, or of the interpreter itself ([`Native::program`]) if there is no
    /// libpython.
    pub libpython: Option<String>,
    /// Highest glibc version that a collected file needs, and the path of the file under the root.
    pub glibc: Option<((u32, u32), String)>,
    /// Minimum macOS version of the files that are loaded at startup or by an import, and the path under
    /// the root of the file that needs it.
    pub macos: Option<((u32, u32), String)>,
    /// Libraries that stay on the host: soname, and the first file that needs it.
    pub host: Vec<(String, String)>,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// A native file of the application.
#[derive(Clone, Debug)]
pub struct Native {
    /// Path under the root, with `/`.
    pub dest: String,
    /// The original file.
    pub source: PathBuf,
    /// The file to ship, stripped and patched, in the builder's store. Equals `source` if nothing changed.
    pub prepared: PathBuf,
    /// Libraries that its search path does not find and that must be loaded first: paths under the root,
    /// dependencies first. (For memory extraction the launcher uses `needs`.)
    pub preload: Vec<String>,
    /// Paths under the root of all bundled libraries that it needs, transitively, dependencies first.
    pub needs: Vec<String>,
    /// Whether it is a program rather than a library.
    pub program: bool,
    /// Why it was collected, in the order of discovery.
    pub reasons: Vec<Reason>,
}

impl Natives {
    /// Leaves out files by their paths under the root, except the interpreter. Files that need them find them
    /// on the host, or not at all.
    pub(crate) fn leave_out(&mut self, dests: &HashSet<String>) {
        if dests.is_empty() {
            return;
        }
        let core = self.libpython.clone();
        let goes = |dest: &str| dests.contains(dest) && core.as_deref() != Some(dest);
        self.files.retain(|file| !goes(&file.dest));
        for file in &mut self.files {
            file.preload.retain(|dest| !goes(dest));
            file.needs.retain(|dest| !goes(dest));
        }
        let beside = |link: &str, target: &str| match link.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{target}"),
            None => target.to_owned(),
        };
        self.links.retain(|(link, target)| !goes(link) && !goes(&beside(link, target)));
    }
}

/// Resolves the dependencies of the native files in `contents`, then relocates, patches and verifies all
/// files.
///
/// # Errors
/// A file cannot be read, the store cannot be written, or a file needs a newer glibc than allowed.
pub fn collect(contents: &Contents, request: &Request, python: &Python, store: &Store) -> Result<Natives> {
    let format = choose::format(python, request)?;
    let policy = &Policy::of(python.target.os)?.with(&request.modules, python.target.os)?;
    let mut reader = Reader::new(format.as_ref(), store);
    let opened = opened::take(contents, &mut reader, policy);
    let mut inventory = inventory::take(contents, python, store, &mut reader, opened.files)?;
    leave_out_excluded(&mut inventory, policy);
    let roots = roots(request, python);
    let (mut closure, unloadable) = closed(&mut inventory, &mut reader, policy, &roots, opened.gl)?;
    opened::link(&mut closure, &contents.graph, format.as_ref());
    let paths = machine_paths(request, python);
    let preparer =
        Preparer { format: format.as_ref(), policy, strip: request.bundle.strip, paths: &paths, store };
    let unused = icu::unused(&closure, store, &request.modules.whole)?;
    let prepared = preparer.all(&closure, &unused)?;
    let verified = verify::inside(&closure, &prepared, format.as_ref());
    let glibc = glibc(&closure);
    if let (Some(limit), Some((needed, culprit, symbol))) = (request.bundle.max_glibc, &glibc)
        && *needed > limit
    {
        let error = too_new(limit, culprit, symbol);
        return Err(match &request.spec {
            Some(spec) => excerpt::at_hint(error, spec),
            None => error,
        });
    }

    let names = |places: &[usize]| places.iter().map(|i| closure.files[*i].dest.clone()).collect();
    let reasons = reasons(&closure);
    let file = |(i, file): (usize, &files::File)| Native {
        dest: file.dest.clone(),
        source: file.source.clone(),
        prepared: prepared[i].path.clone(),
        preload: names(&verified.preload[i]),
        needs: names(&verified.needs[i]),
        program: file.program(),
        reasons: reasons[i].clone(),
    };
    let mut files: Vec<Native> = closure.files.iter().enumerate().map(file).collect();
    files.sort_by(|a, b| a.dest.cmp(&b.dest));
    let link = |(dest, i): (&String, &usize)| (dest.clone(), closure.files[*i].file_name().to_owned());
    Ok(Natives {
        files,
        links: closure.links.iter().map(link).collect(),
        libpython: closure.libpython.map(|i| closure.files[i].dest.clone()),
        glibc: glibc.map(|(version, culprit, _)| (version, culprit)),
        macos: macos(&closure, &needed(&closure, &verified, contents)),
        host: closure.host.clone().into_iter().collect(),
        warnings: [
            unloadable,
            unpatched(&closure, &prepared),
            icu::notes(&closure, &prepared, &unused),
            opened.warnings,
            inventory.warnings,
            closure.warnings,
            verified.warnings,
            unstripped(request, python),
        ]
        .concat(),
    })
}

/// Removes the files that the request excludes, except the interpreter.
fn leave_out_excluded(inventory: &mut inventory::Inventory, policy: &Policy) {
    let core = inventory.libpython;
    let files = inventory.files.iter().enumerate();
    let excluded = files.filter(|(i, file)| Some(*i) != core && policy.excludes(file.file_name()));
    let excluded = excluded.map(|(i, file)| (i, file.dest.clone())).collect();
    inventory.remove(&excluded);
}

/// Returns whether a library of this name is never shipped, or stays on the host unless a package has its
/// own.
pub(crate) fn stays_with_host(name: &str) -> bool {
    Policy::of(crate::target::Target::host().os)
        .is_ok_and(|policy| policy.stays(name, HostGl::Used) != policy::Stays::No)
}

/// Returns the reasons of each file: the existing ones, and all files of the application that need it.
fn reasons(closure: &Closure) -> Vec<Vec<Reason>> {
    let mut reasons: Vec<Vec<Reason>> = closure.files.iter().map(|f| f.reasons.clone()).collect();
    for (i, file) in closure.files.iter().enumerate() {
        for (_, needed) in file.bundled().filter(|(_, j)| *j != i) {
            let reason = Reason::new(&file.dest, By::Needed);
            if !reasons[needed].contains(&reason) {
                reasons[needed].push(reason);
            }
        }
    }
    reasons
}

/// Returns the folders whose layout the application keeps, longest first.
fn roots(request: &Request, python: &Python) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = python.search_path.iter().chain(&request.python.paths).cloned().collect();
    roots.sort_by(|a, b| b.as_os_str().len().cmp(&a.as_os_str().len()).then(a.cmp(b)));
    roots.dedup();
    roots
}

/// Returns paths that native files may contain and the application must not.
fn machine_paths(request: &Request, python: &Python) -> MachinePaths {
    let home = std::env::home_dir();
    let known = [&python.prefix, &python.base_prefix, &python.base_exec_prefix, &request.base];
    MachinePaths::new(known.into_iter().chain(&home).map(PathBuf::as_path))
}

/// Returns the highest glibc version needed, the file and the version's name.
fn glibc(closure: &Closure) -> Option<((u32, u32), String, String)> {
    let needs = closure.files.iter().filter_map(|file| {
        let (version, symbol) = file.facts.as_ref()?.glibc()?;
        Some((version, file.dest.as_str(), symbol))
    });
    // Of several files, the first by name is reported.
    let highest = needs.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)))?;
    Some((highest.0, highest.1.to_owned(), highest.2.to_owned()))
}

/// Warns if `strip = "all"` has no effect.
fn unstripped(request: &Request, python: &Python) -> Vec<Warning> {
    let wanted = request.bundle.strip == Strip::All && python.target.os == Os::Macos;
    let warning = || Warning::new("`strip = \"all\"` has no effect on files of macOS, whose symbols stay");
    wanted.then(warning).into_iter().collect()
}

/// Closes the inventory without unloadable files of parts and without files that only they need. Returns a
/// note about each.
fn closed(
    inventory: &mut inventory::Inventory,
    reader: &mut Reader<'_>,
    policy: &Policy,
    roots: &[PathBuf],
    gl: HostGl,
) -> Result<(Closure, Vec<Warning>)> {
    let mut unloadable = Vec::new();
    loop {
        let mut closure = closure::close(inventory, reader, policy, roots, gl)?;
        if closure.gl != gl && closure.gl == HostGl::Used {
            closure = closure::close(inventory, reader, policy, roots, HostGl::Used)?;
        }
        if closure.unloadable.is_empty() {
            return Ok((closure, unloadable));
        }
        unloadable.extend(closure.unloadable.iter().map(|(i, name)| left_out(&closure.files[*i].dest, name)));
        inventory.remove(&closure.unloadable);
    }
}

/// Returns a note about an optional file of a part that cannot be loaded.
fn left_out(dest: &str, missing: &str) -> Warning {
    Warning::minor(format!(
        "`{dest}` is left out: library `{missing}`, which it needs, is not on this machine"
    ))
}

/// Warns about files that are shipped unpatched because they cannot be changed safely.
fn unpatched(closure: &Closure, prepared: &[Prepared]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (file, prepared) in closure.files.iter().zip(prepared) {
        let dest = &file.dest;
        if let Some(reason) = &prepared.unsigned {
            warnings.push(Warning::new(format!("`{dest}` could not be signed: {reason}")));
        }
        match &prepared.unstripped {
            Some(reason) if prepared.names_machine => {
                let message =
                    format!("`{dest}` contains paths of this machine, which cannot be replaced: {reason}");
                let hint = "build the library without these paths if nobody may see them";
                warnings.push(Warning::new(message).hint(hint));
            }
            Some(reason) => warnings.push(Warning::minor(format!("`{dest}` is not stripped: {reason}"))),
            None => {}
        }
    }
    warnings
}

/// Returns the files that are loaded at startup or by an import: libpython, extension modules, files that
/// the user names, and their dependencies. Files that a package opens itself, such as plugins, are
/// optional.
fn needed(closure: &Closure, verified: &verify::Verified, contents: &Contents) -> HashSet<usize> {
    let extensions: HashSet<&str> = contents.extensions().map(|m| m.path.as_str()).collect();
    let is_loaded = |i: usize| {
        let file = &closure.files[i];
        Some(i) == closure.libpython
            || extensions.contains(file.dest.as_str())
            || file.reasons.iter().any(|r| matches!(r.by, By::Request(_)))
    };
    let loaded = (0..closure.files.len()).filter(|i| is_loaded(*i));
    loaded.flat_map(|i| std::iter::once(i).chain(verified.needs[i].iter().copied())).collect()
}

/// Returns the minimum macOS version for these files, and the file that needs it.
fn macos(closure: &Closure, needed: &HashSet<usize>) -> Option<((u32, u32), String)> {
    let files = closure.files.iter().enumerate().filter(|(i, _)| needed.contains(i)).map(|(_, file)| file);
    let needs = files.filter_map(|f| Some((f.facts.as_ref()?.macos?, f.dest.as_str())));
    let highest = needs.max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)))?;
    Some((highest.0, highest.1.to_owned()))
}

fn too_new(limit: (u32, u32), culprit: &str, symbol: &str) -> Error {
    let (major, minor) = limit;
    Error::new(format!("`{culprit}` needs `{symbol}`, but `max-glibc` is {major}.{minor}"))
        .hint("build on an older system or with a wheel for an older manylinux, or raise `max-glibc`")
}

/// Reads and patches arbitrary bytes. The result can be read and patched again.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    let Ok(facts) = elf::read::read(bytes) else { return };
    let paths = MachinePaths::new([Path::new("/srv/ann/project")]);
    for strip in [Strip::None, Strip::Debug, Strip::Symbols, Strip::All] {
        for search in [None, Some("$ORIGIN"), Some("$ORIGIN/a/long/path/that/needs/a/new/segment")] {
            let search = search.map(|s| vec![s.to_owned()]);
            let patch = format::Patch {
                strip,
                search: search.as_deref(),
                names: &[],
                own: None,
                paths: &paths,
                left_out: &[],
            };
            if let Ok(Some(new)) = elf::rewrite::patch(bytes, &facts, &patch) {
                let facts = elf::read::read(&new);
                assert!(facts.is_ok(), "{strip:?} {search:?}: {facts:?}");
                let _ = facts.map(|facts| elf::rewrite::patch(&new, &facts, &patch));
            }
        }
    }
}

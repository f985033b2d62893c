//! Turns a Python program into a standalone executable.
//!
//! The modules are the phases, in the order of the data flow. See docs/contributing/architecture.md for an overview.

pub mod analysis;
pub mod archive;
pub mod assemble;
pub mod binaries;
pub mod contents;
pub mod convert;
pub mod doctor;
pub mod environment;
pub mod error;
mod excerpt;
pub mod foreign;
pub mod inspect;
pub mod interrupt;
pub mod launcher;
pub mod marshal;
pub(crate) mod names;
pub mod nearest;
pub mod os;
pub mod output;
mod paths;
pub mod python;
pub mod report;
mod requirement;
pub mod rules;
pub mod spec;
pub mod store;
pub mod target;
pub mod trace;
pub mod version;
pub mod why;

use std::collections::BTreeMap;

use analysis::world::distributions::normalize;
use archive::{Input, Packed};
use binaries::Natives;
use contents::{Contents, Edits};
use error::{Result, Warning};
use output::Published;
use python::Python;
use report::{Part, Reporter};
use rules::load::Rules;
use spec::Request;
use store::Store;
use target::{Os, Target};
use why::Map;

/// Builds a request and publishes the result.
///
/// # Errors
/// A phase failed, or Ctrl-C was pressed. The previous application is then still in place.
pub fn freeze(request: &Request, reporter: &mut Reporter) -> Result<Published> {
    let store = open_store(request, reporter)?;
    for part in request.parts() {
        reporter.warn(&part.warnings);
    }
    let request = reporter.phase("environment", || environment::prepared(request, &store))?;
    let request = foreign::pyinstaller::with_hooks(&request, &store, reporter)?;
    let collected = collect_parts(&request, &store, reporter)?;
    finish(&request, collected, &store, reporter)
}

/// The contents of an application before they are packed. A program has one part; a universal program has one
/// for each processor.
#[derive(Debug)]
pub(crate) struct Collected {
    parts: Vec<CollectedPart>,
    warnings: Vec<(Target, Warning)>,
}

impl Collected {
    /// Returns a program that has the name of a file or folder beside it.
    pub(crate) fn conflict(&self, request: &Request) -> Option<String> {
        let has_entry = |part: &CollectedPart, program: &str| {
            let target = &part.python.target;
            let own = target.executable(program);
            let is_first = |dest: &str| {
                let name = dest.split('/').next().unwrap_or_default();
                if target.os == Os::Linux { name == own } else { name.eq_ignore_ascii_case(&own) }
            };
            // A package has a folder, even if it has no files.
            let mut packages = part.contents.graph.modules.values().filter(|m| m.package);
            request.contents_directory(target.os) == "."
                && (packages.any(|m| is_first(&m.name))
                    || part.contents.data.iter().any(|file| !file.resource && is_first(&file.dest))
                    || part.natives.files.iter().any(|file| is_first(&file.dest)))
        };
        let names = request.programs.iter().map(|program| &program.name);
        names.into_iter().find(|name| self.parts.iter().any(|part| has_entry(part, name))).cloned()
    }
}

/// The contents for one platform.
#[derive(Debug)]
pub(crate) struct CollectedPart {
    python: Python,
    contents: Contents,
    natives: Natives,
}

/// Collects the contents of each part of an application.
pub(crate) fn collect_parts(request: &Request, store: &Store, reporter: &mut Reporter) -> Result<Collected> {
    for part in request.parts() {
        reporter.warn(&part.warnings);
    }
    let pythons = reporter.phase("python", || Python::probe_parts(request, store))?;
    // Check the launcher and the output first: without them, all later work is wasted.
    for (part, python) in request.parts().zip(&pythons) {
        assemble::check(part, python)?;
    }
    let (mut parts, mut warnings) = (Vec::new(), Vec::new());
    let collect_all = || -> Result<()> {
        for (request, python) in request.parts().zip(pythons) {
            let target = python.target;
            let mut warn = |new: &[Warning]| warnings.extend(new.iter().map(|w| (target, w.clone())));
            warn(&python.warnings);
            let (contents, natives) = collect(request, &python, store, reporter, &mut warn)?;
            parts.push(CollectedPart { python, contents, natives });
        }
        Ok(())
    };
    if let Err(error) = collect_all() {
        reporter.warn(&report::merged(warnings, request.parts().count()));
        return Err(error);
    }
    Ok(Collected { parts, warnings })
}

/// Packs the contents of an application, assembles and publishes it.
pub(crate) fn finish(
    request: &Request,
    collected: Collected,
    store: &Store,
    reporter: &mut Reporter,
) -> Result<Published> {
    let Collected { parts, mut warnings } = collected;
    let made = pack_parts(request, parts, store, reporter, &mut warnings);
    reporter.warn(&report::merged(warnings, request.parts().count()));
    let (parts, packed) = made?;
    let app = reporter.phase("assemble", || assemble::app(request, packed, store))?;
    let published = reporter.phase("publish", || output::publish(request, app))?;
    reporter.warn(&published.warnings);
    #[cfg(feature = "notarize")]
    if request.macos.notarize.is_some() {
        reporter.phase("notarise", || assemble::finish(request, &published.path, &parts[0].python))?;
    }
    report::tell(request, &parts, &published, reporter)?;
    Ok(published)
}

/// Packs the content of each part of an application. `warnings` receives the warnings of each part.
fn pack_parts<'a>(
    request: &'a Request,
    collected: Vec<CollectedPart>,
    store: &Store,
    reporter: &mut Reporter,
    warnings: &mut Vec<(Target, Warning)>,
) -> Result<(Vec<Part<'a>>, Vec<Packed>)> {
    let (mut parts, mut packed) = (Vec::new(), Vec::new());
    for (request, CollectedPart { python, mut contents, natives }) in request.parts().zip(collected) {
        let target = python.target;
        contents.chain_scripts(request)?;
        let is_there =
            |library: &str| natives.files.iter().any(|native| same_file_name(&native.dest, library));
        for (_, warning) in contents.graph.used.left_out.iter().filter(|(library, _)| !is_there(library)) {
            warnings.push((target, warning.clone()));
        }
        let input = Input { contents: &contents, natives: &natives, request, python: &python };
        let pack = || archive::pack(&input, store, packed.first());
        let archive = reporter.phase("archive", pack)?;
        parts.push(Part { request, python, contents, natives, totals: archive.totals.clone() });
        packed.push(archive);
    }
    let differing = differing_versions(&parts);
    warnings.extend(parts.iter().flat_map(|p| differing.iter().map(|w| (p.python.target, w.clone()))));
    Ok((parts, packed))
}

/// Changes the contents of each part as a build script requests.
pub(crate) fn edit_parts(
    request: &Request,
    collected: &mut Collected,
    edits: &Edits,
    store: &Store,
) -> Result<()> {
    for (request, part) in request.parts().zip(&mut collected.parts) {
        part.contents.edit(edits, &part.python);
        if edits.adds_binaries() {
            part.natives = binaries::collect(&part.contents, request, &part.python, store)?;
        }
        part.natives.leave_out(&edits.removed_files);
    }
    Ok(())
}

/// Collects the content of a part. `warn` receives the warnings of each phase.
fn collect(
    request: &Request,
    python: &Python,
    store: &Store,
    reporter: &mut Reporter,
    warn: &mut dyn FnMut(&[Warning]),
) -> Result<(Contents, Natives)> {
    let rules = Rules::load(request)?;
    let graph = reporter.phase("modules", || analysis::modules(request, &rules, python, store))?;
    warn(&graph.warnings);
    let mut contents = reporter.phase("data", || contents::apply(graph, request, &rules, python, store))?;
    reporter.phase("parts", || binaries::prune(&mut contents, request, python, store))?;
    warn(&contents.warnings);
    let mut natives = reporter.phase("libraries", || binaries::collect(&contents, request, python, store))?;
    warn(&natives.warnings);
    leave_out(&mut contents, &mut natives, request, python)?;
    Ok((contents, natives))
}

/// Leaves out the files of `exclude-files` in `[bundle]`, except those without which Python does not start.
fn leave_out(
    contents: &mut Contents,
    natives: &mut Natives,
    request: &Request,
    python: &Python,
) -> Result<()> {
    let globs = &request.bundle.exclude_files;
    if globs.is_empty() {
        return Ok(());
    }
    let own = contents.data.iter().chain(&contents.libraries).map(|file| &file.dest);
    let all = own.chain(natives.files.iter().map(|file| &file.dest));
    let edits = Edits { removed_files: contents::excluded(globs, all)?, ..Edits::default() };
    contents.edit(&edits, python);
    natives.leave_out(&edits.removed_files);
    Ok(())
}

fn same_file_name(one: &str, other: &str) -> bool {
    one.rsplit('/').next() == other.rsplit('/').next()
}

/// Warns about each distribution that has different versions in two parts.
fn differing_versions(parts: &[Part<'_>]) -> Vec<Warning> {
    let versions = |part: &Part<'_>| -> BTreeMap<String, String> {
        let all = part.contents.graph.distributions.iter();
        all.map(|d| (normalize(&d.name), d.version.clone())).collect()
    };
    let mut warnings = Vec::new();
    for pair in parts.windows(2) {
        let ([one, two], others) =
            ([&pair[0], &pair[1]].map(|p| p.python.target.machine()), versions(&pair[1]));
        for (name, version) in versions(&pair[0]) {
            if let Some(other) = others.get(&name).filter(|other| **other != version) {
                let message = format!("`{name}` is {version} for {one} and {other} for {two}");
                warnings.push(Warning::new(message).hint("pin a version that exists for both"));
            }
        }
    }
    warnings
}

/// Finds what a build would collect and why, without building.
///
/// # Errors
/// A phase failed, or Ctrl-C was pressed.
pub fn explain(request: &Request, reporter: &mut Reporter) -> Result<(Map, Python)> {
    let store = open_store(request, reporter)?;
    let request = reporter.phase("environment", || environment::prepared(request, &store))?;
    let request = &*foreign::pyinstaller::with_hooks(&request, &store, reporter)?;
    // For a universal program, the first part with the packages that a build gives it.
    let python = reporter.phase("python", || Python::probe_parts(request, &store))?.swap_remove(0);
    let (contents, natives) = collect(request, &python, &store, reporter, &mut |_| ())?;
    Ok((Map::of_build(&contents, &natives, request), python))
}

/// Opens the cache. With `--clean`, treats it as empty.
pub(crate) fn open_store(request: &Request, reporter: &mut Reporter) -> Result<Store> {
    let (store, warnings) = Store::of_user(request.cache_size)?;
    reporter.warn(&warnings);
    Ok(if request.output.clean { store.ignoring_existing() } else { store })
}

//! The module graph: the modules that the entry point imports, found without running it.
//!
//! Facts (the contents of a file) are separate from the world (the installed packages), and both are
//! separate from the claims of heuristics. Only the fixpoint changes the graph. See docs/concepts/analysis.md for an
//! overview.

mod cache;
mod claims;
mod collected;
mod facts;
mod fixpoint;
pub(crate) mod graph;
mod heuristics;
mod missing;
pub(crate) mod start;
mod syntax;
pub(crate) mod world;

pub(crate) use self::facts::source::{Choice, Chooses, Chosen, Naming, Plain, Sought, choices, expression};
use self::fixpoint::Fixpoint;
pub use self::graph::{
    By, Distribution, Graph, Guard, Info, Kind, LibraryName, Module, OpenedLibrary, Reason, Source,
};
use self::start::entry;
use self::world::disk::Disk;
use self::world::distributions::Installed;
use self::world::reader::Reader;
use self::world::resolve::Folder;
use self::world::{Parts, World};
use crate::error::Result;
use crate::names::Pattern;
use crate::python::Python;
use crate::rules::implicit;
use crate::rules::load::Rules;
use crate::spec::Request;
use crate::store::Store;

/// Finds the modules of a program: all that its entry points can import on the target, without running
/// anything. Reuses the graph of an earlier build if none of its inputs has changed.
///
/// # Errors
/// An entry point is missing or has a syntax error, or the build was interrupted.
pub fn modules(request: &Request, rules: &Rules, python: &Python, store: &Store) -> Result<Graph> {
    let key = cache::key(request, python, store);
    let outputs = request.outputs().chain([store.root().to_owned()]);
    let disk = Disk::with_outputs(outputs.collect());
    let reader = Reader { python, disk: &disk, store };
    if let Some(graph) = key.as_ref().and_then(|key| cache::recall(key, reader)) {
        return Ok(graph);
    }
    let graph = find(request, rules, reader)?;
    if let Some(key) = key {
        cache::remember(store, &key, disk, &graph);
    }
    Ok(graph)
}

fn find(request: &Request, rules: &Rules, reader: Reader<'_>) -> Result<Graph> {
    let Reader { python, disk, .. } = reader;
    let implicit = implicit::load()?;
    let own = entry::folders(request);
    let search_path: Vec<_> = own.iter().chain(&python.search_path).cloned().collect();
    let installed = Installed::scan(&search_path, disk, python.markers());
    let world = World::new(Parts { request, reader, implicit: &implicit, rules, installed: &installed, own });
    for (package, folder) in &request.package_folders {
        world.extend_by(package, &Folder { path: folder.clone(), dest: None });
    }
    let mut fixpoint = Fixpoint::new(&world);
    for start in entry::starts(request, &installed, disk)? {
        fixpoint.start(start);
    }
    fixpoint.include(&request.modules.include);
    fixpoint.interpreter();
    fixpoint.run()?;
    let mut graph = fixpoint.finish();
    let made: Vec<Pattern> = request.made_modules.iter().map(|name| Pattern::new(name)).collect();
    graph.missing.retain(|name, _| !made.iter().any(|made| made.covers(name)));
    entry::check(request, &graph, &world)?;
    missing::warn(&mut graph, &world);
    Ok(graph)
}

/// Searches arbitrary bytes for names, as in files of a package.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    let _ = facts::pickle::modules(bytes);
    let _ = facts::native::find(bytes, "pkg");
    let _ = facts::texts::names(bytes, "pkg");
    let _ = facts::source::source(bytes, 12, facts::Whose::Own);
    let opcodes = std::collections::BTreeMap::from([("IMPORT_NAME".into(), 108), ("LOAD_CONST".into(), 100)]);
    let _ = facts::bytecode::find(bytes, 12, &opcodes);
}

//! Selects the content of the archive and its order.

use std::collections::HashSet;

use super::blobs::Maker;
use super::work::{self, Job};
use super::{File, Input, files, folders, links, order, settings};
use crate::analysis::{Kind, Module};
use crate::error::{Result, Warning};
use crate::names::Pattern;

/// The content of the archive.
pub(super) struct Selection<'a> {
    /// Modules: those that start Python, then all others in the order of a start.
    pub modules: Vec<&'a Module>,
    /// Modules that every start of the main program imports.
    pub certain: HashSet<&'a str>,
    /// Names of the hooks and of the modules that the programs run.
    pub entries: Vec<String>,
    /// Files, by path.
    pub files: Vec<File>,
    /// Folders that exist without files.
    pub folders: Vec<String>,
    /// The jobs that create the content: those of modules in order, then those of files.
    pub jobs: Vec<Job<'a>>,
}

/// Selects the content of the archive. `own` contains the modules of the launcher.
///
/// # Errors
/// A file cannot be read, or two files have the same path.
pub(super) fn select<'a>(
    input: &Input<'a>,
    own: &'a [Module],
    maker: &Maker<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Selection<'a>> {
    let Input { contents, natives, request, python } = *input;
    let (graph, target) = (&contents.graph, &python.target);
    let mut files = files::list(contents, natives, warnings)?;
    for module in graph.modules.values().filter(|module| is_file(module, input)) {
        files.extend(files::of_module(maker, module)?);
    }
    links::replace(&mut files, contents, target, warnings)?;
    files::fit(&mut files, target, warnings);
    links::make(&mut files, contents, natives, target, warnings)?;
    files::check(&mut files, request, target)?;
    let folders = if request.writes_files() { folders::empty(graph, &files, target) } else { Vec::new() };

    let entries = settings::entries(graph, request);
    let first: Vec<&str> = entries.iter().map(String::as_str).collect();
    let recorded = &request.modules.order;
    // Only consider the main program, because other programs of the bundle start with other modules.
    let imports = order::Imports::new(graph);
    let (mut certain, count) = imports.startup(&first[..first.len().min(1)], recorded);
    let started = if first.len() > 1 { imports.startup(&first, recorded).0 } else { certain.clone() };
    certain.truncate(count);
    let mut modules: Vec<&Module> = own.iter().collect();
    modules.extend(started.into_iter().filter_map(|name| graph.modules.get(name)));
    modules.sort_by_key(|module| !is_seed(module, input));
    let code = modules.iter().copied().filter(|module| {
        !is_file(module, input) && matches!(module.kind, Kind::Source(_) | Kind::Bytecode(_))
    });
    let mut jobs: Vec<Job<'a>> = code.flat_map(|module| of_code(module, input)).collect();
    // The dictionary consists of the first blobs.
    jobs.sort_by_key(|job| !matches!(job, Job::Code { seed: true, .. }));
    jobs.extend(work::of_files(&files, request));
    Ok(Selection { modules, certain: certain.into_iter().collect(), entries, files, folders, jobs })
}

/// Whether Python needs a module before the importer runs.
pub(super) fn is_seed(module: &Module, input: &Input<'_>) -> bool {
    settings::is_seed(input.python.minor(), &module.name)
}

/// Whether a module becomes a file. Modules that run before the importer can read files stay in the archive,
/// and so do entry points.
fn is_file(module: &Module, input: &Input<'_>) -> bool {
    let is_wanted = covered(&input.request.modules.files, module) || covered(&input.contents.files, module);
    let in_archive = || {
        is_seed(module, input)
            || settings::is_entry(&module.name)
            || settings::is_runtime(input.python.minor(), &module.name)
    };
    is_wanted && !in_archive()
}

/// Returns the jobs of a module: its code unless libpython contains it, and its source if that is included.
fn of_code<'a>(module: &'a Module, input: &Input<'_>) -> impl Iterator<Item = Job<'a>> {
    let code = Job::Code { module, seed: is_seed(module, input) };
    let with_source = covered(&input.request.modules.source, module)
        || covered(&input.contents.source, module)
        || input.contents.read.contains(&module.name);
    let source = with_source && matches!(module.kind, Kind::Source(_));
    let code = (!settings::is_frozen(input.python, &module.name)).then_some(code);
    code.into_iter().chain(source.then_some(Job::Source(module)))
}

fn covered(patterns: &[String], module: &Module) -> bool {
    patterns.iter().any(|pattern| Pattern::new(pattern).covers(&module.name))
}

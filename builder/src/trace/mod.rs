//! `freeze trace`: runs a program unfrozen, compares what it used with the results of the analysis, and
//! reports what was missed.

mod compare;
mod notes;
mod order;
mod run;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::python::Python;
use crate::report::Reporter;
pub use crate::report::{Missed, MissedKind as Kind, Traced};
use crate::rules::load::Rules;
use crate::spec::Request;
use crate::spec::amend::{self, Additions};
use crate::store::Store;
use crate::{analysis, environment, spec};

/// What to write after a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// Write missed entries to the spec.
    pub missed: bool,
    /// Write the order of the imports to a file next to it.
    pub order: bool,
}

/// Runs the main program of a request with `arguments`, using the streams of this process. Results are
/// written to the spec, or to a new one next to the script.
///
/// # Errors
/// The program cannot be analyzed or started, or the spec cannot be written.
pub fn trace(
    request: &Request,
    arguments: &[OsString],
    write: Write,
    reporter: &mut Reporter,
) -> Result<Traced> {
    let target = (write.missed || write.order).then(|| target(request)).transpose()?;
    let (store, warnings) = Store::of_user(request.cache_size)?;
    reporter.warn(&warnings);
    let request = &*reporter.phase("environment", || environment::prepared(request, &store))?;
    let python = reporter.phase("python", || Python::probe(request, &store))?;
    if python.cross.is_some() {
        let message = format!("a program for {} cannot run on this machine", python.target.name());
        return Err(Error::new(message)
            .hint("trace it with this machine's Python: leave out `target` and `--target`"));
    }
    let rules = Rules::load(request)?;
    let graph = reporter.phase("modules", || analysis::modules(request, &rules, &python, &store))?;
    let (status, notes) = run::run(request, &python, &graph, arguments)?;
    let comparison = compare::Comparison::new(request, &rules, &python, &store, &notes);
    let missed = reporter.phase("compare", || comparison.missed(request, &graph, arguments))?;
    let (mut written, mut order) = (None, None);
    if let Some(spec) = target {
        let mut additions = if write.missed { additions(&missed) } else { Additions::default() };
        if write.order {
            order = Some(order::write(request, &spec, &notes, &graph)?);
            additions.order.clone_from(&order);
        }
        let is_named = write.order && request.modules.order_file.is_some();
        if write.missed && !missed.is_empty() || write.order && !is_named {
            amend::write(request, &spec, &additions)?;
            written = Some(spec);
        }
    }
    Ok(Traced { missed, status, written, order })
}

/// Returns the spec to write: that of the request, or a new one next to its script.
fn target(request: &Request) -> Result<PathBuf> {
    if let Some(spec) = &request.spec {
        return Ok(spec.clone());
    }
    let folder = match request.programs.first().map(|p| &p.entry) {
        Some(spec::Entry::Script(path)) => path.parent().unwrap_or(Path::new(".")).to_owned(),
        _ => request.base.clone(),
    };
    let path = folder.join(format!("{}.spec", request.name));
    if path.exists() {
        let shown = path.display();
        return Err(Error::new(format!("spec `{shown}` exists"))
            .hint(format!("trace it instead of the script: `freeze trace {shown} --write`")));
    }
    Ok(path)
}

fn additions(missed: &[Missed]) -> Additions {
    let mut additions = Additions::default();
    for missed in missed {
        let folder = missed.name.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        match (missed.kind, &missed.path) {
            (Kind::Module, _) => additions.include.push(missed.name.clone()),
            (Kind::Folder, _) => {
                // Listed modules must be included even if nothing imports them.
                additions.include.push(format!("{}.*", missed.name));
                additions.files.push(missed.name.clone());
            }
            (Kind::Metadata, _) => additions.metadata.push(missed.name.clone()),
            (Kind::Data, Some(path)) => additions.data.push((path.clone(), folder)),
            (Kind::Library, Some(path)) => additions.binaries.push((path.clone(), folder)),
            _ => {}
        }
    }
    additions
}

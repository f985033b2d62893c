//! Turns a Python program into a standalone executable.
//!
//! Modules are the phases, in the order in which data flows; docs/architecture.md tells the whole story.

pub mod analysis;
pub mod archive;
pub mod assemble;
pub mod binaries;
pub mod error;
pub mod inspect;
pub mod interrupt;
pub mod launcher;
pub mod marshal;
pub mod os;
pub mod output;
pub mod python;
pub mod report;
pub mod rules;
pub mod spec;
pub mod store;
pub mod target;
pub mod trace;
pub mod why;

use error::Result;
use output::Published;
use python::Python;
use report::{Report, Reporter, Summary};
use spec::Request;
use store::Store;
use why::Map;

/// Builds what a request asks for and publishes it.
///
/// # Errors
/// A phase failed, or Ctrl-C was pressed; the previous product is then still there.
pub fn freeze(request: &Request, reporter: &mut Reporter) -> Result<Published> {
    let store = open_store(request)?;
    reporter.warn(&request.warnings);
    let python = reporter.phase("python", || Python::probe(request, &store))?;
    // Without a launcher, and what it is to become, all work is in vain.
    assemble::check(request, &python)?;
    let graph = reporter.phase("modules", || analysis::modules(request, &python, &store))?;
    reporter.warn(&graph.warnings);
    let contents = reporter.phase("data", || rules::apply(graph, request, &python, &store))?;
    reporter.warn(&contents.warnings);
    let natives = reporter.phase("libraries", || binaries::collect(&contents, request, &python, &store))?;
    reporter.warn(&natives.warnings);
    let packed =
        reporter.phase("archive", || archive::pack(&contents, &natives, request, &python, &store))?;
    let app = reporter.phase("assemble", || assemble::app(request, packed, &python))?;
    let published = reporter.phase("publish", || output::publish(request, app))?;
    reporter.warn(&published.warnings);
    #[cfg(feature = "notarize")]
    if request.macos.notarize.is_some() {
        reporter.phase("notarise", || assemble::finish(request, &published.path, &python))?;
    }
    let summary = Summary::new(request, &python, &contents, &natives, &published, reporter);
    let output = &request.output;
    let mut parts = None;
    if output.report.is_some() || output.work.is_some() || output.bloat {
        let report = Report::new(request, &python, &contents, &natives, &summary, reporter)?;
        if let Some(path) = &output.report {
            report::write(&report, path)?;
        }
        if let Some(work) = &output.work {
            report::write_work(&work.join(&request.name), &request.name, &contents.graph, &report)?;
        }
        parts = output.bloat.then(|| report.bloat().to_vec());
    }
    reporter.summary(&summary);
    if let Some(parts) = parts {
        reporter.bloat(&parts);
    }
    Ok(published)
}

/// Finds out what a build would put into the product and why, without making one.
///
/// # Errors
/// A phase failed, or Ctrl-C was pressed.
pub fn explain(request: &Request, reporter: &mut Reporter) -> Result<(Map, Python)> {
    let store = open_store(request)?;
    let python = reporter.phase("python", || Python::probe(request, &store))?;
    let graph = reporter.phase("modules", || analysis::modules(request, &python, &store))?;
    let contents = reporter.phase("data", || rules::apply(graph, request, &python, &store))?;
    let natives = reporter.phase("libraries", || binaries::collect(&contents, request, &python, &store))?;
    Ok((Map::of_build(&contents, &natives, request), python))
}

/// The cache; with `--clean` as if it were empty.
fn open_store(request: &Request) -> Result<Store> {
    let store = Store::open(&Store::default_root()?)?;
    Ok(if request.output.clean { store.afresh() } else { store })
}

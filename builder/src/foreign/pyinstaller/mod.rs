//! Specs of PyInstaller: Python programs, which run among stand-ins that hand their calls to the builder.

mod analysis;
mod converted;
mod hooks;
mod memory;
mod message;
mod product;
mod stand_ins;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use self::converted::Conversion;
use self::message::{AnalysisCall, Call, Order, ProductCall};
use super::message::{Event, Message};
use super::session::{Session, TargetOrder};
use super::stand_ins::StandIns;
use super::{Build, failure};
use crate::environment;
use crate::error::{Context, Error, Result, Warning};
use crate::foreign::place;
use crate::foreign::product::Product;
use crate::output::Published;
use crate::python::Python;
use crate::report::Reporter;
use crate::spec::{self, Request};
use crate::store::Store;
use crate::target::Wanted;
use crate::{Collected, collect_parts, edit_parts, finish, open_store};

/// Calls that a spec of PyInstaller consists of.
const CALLS: [&str; 6] = ["Analysis(", "PYZ(", "EXE(", "COLLECT(", "BUNDLE(", "MERGE("];
/// Statements that no TOML file contains.
const STATEMENTS: [&str; 9] =
    ["import ", "from ", "def ", "class ", "if ", "for ", "with ", "try:", "block_cipher"];

/// The stand-ins, and the one that runs specs and hooks.
const DRIVER: (StandIns, &str) = (stand_ins::STAND_INS, "_freeze_spec.py");

/// Whether a spec is one of PyInstaller, written in Python. A file that cannot be read is not.
pub fn is_python(path: &Path) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    if toml::de::DeTable::parse(&text).is_ok() {
        return false;
    }
    let lines =
        || text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let is_header = |line: &str| line.starts_with('[') && line.contains(']');
    if lines().next().is_none_or(|first| is_header(first.trim_start_matches('\u{feff}'))) {
        return false;
    }
    lines().any(|line| {
        STATEMENTS.iter().any(|word| line.starts_with(word))
            || CALLS.iter().any(|call| line.contains(call))
            || line.split_once('(').is_some_and(|(called, _)| spec::entry::is_dotted(called))
    })
}

/// Runs a spec and builds its products. Returns the last one, or `None` if a spec with arguments has ended
/// without one, as after `--help`.
///
/// # Errors
/// The spec fails, makes no product, or a build fails. The error shows the line of the spec.
pub fn freeze(build: &Build, reporter: &mut Reporter) -> Result<Option<Published>> {
    let mut runner = Runner::start(build, Goal::Products, reporter)?;
    runner.run(reporter)?;
    let nothing = || {
        let error = Error::new(format!("`{}` makes no product", build.path.display()));
        error.hint("a spec calls `EXE(…)` with all files, or `COLLECT(…)`")
    };
    match runner.published.pop() {
        None if !runner.is_asked => Err(nothing()),
        last => Ok(last),
    }
}

/// Runs a spec until its first product, and returns the request for it instead of building it.
///
/// # Errors
/// The spec fails, or makes no product.
pub fn request(build: &Build, reporter: &mut Reporter) -> Result<Request> {
    let mut runner = Runner::start(build, Goal::Request, reporter)?;
    runner.run(reporter)?;
    let nothing = || Error::new(format!("`{}` makes no product", build.path.display()));
    runner.requested.ok_or_else(nothing)
}

/// Runs a spec up to its last product, and returns what it describes instead of building it. Nothing is written
/// to the folder of the user.
///
/// # Errors
/// The spec fails before its first product, or makes none.
pub fn convert(build: &Build, reporter: &mut Reporter) -> Result<Vec<Product>> {
    let mut runner = Runner::start(build, Goal::Conversion, reporter)?;
    runner.run(reporter)?;
    let nothing = || Error::new(format!("`{}` makes no product", build.path.display()));
    let mut products = std::mem::take(&mut runner.conversion.products);
    products.iter_mut().try_for_each(|product| product.keep_made(runner.scratch.path()))?;
    let first = products.first_mut().ok_or_else(nothing)?;
    if converted::has_branches(&build.path) {
        let message = "branches of the spec for other systems, which did not run";
        first.lose(Warning::new(message).hint("convert on the other systems as well, and compare"));
    }
    Ok(products)
}

/// Runs the hooks that a request names, and returns the request with what they say.
///
/// # Errors
/// A hook fails, or analysis does.
pub(crate) fn with_hooks<'a>(
    request: &'a Request,
    store: &Store,
    reporter: &mut Reporter,
) -> Result<Cow<'a, Request>> {
    if request.hooks.folders.is_empty() && !request.hooks.of_packages {
        return Ok(Cow::Borrowed(request));
    }
    let python = reporter.phase("python", || Python::probe(request, store))?;
    let scratch = tempfile::tempdir().context(|| "failed to create a temporary folder")?;
    let order = order(request, &python, scratch.path())?;
    let mut session = Session::start(&python.executable, DRIVER, &order, PathBuf::from(&order.name), store)?;
    session.wait()?;
    let mut told = hooks::apply(request.clone(), &python, &mut session, store, reporter)?;
    // Hooks run once, and what they say holds for each processor of a universal program.
    let first = Request { others: Vec::new(), ..told.clone() };
    for other in &mut told.others {
        other.hook_rules.clone_from(&first.hook_rules);
        other.made_modules.clone_from(&first.made_modules);
        other.package_folders.clone_from(&first.package_folders);
        other.data.extend_from_slice(&first.data[request.data.len()..]);
        other.binaries.extend_from_slice(&first.binaries[request.binaries.len()..]);
        other.python.paths.extend_from_slice(&first.python.paths[request.python.paths.len()..]);
        other.modules.files.extend_from_slice(&first.modules.files[request.modules.files.len()..]);
        other.modules.source.extend_from_slice(&first.modules.source[request.modules.source.len()..]);
        other.modules.exclude.extend_from_slice(&first.modules.exclude[request.modules.exclude.len()..]);
        other.runtime.hooks.extend_from_slice(&first.runtime.hooks[request.runtime.hooks.len()..]);
    }
    Ok(Cow::Owned(told))
}

/// What to do at a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// Build it.
    Products,
    /// Stop there.
    Request,
    /// Note it and go on.
    Conversion,
}

/// A spec that runs.
struct Runner {
    spec: PathBuf,
    template: Request,
    named: Option<Wanted>,
    python: Python,
    store: Store,
    session: Session,
    goal: Goal,
    /// Whether the spec has arguments.
    is_asked: bool,
    analyses: Vec<Analyzed>,
    published: Vec<Published>,
    requested: Option<Request>,
    conversion: Conversion,
    /// The folder that a spec sees as that of the cache.
    scratch: tempfile::TempDir,
}

/// The contents that a spec has asked for.
struct Analyzed {
    request: Request,
    /// The request without what hooks say.
    plain: Request,
    /// The paths of the files that were found.
    files: Vec<String>,
    /// Until a product takes them.
    collected: Option<Collected>,
}

/// What follows a message.
enum Next {
    /// The next message.
    Go,
    /// The spec is done.
    Done,
}

impl Runner {
    fn start(build: &Build, goal: Goal, reporter: &mut Reporter) -> Result<Runner> {
        let template = template(build)?;
        let store = open_store(&template, reporter)?;
        let template = match goal {
            Goal::Conversion => template,
            Goal::Products | Goal::Request => {
                reporter.phase("environment", || environment::with_python(template, &store))?
            }
        };
        let python = reporter.phase("python", || Python::probe(&template, &store))?;
        let spec = template.spec.clone().unwrap_or_default();
        let scratch = tempfile::tempdir().context(|| "failed to create a temporary folder")?;
        let arguments = build.arguments.iter().map(|a| a.to_string_lossy().into_owned()).collect();
        let order = order(&template, &python, scratch.path())?;
        let order = match goal {
            Goal::Conversion => Order {
                distpath: scratch.path().join("dist"),
                workpath: scratch.path().join("build"),
                convert: true,
                ..order
            },
            Goal::Products | Goal::Request => order,
        };
        let order = Order { spec: Some(spec.clone()), arguments, ..order };
        let session = Session::start(&python.executable, DRIVER, &order, spec.clone(), &store)?;
        let (analyses, published, requested) = (Vec::new(), Vec::new(), None);
        let named = build.overrides.target;
        Ok(Runner {
            spec,
            template,
            named,
            python,
            store,
            session,
            goal,
            is_asked: !build.arguments.is_empty(),
            analyses,
            published,
            requested,
            conversion: Conversion::default(),
            scratch,
        })
    }

    /// Answers the spec until it ends.
    fn run(&mut self, reporter: &mut Reporter) -> Result<()> {
        loop {
            let Some(message) = self.session.receive()? else {
                return Err(failure::ended(&self.spec));
            };
            match self.handle(message, reporter) {
                Ok(Next::Go) => {}
                Ok(Next::Done) => return Ok(()),
                Err(error) => {
                    self.stop(reporter);
                    return Err(error);
                }
            }
        }
    }

    /// Lets the spec clean up after a failure.
    fn stop(&mut self, reporter: &mut Reporter) {
        let failed = serde_json::json!({ "failed": true });
        if self.session.send(&failed).is_err() {
            return;
        }
        while let Ok(Some(message)) = self.session.receive::<IgnoredAny>() {
            match message {
                Message::Event(Event::Note(note)) => reporter.warn(&[note.into()]),
                Message::Call(_) if self.session.send(&failed).is_err() => return,
                _ => {}
            }
        }
    }

    fn handle(&mut self, message: Message<Call>, reporter: &mut Reporter) -> Result<Next> {
        match message {
            Message::Event(Event::Note(note)) => reporter.warn(&[note.into()]),
            Message::Call(Call::Analysis(call)) => {
                let place = call.place.clone();
                let tables = self.analyze(*call, reporter);
                let tables = tables.map_err(|error| place::at(error, place.as_ref()))?;
                self.session.send(&tables)?;
            }
            Message::Event(Event::Collected(collected)) => self.conversion.collected.push(collected),
            Message::Call(Call::Skipped { place }) => self.conversion.skip(&place),
            Message::Call(Call::Product(call)) if self.goal == Goal::Conversion => {
                let kept = self.convert(&call);
                kept.map_err(|error| place::at(error, call.place.as_ref()))?;
                self.session.send(&serde_json::json!({}))?;
            }
            Message::Call(Call::Product(call)) => {
                let place = call.place.clone();
                let done = self.product(&call, reporter);
                done.map_err(|error| place::at(error, place.as_ref()))?;
                if self.goal == Goal::Request {
                    self.stop(reporter);
                    return Ok(Next::Done);
                }
                self.session.send(&serde_json::json!({}))?;
            }
            // A spec with arguments may only have printed its help.
            Message::Event(Event::Exited { code: 0, text: None, .. })
                if self.is_asked || !self.published.is_empty() =>
            {
                return Ok(Next::Done);
            }
            Message::Event(Event::End {}) => return Ok(Next::Done),
            Message::Event(other @ (Event::Raised(_) | Event::Exited { .. }))
                if !self.conversion.products.is_empty() =>
            {
                let error = failure::of(other, &self.spec, &self.python.executable);
                self.conversion.fail(&error);
                return Ok(Next::Done);
            }
            other => return Err(self.session.failure(other)),
        }
        Ok(Next::Go)
    }

    fn analyze(&mut self, call: AnalysisCall, reporter: &mut Reporter) -> Result<message::Tables> {
        let plain = analysis::request(&call, &self.template, &self.spec)?;
        let request = hooks::apply(plain.clone(), &self.python, &mut self.session, &self.store, reporter)?;
        let collected = collect_parts(&request, &self.store, reporter)?;
        let part = collected.parts.first().ok_or_else(|| Error::new("there is nothing to collect"))?;
        let tables = analysis::tables(&request, part, &self.store)?;
        let files =
            tables.binaries.iter().chain(&tables.datas).map(|entry| analysis::plain(entry).0).collect();
        self.analyses.push(Analyzed { request, plain, files, collected: Some(collected) });
        Ok(tables)
    }

    fn product(&mut self, call: &ProductCall, reporter: &mut Reporter) -> Result<()> {
        let known: Vec<&Request> =
            call.analyses.iter().filter_map(|i| Some(&self.analyses.get(*i)?.request)).collect();
        let request = product::request(call, &known, &self.store, self.named)?;
        let edits = product::edits(call, &self.spec, &request)?;
        if self.goal == Goal::Request {
            self.requested = Some(request);
            return Ok(());
        }
        let own = call.analyses.first().and_then(|i| self.analyses.get_mut(*i));
        let reusable = own.filter(|own| product::has_same_contents(&own.request, &request));
        let mut collected = match reusable.and_then(|own| own.collected.take()) {
            Some(collected) => {
                reporter.warn(&request.warnings);
                collected
            }
            None => collect_parts(&request, &self.store, reporter)?,
        };
        edit_parts(&request, &mut collected, &edits, &self.store)?;
        self.published.push(finish(&request, collected, &self.store, reporter)?);
        Ok(())
    }
}

/// Returns what a process shall know about the build.
fn order(request: &Request, python: &Python, cache: &Path) -> Result<Order> {
    Ok(Order {
        spec: None,
        name: request.name.clone(),
        arguments: Vec::new(),
        distpath: request.output.dist.clone(),
        workpath: match &request.output.work {
            Some(work) => work.clone(),
            None => spec::current_dir()?.join("build").join(&request.name),
        },
        cache: cache.to_owned(),
        target: TargetOrder::of(python.target),
        convert: false,
    })
}

/// Returns the request of the command line, to which a spec adds its own.
fn template(build: &Build) -> Result<Request> {
    let path = std::path::absolute(&build.path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    spec::template(&path, name, &build.overrides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_told_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.spec");
        let is_python = |text: &str| {
            std::fs::write(&path, text).unwrap();
            super::is_python(&path)
        };
        for text in [
            "# -*- mode: python -*-\na = Analysis(\n    ['main.py'],\n)\n",
            "\u{feff}import os\nbuild(os.curdir)\n",
            "from recipes import build\nbuild()\n",
            "block_cipher = None\n",
            "input = 'a.py'\nexec(open('build.path').read())\n",
            "a = Analysis(['x'\n",
        ] {
            assert!(is_python(text), "{text}");
        }
        for text in [
            "",
            "[app]\nentry = \"app.py\"\n",
            "[app]\nentry = app.py\n",
            "# a comment: EXE(…)\n\n[app]\nname = EXE(\n",
            "\u{feff}[app]\nentry = 1\n",
            "name = \"Analysis(\"\n",
            "just text\n",
        ] {
            assert!(!is_python(text), "{text}");
        }
        assert!(!super::is_python(folder.path()));
    }

    #[test]
    fn the_documentation_lists_the_arguments() {
        let page = include_str!("../../../../docs/guides/from-pyinstaller.md");
        let stand_in = |path: &str| {
            let (_, text) = stand_ins::STAND_INS.iter().find(|(name, _)| *name == path).unwrap();
            *text
        };
        let between = |text: &'static str, start: &str, end: &str| {
            text.split_once(start).unwrap().1.split_once(end).unwrap().0
        };
        let is_listed = |name: &str| page.contains(name);
        let settings = between(stand_in("PyInstaller/building/api.py"), "_SETTINGS = (", ")");
        let names: Vec<&str> = settings.split(['"', ' ', '\n']).filter(|name| !name.is_empty()).collect();
        assert!(names.len() > 15 && names.contains(&"console"), "{names:?}");
        let of_analysis =
            between(stand_in("PyInstaller/building/build_main.py"), "def __init__(self, ", "**others");
        let arguments =
            of_analysis.split(',').filter_map(|a| a.trim().split('=').next()).filter(|a| !a.is_empty());
        let missing: Vec<&str> = names.into_iter().chain(arguments).filter(|name| !is_listed(name)).collect();
        assert!(missing.is_empty(), "docs/guides/from-pyinstaller.md does not list {missing:?}");
    }
}

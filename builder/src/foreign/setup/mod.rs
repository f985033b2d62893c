//! Setup scripts of cx_Freeze, py2exe and py2app, and `[tool.cxfreeze]`: they run or are read among stand-ins
//! that hand their descriptions to the builder.

mod message;
mod product;
mod stand_ins;
mod table;

use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use self::message::{Built, Call, Order, SetupCall};
use super::message::{Event, Message};
use super::place;
use super::product::Product;
use super::session::{Session, TargetOrder};
use super::stand_ins::StandIns;
use super::{Build, failure};
use crate::environment;
use crate::error::{Error, Result, Warning};
use crate::output::Published;
use crate::python::Python;
use crate::report::Reporter;
use crate::spec::{self, Output, Overrides, Request};
use crate::store::Store;
use crate::{collect_parts, finish, open_store};

/// The stand-ins, and the one that runs scripts.
const DRIVER: (StandIns, &str) = (stand_ins::STAND_INS, "_freeze_setup.py");

/// Runs a configuration and builds its products. Returns the last one, or `None` if a script with arguments
/// has ended without one, as after `--version`.
///
/// # Errors
/// The script fails or describes no product, or a build fails. The error shows the line of the user's file.
pub fn freeze(build: &Build, reporter: &mut Reporter) -> Result<Option<Published>> {
    let mut runner = Runner::start(build, Goal::Products, reporter)?;
    runner.run(reporter)?;
    match runner.published.pop() {
        None if !runner.is_asked => Err(nothing(&build.path)),
        last => Ok(last),
    }
}

/// Runs a configuration until its first product, and returns the request for it instead of building it.
///
/// # Errors
/// The script fails, or describes no product.
pub fn request(build: &Build, reporter: &mut Reporter) -> Result<Request> {
    let mut runner = Runner::start(build, Goal::Request, reporter)?;
    runner.run(reporter)?;
    let first = runner.described.into_iter().next();
    first.map(|product| product.request).ok_or_else(|| nothing(&build.path))
}

/// Runs a configuration until the end of its first `setup()`, and returns the products for a conversion.
///
/// # Errors
/// The script fails, or describes no product.
pub fn convert(build: &Build, reporter: &mut Reporter) -> Result<Vec<Product>> {
    let mut runner = Runner::start(build, Goal::Conversion, reporter)?;
    runner.run(reporter)?;
    if runner.described.is_empty() { Err(nothing(&build.path)) } else { Ok(runner.described) }
}

fn nothing(path: &Path) -> Error {
    let error = Error::new(format!("`{}` describes no program to build", path.display()));
    error.hint("a setup script calls `setup(…)` with `executables`, `console`, `windows`, `service` or `app`")
}

/// What to do with a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// Build it.
    Products,
    /// Return the request for the first one.
    Request,
    /// Return those of the first `setup()` for a conversion.
    Conversion,
}

/// A script that runs.
struct Runner {
    path: PathBuf,
    template: Request,
    overrides: Overrides,
    store: Store,
    session: Session,
    goal: Goal,
    /// Whether the script has arguments.
    is_asked: bool,
    notes: Vec<Warning>,
    published: Vec<Published>,
    /// The products, if they are not built.
    described: Vec<Product>,
}

impl Runner {
    fn start(build: &Build, goal: Goal, reporter: &mut Reporter) -> Result<Runner> {
        let path = std::path::absolute(&build.path)?;
        if !path.is_file() {
            return Err(
                Error::new(format!("`{}` not found", build.path.display())).exit_code(spec::options::USAGE)
            );
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let template = spec::template(&path, name, &build.overrides)?;
        let store = open_store(&template, reporter)?;
        let template = match goal {
            Goal::Conversion => template,
            Goal::Products | Goal::Request => {
                reporter.phase("environment", || environment::with_python(template, &store))?
            }
        };
        let python = reporter.phase("python", || Python::probe(&template, &store))?;
        let file = path.with_file_name("pyproject.toml");
        let (cxfreeze, line) = table::read(&file, "cxfreeze")?;
        let order = Order {
            spec: path.clone(),
            arguments: build.arguments.iter().map(|a| a.to_string_lossy().into_owned()).collect(),
            search_path: packages(&python),
            target: TargetOrder::of(python.target),
            project: table::project(&path)?,
            distutils: table::read(&file, "distutils")?.0,
            cxfreeze,
            is_table: path.extension().is_some_and(|e| e == "toml"),
            line,
        };
        let session = Session::start(&python.executable, DRIVER, &order, path.clone(), &store)?;
        Ok(Runner {
            path,
            template,
            overrides: build.overrides.clone(),
            store,
            session,
            goal,
            is_asked: !build.arguments.is_empty(),
            notes: Vec::new(),
            published: Vec::new(),
            described: Vec::new(),
        })
    }

    /// Answers the script until it ends.
    fn run(&mut self, reporter: &mut Reporter) -> Result<()> {
        loop {
            let Some(message) = self.session.receive::<Call>()? else {
                return Err(failure::ended(&self.path));
            };
            match message {
                Message::Event(Event::Note(note)) => self.note(note.into(), reporter),
                Message::Event(Event::End {}) => return Ok(()),
                // A script with arguments may only have printed its version.
                Message::Event(Event::Exited { code: 0, text: None, .. })
                    if self.is_asked || !self.published.is_empty() =>
                {
                    return Ok(());
                }
                other @ Message::Event(_) => return Err(self.session.failure(other)),
                Message::Call(Call::Setup(call)) => {
                    let made = self.product(&call, reporter);
                    if let Err(error) = made {
                        self.stop(reporter);
                        return Err(place::at(error, call.place.as_ref()));
                    }
                    let is_last = call.rest == 0 || self.goal == Goal::Request;
                    if self.goal != Goal::Products && is_last {
                        self.stop(reporter);
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Lets the script clean up after a failure.
    fn stop(&mut self, reporter: &mut Reporter) {
        let failed = serde_json::json!({ "failed": true });
        if self.session.send(&failed).is_err() {
            return;
        }
        while let Ok(Some(message)) = self.session.receive::<IgnoredAny>() {
            match message {
                Message::Event(Event::Note(note)) => self.note(note.into(), reporter),
                Message::Call(_) if self.session.send(&failed).is_err() => return,
                _ => {}
            }
        }
    }

    fn note(&mut self, note: Warning, reporter: &mut Reporter) {
        match self.goal {
            // The specs list them.
            Goal::Conversion => self.notes.push(note),
            Goal::Products | Goal::Request => reporter.warn(&[note]),
        }
    }

    /// Adds a product for a conversion.
    fn describe(&mut self, mut request: Request) -> Result<()> {
        let lost = std::mem::take(&mut request.warnings);
        let output = Output::default();
        let mut product = Product::new(Request { spec: None, output, others: Vec::new(), ..request });
        self.notes.iter().cloned().chain(lost).for_each(|note| product.lose(note));
        product.keep_made(self.store.root())?;
        self.described.push(product);
        Ok(())
    }

    fn product(&mut self, call: &SetupCall, reporter: &mut Reporter) -> Result<()> {
        let mut request = product::request(call, &self.template, &self.overrides, &self.store)?;
        if let Some(note) = product::unwrapped(call) {
            self.note(note, reporter);
        }
        if self.goal == Goal::Request {
            self.described.push(Product::new(request));
            return Ok(());
        }
        let collected = collect_parts(&request, &self.store, reporter)?;
        if let Some(note) = product::separated(&mut request, &collected) {
            self.note(note, reporter);
        }
        if self.goal == Goal::Conversion {
            self.describe(request)?;
            return if call.rest > 0 { self.session.send(&serde_json::json!({})) } else { Ok(()) };
        }
        let published = finish(&request, collected, &self.store, reporter)?;
        let folder = published.program.parent().map(Path::to_owned).unwrap_or_default();
        let built =
            Built { product: published.path.clone(), folder, executables: published.executables.clone() };
        self.published.push(published);
        self.session.send(&built)
    }
}

/// Returns the folders with packages for the target, which its interpreter searches besides the standard
/// library.
fn packages(python: &Python) -> Vec<PathBuf> {
    let is_stdlib = |path: &PathBuf| path.starts_with(&python.stdlib) && !path.ends_with("site-packages");
    let folders = python.search_path.iter().filter(|path| path.is_dir() && !is_stdlib(path));
    folders.filter(|path| **path != python.dynload).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CX_FREEZE: &str = include_str!("../../../../docs/guides/from-cx-freeze.md");
    const PY2EXE: &str = include_str!("../../../../docs/guides/from-py2exe.md");
    const PY2APP: &str = include_str!("../../../../docs/guides/from-py2app.md");

    /// Returns the texts in quotes that begin a table or list of a stand-in.
    fn names(path: &str, start: &str, end: &str) -> Vec<&'static str> {
        let (_, text) = stand_ins::STAND_INS.iter().find(|(name, _)| *name == path).unwrap();
        let block = text.split_once(start).unwrap().1.split_once(end).unwrap().0;
        let is_name =
            |word: &&str| !word.is_empty() && word.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
        if block.contains("\": ") {
            block.split("\": ").filter_map(|before| before.rsplit('"').next()).filter(is_name).collect()
        } else {
            block.split(['"', ' ', ',', '\n']).filter(is_name).collect()
        }
    }

    #[test]
    fn the_documentation_lists_the_options() {
        let (executable, build_exe) = ("cx_Freeze/_executable.py", "cx_Freeze/_build_exe.py");
        let (py2exe, py2app) = ("py2exe/build_exe.py", "py2app/_py2app.py");
        for (page, path, start, end, least) in [
            (CX_FREEZE, executable, "ARGUMENTS = (", ")", 11),
            (CX_FREEZE, executable, "RENAMED = {", "\n}", 10),
            (CX_FREEZE, executable, "MOVED = (", ")", 7),
            (CX_FREEZE, build_exe, "BUILD_EXE = {", "\n}", 18),
            (CX_FREEZE, build_exe, "NO_EFFECT = {", "\n}", 16),
            (CX_FREEZE, build_exe, "BDIST_MAC = {", "\n}", 8),
            (PY2EXE, py2exe, "PY2EXE = {", "\n}", 10),
            (PY2EXE, py2exe, "NO_EFFECT = {", "\n}", 10),
            (PY2EXE, py2exe, "TARGET = (", ")", 24),
            (PY2APP, py2app, "PY2APP = {", "\n}", 24),
            (PY2APP, py2app, "NO_EFFECT = {", "\n}", 20),
        ] {
            let names = names(path, start, end);
            assert!(names.len() >= least, "{path}, {start}: {names:?}");
            let missing: Vec<_> =
                names.into_iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
            assert!(missing.is_empty(), "the page about {path} does not list {missing:?}");
        }
        let distribution = "_freeze_distribution.py";
        for (page, freezer) in [(PY2EXE, "py2exe"), (PY2APP, "py2app")] {
            for name in names(distribution, &format!("\"{freezer}\": ("), ")") {
                assert!(page.contains(&format!("`{name}`")), "{name}");
            }
        }
    }
}

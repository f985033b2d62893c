//! Changes to the contents of an application that a build script makes.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Contents, Data};
use crate::analysis::start::entry::then_name;
use crate::analysis::{By, Guard, Kind, Module, Reason, Source};
use crate::error::Result;
use crate::python::Python;
use crate::spec::Request;

/// Changes to the contents of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edits {
    /// Paths under the root of files that are left out.
    pub(crate) removed_files: HashSet<String>,
    /// Full names of modules that are left out.
    pub(crate) removed_modules: HashSet<String>,
    /// Files and modules that are added. They replace those with the same path or name.
    pub(crate) added: Vec<Added>,
    /// The place in the build script, for reasons.
    pub(crate) place: String,
}

/// A file or module that is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Added {
    /// Path under the root with `/`, or the full name of a module.
    pub(crate) name: String,
    /// The file.
    pub(crate) source: PathBuf,
    pub(crate) what: What,
}

/// Kinds of additions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A data file.
    Data,
    /// A native library or an extension module.
    Binary,
    /// A module written in Python.
    Module,
}

impl Edits {
    /// Whether there are no changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.removed_files.is_empty() && self.removed_modules.is_empty() && self.added.is_empty()
    }

    /// Whether libraries are added, whose dependencies are unknown.
    pub(crate) fn adds_binaries(&self) -> bool {
        self.added.iter().any(|added| added.what == What::Binary)
    }
}

impl Contents {
    /// Applies changes. Native files that only dependencies bring in are not part of these contents.
    pub(crate) fn edit(&mut self, edits: &Edits, python: &Python) {
        if edits.is_empty() {
            return;
        }
        let goes = |dest: &str| edits.removed_files.contains(dest);
        self.data.retain(|file| !goes(&file.dest));
        self.libraries.retain(|file| !goes(&file.dest));
        let is_extension = |module: &Module| matches!(module.kind, Kind::Extension(_));
        let needed = self.needed_by_python(python);
        self.graph.modules.retain(|name, module| {
            needed.contains(name)
                || !(edits.removed_modules.contains(name) || is_extension(module) && goes(&module.path))
        });
        let reason = Reason::new("", By::Request(edits.place.clone()));
        for Added { name, source, what } in &edits.added {
            match what {
                What::Data => {
                    self.data.retain(|file| file.dest != *name);
                    self.data.push(Data::on_disk(
                        name.clone(),
                        source.clone(),
                        &python.target,
                        reason.clone(),
                    ));
                }
                What::Binary if self.replace_extension(name, source) => {}
                What::Binary => {
                    self.libraries.retain(|file| file.dest != *name);
                    let library = Data::on_disk(name.clone(), source.clone(), &python.target, reason.clone());
                    self.libraries.push(library);
                }
                What::Module => self.add_module(name, source.clone(), &reason),
            }
        }
    }

    /// Returns the modules without which Python does not start: those of the interpreter, and the modules of the
    /// standard library that they import.
    fn needed_by_python(&self, python: &Python) -> HashSet<String> {
        let modules = &self.graph.modules;
        let is_first = |module: &&Module| module.reasons.iter().any(|reason| reason.by == By::Interpreter);
        let mut needed: HashSet<String> =
            modules.values().filter(is_first).map(|module| module.name.clone()).collect();
        loop {
            let is_imported = |module: &&Module| {
                let by_needed =
                    |reason: &Reason| reason.guard == Guard::None && needed.contains(&reason.from);
                !needed.contains(&module.name)
                    && module.kind.in_stdlib(python)
                    && module.reasons.iter().any(by_needed)
            };
            let more: Vec<String> =
                modules.values().filter(is_imported).map(|module| module.name.clone()).collect();
            if more.is_empty() {
                return needed;
            }
            needed.extend(more);
        }
    }

    /// Replaces the file of the extension module at a path. Returns whether there is one.
    fn replace_extension(&mut self, dest: &str, file: &Path) -> bool {
        let is_there =
            |module: &&mut Module| matches!(module.kind, Kind::Extension(_)) && module.path == dest;
        let Some(module) = self.graph.modules.values_mut().find(is_there) else { return false };
        module.kind = Kind::Extension(Source::File(file.to_owned()));
        true
    }

    /// Makes each program run its further scripts after its entry, in the same namespace.
    ///
    /// # Errors
    /// The script of an entry cannot be read.
    pub(crate) fn chain_scripts(&mut self, request: &Request) -> Result<()> {
        for (i, program) in request.programs.iter().enumerate().filter(|(_, p)| !p.then.is_empty()) {
            let entry = if i == 0 { "__main__".to_owned() } else { format!("__main__.{}", program.name) };
            let Some(module) = self.graph.modules.get_mut(&entry) else { continue };
            let Kind::Source(Source::File(path)) = &module.kind else { continue };
            let mut text = fs_err::read(path)?;
            let names: Vec<String> =
                (0..program.then.len()).map(|j| format!("\"{}\"", then_name(i, j))).collect();
            text.extend(
                format!(
                    "\nif __name__ == \"__main__\": [exec(__import__(\"_freeze_bootstrap\").hook(name), globals()) \
                     for name in [{}]]\n",
                    names.join(", ")
                )
                .into_bytes(),
            );
            module.kind = Kind::Source(Source::Bytes(text));
        }
        Ok(())
    }

    /// Adds a module without looking into it.
    fn add_module(&mut self, name: &str, file: PathBuf, reason: &Reason) {
        let package = file.file_stem().is_some_and(|stem| stem == "__init__");
        let is_bytecode = file.extension().is_some_and(|e| e == "pyc");
        let path = name.replace('.', "/");
        let source = Source::File(file);
        let module = Module {
            name: name.to_owned(),
            kind: if is_bytecode { Kind::Bytecode(source) } else { Kind::Source(source) },
            package,
            path: if package { format!("{path}/__init__.py") } else { format!("{path}.py") },
            distribution: None,
            reasons: vec![reason.clone()],
        };
        self.graph.absent.retain(|absent| absent != name);
        self.graph.modules.insert(name.to_owned(), module);
    }
}

//! Reads facts from the builder's cache or from the files.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::Role;
use super::disk::{Disk, Look};
use super::files;
use super::question::Question;
use crate::analysis::facts::looks::Function;
use crate::analysis::facts::source::Bindings;
use crate::analysis::facts::{Facts, Form, Import};
use crate::analysis::graph::{Kind, Module, Source};
use crate::names;
use crate::python::Python;
use crate::rules::implicit::Named;
use crate::store::{Bucket, Store};

/// Reads files for a Python version; may be shared between threads.
#[derive(Clone, Copy)]
pub(in crate::analysis) struct Reader<'a> {
    pub python: &'a Python,
    pub disk: &'a Disk,
    pub store: &'a Store,
}

impl Reader<'_> {
    /// Returns the facts about the file of a module.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(in crate::analysis) fn module(&self, module: &Module, role: Role) -> io::Result<Facts> {
        match &module.kind {
            Kind::Source(source) => {
                let question = match role {
                    Role::Program => Question::Own,
                    Role::Library => Question::Library,
                    Role::Stdlib => Question::Standard,
                };
                self.ask(source, question).map(|facts| self.with_stub(facts, source))
            }
            Kind::Bytecode(source) => self.ask(source, Question::Bytecode),
            Kind::Extension(source) if role != Role::Stdlib => {
                let top = names::top(&module.name);
                let native = self.ask(source, Question::Native(top.to_owned()))?;
                // mypyc and Cython in pure Python mode keep the source beside the compiled module.
                let mut facts = self.source_beside(source).map(|path| self.script(&path)).unwrap_or_default();
                facts.native = Some(native);
                Ok(facts)
            }
            Kind::Extension(_) | Kind::Namespace(_) | Kind::Builtin => Ok(Facts::default()),
        }
    }

    /// Returns the facts about a source file that is not a module of the graph; empty if it cannot be read.
    pub(in crate::analysis) fn script(&self, path: &Path) -> Facts {
        let mut facts: Facts =
            self.ask(&Source::File(path.to_owned()), Question::Library).unwrap_or_default();
        // The file itself does not run, so it does not matter whether the interpreter accepts it.
        facts.doubtful = false;
        facts
    }

    /// Returns the facts about a text if all of it is valid Python.
    pub(in crate::analysis) fn code(&self, path: &Path) -> Option<Facts> {
        let facts: Facts = self.ask(&Source::File(path.to_owned()), Question::Library).ok()?;
        (!facts.doubtful).then_some(facts)
    }

    /// Returns the calls of the functions in a source file; empty if it cannot be read.
    pub(in crate::analysis) fn functions(&self, module: &Module) -> BTreeMap<String, Function> {
        let Kind::Source(source) = &module.kind else { return BTreeMap::new() };
        self.ask(source, Question::Calls).unwrap_or_default()
    }

    /// Returns the names that a module binds, if its source can be read.
    pub(in crate::analysis) fn bindings(&self, source: &Source) -> Option<Bindings> {
        self.ask(source, Question::Bindings).ok()
    }

    /// Returns the modules that a data file of the top-level package `top` names.
    pub(in crate::analysis) fn named_in(&self, path: &Path, suffixes: &Named, top: &str) -> Vec<String> {
        let is_pickle = files::has_suffix(path, &suffixes.pickles);
        let question = if is_pickle { Question::Pickle } else { Question::Names(top.to_owned()) };
        self.ask(&Source::File(path.to_owned()), question).unwrap_or_default()
    }

    /// Returns `x.py` beside `x.cpython-312-x86_64-linux-gnu.so`.
    fn source_beside(&self, source: &Source) -> Option<PathBuf> {
        let Source::File(path) = source else { return None };
        let stem = path.file_name()?.to_str()?.split('.').next()?;
        Some(path.with_file_name(format!("{stem}.py"))).filter(|p| self.disk.is_file(p))
    }

    /// Adds the imports of the stub beside a module, if the module itself follows the stub.
    fn with_stub(&self, mut facts: Facts, source: &Source) -> Facts {
        if facts.stub
            && let Source::File(path) = source
            && let path = path.with_extension("pyi")
            && self.disk.is_file(&path)
        {
            let imports = self.script(&path).imports.into_iter();
            facts.imports.extend(imports.map(|i| Import { condition: 0, form: lazy(i.form), ..i }));
        }
        facts
    }

    /// Asks about the content of a file.
    ///
    /// # Errors
    /// The file cannot be read.
    fn ask<T: DeserializeOwned>(&self, source: &Source, question: Question) -> io::Result<T> {
        let mut bytes = None;
        let content = match source {
            Source::File(path) => self.disk.hash(path, self.store, Some(&question)),
            _ => None,
        };
        let content = match content {
            Some(hash) => hash,
            None => *blake3::hash(bytes.insert(self.disk.read_source(source)?)).as_bytes(),
        };
        let key = question.key(self.python, &content);
        if let Some(value) =
            self.store.get(Bucket::Imports, &key).and_then(|b| serde_json::from_slice(&b).ok())
        {
            return Ok(value);
        }
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => self.disk.read_asked(source)?,
        };
        let answer = question.answer(&bytes, self.python)?;
        self.store.put(Bucket::Imports, &key, &answer);
        Ok(serde_json::from_slice(&answer)?)
    }

    /// Returns the current state of a path if it means the same to the analysis as the recorded one.
    pub(in crate::analysis) fn holds(&self, look: &Look) -> Option<Look> {
        self.disk.holds(look).or_else(|| self.answers_alike(look))
    }

    /// Returns the state of a changed file if all that was asked about it has the same answers: an edit that adds no
    /// import, for example.
    fn answers_alike(&self, look: &Look) -> Option<Look> {
        let (before, questions) = look.asked()?;
        let current = Disk::default();
        let bytes = current.read_asked(&Source::File(look.path.clone())).ok()?;
        let now = current.hash(&look.path, self.store, None)?;
        // The file changed between the two reads.
        if *blake3::hash(&bytes).as_bytes() != now {
            return None;
        }
        let is_same = |question: &Question| {
            let then = self.store.get(Bucket::Imports, &question.key(self.python, before))?;
            let answer = question.answer(&bytes, self.python).ok()?;
            self.store.put(Bucket::Imports, &question.key(self.python, &now), &answer);
            (then == answer).then_some(())
        };
        questions.iter().try_for_each(is_same)?;
        current.looks()?.pop().map(|found| found.with_answers(now, questions))
    }
}

/// Converts an import of a stub, which happens when its name is first used.
fn lazy(form: Form) -> Form {
    if form == Form::Import { Form::Call } else { form }
}

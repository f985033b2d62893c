//! Reads facts from the builder's cache or from the files.

use crate::analysis::facts::Whose;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::Role;
use super::disk::Disk;
use super::files;
use crate::analysis::facts::looks::Function;
use crate::analysis::facts::source::{calls, source as parse, standard};
use crate::analysis::facts::{Facts, Form, Import, bytecode, native, pickle, texts};
use crate::analysis::graph::{Kind, Module, Source};
use crate::names;
use crate::python::Python;
use crate::rules::implicit::Named;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

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
                // Any word in the program itself may be the name of one of its packages.
                let tag = match role {
                    Role::Program => "source and words",
                    Role::Library => "source",
                    Role::Stdlib => "standard",
                };
                let minor = self.python.minor();
                let read = |bytes: &[u8]| match role {
                    Role::Program => parse(bytes, minor, Whose::Own),
                    Role::Library => parse(bytes, minor, Whose::Library),
                    Role::Stdlib => standard(bytes, minor),
                };
                self.kept(source, tag, minor, read).map(|facts| self.with_stub(facts, source))
            }
            Kind::Bytecode(source) => self.kept(source, "bytecode", self.python.minor(), |bytes| {
                bytecode::find(bytes, self.python.minor(), &self.python.opcodes)
            }),
            Kind::Extension(source) if role != Role::Stdlib => {
                let top = names::top(&module.name);
                let tag = format!("native:{top}");
                let native = self.kept(source, &tag, 0, |bytes| native::find(bytes, top))?;
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
        let source = Source::File(path.to_owned());
        let minor = self.python.minor();
        let mut facts = self
            .kept(&source, "source", minor, |bytes| parse(bytes, minor, Whose::Library))
            .unwrap_or_default();
        // The file itself does not run, so it does not matter whether the interpreter accepts it.
        facts.doubtful = false;
        facts
    }

    /// Returns the facts about a text if all of it is valid Python.
    pub(in crate::analysis) fn code(&self, path: &Path) -> Option<Facts> {
        let source = Source::File(path.to_owned());
        let minor = self.python.minor();
        let facts = self.kept(&source, "source", minor, |bytes| parse(bytes, minor, Whose::Library)).ok()?;
        (!facts.doubtful).then_some(facts)
    }

    /// Returns the calls of the functions in a source file; empty if it cannot be read.
    pub(in crate::analysis) fn functions(&self, module: &Module) -> BTreeMap<String, Function> {
        let Kind::Source(source) = &module.kind else { return BTreeMap::new() };
        let minor = self.python.minor();
        self.kept(source, "calls", minor, |bytes| calls(bytes, minor)).unwrap_or_default()
    }

    /// Returns the modules that a data file of the top-level package `top` names.
    pub(in crate::analysis) fn named_in(&self, path: &Path, suffixes: &Named, top: &str) -> Vec<String> {
        let source = Source::File(path.to_owned());
        let found = if files::has_suffix(path, &suffixes.pickles) {
            self.kept(&source, "pickle", 0, |bytes| {
                pickle::modules(bytes).into_iter().collect::<Vec<String>>()
            })
        } else {
            let tag = format!("names:{top}");
            self.kept(&source, &tag, 0, |bytes| texts::names(bytes, top))
        };
        found.unwrap_or_default()
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

    /// Returns the result of `find` for a file's bytes; computed once for each content.
    fn kept<T: serde::Serialize + serde::de::DeserializeOwned>(
        &self,
        source: &Source,
        what: &str,
        minor: u8,
        find: impl Fn(&[u8]) -> T,
    ) -> io::Result<T> {
        let mut bytes = None;
        let content = match source {
            Source::File(path) => self.disk.hash(path, self.store),
            _ => None,
        };
        let content = match content {
            Some(hash) => hash,
            None => *blake3::hash(bytes.insert(self.disk.read_source(source)?)).as_bytes(),
        };
        let key = key(what, minor, &content);
        if let Some(value) =
            self.store.get(Bucket::Imports, &key).and_then(|b| serde_json::from_slice(&b).ok())
        {
            return Ok(value);
        }
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => self.disk.read_source(source)?,
        };
        let value = find(&bytes);
        if let Ok(encoded) = serde_json::to_vec(&value) {
            self.store.put(Bucket::Imports, &key, &encoded);
        }
        Ok(value)
    }
}

/// Converts an import of a stub, which happens when its name is first used.
fn lazy(form: Form) -> Form {
    if form == Form::Import { Form::Call } else { form }
}

fn key(what: &str, minor: u8, content: &Hash) -> Hash {
    KeyBuilder::new(Code::Analysis, what).part([minor]).part(content).finish()
}

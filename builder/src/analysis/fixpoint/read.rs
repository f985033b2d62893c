//! Reads the files of new modules in parallel, and asks the interpreter about those that the parser
//! rejects.

use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::Fixpoint;
use crate::analysis::facts::Facts;
use crate::analysis::graph::{Kind, Source};
use crate::analysis::syntax;
use crate::analysis::world::Role;
use crate::error::{Error, Result, Warning};
use crate::names;

impl Fixpoint<'_> {
    /// Reads the files of modules.
    pub(super) fn read(&mut self, batch: &[usize]) -> Result<()> {
        let (nodes, reader) = (&self.collected.nodes, self.world.reader);
        let read = |at: &usize| {
            let node = &nodes[*at];
            reader.module(&node.module, node.role)
        };
        // Handing a single module to another thread would take longer than to read it.
        let found: Vec<std::io::Result<Facts>> =
            if let [at] = batch { vec![read(at)] } else { batch.par_iter().map(read).collect() };
        let mut doubtful = Vec::new();
        for (&at, facts) in batch.iter().zip(found) {
            match facts {
                Ok(facts) if facts.doubtful => doubtful.push((at, facts)),
                Ok(facts) => self.collected.nodes[at].facts = Arc::new(facts),
                Err(e) => {
                    let name = &self.collected.nodes[at].module.name;
                    self.warnings.push(Warning::new(format!("failed to read module `{name}`: {e}")));
                }
            }
        }
        self.settle(doubtful)
    }

    /// Asks the interpreter about modules that the parser rejects. A syntax error in an entry point ends
    /// the build. A library module with one cannot be imported, so its imports do not count.
    fn settle(&mut self, doubtful: Vec<(usize, Facts)>) -> Result<()> {
        let files: Vec<(String, PathBuf)> = doubtful
            .iter()
            .filter_map(|(at, _)| {
                let node = &self.collected.nodes[*at];
                let Kind::Source(Source::File(path)) = &node.module.kind else { return None };
                let shown = match node.role {
                    Role::Program => path.to_string_lossy().into_owned(),
                    _ => node.module.path.clone(),
                };
                Some((shown, path.clone()))
            })
            .collect();
        let mut verdicts = syntax::check(&files, self.world.reader)?.into_iter();
        for (at, facts) in doubtful {
            let node = &mut self.collected.nodes[at];
            let verdict = match &node.module.kind {
                Kind::Source(Source::File(_)) => verdicts.next().flatten(),
                _ => None,
            };
            let Some(rejected) = verdict else {
                node.facts = Arc::new(facts);
                continue;
            };
            let module = &node.module;
            if names::is_entry(&module.name) {
                let path = match &module.kind {
                    Kind::Source(Source::File(path)) => path.display().to_string(),
                    _ => module.path.clone(),
                };
                let error =
                    Error::new(format!("syntax error at {path}:{}:{}", rejected.line, rejected.column));
                return Err(error.excerpt(rejected.text.trim_end()).at(path, rejected.line));
            }
            let last = rejected.text.lines().last().unwrap_or_default();
            let text =
                format!("module `{}` has a syntax error at line {}: {last}", module.name, rejected.line);
            let is_own = node.role == Role::Program;
            let warning = if is_own { Warning::new(text) } else { Warning::minor(text) };
            self.warnings.push(match module.file() {
                Some(file) => warning.at(file, rejected.line),
                None => warning,
            });
            self.rejected.insert(module.name.clone());
        }
        Ok(())
    }
}

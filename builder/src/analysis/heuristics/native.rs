//! Names in a native extension that are modules of its package, its requirements or the standard library.

use std::collections::HashSet;

use super::Heuristic;
use crate::analysis::claims::Claims;
use crate::analysis::collected::Subject;
use crate::analysis::facts::native::NativeNames;
use crate::analysis::graph::{By, Guard, Reason};
use crate::analysis::world::World;
use crate::names::{is_for_tests, is_test, parent, top};

pub(super) struct Native;

impl Heuristic for Native {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let Some(native) = &subject.facts().native else { return };
        let reason = Reason::new(subject.name(), By::Native).under(Guard::Function);
        let requires = world.required_modules(world.owner_of_module(&subject.node.module));
        let mut look = Look { subject, native, requires, reason, world, claims };
        look.whole_names();
        let mut packages: Vec<String> = parent(subject.name()).map(str::to_owned).into_iter().collect();
        while let Some(package) = packages.pop() {
            packages.extend(look.siblings(&package));
        }
        look.requirements();
        look.starts();
        look.names_that_run_on();
    }
}

struct Look<'l, 's, 'w> {
    subject: &'l Subject<'s>,
    native: &'l NativeNames,
    requires: HashSet<String>,
    reason: Reason,
    world: &'l World<'w>,
    claims: &'l mut Claims,
}

impl Look<'_, '_, '_> {
    /// Collects a module if it exists. Returns whether it does.
    fn take(&mut self, name: &str) -> bool {
        let exists = self.world.exists(name);
        if exists {
            self.claims.module(name, &self.reason);
        }
        exists
    }

    /// Returns whether the file contains a word, on its own or in a run of words.
    fn holds(&self, word: &str) -> bool {
        let words = &self.native.words;
        words.binary_search_by(|known| known.as_str().cmp(word)).is_ok()
            || word.len() > 3 && self.native.runs.iter().any(|run| run.contains(word))
    }

    /// Handles complete names.
    fn whole_names(&mut self) {
        let own = top(self.subject.name()).to_owned();
        for name in &self.native.whole {
            if is_for_tests(name) || self.subject.is_unwanted(name) {
                continue;
            }
            if name.contains('.') {
                let first = top(name);
                let is_standard = self.world.in_stdlib(first) && !name.starts_with("asyncio.");
                if first == own || self.requires.contains(first) || is_standard {
                    self.take(name);
                }
                // `PyCapsule_Import("cairo.CAPI", 0)`
                if self.native.capsules
                    && let Some((module, attribute)) = name.rsplit_once('.')
                    && attribute.contains("API")
                {
                    self.take(module);
                }
                continue;
            }
            if name.starts_with('_')
                && let Some(parent) = parent(self.subject.name())
                && self.take(&format!("{parent}.{name}"))
            {
                continue;
            }
            if name.ends_with("__mypyc") || name == "_cffi_backend" || !name.starts_with('_') {
                self.take(name);
            }
        }
    }

    /// Collects modules in a package whose name occurs in a Cython extension, because `from . import x`
    /// leaves no other trace. Returns those that are packages: `from .x import y`.
    fn siblings(&mut self, package: &str) -> Vec<String> {
        let mut packages = Vec::new();
        if self.native.words.is_empty() && self.native.runs.is_empty() {
            return packages;
        }
        for child in self.world.children(package) {
            let name = format!("{package}.{child}");
            let is_other =
                !is_test(&child) && name != self.subject.name() && !self.subject.is_unwanted(&name);
            if is_other && self.holds(&child) && self.take(&name) && self.world.is_package(&name) {
                packages.push(name);
            }
        }
        packages
    }

    /// Collects requirements of the distribution that the file names.
    fn requirements(&mut self) {
        for name in self.requires.clone() {
            let is_in_rust = name.len() > 5 && self.native.rust.iter().any(|run| run.contains(&name));
            if (is_in_rust || self.holds(&name)) && !self.subject.is_unwanted(&name) {
                self.take(&name);
            }
        }
    }

    /// Collects modules whose names have a beginning from the file.
    fn starts(&mut self) {
        for start in &self.native.starts {
            let Some((package, first)) = start.rsplit_once('.') else { continue };
            for child in self.world.children(package).into_iter().filter(|child| child.starts_with(first)) {
                let name = format!("{package}.{child}");
                if !is_for_tests(&name) && !self.subject.is_unwanted(&name) {
                    self.take(&name);
                }
            }
        }
    }

    /// Handles names without a separator from the text that follows.
    fn names_that_run_on(&mut self) {
        let mut glued: Vec<(String, String)> =
            self.native.glued.iter().map(|text| (top(text).to_owned(), text.clone())).collect();
        for run in &self.native.runs {
            for name in &self.requires {
                let known = format!("{name}.");
                glued.extend(run.match_indices(&known).map(|(i, _)| (name.clone(), run[i..].to_owned())));
            }
        }
        glued.sort();
        for (first, text) in &glued {
            if let Some(name) = longest_module(first, text, self.world)
                && !is_for_tests(&name)
                && !self.subject.is_unwanted(&name)
            {
                self.take(&name);
            }
        }
    }
}

/// Returns the longest existing module at the start of such a text.
fn longest_module(first: &str, text: &str, world: &World<'_>) -> Option<String> {
    let mut name = first.to_owned();
    let mut rest = text.strip_prefix(first)?.strip_prefix('.')?;
    world.find(first)?;
    loop {
        let children = world.children(&name).into_iter();
        let Some(child) = children.filter(|c| rest.starts_with(c.as_str())).max_by_key(String::len) else {
            return (name != first).then_some(name);
        };
        rest = &rest[child.len()..];
        name = format!("{name}.{child}");
        match rest.strip_prefix('.') {
            Some(more) => rest = more,
            None => return Some(name),
        }
    }
}

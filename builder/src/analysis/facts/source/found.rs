//! The results of the detectors: facts, and findings that count only if another detector finds something as
//! well.

use ruff_text_size::TextSize;

use super::scope::Scope;
use crate::analysis::facts::{Facts, Import};

/// The results so far.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// The facts themselves.
    pub facts: Facts,
    /// Properties of the module that affect the findings of other detectors.
    pub marks: Marks,
    /// Strings that may name modules, folders or groups of entry points, with their offsets.
    pub candidates: Vec<(TextSize, &'a str)>,
    /// Imports that count only under a condition on the module.
    waiting: Vec<(When, Import)>,
}

/// Properties of a module that affect the findings of other detectors.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "a table of marks")]
pub(super) struct Marks {
    /// Imports a completely unknown name, or stands for a table of modules (PEP 562).
    pub lazy: bool,
    /// Imports or runs a module from an unknown or partly known text.
    pub computes: bool,
    /// Loads modules from specs.
    pub loads_specs: bool,
    /// Lists the modules of an unknown package.
    pub scans: bool,
    /// Lists all installed modules.
    pub scans_all: bool,
    /// Lists an unknown folder.
    pub lists: bool,
}

/// Conditions on a module for an import to count, in the order in which these imports are added.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    /// It loads specs: `find_spec("name")`.
    LoadsSpecs,
    /// It lists the modules of packages: a package that is passed to a function.
    Scans,
    /// It lists all modules: `name.startswith("app_")`.
    ScansAll,
    /// It looks for code: a folder that is listed.
    LooksForCode,
    /// It lists unknown folders, and looks for code: a folder that is passed to a function.
    ListsGiven,
}

impl When {
    fn holds(self, marks: &Marks) -> bool {
        let looks_for_code = marks.computes || marks.loads_specs;
        match self {
            When::LoadsSpecs => marks.loads_specs,
            When::Scans => marks.scans,
            When::ScansAll => marks.scans_all,
            When::LooksForCode => looks_for_code,
            When::ListsGiven => looks_for_code && marks.lists,
        }
    }
}

impl Found<'_> {
    /// Adds an import.
    pub(super) fn import(&mut self, import: Import) {
        self.facts.imports.push(import);
    }

    /// Adds an import that counts only if the condition holds in the end.
    pub(super) fn import_when(&mut self, when: When, import: Import) {
        self.waiting.push((when, import));
    }

    /// Returns the facts, with the imports whose conditions hold.
    pub(super) fn into_facts(mut self, scope: Scope<'_>) -> Facts {
        self.waiting.sort_by_key(|(when, _)| *when);
        let counting = self.waiting.into_iter().filter(|(when, _)| when.holds(&self.marks));
        self.facts.imports.extend(counting.map(|(_, import)| import));
        self.facts.conditions = scope.conditions;
        self.facts
    }
}

//! Rules that match nothing installed because of a typo, or because they target another version of the
//! package.

use std::collections::BTreeMap;

use crate::analysis::Graph;
use crate::analysis::start::entry;
use crate::analysis::world::disk::Disk;
use crate::analysis::world::resolve::Resolver;
use crate::error::Warning;
use crate::names::{self, Pattern};
use crate::python::Python;
use crate::rules::load::{self, Rule, Rules};
use crate::spec::Request;

/// Collects the parts of rules that match nothing.
pub(super) struct Unmatched<'a> {
    graph: &'a Graph,
    request: &'a Request,
    python: &'a Python,
    /// By position of the rule: the rule and its unmatched parts, such as ``data `x/**` ``.
    rules: BTreeMap<usize, (Rule, Vec<String>)>,
}

impl<'a> Unmatched<'a> {
    pub(super) fn new(graph: &'a Graph, request: &'a Request, python: &'a Python) -> Unmatched<'a> {
        Unmatched { graph, request, python, rules: BTreeMap::new() }
    }

    /// Checks the modules that rules name: the module that activates each rule, and the modules that active
    /// rules collect.
    pub(super) fn modules(&mut self, rules: &Rules, active: &[(String, &Rule)]) {
        let disk = Disk::default();
        let own = entry::folders(self.request);
        let mut resolver = Resolver::new(self.python, &own, &disk);
        let mut exists = |name: &str| {
            self.graph.modules.contains_key(name) || name.is_empty() || resolver.find_dotted(name).is_some()
        };
        for rule in rules.all() {
            let pattern = Pattern::levels(&rule.module);
            // A built-in rule for a package that is not installed is normal.
            let wanted = !rule.shipped || exists(names::top(&rule.module));
            if wanted && !exists(&pattern.root()) {
                self.rules.insert(rule.place, (rule.clone(), Vec::new()));
            }
        }
        let mut names: BTreeMap<usize, (&Rule, Vec<&str>)> = BTreeMap::new();
        for (name, rule) in active {
            names.entry(rule.place).or_insert((rule, Vec::new())).1.push(name);
        }
        for (rule, names) in names.into_values() {
            for (key, texts) in [("imports", &rule.imports), ("submodules", &rule.submodules)] {
                for text in texts {
                    if !names.iter().any(|name| exists(&text.replace("{module}", name))) {
                        self.glob(rule, key, text);
                    }
                }
            }
            for (key, texts) in [("files", &rule.files), ("source", &rule.source)] {
                for text in texts.iter().filter(|t| *t != load::PROGRAM) {
                    let matches = |name: &&str| {
                        let pattern = Pattern::new(&text.replace("{module}", name));
                        self.graph.modules.keys().any(|module| pattern.covers(module))
                    };
                    if !names.iter().any(matches) {
                        self.glob(rule, key, text);
                    }
                }
            }
        }
    }

    /// Returns warnings about packages that the request names but that do not exist.
    pub(super) fn requested(&self) -> Vec<Warning> {
        let modules = &self.request.modules;
        let disk = Disk::default();
        let own = entry::folders(self.request);
        let mut resolver = Resolver::new(self.python, &own, &disk);
        let mut warnings = Vec::new();
        let named = [
            ("collect-data", &modules.collect_data),
            ("collect-binaries", &modules.collect_binaries),
            ("whole", &modules.whole),
        ];
        for (key, text) in
            named.into_iter().flat_map(|(key, texts)| texts.iter().map(move |text| (key, text)))
        {
            let root = Pattern::new(text).root();
            let is_there = root.is_empty()
                || self.graph.modules.contains_key(&root)
                || resolver.find_dotted(&root).is_some();
            if !is_there && !modules.include.contains(text) {
                let warning = Warning::new(format!("no package matches `{text}` in `{key}` of `[modules]`"));
                warnings.push(warning.hint(match resolver.similar(&root) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "check its spelling, or install the distribution that provides it".to_owned(),
                }));
            }
        }
        // Excluding what is not installed is normal, unless it looks like a slip.
        for text in &modules.exclude {
            let Some(name) = Pattern::new(text).exact() else { continue };
            if self.graph.missing.contains_key(&name) || resolver.find_dotted(&name).is_some() {
                continue;
            }
            if let Some(near) = resolver.similar(&name).filter(|near| self.graph.modules.contains_key(near)) {
                let message = format!("no module matches `{text}`, which is to be excluded");
                warnings.push(Warning::new(message).hint(format!("did you mean `{near}`?")));
            }
        }
        warnings
    }

    /// Records that a glob of an active rule matches nothing.
    pub(super) fn glob(&mut self, rule: &Rule, key: &str, text: &str) {
        let (_, texts) = self.rules.entry(rule.place).or_insert_with(|| (rule.clone(), Vec::new()));
        texts.push(format!("`{text}` of `{key}`"));
    }

    /// Returns one warning for each rule. Warnings about built-in rules are minor.
    pub(super) fn warnings(self) -> Vec<Warning> {
        let warning = |(rule, texts): (Rule, Vec<String>)| {
            let named = format!("rule for `{}` in `{}`", rule.module, rule.file);
            let (message, hint) = if texts.is_empty() {
                (
                    format!("{named} matches nothing: no such module is installed"),
                    "install the distribution that provides it, or remove the rule",
                )
            } else {
                (
                    format!("{named}: nothing matches {}", texts.join(", ")),
                    "compare it with the installed packages",
                )
            };
            Warning { minor: rule.shipped, ..Warning::new(message) }.hint(hint)
        };
        self.rules.into_values().map(warning).collect()
    }
}

//! What no import statement tells: strings, names in native extensions, computed names, rules.

use std::collections::HashSet;

use super::{Worklist, is_test};
use crate::analysis::distributions::{normalize, required_name};
use crate::analysis::names::Pattern;
use crate::analysis::native_names::NativeNames;
use crate::analysis::parse::UNKNOWN;
use crate::analysis::record::Record;
use crate::analysis::resolve::Found;
use crate::analysis::{By, Guard, Kind, Module, Reason, Source, load};
use crate::rules::load::Rule;

/// What stands behind the first gap where a name goes on by an unknown number of parts.
const DEEP: &str = ".*";

impl<'a> Worklist<'a> {
    /// Takes what the rules of a module name.
    pub(super) fn follow_rules(&mut self, name: &str) {
        let all = self.rules;
        for rule in all.of(name) {
            if !self.in_force(rule) {
                continue;
            }
            let by = By::Rule(rule.file.clone());
            let reason = Reason { from: name.to_owned(), by, line: 0, guard: Guard::Function };
            for needed in &rule.imports {
                self.require_quietly(&needed.replace("{module}", name), reason.clone());
            }
            for package in &rule.submodules {
                let package = package.replace("{module}", name);
                self.require_quietly(&package, reason.clone());
                self.submodules(&package, &reason, &mut |name| !name.split('.').any(is_test));
            }
            if rule.stdlib_source {
                self.stdlib_extensions(&reason);
            }
            self.start_rule(rule, reason);
        }
    }

    /// The extension modules of the standard library, but those of its tests.
    fn stdlib_extensions(&mut self, reason: &Reason) {
        let folder = self.python.dynload.clone();
        let files = self.resolver.list(&folder);
        let suffixes = &self.python.extension_suffixes;
        let names = files.iter().flat_map(|files| files.keys());
        let mut names: Vec<String> = names
            .filter_map(|file| suffixes.iter().find_map(|s| file.strip_suffix(s.as_str())))
            .filter(|n| {
                !n.contains("test") && !n.trim_start_matches('_').starts_with("xx") && *n != "_tkinter"
            })
            .map(str::to_owned)
            .collect();
        names.sort();
        for name in names {
            self.require_quietly(&name, reason.clone());
        }
    }

    /// The code that a rule runs before the entry, as a runtime hook.
    fn start_rule(&mut self, rule: &Rule, reason: Reason) {
        let Some(code) = rule.startup_code() else { return };
        let name = rule.startup_module();
        if self.slots.contains_key(&name) {
            return;
        }
        let kind = Kind::Source(Source::Bytes(code.into_bytes()));
        let path = rule.file.clone();
        self.add(
            Module { name, kind, package: false, path, distribution: None, reasons: vec![reason] },
            None,
        );
    }

    fn in_force(&self, rule: &Rule) -> bool {
        let version = |name: &str| self.installed.named(name).map(|(_, d)| d.version.clone());
        rule.when.as_ref().is_none_or(|w| w.holds(self.python, &version))
    }

    /// What guarded imports of a module do not bring in.
    pub(super) fn unwanted(&self, name: &str) -> Vec<Pattern> {
        // What a module does as a script is wanted where it is the program.
        if self.tools.contains(name) {
            return Vec::new();
        }
        let own = self.implicit.unwanted(name).iter();
        let rules = self.rules.around(name).filter(|r| !r.no_follow.is_empty() && self.in_force(r));
        // Inside the unwanted package itself everything is wanted.
        let inside = |p: &Pattern| !p.covers(name);
        own.chain(rules.flat_map(|r| &r.no_follow)).map(|t| Pattern::new(t)).filter(inside).collect()
    }

    /// `sysconfig` computes the name of the module that tells how Python was built.
    pub(super) fn sysconfig_data(&mut self) {
        let stdlib = self.python.stdlib.clone();
        let names: Vec<String> = self
            .resolver
            .list(&stdlib)
            .into_iter()
            .flat_map(|l| {
                let modules = l
                    .keys()
                    .filter(|n| n.starts_with("_sysconfigdata"))
                    .filter_map(|n| n.strip_suffix(".py"));
                modules.map(str::to_owned).collect::<Vec<_>>()
            })
            .collect();
        for name in names {
            let reason = Reason { from: "sysconfig".into(), by: By::Call, line: 0, guard: Guard::Function };
            self.require_quietly(&name, reason);
        }
    }

    /// Dotted strings that name modules of the same package, of its distribution or of one that it requires; in the
    /// program's own modules, any.
    pub(super) fn follow_texts(&mut self, at: usize, from: &str, record: &Record, unwanted: &[Pattern]) {
        let own = self.nodes[at].role == load::Role::Program;
        self.firm &= own;
        let top = from.split('.').next().unwrap_or(from);
        let owner = if own { None } else { self.owner_of_module(at) };
        for (line, text) in &record.texts {
            let inside = text.strip_prefix(top).is_some_and(|rest| rest.starts_with('.'));
            let wanted = own || inside || text.contains('.') && self.is_related(owner, text);
            // `testing` is not for tests where it is named in full.
            let tests = |part: &str| part != "testing" && is_test(part);
            if !inside && text.contains('.') && !text.split('.').any(tests) {
                self.follow_relative(at, from, *line, text);
            }
            if !wanted || text.split('.').any(tests) || unwanted.iter().any(|p| p.covers(text)) {
                continue;
            }
            let reason = Reason {
                from: from.to_owned(),
                by: By::Text(text.clone()),
                line: *line,
                guard: Guard::Function,
            };
            if own && self.own_package(text, &reason) {
                continue;
            }
            if !text.contains('.') {
                // A word that nobody writes for another reason than to name what there is: `"app_plugin"`.
                let is_name = text.trim_matches('_').contains('_');
                if is_name && (self.owner_of(text).is_some() || self.is_own_module(text)) {
                    self.require_existing(text, &reason);
                }
                continue;
            }
            if self.require_existing(text, &reason).is_none()
                && let Some((module, _)) = text.rsplit_once('.')
                && module.contains('.')
            {
                self.require_existing(module, &reason);
            }
        }
    }

    /// A dotted string that counts from the package of its module: `"readers.excel.Reader"`.
    fn follow_relative(&mut self, at: usize, from: &str, line: u32, text: &str) {
        let package =
            if self.nodes[at].module.package { Some(from) } else { from.rsplit_once('.').map(|(p, _)| p) };
        let Some(package) = package else { return };
        let by = By::Text(text.to_owned());
        let reason = Reason { from: from.to_owned(), by, line, guard: Guard::Function };
        let name = format!("{package}.{text}");
        if self.require_existing(&name, &reason).is_some() {
            return;
        }
        if let Some((module, last)) = name.rsplit_once('.')
            && last.starts_with(|c: char| c.is_ascii_uppercase())
        {
            self.require_existing(module, &reason);
        }
    }

    /// A string that names a package of the program itself takes the whole package: an application of Django, a folder
    /// of plugins.
    fn own_package(&mut self, name: &str, reason: &Reason) -> bool {
        let is_package = self.find_quietly(name).is_some_and(|f| f.locations.is_some());
        if !is_package || !self.is_own_module(name) {
            return false;
        }
        self.require_quietly(name, reason.clone());
        self.submodules(name, reason, &mut |name| !name.split('.').any(is_test));
        true
    }

    /// Whether there is a module of this name among the program's own.
    pub(super) fn is_own_module(&mut self, name: &str) -> bool {
        let Some(Found { kind, locations, path }) = self.find_quietly(name) else { return false };
        let package = locations.is_some();
        let (name, reasons) = (name.to_owned(), Vec::new());
        let module = Module { name, kind, package, path, distribution: None, reasons };
        !matches!(module.kind, Kind::Namespace(_)) && self.role(&module) == load::Role::Program
    }

    /// Names in a native extension that are modules of its package, of its requirements or of the standard library.
    pub(super) fn follow_native(
        &mut self,
        at: usize,
        from: &str,
        native: &NativeNames,
        unwanted: &[Pattern],
    ) {
        let reason = Reason { from: from.to_owned(), by: By::Native, line: 0, guard: Guard::Function };
        let top = from.split('.').next().unwrap_or(from).to_owned();
        let parent = from.rsplit_once('.').map(|(parent, _)| parent);
        let requires = self.requirements(at, from);
        for name in &native.whole {
            if name.split('.').any(is_test) || unwanted.iter().any(|p| p.covers(name)) {
                continue;
            }
            let Some((first, _)) = name.split_once('.') else {
                if name.starts_with('_')
                    && let Some(parent) = parent
                    && self.require_existing(&format!("{parent}.{name}"), &reason).is_some()
                {
                    continue;
                }
                if name.ends_with("__mypyc") || name == "_cffi_backend" || !name.starts_with('_') {
                    self.require_existing(name, &reason);
                }
                continue;
            };
            let wanted = first == top
                || requires.contains(first)
                || (self.in_stdlib(first) && !name.starts_with("asyncio."));
            if wanted {
                self.require_existing(name, &reason);
            }
        }
        let mut packages: Vec<String> = parent.map(str::to_owned).into_iter().collect();
        while let Some(package) = packages.pop() {
            packages.extend(self.follow_siblings(at, &package, native, unwanted));
        }
        for name in &requires {
            let named = native.words.binary_search(name).is_ok()
                || name.len() > 3 && native.runs.iter().any(|run| run.contains(name.as_str()));
            if named && !unwanted.iter().any(|p| p.covers(name)) {
                self.require_existing(name, &reason);
            }
        }
        let mut glued: Vec<(String, String)> =
            native.glued.iter().map(|t| (t.split('.').next().unwrap_or(t).to_owned(), t.clone())).collect();
        for run in &native.runs {
            for top in &requires {
                let known = format!("{top}.");
                glued.extend(run.match_indices(&known).map(|(i, _)| (top.clone(), run[i..].to_owned())));
            }
        }
        glued.sort();
        for (top, text) in &glued {
            if let Some(name) = self.longest_module(top, text)
                && !name.split('.').any(is_test)
                && !unwanted.iter().any(|p| p.covers(&name))
            {
                self.require_existing(&name, &reason);
            }
        }
    }

    /// Modules in a package that bear a name of a Cython extension: `from . import x` leaves nothing else. Returns those
    /// that are packages themselves: `from .x import y`.
    fn follow_siblings(
        &mut self,
        at: usize,
        parent: &str,
        native: &NativeNames,
        unwanted: &[Pattern],
    ) -> Vec<String> {
        let mut packages = Vec::new();
        if native.words.is_empty() && native.runs.is_empty() {
            return packages;
        }
        let Some(locations) = self.find_quietly(parent).and_then(|f| f.locations) else { return packages };
        let own = self.nodes[at].module.name.clone();
        for child in self.resolver.children(&locations) {
            let named = native.words.binary_search(&child).is_ok()
                || child.len() > 3 && native.runs.iter().any(|run| run.contains(child.as_str()));
            let name = format!("{parent}.{child}");
            if named && !is_test(&child) && name != own && !unwanted.iter().any(|p| p.covers(&name)) {
                let reason = Reason { from: own.clone(), by: By::Native, line: 0, guard: Guard::Function };
                if self.require_existing(&name, &reason).is_some_and(|at| self.nodes[at].module.package) {
                    packages.push(name);
                }
            }
        }
        packages
    }

    /// Top-level names that requirements of a module's distribution provide, by their names.
    fn requirements(&self, at: usize, name: &str) -> HashSet<String> {
        let Kind::Extension(source) = &self.nodes[at].module.kind else { return HashSet::new() };
        let owner = source.file().and_then(|f| self.installed.owner(f, name));
        let requires = owner.map(|o| self.installed.get(o).requires.as_slice()).unwrap_or_default();
        requires.iter().filter_map(|r| required_name(r)).map(|r| normalize(r).replace('-', "_")).collect()
    }

    /// The longest existing module at the beginning of a text that runs on.
    fn longest_module(&mut self, top: &str, text: &str) -> Option<String> {
        let mut name = top.to_owned();
        let mut rest = text.strip_prefix(top)?.strip_prefix('.')?;
        loop {
            let locations = self.find_quietly(&name)?.locations;
            let children = locations.map(|l| self.resolver.children(&l)).unwrap_or_default();
            let Some(child) =
                children.into_iter().filter(|c| rest.starts_with(c.as_str())).max_by_key(String::len)
            else {
                return (name != top).then_some(name);
            };
            rest = &rest[child.len()..];
            name = format!("{name}.{child}");
            match rest.strip_prefix('.') {
                Some(more) => rest = more,
                None => return Some(name),
            }
        }
    }

    pub(super) fn in_stdlib(&mut self, top: &str) -> bool {
        let python = self.python;
        self.resolver.find(top, None).is_some_and(|found| match &found.kind {
            Kind::Source(s) | Kind::Bytecode(s) | Kind::Extension(s) => {
                s.file().is_some_and(|f| python.in_stdlib(f))
            }
            Kind::Builtin => true,
            Kind::Namespace(_) => false,
        })
    }

    /// Takes a module if it exists, without taking its parents if it does not.
    pub(super) fn require_existing(&mut self, name: &str, reason: &Reason) -> Option<usize> {
        let found = self.find_quietly(name)?;
        // A folder without modules is no reason to call a text a module.
        if matches!(found.kind, Kind::Namespace(_)) {
            return None;
        }
        self.require_quietly(name, reason.clone())
    }

    /// An import of which only the beginning is known, and perhaps parts behind a gap, takes the modules that fit,
    /// tests aside.
    pub(super) fn prefix(&mut self, known: &str, reason: Reason) {
        let (start, behind) = known.split_once(UNKNOWN).unwrap_or((known, ""));
        let Some((package, stem)) = start.rsplit_once('.') else {
            // Plugins that are distributions of their own, by the beginning of their names.
            if behind.is_empty() && start.len() > 3 && start.ends_with('_') {
                for name in self.resolver.beginning_with(start) {
                    self.require_quietly(&name, reason.clone());
                }
            }
            return;
        };
        let reason = Reason { guard: reason.guard.max(Guard::Function), ..reason };
        let Some(at) = self.require_quietly(package, reason.clone()) else { return };
        let Some(locations) = self.nodes[at].locations.clone() else { return };
        let firm = std::mem::take(&mut self.firm);
        // `".".join(parts)`: at any depth.
        if behind == DEEP {
            let head = format!("{package}.{stem}");
            self.submodules(package, &reason, &mut |name| {
                name.starts_with(&head) && !name.split('.').any(|part| is_test(part) || part == "__main__")
            });
            self.firm = firm;
            return;
        }
        // What follows the gap in the same part, and the parts below it.
        let (end, below) = behind.split_once('.').map_or((behind, None), |(end, below)| (end, Some(below)));
        for child in self.resolver.children(&locations) {
            if !child.starts_with(stem) || is_test(&child) || child == "__main__" {
                continue;
            }
            let name = format!("{package}.{child}");
            if end.contains(UNKNOWN) || !child.ends_with(end) {
                self.require_quietly(&name, reason.clone());
                continue;
            }
            match below {
                None => self.require_quietly(&name, reason.clone()),
                Some(below) if below.contains(UNKNOWN) => {
                    self.prefix(&format!("{name}.{below}"), reason.clone());
                    continue;
                }
                Some(below) => self.require_existing(&format!("{name}.{below}"), &reason),
            };
        }
        self.firm = firm;
    }
}

//! What is known at a place in the source: its guard and condition, and what names stand for there.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::TextSize;

use super::lines::Lines;
use super::shapes::called;
use super::text::Known;
use super::variables::Variables;
use crate::analysis::facts::condition::Condition;
use crate::analysis::facts::{Form, Import, Origin, Whose};
use crate::analysis::graph::Guard;

/// A path beside or below a module's own.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its folder, as a package.
    pub package: Known,
    /// Whether it is the file of the module itself.
    pub file: bool,
    /// A last part with `*`, and whether there is one that stands for folders at any depth.
    pub pattern: Option<String>,
    pub deep: bool,
}

/// Modules whose attributes decide conditions or import.
const KNOWN_MODULES: [&str; 7] = ["sys", "os", "platform", "importlib", "typing", "pkgutil", "runpy"];
/// Their members.
const KNOWN_MEMBERS: [(&str, &str); 11] = [
    ("sys", "platform"),
    ("sys", "version_info"),
    ("sys", "hexversion"),
    ("sys", "implementation"),
    ("os", "name"),
    ("platform", "system"),
    ("platform", "python_implementation"),
    ("importlib", "import_module"),
    ("pkgutil", "extend_path"),
    ("pkgutil", "iter_modules"),
    ("pkgutil", "walk_packages"),
];

/// What is known at the place that is looked at.
pub(super) struct Scope<'a> {
    lines: &'a Lines,
    /// How an import at this place stands.
    pub guard: Guard,
    /// Its condition, a place in `conditions` plus one; 0: none.
    condition: u32,
    /// All conditions so far.
    pub conditions: Vec<Condition>,
    /// Module-level names for a condition: `PY3 = sys.version_info[0] == 3`.
    named: HashMap<&'a str, Condition>,
    known: KnownNames<'a>,
    /// What variables are set to, for computed names of modules.
    pub variables: Variables<'a>,
    /// The functions around.
    pub functions: Vec<&'a ast::StmtFunctionDef>,
    /// Functions that give back a path beside or below the module's own.
    pub folders: HashMap<&'a str, Place>,
    /// How many functions and classes are around.
    pub depth: u32,
    /// Whether it is a module of the program's own, in which strings without a dot count as possible names too.
    pub words: bool,
}

/// The names under which the module knows the modules and functions of [`KNOWN_MODULES`] and [`KNOWN_MEMBERS`].
struct KnownNames<'a> {
    modules: HashMap<&'a str, &'static str>,
    /// Names of `importlib.import_module`.
    importers: HashSet<&'a str>,
    /// Names imported from such a module, as in `from sys import platform`.
    members: HashMap<&'a str, (&'static str, &'static str)>,
}

/// What [`Scope::leave`] goes back to.
pub(super) struct Outside {
    guard: Guard,
    condition: u32,
}

/// What an assignment does to a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Assigned {
    /// It has the value.
    New,
    /// The value is added to it.
    Added,
}

impl<'a> Scope<'a> {
    /// The beginning of a module.
    pub(super) fn new(lines: &'a Lines, whose: Whose) -> Scope<'a> {
        Scope {
            lines,
            guard: Guard::None,
            condition: 0,
            conditions: Vec::new(),
            named: HashMap::new(),
            known: KnownNames {
                modules: KNOWN_MODULES.iter().map(|&m| (m, m)).collect(),
                importers: HashSet::from(["import_module"]),
                members: HashMap::new(),
            },
            variables: Variables::default(),
            functions: Vec::new(),
            folders: HashMap::new(),
            depth: 0,
            words: whose == Whose::Own,
        }
    }

    /// The line of an offset, 1-based.
    pub(super) fn line(&self, at: TextSize) -> u32 {
        self.lines.at(at)
    }

    /// An import at this place, to be filled in: a call under the guard and the condition that hold here.
    pub(super) fn at(&self, at: TextSize) -> Import {
        Import {
            line: self.line(at),
            guard: self.guard,
            condition: self.condition,
            origin: Origin::Absolute,
            module: String::new(),
            form: Form::Call,
            names: Vec::new(),
        }
    }

    /// A block under a guard that is at least as strong and, if given, one more condition.
    pub(super) fn enter(&mut self, guard: Guard, condition: Option<Condition>) -> Outside {
        let outside = Outside { guard: self.guard, condition: self.condition };
        self.guard = self.guard.max(guard);
        if let Some(condition) = condition.filter(Condition::is_decidable) {
            self.require(condition);
        }
        outside
    }

    /// The end of such a block.
    pub(super) fn leave(&mut self, outside: Outside) {
        (self.guard, self.condition) = (outside.guard, outside.condition);
    }

    /// Adds a condition for what follows.
    pub(super) fn require(&mut self, condition: Condition) {
        let outer = self.condition.checked_sub(1).and_then(|i| self.conditions.get(i as usize));
        let condition = match outer {
            Some(Condition::All(all)) => {
                let mut all = all.clone();
                all.push(condition);
                Condition::All(all)
            }
            Some(outer) => Condition::All(vec![outer.clone(), condition]),
            None => condition,
        };
        self.conditions.push(condition);
        self.condition = u32::try_from(self.conditions.len()).unwrap_or(0);
    }

    /// The condition that a module-level name stands for.
    pub(super) fn named(&self, name: &str) -> Condition {
        self.named.get(name).cloned().unwrap_or(Condition::Unknown)
    }

    /// The names that `import` binds.
    pub(super) fn import(&mut self, stmt: &'a ast::StmtImport) {
        for alias in &stmt.names {
            let name = alias.name.as_str();
            if let Some(asname) = &alias.asname
                && let Some(known) = KNOWN_MODULES.iter().find(|m| **m == name)
            {
                self.known.modules.insert(asname.as_str(), known);
            }
            let (bound, module) = match &alias.asname {
                Some(asname) => (asname.as_str(), name),
                None => name.split_once('.').map_or((name, name), |(top, _)| (top, top)),
            };
            self.variables.import(bound, Known::whole(Origin::Absolute, module));
        }
    }

    /// The names that `from … import` binds.
    pub(super) fn import_from(&mut self, stmt: &'a ast::StmtImportFrom) {
        let module = stmt.module.as_ref().map_or("", |m| m.as_str());
        let origin = if stmt.level == 0 { Origin::Absolute } else { Origin::Package(stmt.level) };
        let dot = if module.is_empty() { "" } else { "." };
        for alias in &stmt.names {
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let known = |(m, n): &&(&str, &str)| *m == module && *n == alias.name.as_str();
            if let Some(&member) = KNOWN_MEMBERS.iter().find(known).filter(|_| stmt.level == 0) {
                self.known.members.insert(bound, member);
                if member.1 == "import_module" {
                    self.known.importers.insert(bound);
                }
            }
            let full = format!("{module}{dot}{}", alias.name);
            self.variables.import(bound, Known::whole(origin, full));
        }
    }

    /// An assignment to a target, or an addition: what a variable is, and at module level what condition
    /// it stands for.
    pub(super) fn assign(&mut self, target: &'a Expr, value: &'a Expr, how: Assigned) {
        let Expr::Name(name) = target else {
            self.variables.set_part(target, value);
            return;
        };
        let name = name.id.as_str();
        if how == Assigned::New {
            self.variables.set(name, value);
        }
        if self.depth > 0 {
            return;
        }
        if how == Assigned::Added || self.guard != Guard::None || self.named.contains_key(name) {
            self.named.insert(name, Condition::Unknown);
        } else {
            let condition = self.condition_of(value);
            if condition.is_decidable() {
                self.named.insert(name, condition);
            }
        }
    }

    /// Whether an expression is one of the modules that matter here.
    pub(super) fn is_module(&self, expr: &Expr, module: &str) -> bool {
        match expr {
            Expr::Name(name) => self.known.modules.get(name.id.as_str()) == Some(&module),
            // `__import__("pkgutil").extend_path(…)`
            Expr::Call(call) => {
                called(&call.func) == "__import__"
                    && matches!(&*call.arguments.args, [Expr::StringLiteral(name)] if name.value.to_str() == module)
            }
            _ => false,
        }
    }

    /// Whether a name is `importlib.import_module`.
    pub(super) fn is_importer(&self, name: &str) -> bool {
        self.known.importers.contains(name)
    }

    /// The member of such a module that a name was imported as.
    fn member(&self, name: &str) -> Option<(&'static str, &'static str)> {
        self.known.members.get(name).copied()
    }

    /// The member of such a module that a plain name which is called was imported as.
    pub(super) fn called_member(&self, name: &str) -> Option<(&'static str, &'static str)> {
        self.member(name).filter(|_| !self.tells_by_itself(name))
    }

    /// What a plain name that is called was imported as.
    pub(super) fn called_function(&self, name: &str) -> Option<&Known> {
        self.variables.module(name).filter(|_| !self.tells_by_itself(name))
    }

    /// Whether a function says by its name that it imports or runs code: then that is what its call is.
    fn tells_by_itself(&self, name: &str) -> bool {
        let is_builtin = matches!(name, "breakpoint" | "eval" | "exec" | "find_spec");
        is_builtin || name.contains("import") || self.is_importer(name)
    }

    /// `module.attribute` as an expression, under whatever name the module or its member is known.
    pub(super) fn dotted(&self, expr: &Expr) -> Option<(&'static str, &'static str)> {
        match expr {
            Expr::Name(name) => self.member(name.id.as_str()),
            Expr::Attribute(attribute) => {
                let Expr::Name(base) = &*attribute.value else { return None };
                let module = self.known.modules.get(base.id.as_str())?;
                KNOWN_MEMBERS.iter().copied().find(|(m, n)| m == module && *n == attribute.attr.as_str())
            }
            _ => None,
        }
    }
}

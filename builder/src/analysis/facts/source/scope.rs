//! The state at a node of the source: its guard and condition, and the meaning of names.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::TextSize;

use super::lines::Lines;
use super::shapes::{called, imported};
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
    /// A last part with `*`, and whether a part stands for folders at any depth.
    pub pattern: Option<String>,
    pub deep: bool,
}

/// Modules whose attributes are used in conditions or imports.
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

/// The state at the current node.
pub(super) struct Scope<'a> {
    lines: &'a Lines,
    /// The guard of an import at this node.
    pub guard: Guard,
    /// Its condition: an index in `conditions` plus one; 0: none.
    condition: u32,
    /// All conditions so far.
    pub conditions: Vec<Condition>,
    /// Module-level names for a condition: `PY3 = sys.version_info[0] == 3`.
    named: HashMap<&'a str, Condition>,
    known: KnownNames<'a>,
    /// The values of variables, for computed names of modules.
    pub variables: Variables<'a>,
    /// The enclosing functions.
    pub functions: Vec<&'a ast::StmtFunctionDef>,
    /// Functions that return a path beside or below the module's own.
    pub folders: HashMap<&'a str, Place>,
    /// Number of enclosing functions and classes.
    pub depth: u32,
    /// Whether the module is one of the program's own, where strings without a dot may be names as well.
    pub words: bool,
}

/// The local names of the modules and functions in [`KNOWN_MODULES`] and [`KNOWN_MEMBERS`].
struct KnownNames<'a> {
    modules: HashMap<&'a str, &'static str>,
    /// Names of `importlib.import_module`.
    importers: HashSet<&'a str>,
    /// Names imported from such a module, as in `from sys import platform`.
    members: HashMap<&'a str, (&'static str, &'static str)>,
}

/// The state that [`Scope::leave`] restores.
pub(super) struct Outside {
    guard: Guard,
    condition: u32,
}

/// The effect of an assignment on a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Assigned {
    /// Sets the value.
    New,
    /// Adds the value.
    Added,
}

impl<'a> Scope<'a> {
    /// Creates the state at the start of a module.
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

    /// Returns the line of an offset, 1-based.
    pub(super) fn line(&self, at: TextSize) -> u32 {
        self.lines.at(at)
    }

    /// Returns a template for an import at this node: a call under the current guard and condition.
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

    /// Enters a block under a guard that is at least as strong and, if given, an additional condition.
    pub(super) fn enter(&mut self, guard: Guard, condition: Option<Condition>) -> Outside {
        let outside = Outside { guard: self.guard, condition: self.condition };
        self.guard = self.guard.max(guard);
        if let Some(condition) = condition.filter(Condition::is_decidable) {
            self.require(condition);
        }
        outside
    }

    /// Leaves such a block.
    pub(super) fn leave(&mut self, outside: Outside) {
        (self.guard, self.condition) = (outside.guard, outside.condition);
    }

    /// Adds a condition for the following code.
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

    /// Returns the condition of a module-level name.
    pub(super) fn named(&self, name: &str) -> Condition {
        self.named.get(name).cloned().unwrap_or(Condition::Unknown)
    }

    /// Handles the names that an import statement binds.
    pub(super) fn import(&mut self, stmt: &'a Stmt) {
        for (bound, origin, full) in imported(stmt) {
            let member = full.rsplit_once('.');
            if let (Stmt::Import(_), Some(module)) = (stmt, KNOWN_MODULES.iter().find(|m| **m == full)) {
                self.known.modules.insert(bound, module);
            } else if let (Stmt::ImportFrom(_), Origin::Absolute) = (stmt, origin)
                && let Some(&member) = KNOWN_MEMBERS.iter().find(|known| Some(**known) == member)
            {
                self.known.members.insert(bound, member);
                if member.1 == "import_module" {
                    self.known.importers.insert(bound);
                }
            }
            self.variables.import(bound, Known::whole(origin, full));
        }
    }

    /// Handles an assignment or an addition: sets the variable, and at module level the condition of the
    /// name.
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

    /// Returns whether an expression is one of these modules.
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

    /// Returns whether a name is `importlib.import_module`.
    pub(super) fn is_importer(&self, name: &str) -> bool {
        self.known.importers.contains(name)
    }

    /// Returns the member of such a module that a name was imported as.
    fn member(&self, name: &str) -> Option<(&'static str, &'static str)> {
        self.known.members.get(name).copied()
    }

    /// Returns the member of such a module for a plain name in a call.
    pub(super) fn called_member(&self, name: &str) -> Option<(&'static str, &'static str)> {
        self.member(name).filter(|_| !self.tells_by_itself(name))
    }

    /// Returns the import of a plain name in a call.
    pub(super) fn called_function(&self, name: &str) -> Option<&Known> {
        self.variables.module(name).filter(|_| !self.tells_by_itself(name))
    }

    /// Returns whether the name of a function says that it imports or runs code.
    fn tells_by_itself(&self, name: &str) -> bool {
        let is_builtin = matches!(name, "breakpoint" | "eval" | "exec" | "find_spec");
        is_builtin || name.contains("import") || self.is_importer(name)
    }

    /// Returns `module.attribute` for an expression, regardless of local names.
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

//! Decorators that a library takes from other libraries: some read the source of what they decorate.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use crate::analysis::facts::Origin;
use crate::analysis::facts::looks::{Look, LookKind};
use crate::analysis::facts::source::lines::Lines;

/// Finds the decorators of functions, classes and methods that absolute imports at the top of the module bring in, each once.
pub(super) fn find(lines: &Lines, body: &[Stmt]) -> Vec<Look> {
    let mut imported = BTreeMap::new();
    top_level(body, &mut |stmt| imports(stmt, &mut imported));
    let mut found = BTreeMap::new();
    if !imported.is_empty() {
        top_level(body, &mut |stmt| {
            decorated(stmt, &mut |decorator| {
                if let Some(name) = foreign(&decorator.expression, &imported) {
                    found.entry(name).or_insert_with(|| lines.at(decorator.range().start()));
                }
            });
        });
    }
    let look = |(name, line)| Look { line, whose: Some((Origin::Absolute, name)), kind: LookKind::Given };
    found.into_iter().map(look).collect()
}

/// Visits the statements of a module, also below conditions.
fn top_level<'a>(body: &'a [Stmt], visit: &mut impl FnMut(&'a Stmt)) {
    for stmt in body {
        match stmt {
            Stmt::If(s) => {
                top_level(&s.body, visit);
                s.elif_else_clauses.iter().for_each(|clause| top_level(&clause.body, visit));
            }
            Stmt::Try(s) => {
                top_level(&s.body, visit);
                top_level(&s.orelse, visit);
            }
            other => visit(other),
        }
    }
}

/// Notes the absolute names that an import binds.
fn imports<'a>(stmt: &'a Stmt, imported: &mut BTreeMap<&'a str, String>) {
    match stmt {
        Stmt::ImportFrom(import) if import.level == 0 => {
            let Some(module) = &import.module else { return };
            for alias in &import.names {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                imported.insert(bound, format!("{module}.{}", alias.name));
            }
        }
        Stmt::Import(import) => {
            for alias in &import.names {
                let name = alias.name.as_str();
                let top = name.split('.').next().unwrap_or(name);
                match &alias.asname {
                    Some(bound) => imported.insert(bound.as_str(), name.to_owned()),
                    None => imported.insert(top, top.to_owned()),
                };
            }
        }
        _ => {}
    }
}

/// Visits the decorators of a function, or of a class and its methods.
fn decorated<'a>(stmt: &'a Stmt, visit: &mut impl FnMut(&'a ast::Decorator)) {
    match stmt {
        Stmt::FunctionDef(function) => function.decorator_list.iter().for_each(visit),
        Stmt::ClassDef(class) => {
            class.decorator_list.iter().for_each(&mut *visit);
            class.body.iter().for_each(|inner| decorated(inner, visit));
        }
        _ => {}
    }
}

/// Returns the absolute name of a decorator from another module.
fn foreign(expr: &Expr, imported: &BTreeMap<&str, String>) -> Option<String> {
    match expr {
        Expr::Call(call) => foreign(&call.func, imported),
        Expr::Attribute(attribute) => {
            foreign(&attribute.value, imported).map(|base| format!("{base}.{}", attribute.attr))
        }
        Expr::Name(name) => imported.get(name.id.as_str()).cloned(),
        _ => None,
    }
}

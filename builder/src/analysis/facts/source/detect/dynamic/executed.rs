//! Detects imports in code that is a text: `exec("import " + name)`.

use crate::analysis::facts::source::detect::Call;
use crate::analysis::facts::source::found::Found;
use crate::analysis::facts::source::scope::Scope;
use crate::analysis::facts::source::text::{Known, UNKNOWN};
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::Guard;
use crate::names::is_dotted_name;

/// Adds the imports of code passed to a call. If a name is incomplete, its package must be known.
pub(super) fn executed<'a>(call: &Call<'a>, scope: &Scope<'a>, found: &mut Found<'a>) {
    let Some(code) = call.first() else { return };
    for known in scope.variables.texts(code) {
        for statement in known.text.split(['\n', ';']).map(str::trim) {
            let Some((modules, names)) = imported(statement, &known) else { continue };
            for module in modules {
                let here = Import { guard: Guard::Optional, ..scope.at(call.at()) };
                if let Some(import) = import(&module, &names, here) {
                    found.import(import);
                }
            }
        }
    }
}

/// Returns the modules that a statement in a text imports, and the imported names.
fn imported(statement: &str, of: &Known) -> Option<(Vec<String>, Vec<String>)> {
    let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    if let Some(modules) = statement.strip_prefix("import ") {
        return Some((modules.split(',').map(word).collect(), Vec::new()));
    }
    let (module, names) = statement.strip_prefix("from ")?.split_once(" import ")?;
    let module = module.trim();
    let names = names.trim_matches(['(', ')']).split(',').map(word);
    // In a complete text, a star is a literal star.
    let is_known = |name: &String| is_dotted_name(name) || of.whole && name.as_str() == UNKNOWN;
    let (named, open): (Vec<String>, Vec<String>) = names.partition(is_known);
    // `from package import {name}`: all matches.
    let open = open.iter().filter(|name| name.contains(UNKNOWN));
    let dot = if module.ends_with('.') { "" } else { "." };
    let below = open.map(|name| format!("{module}{dot}{name}"));
    Some((std::iter::once(module.to_owned()).chain(below).collect(), named))
}

/// Returns the import of a module for such a statement.
fn import(module: &str, names: &[String], here: Import) -> Option<Import> {
    let tail = module.trim_start_matches('.');
    let origin = match module.len() - tail.len() {
        0 => Origin::Absolute,
        dots => Origin::Package(u32::try_from(dots).unwrap_or(1)),
    };
    let form = match tail.split_once(UNKNOWN) {
        None if is_dotted_name(tail) && names.is_empty() => Form::Import,
        None if is_dotted_name(tail) => Form::From,
        Some((start, _)) if start.rsplit_once('.').is_some_and(|(package, _)| is_dotted_name(package)) => {
            Form::Prefix
        }
        _ => return None,
    };
    let module = tail.strip_suffix(UNKNOWN).unwrap_or(tail).to_owned();
    let names = if form == Form::From { names.to_vec() } else { Vec::new() };
    Some(Import { origin, module, form, names, ..here })
}

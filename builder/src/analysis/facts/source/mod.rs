//! Reads facts from source text; the only module that uses the parser.

mod bindings;
mod calls;
mod detect;
mod expression;
mod format;
mod found;
mod handed;
mod lines;
mod looks;
mod named;
mod own;
mod place;
mod platform;
mod scope;
mod shapes;
mod stack;
#[cfg(test)]
mod tests;
mod text;
mod variables;
mod walk;
mod ways;

use ruff_python_ast::{PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions};

pub(in crate::analysis) use self::bindings::{Bindings, bindings};
pub(in crate::analysis) use self::calls::calls;
use self::detect::Wrappers;
pub(crate) use self::expression::{Plain, expression};
use self::lines::Lines;
pub(crate) use self::named::{Choice, Chooses, Chosen, Naming, Sought, choices};
use self::shapes::decode;
pub(in crate::analysis) use self::text::UNKNOWN;
use self::walk::Walk;
use super::{Facts, Whose};

/// Maximum depth of functions that import through other functions.
const WRAPPERS: usize = 4;

/// Returns the facts about a source file of a program or a library, for a minor version of Python 3. In the
/// program's own, strings without a dot may be names as well.
pub(in crate::analysis) fn source(bytes: &[u8], minor: u8, whose: Whose) -> Facts {
    read(bytes, minor, whose, |text, lines, body, facts| {
        facts.looks = looks::find(text, lines, body, whose);
        facts.own = (whose == Whose::Own).then(|| own::find(lines, body));
        ways::find(text, lines, body, facts);
        handed::find(text, lines, body, whose, facts);
    })
}

/// Returns the facts about a module of the standard library, whose dynamic imports and files are known.
pub(in crate::analysis) fn standard(bytes: &[u8], minor: u8) -> Facts {
    read(bytes, minor, Whose::Library, |_, _, _, _| {})
}

fn read(
    bytes: &[u8],
    minor: u8,
    whose: Whose,
    more: impl FnOnce(&str, &Lines, &[Stmt], &mut Facts),
) -> Facts {
    let text = decode(bytes);
    stack::deep(text.len(), || read_text(&text, minor, whose, more))
}

fn read_text(
    text: &str,
    minor: u8,
    whose: Whose,
    more: impl FnOnce(&str, &Lines, &[Stmt], &mut Facts),
) -> Facts {
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion { major: 3, minor });
    let parsed = ruff_python_parser::parse_unchecked(text, options);
    let doubtful = !parsed.errors().is_empty() || !parsed.unsupported_syntax_errors().is_empty();
    let Some(parsed) = parsed.try_into_module() else {
        return Facts { doubtful: true, ..Facts::default() };
    };
    let (body, lines) = (parsed.suite(), Lines::of(text));
    let mut walk = Walk::through(text, &lines, body, whose, Wrappers::default());
    // Once functions that import their arguments are known, their calls give more imports.
    for _ in 0..WRAPPERS {
        let Some(wrappers) = walk.more_wrappers() else { break };
        walk = Walk::through(text, &lines, body, whose, wrappers);
    }
    let mut facts = Facts { doubtful, ..walk.finish() };
    more(text, &lines, body, &mut facts);
    facts
}

//! Reads imports out of source text; the only module that knows the parser.

mod bindings;
mod calls;
mod detect;
mod expression;
mod format;
mod found;
mod handed;
mod looks;
mod own;
mod place;
mod platform;
mod scope;
mod shapes;
#[cfg(test)]
mod tests;
mod text;
mod variables;
mod walk;
mod ways;

use ruff_python_ast::PythonVersion;
use ruff_python_parser::{Mode, ParseOptions};

pub(in crate::analysis) use self::bindings::{Bindings, bindings};
pub(in crate::analysis) use self::calls::calls;
use self::detect::Wrappers;
pub(crate) use self::expression::{Plain, expression};
use self::shapes::decode;
pub(in crate::analysis) use self::text::UNKNOWN;
use self::walk::Walk;
use super::Facts;

/// Functions that import by functions that import are followed so far.
const WRAPPERS: usize = 4;

/// Finds the imports in a source file, for a minor version of Python 3. With `words`, strings without a dot count as
/// possible names too.
pub(in crate::analysis) fn source(bytes: &[u8], minor: u8, words: bool) -> Facts {
    let text = decode(bytes);
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion { major: 3, minor });
    let parsed = ruff_python_parser::parse_unchecked(&text, options);
    let doubtful = !parsed.errors().is_empty() || !parsed.unsupported_syntax_errors().is_empty();
    let Some(parsed) = parsed.try_into_module() else {
        return Facts { doubtful: true, ..Facts::default() };
    };
    let body = parsed.suite();
    let mut walk = Walk::through(&text, body, words, Wrappers::default());
    // Functions of the module that import what they are given: once they are known, their calls tell more.
    for _ in 0..WRAPPERS {
        let Some(wrappers) = walk.more_wrappers() else { break };
        walk = Walk::through(&text, body, words, wrappers);
    }
    let mut facts = Facts { doubtful, ..walk.finish() };
    facts.looks = looks::find(&text, body, words);
    facts.own = words.then(|| own::find(&text, body));
    ways::find(&text, body, &mut facts);
    handed::find(&text, body, words, &mut facts);
    facts
}

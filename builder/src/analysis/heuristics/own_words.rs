//! Words in the program's own code that name its own modules.

use super::Heuristic;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::Subject;
use crate::analysis::world::World;
use crate::names::{is_dotted_name, is_entry, is_for_tests, is_named_for_tests, parent};

pub(super) struct OwnWords;

impl Heuristic for OwnWords {
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let Some(own) = &subject.facts().own else { return };
        let texts = own.texts.iter().map(|t| (t.line, t.text.as_str()));
        let need = subject.need_by_words(world);
        let words = own.words.iter().map(|(line, word)| (*line, word.as_str()));
        for (line, text) in texts.chain(words) {
            let reason = by_text(subject.name(), text, line);
            named(text, subject.package(), world, &mut |name| claims.named(name, need, &reason));
            // `"settings_" + name`
            if text.len() > 3 && text.ends_with('_') && is_dotted_name(text) && !text.contains('.') {
                for name in world.beginning_with(text).into_iter().filter(|name| world.is_own_module(name)) {
                    claims.named(name, need, &reason);
                }
            }
        }
    }
}

/// Passes the own module that a word names to `take`: a module, `module:attribute`, `module.Class` or
/// `module.py`, absolute or relative to a package. A package includes all its modules.
pub(super) fn named(text: &str, package: Option<&str>, world: &World<'_>, take: &mut dyn FnMut(&str)) {
    let text = text.strip_suffix(".py").unwrap_or(text);
    let word = text.split_once(':').map_or(text, |(module, _)| module);
    if !is_dotted_name(word) || is_named_for_tests(word) || is_entry(word) {
        return;
    }
    let relative = package.filter(|p| !is_entry(p)).map(|package| format!("{package}.{word}"));
    for name in std::iter::once(word).chain(relative.as_deref()) {
        // `module.Class.method`
        let mut wanted = Some(name);
        for _ in 0..3 {
            let Some(module) = wanted.filter(|m| Some(*m) != package) else { break };
            if world.exists(module) && world.is_own_module(module) {
                take(module);
                if module == name && world.is_package(module) {
                    let inner = world.submodules(module);
                    inner.iter().filter(|n| !is_for_tests(n)).for_each(|name| take(name));
                }
                break;
            }
            wanted = parent(module);
        }
    }
}

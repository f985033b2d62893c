//! Modules that others create at run time from existing ones: `six.moves.urllib.parse`.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::Heuristic;
use super::sources::absolute;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::{Import, Origin};
use crate::analysis::world::{Role, World};
use crate::names::parent;

#[derive(Default)]
pub(super) struct MadeModules {
    /// Pairs of importing and imported modules that have been handled.
    seen: BTreeSet<(String, String)>,
}

impl Heuristic for MadeModules {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let makes = |n: &&Node| n.role != Role::Stdlib && (n.facts.makes || n.facts.finds);
        let makers: HashMap<&str, &Node> =
            collected.nodes.iter().filter(makes).map(|n| (n.module.name.as_str(), n)).collect();
        let nodes = collected.nodes.iter().filter(|n| n.role != Role::Stdlib);
        for (node, import) in nodes.flat_map(|node| node.facts.imports.iter().map(move |i| (node, i))) {
            let Some(base) = base(node, import) else { continue };
            let above = std::iter::successors(parent(&base), |name| parent(name));
            for maker in above.filter_map(|name| makers.get(name)) {
                if world.exists(&base) {
                    break;
                }
                let maker_name = &maker.module.name;
                let known =
                    (node.module.name.clone(), format!("{maker_name}:{base}:{}", import.names.join(",")));
                if self.seen.insert(known) {
                    let rest = base[maker_name.len() + 1..].split('.');
                    for word in rest.chain(import.names.iter().map(String::as_str)) {
                        let reason =
                            by_text(&node.module.name, &format!("{word} of {maker_name}"), import.line);
                        made_of(maker, word, world).for_each(|name| claims.module(name, &reason));
                    }
                }
            }
        }
    }
}

/// Returns the absolute name of the imported module.
fn base<'n>(node: &Node, import: &'n Import) -> Option<Cow<'n, str>> {
    match import.origin {
        Origin::Absolute => Some(Cow::Borrowed(import.module.as_str())),
        origin => absolute(node, origin, &import.module).map(Cow::Owned),
    }
}

/// Returns possible originals of a created module: those that its creator names, by the last part of the
/// name.
fn made_of<'a>(maker: &'a Node, word: &'a str, world: &'a World<'_>) -> impl Iterator<Item = &'a str> {
    let end = format!(".{word}");
    let texts = maker.facts.texts.iter().map(|(_, text)| text.as_str());
    let named = texts.filter(move |text| text.ends_with(&end));
    // Names without a dot count only if they are in the standard library.
    let plain = Some(word).filter(|word| world.in_plain_stdlib(word));
    named.chain(plain).filter(|name| world.exists(name))
}

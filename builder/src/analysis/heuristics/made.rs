//! Modules that others make at run time out of such as exist: `six.moves.urllib.parse`.

use std::collections::BTreeSet;

use super::Heuristic;
use super::sources::absolute;
use crate::analysis::claims::{Claims, by_text};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::world::{Role, World};

#[derive(Default)]
pub(super) struct MadeModules {
    /// Who imports what, as far as it has been seen to.
    seen: BTreeSet<(String, String)>,
}

impl Heuristic for MadeModules {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        let makes = |n: &&Node| n.role != Role::Stdlib && (n.facts.makes || n.facts.finds);
        let makers: Vec<&Node> = collected.nodes.iter().filter(makes).collect();
        for maker in makers {
            let inside = format!("{}.", maker.module.name);
            for node in collected.nodes.iter().filter(|n| n.role != Role::Stdlib) {
                for import in &node.facts.imports {
                    let Some(base) = absolute(node, import.origin, &import.module) else { continue };
                    let Some(rest) = base.strip_prefix(&inside).filter(|_| !world.exists(&base)) else {
                        continue;
                    };
                    let known = (node.module.name.clone(), format!("{base}:{}", import.names.join(",")));
                    if self.seen.insert(known) {
                        let words = rest.split('.').chain(import.names.iter().map(String::as_str));
                        for word in words {
                            made_of(maker, word, node, import.line, world, claims);
                        }
                    }
                }
            }
        }
    }
}

/// What a made module may be: one that the maker names, by the last part of its name.
fn made_of(maker: &Node, word: &str, node: &Node, line: u32, world: &World<'_>, claims: &mut Claims) {
    let end = format!(".{word}");
    let texts = maker.facts.texts.iter().map(|(_, text)| text.as_str());
    let named = texts.filter(|text| text.ends_with(&end));
    // Of a name without a dot only such as the standard library has.
    let plain = Some(word).filter(|word| world.in_plain_stdlib(word));
    for name in named.chain(plain).filter(|name| world.exists(name)) {
        claims.module(name, &by_text(&node.module.name, &format!("{word} of {}", maker.module.name), line));
    }
}

//! Finds the shortest chain from the program to one of its items.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Map, Node, Origin, What};
use crate::analysis::Guard;
use crate::analysis::world::distributions::normalize;
use crate::archive::manifest::Why;

/// Cost of a step. Differences between steps cost less, so that the number of steps takes precedence.
const STEP: u64 = 1000;
/// Cost of a reason that is only used if there is no other.
const LAST: u64 = 1000 * STEP;

/// A step of a chain: a node, and why the previous step caused its collection.
#[derive(Clone, Copy, Debug)]
pub struct Step<'m> {
    /// The collected node.
    pub node: &'m Node,
    /// The reason.
    pub why: &'m Why,
    /// The origin; `None` for the request and the interpreter.
    pub from: Option<&'m Node>,
}

impl Step<'_> {
    /// Returns file and line of the reason, as `path:line`, or the file alone if there is no line.
    pub fn place(&self) -> Option<String> {
        let path = self.from?.path.as_ref()?;
        Some(if self.why.line > 0 { format!("{path}:{}", self.why.line) } else { path.clone() })
    }
}

impl Map {
    /// Returns the shortest chain to a node, starting with the request or the interpreter. If no chain leads
    /// to the node, the result is the node alone, with its first reason. It is empty if nothing is known.
    pub fn chain(&self, at: usize) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        let mut next = Some(at);
        while let Some(here) = next {
            let way = self.best[here].map_or(0, |(_, way)| way);
            let Some(step) = self.step(here, way) else { break };
            steps.push(step);
            next = match self.origins[here][way] {
                // Costs decrease along the chain, so it ends.
                Origin::Node(from) if self.best[here].is_some() => Some(from),
                _ => None,
            };
        }
        steps.reverse();
        steps
    }

    /// Returns the reasons of a node that are not in its chain. For a distribution, these are its reasons
    /// from outside.
    pub fn others(&self, at: usize) -> Vec<Step<'_>> {
        if self.nodes[at].what == What::Distribution {
            let ways = self.entrances(at);
            return ways.into_iter().skip(1).filter_map(|(node, way)| self.step(node, way)).collect();
        }
        let best = self.best[at].map_or(0, |(_, way)| way);
        let ways = (0..self.nodes[at].whys.len()).filter(|way| *way != best);
        ways.filter_map(|way| self.step(at, way)).collect()
    }

    /// Returns the step by which a distribution was collected: into one of its modules, from outside.
    pub fn entrance(&self, distribution: usize) -> Option<Step<'_>> {
        self.entrances(distribution).first().and_then(|(node, way)| self.step(*node, *way))
    }

    /// Returns the same for a distribution, given its name.
    pub fn entrance_of(&self, distribution: &str) -> Option<Step<'_>> {
        let at = *self.distributions.get(&normalize(distribution))?;
        self.entrance(at).or_else(|| self.chain(at).pop())
    }

    /// Returns the step by which a top-level module and everything below it was collected, from outside.
    pub fn entrance_of_package(&self, top: &str) -> Option<Step<'_>> {
        let inside = |node: &Node| {
            let rest = node.name.strip_prefix(top).filter(|_| node.what == What::Module);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.ways_into(&inside).first().and_then(|(node, way)| self.step(*node, *way))
    }

    fn entrances(&self, distribution: usize) -> Vec<(usize, usize)> {
        self.ways_into(&|node| node.what == What::Module && node.distribution == Some(distribution))
    }

    /// Returns the reasons of some nodes from outside of them, cheapest first: node and index of the reason.
    fn ways_into(&self, inside: &dyn Fn(&Node) -> bool) -> Vec<(usize, usize)> {
        let mut ways = Vec::new();
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, n)| inside(n)) {
            for (way, from) in self.origins[at].iter().enumerate() {
                let before = match from {
                    Origin::Root => 0,
                    Origin::Unknown => LAST,
                    Origin::Node(from) if inside(&self.nodes[*from]) => continue,
                    Origin::Node(from) => self.best[*from].map_or(LAST, |(cost, _)| cost),
                };
                ways.push((before + cost(node, &node.whys[way], *from), at, way));
            }
        }
        ways.sort_unstable();
        ways.into_iter().map(|(_, at, way)| (at, way)).collect()
    }

    fn step(&self, at: usize, way: usize) -> Option<Step<'_>> {
        let node = &self.nodes[at];
        let from = match self.origins[at].get(way)? {
            Origin::Node(from) => Some(&self.nodes[*from]),
            Origin::Root | Origin::Unknown => None,
        };
        Some(Step { node, why: node.whys.get(way)?, from })
    }
}

/// Returns the cheapest reason of each node: its total cost, and its index.
pub(super) fn cheapest(map: &Map) -> Vec<Option<(u64, usize)>> {
    let mut outgoing: Vec<Vec<(usize, usize)>> = vec![Vec::new(); map.nodes.len()];
    let mut best: Vec<Option<(u64, usize)>> = vec![None; map.nodes.len()];
    let mut queue = BinaryHeap::new();
    for (at, origins) in map.origins.iter().enumerate() {
        for (way, from) in origins.iter().enumerate() {
            match from {
                Origin::Node(from) => outgoing[*from].push((at, way)),
                _ => queue.push(Reverse((cost(&map.nodes[at], &map.nodes[at].whys[way], *from), at, way))),
            }
        }
    }
    while let Some(Reverse((total, at, way))) = queue.pop() {
        if best[at].is_some() {
            continue;
        }
        best[at] = Some((total, way));
        for &(next, way) in &outgoing[at] {
            if best[next].is_none() {
                let node = &map.nodes[next];
                queue.push(Reverse((total + cost(node, &node.whys[way], Origin::Node(at)), next, way)));
            }
        }
    }
    best
}

/// Returns the cost of a reason. Among equally long chains, plain imports are preferred. A library is
/// explained by the file that needs it, if any, rather than by the package that contains it.
fn cost(node: &Node, why: &Why, from: Origin) -> u64 {
    let guard = match why.guard {
        None => 0,
        Some(Guard::Optional) => 2,
        Some(_) => 1,
    };
    let kind = match why.by.split(':').next().unwrap_or_default() {
        "import" | "call" | "needed" => 0,
        "rule" | "entry point" => 2,
        "parent" => 3,
        "package" if node.what == What::Library && node.whys.iter().any(|w| w.by == "needed") => LAST,
        _ => 5,
    };
    let unknown = if from == Origin::Unknown { LAST } else { 0 };
    STEP + guard + kind + unknown
}

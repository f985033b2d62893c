//! The shortest chain from the program to something in it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Map, Node, Origin, What};
use crate::analysis::world::distributions::normalize;
use crate::archive::manifest::Why;

/// Cost of a step; what distinguishes steps of equal number is less.
const STEP: u64 = 1000;
/// Cost of a way in that is told only where there is no other.
const LAST: u64 = 1000 * STEP;

/// A step of a chain: something, and how it came in from the step before.
#[derive(Clone, Copy, Debug)]
pub struct Step<'m> {
    /// What came in.
    pub node: &'m Node,
    /// How.
    pub why: &'m Why,
    /// From where; none for the request and the interpreter.
    pub from: Option<&'m Node>,
}

impl Step<'_> {
    /// File and line that brought it in, as `path:line`; the file alone where there is no line.
    pub fn place(&self) -> Option<String> {
        let path = self.from?.path.as_ref()?;
        Some(if self.why.line > 0 { format!("{path}:{}", self.why.line) } else { path.clone() })
    }
}

impl Map {
    /// The shortest chain from the request or the interpreter to a node, that first; the node alone, with its first
    /// way in, where no chain leads to it; empty if nothing is known.
    pub fn chain(&self, at: usize) -> Vec<Step<'_>> {
        let mut steps = Vec::new();
        let mut next = Some(at);
        while let Some(here) = next {
            let way = self.best[here].map_or(0, |(_, way)| way);
            let Some(step) = self.step(here, way) else { break };
            steps.push(step);
            next = match self.origins[here][way] {
                // Costs fall along the chain: it ends.
                Origin::Node(from) if self.best[here].is_some() => Some(from),
                _ => None,
            };
        }
        steps.reverse();
        steps
    }

    /// The ways in of a node that are not in its chain. Those of a distribution are the ways into it from outside.
    pub fn others(&self, at: usize) -> Vec<Step<'_>> {
        if self.nodes[at].what == What::Distribution {
            let ways = self.entrances(at);
            return ways.into_iter().skip(1).filter_map(|(node, way)| self.step(node, way)).collect();
        }
        let best = self.best[at].map_or(0, |(_, way)| way);
        let ways = (0..self.nodes[at].whys.len()).filter(|way| *way != best);
        ways.filter_map(|way| self.step(at, way)).collect()
    }

    /// The step by which a distribution came in: into one of its modules, from outside.
    pub fn entrance(&self, distribution: usize) -> Option<Step<'_>> {
        self.entrances(distribution).first().and_then(|(node, way)| self.step(*node, *way))
    }

    /// The same of a distribution by its name.
    pub fn entrance_of(&self, distribution: &str) -> Option<Step<'_>> {
        let at = *self.distributions.get(&normalize(distribution))?;
        self.entrance(at).or_else(|| self.chain(at).pop())
    }

    /// The step by which a top-level module came in with what lies below it: from outside of it.
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

    /// Ways into some nodes from outside of them, the cheapest first: node, way.
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

/// The cheapest way into each node: its total cost, and its place among the ways in.
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

/// Cost of a way in. Of equally long chains that of plain imports is told. A library is explained by what needs it, where
/// something does, rather than by the package that it lies in.
fn cost(node: &Node, why: &Why, from: Origin) -> u64 {
    let guard = match why.guard.as_deref() {
        None => 0,
        Some("optional") => 2,
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

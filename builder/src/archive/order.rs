//! The order in which a program loads its modules, which is also their order in the file.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crate::analysis::{Graph, Guard, Module};

/// Returns the names of all modules, starting with those that a start loads first, and the number of modules
/// that are always loaded: those in `recorded` from an earlier run, and unguarded top-level imports.
pub(super) fn startup(graph: &Graph, first: &[&str], recorded: &[String]) -> (Vec<String>, usize) {
    let mut imports: HashMap<&str, Vec<(Guard, u32, &str)>> = HashMap::new();
    for module in graph.modules.values() {
        for reason in &module.reasons {
            imports.entry(&reason.from).or_default().push((reason.guard, reason.line, &module.name));
        }
    }
    for list in imports.values_mut() {
        list.sort_unstable();
    }
    let mut walk = Walk { modules: &graph.modules, seen: HashSet::new(), order: Vec::new() };
    for name in first {
        walk.add(name);
    }
    for name in recorded {
        walk.add(name);
    }
    // Imports at the top level are followed depth-first, like the interpreter does.
    let mut stack: Vec<&str> = first.iter().rev().copied().collect();
    let mut expanded = HashSet::new();
    while let Some(name) = stack.pop() {
        walk.add(name);
        if expanded.insert(name) {
            let list = imports.get(name).into_iter().flatten();
            stack.extend(list.filter(|i| i.0 == Guard::None).rev().map(|i| i.2));
        }
    }
    let certain = walk.order.len();
    // Then modules that are imported later, nearest first; then all others, by name.
    let mut queue: VecDeque<String> = walk.order.iter().cloned().collect();
    while let Some(name) = queue.pop_front() {
        for (_, _, import) in imports.get(name.as_str()).into_iter().flatten() {
            if walk.add(import) {
                queue.push_back((*import).to_owned());
            }
        }
    }
    for name in graph.modules.keys() {
        walk.add(name);
    }
    (walk.order, certain)
}

struct Walk<'a> {
    modules: &'a BTreeMap<String, Module>,
    seen: HashSet<String>,
    order: Vec<String>,
}

impl Walk<'_> {
    /// Adds a module after its parent packages. Returns whether it is new.
    fn add(&mut self, name: &str) -> bool {
        if !self.modules.contains_key(name) || self.seen.contains(name) {
            return false;
        }
        if let Some((parent, _)) = name.rsplit_once('.') {
            self.add(parent);
        }
        self.seen.insert(name.to_owned());
        self.order.push(name.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{By, Kind, Reason, Source};

    #[test]
    fn follows_the_imports_of_a_start() {
        let mut graph = Graph::default();
        let edges = [
            ("__main__", "", 0, Guard::None),
            ("b.x", "__main__", 1, Guard::None),
            ("a", "__main__", 2, Guard::None),
            ("late", "__main__", 1, Guard::Function),
            ("deep", "b.x", 9, Guard::None),
            ("b", "b.x", 0, Guard::None),
            ("alone", "", 0, Guard::None),
        ];
        for (name, from, line, guard) in edges {
            let reason = Reason::new(from, By::Import).at(line).under(guard);
            graph.modules.insert(
                name.into(),
                Module {
                    name: name.into(),
                    kind: Kind::Source(Source::Bytes(Vec::new())),
                    package: false,
                    path: String::new(),
                    distribution: None,
                    reasons: vec![reason],
                },
            );
        }
        let (order, certain) = startup(&graph, &["__main__"], &[]);
        assert_eq!(order, ["__main__", "b", "b.x", "deep", "a", "late", "alone"]);
        assert_eq!(certain, 5);
        let recorded = ["late", "gone", "b.x"].map(str::to_owned);
        let (order, certain) = startup(&graph, &["__main__"], &recorded);
        assert_eq!(order, ["__main__", "late", "b", "b.x", "deep", "a", "alone"]);
        assert_eq!(certain, 6);
    }
}

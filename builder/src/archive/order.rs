//! The order in which a program loads its modules, which is also their order in the file.

use std::collections::{HashMap, VecDeque};

use crate::analysis::{Graph, Guard};

/// The imports of a graph. Modules are numbered by name.
pub(super) struct Imports<'a> {
    names: Vec<&'a str>,
    numbers: HashMap<&'a str, usize>,
    /// For each module, what it imports, in order: guard, line and module.
    of: Vec<Vec<(Guard, u32, usize)>>,
}

impl<'a> Imports<'a> {
    /// Gathers the imports of a graph.
    pub(super) fn new(graph: &'a Graph) -> Imports<'a> {
        let names: Vec<&str> = graph.modules.keys().map(String::as_str).collect();
        let numbers: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (*name, i)).collect();
        let mut of = vec![Vec::new(); names.len()];
        for (number, module) in graph.modules.values().enumerate() {
            for reason in &module.reasons {
                if let Some(from) = numbers.get(reason.from.as_str()) {
                    of[*from].push((reason.guard, reason.line, number));
                }
            }
        }
        for list in &mut of {
            list.sort_unstable();
        }
        Imports { names, numbers, of }
    }

    /// Returns the names of all modules, starting with those that a start loads first, and the number of
    /// modules that are always loaded: those in `recorded` from an earlier run, and unguarded top-level
    /// imports.
    pub(super) fn startup(&self, first: &[&str], recorded: &[String]) -> (Vec<&'a str>, usize) {
        let mut walk = Walk { imports: self, seen: vec![false; self.names.len()], order: Vec::new() };
        let recorded = recorded.iter().map(String::as_str);
        for number in first.iter().copied().chain(recorded).filter_map(|name| self.numbers.get(name)) {
            walk.add(*number);
        }
        // Imports at the top level are followed depth-first, like the interpreter does.
        let mut stack: Vec<usize> =
            first.iter().rev().filter_map(|name| self.numbers.get(name)).copied().collect();
        let mut expanded = vec![false; self.names.len()];
        while let Some(number) = stack.pop() {
            walk.add(number);
            if !std::mem::replace(&mut expanded[number], true) {
                let list = self.of[number].iter();
                stack.extend(list.filter(|i| i.0 == Guard::None).rev().map(|i| i.2));
            }
        }
        let certain = walk.order.len();
        // Then modules that are imported later, nearest first; then all others, by name.
        let mut queue: VecDeque<usize> = walk.order.iter().copied().collect();
        while let Some(number) = queue.pop_front() {
            queue.extend(self.of[number].iter().filter(|i| walk.add(i.2)).map(|i| i.2));
        }
        for number in 0..self.names.len() {
            walk.add(number);
        }
        (walk.order.iter().map(|number| self.names[*number]).collect(), certain)
    }
}

struct Walk<'w, 'a> {
    imports: &'w Imports<'a>,
    seen: Vec<bool>,
    order: Vec<usize>,
}

impl Walk<'_, '_> {
    /// Adds a module after its parent packages. Returns whether it is new.
    fn add(&mut self, number: usize) -> bool {
        if self.seen[number] {
            return false;
        }
        let parent = self.imports.names[number].rsplit_once('.').map(|(parent, _)| parent);
        if let Some(parent) = parent.and_then(|parent| self.imports.numbers.get(parent)) {
            self.add(*parent);
        }
        self.seen[number] = true;
        self.order.push(number);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{By, Kind, Module, Reason, Source};

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
        let imports = Imports::new(&graph);
        let (order, certain) = imports.startup(&["__main__"], &[]);
        assert_eq!(order, ["__main__", "b", "b.x", "deep", "a", "late", "alone"]);
        assert_eq!(certain, 5);
        let recorded = ["late", "gone", "b.x"].map(str::to_owned);
        let (order, certain) = imports.startup(&["__main__"], &recorded);
        assert_eq!(order, ["__main__", "late", "b", "b.x", "deep", "a", "alone"]);
        assert_eq!(certain, 6);
    }
}

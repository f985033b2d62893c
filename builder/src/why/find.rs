//! Finds the meaning of a name: a module, a file, a library, or a distribution.

use std::path::Path;

use super::{Map, What};
use crate::analysis::world::distributions::normalize;

/// Maximum number of names to suggest for an unknown one.
const NEAREST: usize = 3;

impl Map {
    /// Returns the possible meanings of `name`, the most likely first: a module, a file by its path below the
    /// root or on this machine, a file by the end of its path, a library by its name without version, or a
    /// distribution.
    pub fn find(&self, name: &str) -> Vec<usize> {
        let path = name.strip_prefix("./").unwrap_or(name);
        if let Some(at) = self.modules.get(name).or_else(|| self.files.get(path)) {
            return vec![*at];
        }
        let mut found = self.on_machine(Path::new(name));
        if found.is_empty() {
            let end = format!("/{}", path.trim_start_matches('/'));
            found = self.files.iter().filter(|(p, _)| p.ends_with(&end)).map(|(_, at)| *at).collect();
        }
        if found.is_empty() && !name.contains('/') {
            found = self.libraries(name);
        }
        if found.is_empty() {
            found.extend(self.distributions.get(&normalize(name)));
        }
        found.sort_by_key(|at| {
            let node = &self.nodes[*at];
            (node.what != What::Library, node.name.matches('/').count(), &node.name)
        });
        found.dedup();
        found
    }

    /// Returns the nodes for a path on the build machine.
    fn on_machine(&self, path: &Path) -> Vec<usize> {
        if !path.is_absolute() && path.components().count() < 2 {
            return Vec::new();
        }
        let Ok(path) = std::path::absolute(path) else { return Vec::new() };
        let real = crate::os::canonicalize(&path).ok();
        let here = |source: &Path| source == path || Some(source) == real.as_deref();
        let hits = self.nodes.iter().enumerate().filter(|(_, n)| n.source.as_deref().is_some_and(here));
        hits.map(|(at, _)| at).collect()
    }

    /// Returns libraries whose name starts with `name`: `libx` and `libx.so` match `libx-1a2b.so.3`.
    fn libraries(&self, name: &str) -> Vec<usize> {
        let stem = name.split_once(".so").map_or(name, |(stem, _)| stem);
        if !stem.starts_with("lib") || stem.len() < 4 {
            return Vec::new();
        }
        let fits = |path: &str| {
            let file = path.rsplit('/').next().unwrap_or(path);
            file.strip_prefix(stem).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
        };
        let hits = self.files.iter().filter(|(p, at)| self.nodes[**at].what == What::Library && fits(p));
        hits.map(|(_, at)| *at).collect()
    }

    /// Returns similar names in the application.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        let folded = name.to_lowercase();
        let allowed = (folded.chars().count() / 3).clamp(1, 3);
        let file = |n: &str| n.rsplit('/').next().unwrap_or(n).to_lowercase();
        let last = |n: &str| n.rsplit(['.', '/']).next().unwrap_or(n).to_lowercase();
        let own = last(name);
        let stem = own.strip_prefix("lib").map(|s| s.split('.').next().unwrap_or(s)).filter(|s| s.len() > 2);
        let mut ranked: Vec<(usize, usize, &str)> = self
            .nodes
            .iter()
            .filter_map(|n| {
                let distance = strsim::damerau_levenshtein(&folded, &n.name.to_lowercase());
                let rank = if distance <= allowed {
                    distance
                } else if own.len() > 2 && last(&n.name) == own {
                    allowed + 1
                } else if n.what == What::Library && stem.is_some_and(|s| file(&n.name).contains(s)) {
                    allowed + 2
                } else {
                    return None;
                };
                Some((rank, n.name.len(), n.name.as_str()))
            })
            .collect();
        ranked.sort_unstable();
        ranked.dedup();
        ranked.into_iter().take(NEAREST).map(|(_, _, name)| name.to_owned()).collect()
    }
}

//! Files of the program's own that its strings name.

use std::collections::HashSet;

use super::{Data, items};
use crate::analysis::{Graph, Source};
use crate::target::Target;

/// The files, at their places under the root.
pub(super) fn collect(graph: &Graph, target: &Target) -> Vec<Data> {
    let modules: HashSet<&std::path::Path> =
        graph.modules.values().filter(|m| !m.name.starts_with("__main__")).filter_map(|m| m.file()).collect();
    let mut found = Vec::new();
    for file in &graph.own_files {
        // An extension module comes as a module.
        let is_module = modules.contains(file.path.as_path());
        if is_module && file.path.extension().is_none_or(|e| e != "py") {
            continue;
        }
        found.push(Data {
            dest: file.dest.clone(),
            executable: items::is_executable(&file.path, target),
            resource: false,
            source: Source::File(file.path.clone()),
            reason: file.reason.clone(),
        });
    }
    found
}

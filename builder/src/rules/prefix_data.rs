//! Data that distributions install below the prefix (`share/…`, `etc/…`): programs look for it under `sys.prefix`,
//! which is the root of the bundle.

use std::path::{Component, Path, PathBuf};

use super::policy::Policy;
use super::{Data, items};
use crate::analysis::{By, Distribution, Graph, Guard, Reason, Source};
use crate::python::Python;

/// The files of collected distributions below the prefix.
pub(super) fn collect(graph: &Graph, python: &Python, policy: &Policy) -> Vec<Data> {
    graph.distributions.iter().flat_map(|d| of(d, python, policy)).collect()
}

fn of(distribution: &Distribution, python: &Python, policy: &Policy) -> Vec<Data> {
    let mut found = Vec::new();
    for listed in distribution.files.iter().filter(|f| f.starts_with("../")) {
        let path = normalize(&distribution.location.join(listed));
        let Ok(inner) = path.strip_prefix(&python.prefix) else { continue };
        let dest: Vec<_> = inner.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        let dest = dest.join("/");
        if !policy.is_prefix_data(&dest) || !path.is_file() {
            continue;
        }
        found.push(Data {
            dest,
            resource: false,
            executable: items::is_executable(&path, &python.target),
            source: Source::File(path),
            reason: Reason { from: distribution.name.clone(), by: By::Package, line: 0, guard: Guard::None },
        });
    }
    found
}

/// A path without `..`, by its text alone: RECORD counts from `site-packages`, whatever links lie on the way.
fn normalize(path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    whole
}

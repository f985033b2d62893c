//! Stores the order of a run's imports in a file for later builds.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::notes::Notes;
use crate::analysis::Graph;
use crate::error::{Context, Error, Result};
use crate::spec::Request;

const HEAD: &str =
    "# Modules in the order in which a run imported them: written by `freeze trace --order`.\n";

/// Writes the program's modules in the order that the run imported them to the file in the spec, or to one
/// next to the spec. Returns its path. The file is written atomically.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(request: &Request, spec: &Path, notes: &Notes, graph: &Graph) -> Result<PathBuf> {
    let beside = || spec.with_file_name(format!("{}.order", request.name));
    let path = request.modules.order_file.clone().unwrap_or_else(beside);
    let failed = || format!("failed to write `{}`", path.display());
    let mut text = HEAD.to_owned();
    let mut seen = HashSet::new();
    for name in &notes.imported {
        if graph.modules.contains_key(name) && notes.modules.contains_key(name) && seen.insert(name) {
            text.push_str(name);
            text.push('\n');
        }
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut made = tempfile::NamedTempFile::new_in(folder).context(failed)?;
    made.write_all(text.as_bytes()).context(failed)?;
    crate::os::allow_all_to_read(made.as_file()).context(failed)?;
    made.persist(&path).map(drop).map_err(|e| Error::from(e.error).context(failed()))?;
    Ok(path)
}

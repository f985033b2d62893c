//! Tables of a pyproject.toml: `[tool.cxfreeze]`, `[tool.distutils]`, and what `[project]` says about a program.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::error::{Context, Result};
use crate::spec::project::metadata;

/// Returns a table below `[tool]` of a pyproject.toml, and the line of its header. The table is empty if it or
/// the file does not exist.
///
/// # Errors
/// The file cannot be read, or is not TOML.
pub(super) fn read(path: &Path, name: &str) -> Result<(Value, usize)> {
    let empty = (Value::Object(serde_json::Map::new()), 1);
    if !path.is_file() {
        return Ok(empty);
    }
    let failed = || format!("failed to read `{}`", path.display());
    let text = fs_err::read_to_string(path).context(failed)?;
    let table: toml::Table = toml::from_str(&text).context(failed)?;
    let Some(table) = table.get("tool").and_then(|tool| tool.get(name)) else { return Ok(empty) };
    let header = format!("tool.{name}");
    let line = text.lines().position(|line| line.trim_start().trim_start_matches('[').starts_with(&header));
    Ok((serde_json::to_value(table)?, line.map_or(1, |line| line + 1)))
}

/// Returns name, version and description of the project whose file or setup script this is.
///
/// # Errors
/// The pyproject.toml cannot be read, or is not TOML.
pub(super) fn project(path: &Path) -> Result<BTreeMap<&'static str, String>> {
    metadata(path.parent().unwrap_or(Path::new(".")))
}

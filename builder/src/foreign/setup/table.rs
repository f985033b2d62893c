//! `[tool.cxfreeze]` of a pyproject.toml, and what its `[project]` says about a program.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::error::{Context, Result};
use crate::spec::project::metadata;

/// Returns `[tool.cxfreeze]` and its line, if the file is a pyproject.toml.
///
/// # Errors
/// The file cannot be read, or is not TOML.
pub(super) fn read(path: &Path) -> Result<Option<(Value, usize)>> {
    if path.extension().is_none_or(|e| e != "toml") {
        return Ok(None);
    }
    let empty = || (Value::Object(serde_json::Map::new()), 1);
    Ok(Some(at(path, "cxfreeze")?.unwrap_or_else(empty)))
}

/// Returns a table below `[tool]`, and the line of its header.
fn at(path: &Path, name: &str) -> Result<Option<(Value, usize)>> {
    let failed = || format!("failed to read `{}`", path.display());
    let text = fs_err::read_to_string(path).context(failed)?;
    let table: toml::Table = toml::from_str(&text).context(failed)?;
    let Some(table) = table.get("tool").and_then(|tool| tool.get(name)) else { return Ok(None) };
    let header = format!("tool.{name}");
    let line = text.lines().position(|line| line.trim_start().trim_start_matches('[').starts_with(&header));
    Ok(Some((serde_json::to_value(table)?, line.map_or(1, |line| line + 1))))
}

/// Returns `[tool.distutils]` of the pyproject.toml beside a setup script, which holds options of its commands.
///
/// # Errors
/// The pyproject.toml cannot be read, or is not TOML.
pub(super) fn distutils(path: &Path) -> Result<Value> {
    let path = path.with_file_name("pyproject.toml");
    if !path.is_file() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    Ok(at(&path, "distutils")?.map_or_else(|| Value::Object(serde_json::Map::new()), |(table, _)| table))
}

/// Returns name, version and description of the project whose file or setup script this is.
///
/// # Errors
/// The pyproject.toml cannot be read, or is not TOML.
pub(super) fn project(path: &Path) -> Result<BTreeMap<&'static str, String>> {
    metadata(path.parent().unwrap_or(Path::new(".")))
}

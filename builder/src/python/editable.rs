//! Editable installs: the mappings of their finders, read from the finder's source without running it.

use std::path::{Path, PathBuf};

use crate::os;

/// Returns the top-level names that the finders of PEP 660 installs map to a folder or a file, sorted.
///
/// setuptools writes `__editable___<name>_finder.py` with literal dicts `MAPPING` (name to path) and
/// `NAMESPACES` (name to list of paths). Installs that only extend the path use `.pth` files, which `site`
/// has already processed.
pub(super) fn mappings(search_path: &[PathBuf]) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for finder in search_path.iter().flat_map(|folder| finders(folder)) {
        if let Ok(text) = std::fs::read_to_string(&finder) {
            found.extend(literal_pairs(&text, "MAPPING"));
            found.extend(literal_pairs(&text, "NAMESPACES"));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Returns the finder modules in a folder, sorted.
pub(super) fn finders(folder: &Path) -> Vec<PathBuf> {
    let is_finder = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("__editable___") && name.ends_with("_finder.py")
    };
    os::list(folder).into_iter().filter(is_finder).collect()
}

/// Returns the string pairs of a module-level literal dict. A list as value yields each of its items.
fn literal_pairs(text: &str, variable: &str) -> Vec<(String, PathBuf)> {
    use ruff_python_ast::{Expr, Stmt};
    let Ok(parsed) = ruff_python_parser::parse_module(text) else { return Vec::new() };
    let mut found = Vec::new();
    for stmt in parsed.suite() {
        let (target, value) = match stmt {
            Stmt::Assign(s) => (s.targets.first(), Some(&*s.value)),
            Stmt::AnnAssign(s) => (Some(&*s.target), s.value.as_deref()),
            _ => continue,
        };
        let (Some(Expr::Name(name)), Some(Expr::Dict(dict))) = (target, value) else { continue };
        if name.id.as_str() != variable {
            continue;
        }
        for item in &dict.items {
            let Some(Expr::StringLiteral(key)) = &item.key else { continue };
            match &item.value {
                Expr::StringLiteral(path) => {
                    found.push((key.value.to_str().to_owned(), PathBuf::from(path.value.to_str())));
                }
                Expr::List(list) => found.extend(list.elts.iter().filter_map(|e| {
                    let Expr::StringLiteral(path) = e else { return None };
                    Some((key.value.to_str().to_owned(), PathBuf::from(path.value.to_str())))
                })),
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_setuptools_finder() {
        let text = "from __future__ import annotations\nMAPPING: dict[str, str] = {'pkg': '/src/pkg', 'one': '/src/one.py'}\n\
                    NAMESPACES: dict[str, list[str]] = {'ns': ['/src/ns']}\n";
        let found = literal_pairs(text, "MAPPING");
        assert_eq!(found, [("pkg".into(), "/src/pkg".into()), ("one".into(), "/src/one.py".into())]);
        assert_eq!(literal_pairs(text, "NAMESPACES"), [("ns".into(), "/src/ns".into())]);
    }
}

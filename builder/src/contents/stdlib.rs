//! Special cases of the standard library: generated modules and the scripts of Tcl/Tk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::Data;
use crate::analysis::{By, Graph, Kind, Reason, Source};
use crate::os;
use crate::paths::{shown, slashed};
use crate::python::Python;
use crate::target::Os;

/// Prefix that replaces the one where Python was installed.
const NEUTRAL: &str = "/usr/local";

/// Removes paths of the build machine from the modules that describe how Python was built.
pub(super) fn neutralize(graph: &mut Graph, python: &Python) {
    for module in graph.modules.values_mut().filter(|m| m.name.starts_with("_sysconfigdata")) {
        let Kind::Source(Source::File(path)) = &module.kind else { continue };
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let mut text = text;
        for prefix in BTreeSet::from([&python.base_prefix, &python.base_exec_prefix]) {
            // The interpreter of a system is in folders that every machine has, and some of its paths are
            // in use.
            if !["/", "/usr", NEUTRAL].iter().any(|p| prefix == Path::new(p)) {
                text = text.replace(&*prefix.to_string_lossy(), NEUTRAL);
            }
        }
        for folder in build_folders(&text) {
            text = text.replace(&folder, "/build");
        }
        if let Some(home) = std::env::var_os("HOME").filter(|h| h.len() > 1) {
            text = text.replace(&*home.to_string_lossy(), "/home");
        }
        module.kind = Kind::Source(Source::Bytes(text.into_bytes()));
    }
}

/// Collects the sources of the standard library as files, without its tests and its programs.
pub(super) fn sources(python: &Python, reason: &Reason) -> Vec<Data> {
    const LEFT_OUT: [&str; 9] = [
        "__pycache__",
        "dist-packages",
        "ensurepip",
        "idlelib",
        "lib2to3",
        "site-packages",
        "test",
        "tests",
        "turtledemo",
    ];
    let is_wanted = |name: &str| !LEFT_OUT.contains(&name) && !name.starts_with("config-");
    let entries = WalkDir::new(&python.stdlib).into_iter().filter_entry(|e| {
        e.depth() == 0 || !e.file_type().is_dir() || e.file_name().to_str().is_some_and(is_wanted)
    });
    // The module that describes how Python was built contains folders of the machine that built it.
    let is_source = |name: &str| name.ends_with(".py") && !name.starts_with("_sysconfigdata");
    let files = entries
        .flatten()
        .filter(|e| !e.file_type().is_dir() && e.file_name().to_str().is_some_and(is_source));
    let files = files.filter_map(|e| {
        let dest = slashed(e.path().strip_prefix(&python.stdlib).ok()?)?;
        Some(Data::new(dest, Source::File(e.path().to_owned()), reason.clone()))
    });
    files.collect()
}

/// Returns the folders in which Python was built: values of `abs_builddir` and `abs_srcdir`.
fn build_folders(text: &str) -> Vec<String> {
    let mut found: Vec<String> = ["'abs_builddir': '", "'abs_srcdir': '"]
        .iter()
        .filter_map(|key| {
            let rest = &text[text.find(key)? + key.len()..];
            let value = rest.split('\'').next()?;
            (value.len() > 1 && value.starts_with('/')).then(|| value.to_owned())
        })
        .collect();
    // pyenv and others build in a random folder above the source folder.
    let above: Vec<String> = found
        .iter()
        .filter_map(|f| Path::new(f).parent().and_then(Path::to_str))
        .filter(|f| f.matches('/').count() > 1)
        .map(str::to_owned)
        .collect();
    found.extend(above);
    found.dedup();
    found
}

/// Collects the script libraries of Tcl and Tk if `_tkinter` is collected. The importer points Tcl to them;
/// on Windows `_tkinter` searches below the prefix itself.
pub(super) fn tcl(graph: &Graph, python: &Python) -> Vec<Data> {
    let Some(module) = graph.modules.get("_tkinter") else { return Vec::new() };
    let version = match &module.kind {
        Kind::Extension(Source::File(path)) => std::fs::read(path).ok().and_then(|b| tcl_version(&b)),
        _ => None,
    };
    let find = |name, main| tcl_folder(name, main, version.as_deref(), python);
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Some(tcl) = find("tcl", "init.tcl") {
        // Modules such as `msgcat` are inside (Debian) or in `tcl8` next to it.
        let name = tcl.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = tcl.with_file_name(name.split('.').next().unwrap_or_default());
        folders.push(tcl);
        folders.extend(Some(beside).filter(|b| b.is_dir()));
    }
    folders.extend(find("tk", "tk.tcl"));
    let above = if python.target.os == Os::Windows { "tcl" } else { "lib" };
    let mut data = Vec::new();
    for folder in folders {
        let dest = format!("{above}/{}", folder.file_name().unwrap_or_default().to_string_lossy());
        for entry in WalkDir::new(&folder).follow_links(true).sort_by_file_name().into_iter().flatten() {
            let Ok(relative) = entry.path().strip_prefix(&folder) else { continue };
            if !entry.file_type().is_file() || relative.starts_with("demos") {
                continue;
            }
            let dest = format!("{dest}/{}", shown(relative));
            let reason = Reason::new("_tkinter", By::Package);
            data.push(Data::new(dest, Source::File(entry.path().to_owned()), reason));
        }
    }
    data
}

/// Returns the version of the Tcl library that an extension requires: `libtcl8.6.so`.
fn tcl_version(extension: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"libtcl";
    extension.windows(NAME.len()).enumerate().filter(|(_, w)| *w == NAME).find_map(|(at, _)| {
        let rest = &extension[at + NAME.len()..];
        let digits = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let version = std::str::from_utf8(&rest[..digits]).ok()?.trim_end_matches('.');
        version.contains('.').then(|| version.to_owned())
    })
}

/// Returns the folder such as `tcl8.6` with the main script: of this version, or else the newest.
fn tcl_folder(name: &str, main: &str, version: Option<&str>, python: &Python) -> Option<PathBuf> {
    let prefix = &python.base_prefix;
    let places = [
        prefix.join("lib"),
        prefix.join("tcl"),
        python.root().join("usr/share/tcltk"),
        python.root().join("usr/share"),
        python.root().join("usr/lib"),
    ];
    places.iter().find_map(|place| {
        let is_version = |v: &str| v.contains('.') && v.chars().all(|c| c.is_ascii_digit() || c == '.');
        let fits = |path: &PathBuf| {
            let file = path.file_name().and_then(|file| file.to_str()?.strip_prefix(name));
            file.is_some_and(is_version) && path.join(main).is_file()
        };
        let mut fitting: Vec<PathBuf> = os::list(place).into_iter().filter(fits).collect();
        let wanted = version.and_then(|v| fitting.iter().position(|p| p.ends_with(format!("{name}{v}"))));
        wanted.map(|at| fitting.swap_remove(at)).or_else(|| fitting.pop())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_of_tcl() {
        assert_eq!(tcl_version(b"\0libtcl\0libtcl8.6.so\0libtk8.6.so").as_deref(), Some("8.6"));
        assert_eq!(tcl_version(b"libtclstub.a"), None);
    }

    #[test]
    fn finds_where_python_was_built() {
        let text = "{'abs_builddir': '/tmp/b.123/Python-3.12',\n 'abs_srcdir': '/tmp/b.123/Python-3.12'}";
        assert_eq!(build_folders(text), ["/tmp/b.123/Python-3.12", "/tmp/b.123"]);
    }
}

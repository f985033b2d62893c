//! Resolves the planned application again as the loader will, without access to the build machine.

use std::collections::{HashMap, HashSet};

use super::facts::Facts;
use super::files::{Closure, File};
use super::format::Format;
use super::prepare::Prepared;
use crate::error::Warning;

/// Files that the launcher must load first, and problems.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// For each file: files to load before it, dependencies first.
    pub(crate) preload: Vec<Vec<usize>>,
    /// For each file: all files that it needs, dependencies first.
    pub(crate) needs: Vec<Vec<usize>>,
    /// Warnings for the user.
    pub(crate) warnings: Vec<Warning>,
}

/// Resolves each file of the application.
pub(crate) fn inside(closure: &Closure, prepared: &[Prepared], format: &dyn Format) -> Verified {
    let files = &closure.files;
    let mut verified = Verified::default();
    // Dependencies that the search path of each file does not find.
    let mut lost: Vec<Vec<usize>> = Vec::new();
    for (file, prepared) in files.iter().zip(prepared) {
        let mut own = Vec::new();
        let opened = file.opens.iter().map(|&j| (files[j].file_name(), j));
        for (name, wanted) in file.bundled().filter(|(_, j)| Some(*j) != closure.libpython).chain(opened) {
            let name = prepared.names.iter().find(|(old, _)| old == name).map_or(name, |(_, new)| new);
            let leads = format.dests(name, &prepared.search, file.folder());
            let found = leads.iter().find_map(|dest| closure.by_dest.get(&format.fold(dest)));
            if found != Some(&wanted) {
                own.push(wanted);
            }
        }
        if (file.program() || format.names_are_paths()) && !own.is_empty() {
            let names: Vec<_> = own.iter().map(|j| format!("`{}`", files[*j].dest)).collect();
            let why = prepared.refused.as_deref().unwrap_or("its search path points elsewhere");
            let kind = if file.program() { "program" } else { "library" };
            let message = format!("{kind} `{}` will not find {}: {why}", file.dest, names.join(", "));
            let mut warning = format.unresolved(message);
            if is_started_by_package(file, &own, files) {
                warning.minor = true;
            }
            verified.warnings.push(warning);
        }
        lost.push(own);
    }
    for i in 0..files.len() {
        let direct = |j: usize| -> Vec<usize> {
            let needed = files[j].bundled().map(|(_, k)| k).filter(|k| Some(*k) != closure.libpython);
            needed.chain(files[j].opens.iter().copied()).collect()
        };
        verified.needs.push(in_order(i, direct));
        let preload =
            if files[i].program() { Vec::new() } else { preload(i, &lost, &verified.needs, direct) };
        verified.preload.push(preload);
    }
    versions(closure, &mut verified);
    same_name(closure, &mut verified);
    verified
}

/// Returns whether a program would not find the libraries of its own package where it was installed either,
/// as it has no search path: the package starts it in another way, such as a script that sets a variable.
fn is_started_by_package(file: &File, lost: &[usize], files: &[File]) -> bool {
    let searches = |facts: &Facts| !facts.rpath.is_empty() || facts.runpath.is_some();
    let top = |dest: &str| dest.split_once('/').map(|(top, _)| top.to_owned());
    let package = top(&file.dest);
    file.program()
        && !file.is_requested()
        && !file.facts.as_ref().is_some_and(searches)
        && package.is_some()
        && lost.iter().any(|j| top(&files[*j].dest) == package)
}

/// Returns everything reachable from `start`, without `start`, dependencies first.
fn in_order(start: usize, direct: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = HashSet::from([start]);
    let mut stack = vec![(start, direct(start).into_iter())];
    while let Some((at, rest)) = stack.last_mut() {
        match rest.next() {
            Some(next) => {
                if seen.insert(next) {
                    stack.push((next, direct(next).into_iter()));
                }
            }
            None => {
                if *at != start {
                    order.push(*at);
                }
                stack.pop();
            }
        }
    }
    order
}

/// Returns the files to load before `i`: those that it or one of its dependencies would not find.
fn preload(
    i: usize,
    lost: &[Vec<usize>],
    needs: &[Vec<usize>],
    direct: impl Fn(usize) -> Vec<usize>,
) -> Vec<usize> {
    let own = needs.get(i).map(Vec::as_slice).unwrap_or_default();
    let missing: HashSet<usize> = own.iter().chain([&i]).flat_map(|j| &lost[*j]).copied().collect();
    if missing.is_empty() {
        return Vec::new();
    }
    // The dependencies of each come first, so that they are already loaded.
    let before: HashSet<usize> =
        missing.iter().flat_map(|j| in_order(*j, &direct)).filter(|j| !lost[*j].is_empty()).collect();
    own.iter().copied().filter(|j| missing.contains(j) || before.contains(j)).collect()
}

/// Warns if a bundled library is older than the one that a file was linked against.
fn versions(closure: &Closure, verified: &mut Verified) {
    for file in &closure.files {
        let needed = file.facts.iter().flat_map(|f| &f.versions);
        for (library, names) in needed {
            let provider = file.bundled().find(|(name, _)| *name == library).map(|(_, j)| &closure.files[j]);
            let Some((provider, facts)) = provider.and_then(|p| Some((p, p.facts.as_ref()?))) else {
                continue;
            };
            // A library without versions satisfies any version.
            let lacking = names.iter().find(|n| !facts.defines.is_empty() && !facts.defines.contains(n));
            if let Some(version) = lacking {
                let (who, what, from) = (&file.dest, &provider.dest, provider.source.display());
                let message =
                    format!("`{who}` needs `{version}`, which `{what}` (from `{from}`) does not have");
                let hint =
                    "the program fails where this file is loaded: install a newer version of the library";
                verified.warnings.push(Warning::new(message).hint(hint));
            }
        }
    }
}

/// Warns of two libraries with the same name: a process loads only the first.
fn same_name(closure: &Closure, verified: &mut Verified) {
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, file) in closure.files.iter().enumerate() {
        if let Some(name) = file.facts.as_ref().and_then(|f| f.name.as_deref()) {
            by_name.entry(name).or_default().push(i);
        }
    }
    let mut groups: Vec<_> = by_name.into_iter().filter(|(_, files)| files.len() > 1).collect();
    groups.sort();
    for (name, same) in groups {
        let needed = same.iter().filter(|i| closure.files.iter().any(|f| f.bundled().any(|(_, j)| j == **i)));
        let contents: HashSet<_> = needed.map(|i| closure.files[*i].hash).collect();
        if contents.len() > 1 {
            let places: Vec<_> = same.iter().map(|i| format!("`{}`", closure.files[*i].dest)).collect();
            let message = format!("different libraries have the name `{name}`: {}", places.join(", "));
            verified.warnings.push(Warning::minor(message));
        }
    }
}

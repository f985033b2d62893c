//! Computes the closure of native files over their dependencies, with the search of the target's loader on
//! the build machine.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::facts::Facts;
use super::files::{Closure, Edge, File, join};
use super::format::leaf;
use super::inventory::Inventory;
use super::policy::{HostGl, Policy, Stays};
use super::reader::Reader;
use crate::analysis::{By, Guard, Reason};
use crate::error::{Result, Warning};
use crate::os::real;
use crate::paths::{normal, slashed};
use crate::rules::parts::System;

struct Closing<'a, 'r> {
    reader: &'a mut Reader<'r>,
    policy: &'a Policy,
    /// Folders whose layout the application keeps, longest first.
    roots: &'a [PathBuf],
    gl: HostGl,
    by_source: HashMap<PathBuf, usize>,
    /// Indices by file name and by soname or install name.
    by_name: HashMap<String, Vec<usize>>,
    /// Number of files before the closure began.
    given: usize,
    /// Libraries that were not found.
    missing: HashSet<String>,
    out: Closure,
}

/// Closes the inventory. If the host's GL is used, X libraries also stay on the host.
pub(crate) fn close(
    inventory: &Inventory,
    reader: &mut Reader<'_>,
    policy: &Policy,
    roots: &[PathBuf],
    gl: HostGl,
) -> Result<Closure> {
    let given = inventory.files.len();
    let mut closing = Closing { given, ..Closing::empty(reader, policy, roots, gl, inventory.libpython) };
    for file in &inventory.files {
        closing.add(file.clone());
    }
    for (dest, i) in &inventory.links {
        closing.link(dest.clone(), *i);
    }
    let mut done = 0;
    while done < closing.out.files.len() {
        let level = done..closing.out.files.len();
        for i in level.clone() {
            crate::interrupt::check()?;
            let needed = closing.out.files[i].needed().to_vec();
            let edges = needed.iter().map(|n| closing.resolve(i, n)).collect::<Result<Vec<_>>>()?;
            closing.out.files[i].edges = edges;
        }
        done = level.end;
    }
    Ok(closing.out)
}

impl<'a, 'r> Closing<'a, 'r> {
    fn empty(
        reader: &'a mut Reader<'r>,
        policy: &'a Policy,
        roots: &'a [PathBuf],
        gl: HostGl,
        libpython: Option<usize>,
    ) -> Closing<'a, 'r> {
        let out = Closure { libpython, ..Closure::default() };
        Closing {
            reader,
            policy,
            roots,
            gl,
            by_source: HashMap::new(),
            by_name: HashMap::new(),
            given: 0,
            missing: HashSet::new(),
            out,
        }
    }

    fn add(&mut self, file: File) -> usize {
        let i = self.out.files.len();
        self.by_source.entry(real(&file.source)).or_insert(i);
        self.out.by_dest.entry(self.reader.format.fold(&file.dest)).or_insert(i);
        if file.facts.is_some() {
            let own = file.facts.as_ref().and_then(|f| f.name.as_deref()).map(leaf);
            let names: Vec<&str> =
                std::iter::once(file.file_name()).chain(own.filter(|n| *n != file.file_name())).collect();
            for name in names {
                self.by_name.entry(self.reader.format.fold(name)).or_default().push(i);
            }
        }
        self.out.files.push(file);
        i
    }

    /// Returns the file itself, then the file that loads it, and so on.
    fn chain(&self, i: usize) -> Vec<(&Facts, &Path)> {
        let mut chain = Vec::new();
        let mut next = Some(i);
        // Each loader comes before the files it loads, so the loop ends.
        while let Some(file) = next.map(|i| &self.out.files[i]) {
            chain.extend(file.facts.as_ref().map(|f| (f, file.source.as_path())));
            next = file.loader;
        }
        chain
    }

    fn resolve(&mut self, i: usize, needed: &str) -> Result<Edge> {
        let name = leaf(needed);
        let names = self.reader.format.host_names(&self.chain(i), needed);
        let own = names.first().map_or(name, String::as_str);
        if self.policy.stays(own, self.gl) == Stays::Always {
            return Ok(self.host(i, own));
        }
        let python = self.out.libpython.filter(|p| self.by_name.get(name).is_some_and(|l| l.contains(p)));
        if let Some(python) = python {
            return Ok(Edge::Bundled(python));
        }
        let candidates = self.reader.format.candidates(&self.chain(i), needed);
        let found = candidates.into_iter().find(|p| self.reader.fits(p));
        if let Some(found) = &found {
            if let Some(known) = self.by_source.get(&real(found)) {
                return Ok(self.known(*known, name));
            }
            if let Some(dest) = self.place(found) {
                return self.collect(i, found, dest);
            }
        }
        let given = self.given;
        let top = top_level(&self.out.files[i].dest).to_owned();
        let named = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let sibling = |j: &&usize| {
            let dest = &self.out.files[**j].dest;
            !dest.contains('/') && **j < given || dest.contains('/') && top_level(dest) == top
        };
        if let Some(sibling) = named.iter().find(sibling) {
            return Ok(self.known(*sibling, name));
        }
        if let Some(host) = names.iter().find(|n| self.policy.stays(n, self.gl) != Stays::No) {
            return Ok(self.host(i, host));
        }
        let found = found.or_else(|| {
            let file = &self.out.files[i];
            let candidates = file.facts.as_ref().map(|f| self.reader.format.by_system(f, name));
            candidates.into_iter().flatten().find(|p| self.reader.fits(p))
        });
        // Files of a part for libraries of the host do not work with other libraries.
        if self.out.files[i].system == System::Host {
            return Ok(self.host(i, name));
        }
        if let Some(found) = found {
            return match self.by_source.get(&real(&found)) {
                Some(known) => Ok(self.known(*known, name)),
                None => {
                    // If names are case-insensitive, keep the spelling of the file.
                    let own = found.file_name().and_then(|n| n.to_str()).map(str::to_owned);
                    let own = own.filter(|n| *n != name && self.reader.format.fold(n) == name);
                    self.collect(i, &found, own.unwrap_or_else(|| name.to_owned()))
                }
            };
        }
        if let Some(j) = self.by_name.get(name).and_then(|l| l.first()) {
            return Ok(self.known(*j, name));
        }
        let may_be_missing = |facts: &Facts| facts.weak.iter().any(|n| n == needed);
        if !self.out.files[i].facts.as_ref().is_some_and(may_be_missing) {
            self.missing(i, name);
        }
        Ok(Edge::Missing)
    }

    fn host(&mut self, i: usize, name: &str) -> Edge {
        if self.policy.is_gl(name) {
            self.out.gl = HostGl::Used;
        }
        let dest = &self.out.files[i].dest;
        self.out.host.entry(name.to_owned()).or_insert_with(|| dest.clone());
        Edge::Host
    }

    /// Makes a file of the application available under the name that the loader searches for.
    fn known(&mut self, j: usize, name: &str) -> Edge {
        let file = &self.out.files[j];
        let fold = |name: &str| self.reader.format.fold(name);
        let differs = fold(file.file_name()) != fold(name) && !self.reader.format.names_are_paths();
        if differs && Some(j) != self.out.libpython {
            let dest = join(file.folder(), name);
            self.link(dest, j);
        }
        Edge::Bundled(j)
    }

    fn link(&mut self, dest: String, j: usize) {
        let folded = self.reader.format.fold(&dest);
        if self.out.by_dest.contains_key(&folded) {
            return;
        }
        let name = dest.rsplit('/').next().unwrap_or(&dest).to_owned();
        let named = self.by_name.entry(self.reader.format.fold(&name)).or_default();
        if !named.contains(&j) {
            named.push(j);
        }
        self.out.by_dest.insert(folded, j);
        self.out.links.insert(dest, j);
    }

    /// Returns the path under the root of a file in a folder whose layout is kept.
    fn place(&self, path: &Path) -> Option<String> {
        let path = normal(path);
        slashed(self.roots.iter().find_map(|root| path.strip_prefix(root).ok())?)
    }

    /// Collects a library of the build machine.
    fn collect(&mut self, i: usize, found: &Path, mut dest: String) -> Result<Edge> {
        let (hash, known) = self.reader.get(found)?.clone();
        if let Some(j) = self.out.by_dest.get(&self.reader.format.fold(&dest)).copied() {
            if self.out.files[j].hash == hash {
                self.by_source.insert(real(found), j);
                return Ok(Edge::Bundled(j));
            }
            let short: String = hash[..4].iter().map(|b| format!("{b:02x}")).collect();
            let other = &self.out.files[j].source;
            self.out.warnings.push(
                Warning::new(format!(
                    "two libraries are called `{dest}`: `{}` and `{}`; a process uses the one that is loaded first",
                    other.display(),
                    found.display(),
                ))
                .hint("if the program fails, let both packages use the same one"),
            );
            dest = format!("lib-{short}/{}", dest.rsplit('/').next().unwrap_or(&dest));
        }
        let from = self.out.files[i].dest.clone();
        let reason = Reason::new(from, By::Needed);
        let mut file = File::new(dest, found.to_owned(), reason);
        file.hash = hash;
        if let Err(refusal) = &known {
            let message =
                format!("the libraries that `{}` needs are not collected: {refusal}", found.display());
            self.out.warnings.push(Warning::new(message).hint("reinstall it"));
        }
        file.facts = known.ok();
        file.loader = Some(i);
        Ok(Edge::Bundled(self.add(file)))
    }

    fn missing(&mut self, i: usize, name: &str) {
        let mut chain = vec![i];
        while let Some(loader) = chain.last().and_then(|j| self.out.files[*j].loader) {
            chain.push(loader);
        }
        if let Some(given) = chain.last().filter(|j| self.out.files[**j].system != System::Required) {
            self.out.unloadable.entry(*given).or_insert_with(|| name.to_owned());
            return;
        }
        let root = *chain.last().unwrap_or(&i);
        let chain: Vec<&str> = chain.iter().map(|j| self.out.files[*j].dest.as_str()).collect();
        let by = chain.iter().map(|d| format!("`{d}`")).collect::<Vec<_>>().join(", needed by ");
        let hint = match self.policy.package(name) {
            Some(package) => {
                format!("install it (Debian: package `{package}`), or name its file in `[[binary]]`")
            }
            None => "install it, or name its file in `[[binary]]`".to_owned(),
        };
        let message = format!("library `{name}` was not found, needed by {by}");
        // A library of a package that no module is linked to, or a module that is imported only where the error is caught: what
        // is missing is missing unfrozen as well.
        let is_unasked = self.out.files[root]
            .reasons
            .iter()
            .all(|reason| reason.by == By::Package || reason.guard == Guard::Optional);
        // Report only the first file that needs it.
        let is_minor = is_unasked || !self.missing.insert(name.to_owned());
        let warning = if is_minor { Warning::minor(message) } else { Warning::new(message) };
        self.out.warnings.push(warning.hint(hint));
    }
}

/// Returns the first folder of a path under the root, without the suffix of a library folder beside a
/// package.
fn top_level(dest: &str) -> &str {
    let top = dest.split('/').next().unwrap_or(dest);
    top.strip_suffix(".libs").unwrap_or(top)
}

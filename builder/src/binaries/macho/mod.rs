//! Mach-O files for macOS: reads, searches, rewrites and signs them.

mod edit;
#[cfg(feature = "signing")]
mod identity;
pub(crate) mod image;
pub(crate) mod read;
mod search;
pub(crate) mod sign;
pub(crate) mod signer;
#[cfg(test)]
mod tests;
pub(crate) mod universal;

use std::path::{Path, PathBuf};

use super::facts::Facts;
use super::files::{Closure, File};
use super::format::{Finished, Format, Patch, Plan, Refusal, Unsafe};
use crate::analysis::LibraryName;
use crate::error::{Context, Result, Warning};
use crate::target::Arch;
use edit::Change;
use search::Loader;
use sign::Seal;
use signer::Signer;

/// Mach-O files and the macOS loader.
#[derive(Debug)]
pub(crate) struct MachO {
    arch: Arch,
    loader: Loader,
    signer: Signer,
    key: Vec<u8>,
}

impl MachO {
    /// Returns Mach-O for `arch`, with an interpreter below `prefix`. `root` is the folder for `/` if the
    /// build machine is not the target.
    pub(crate) fn new(arch: Arch, prefix: PathBuf, root: Option<PathBuf>, signer: Signer) -> MachO {
        let mut key = Vec::from(if arch == Arch::X86_64 { &b"Mach-O x86_64"[..] } else { b"Mach-O arm64" });
        key.extend(signer.key());
        MachO { arch, loader: Loader::new(prefix, root), signer, key }
    }
}

impl Format for MachO {
    fn key(&self) -> &[u8] {
        // Each processor has its own slice of a universal file.
        &self.key
    }

    fn read(&self, bytes: &[u8]) -> Result<Facts, Refusal> {
        read::read(bytes, self.arch)
    }

    fn fits(&self, head: &[u8]) -> bool {
        image::has(head, self.arch)
    }

    fn by_search_path(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        self.loader.candidates(chain, needed)
    }

    fn candidates(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        self.loader.candidates(chain, needed)
    }

    fn by_system(&self, _: &Facts, needed: &str) -> Vec<PathBuf> {
        self.loader.by_system(needed)
    }

    fn file_names(&self, name: &LibraryName) -> Vec<String> {
        match name {
            LibraryName::File(name) if name.ends_with(".dylib") => vec![name.clone()],
            LibraryName::File(_) => Vec::new(),
            LibraryName::Link(name) => vec![format!("lib{name}.dylib")],
        }
    }

    fn host_names(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<String> {
        search::system_names(chain, needed)
    }

    fn inside(&self, entry: &str, folder: &str) -> Vec<String> {
        search::inside(entry, folder).into_iter().collect()
    }

    fn relative(&self, folder: &str, other: &str) -> String {
        search::relative(folder, other)
    }

    fn dests(&self, name: &str, search: &[String], folder: &str) -> Vec<String> {
        search::dests(name, search, folder)
    }

    fn names_are_paths(&self) -> bool {
        true
    }

    fn unresolved(&self, message: String) -> Warning {
        Warning::new(message).hint("take a build of it that was linked with room for other names")
    }

    /// Names that already resolve to the bundled library stay. The others become relative paths between
    /// files, because dyld has no search folders.
    fn plan(&self, file: &File, closure: &Closure) -> Option<Plan> {
        let Some(facts) = &file.facts else { return Some(Plan::default()) };
        let folder = file.folder();
        let is_own = |entry: &&String| search::is_of_system(entry) || search::inside(entry, folder).is_some();
        let kept: Vec<String> = facts.rpath.iter().filter(is_own).cloned().collect();
        let mut names = Vec::new();
        for (name, j) in file.bundled() {
            let leads = search::dests(name, &kept, folder);
            let found = leads.iter().find_map(|dest| closure.by_dest.get(dest));
            if found != Some(&j) {
                names.push((name.to_owned(), search::relative(folder, &closure.files[j].dest)));
            }
        }
        // An absolute name identifies the build machine, and is no longer needed.
        let own = facts.name.as_deref().filter(|name| name.starts_with('/'));
        Some(Plan {
            search: (kept != facts.rpath).then_some(kept),
            names,
            own: own.map(|name| format!("@rpath/{}", name.rsplit('/').next().unwrap_or(name))),
            left_out: Vec::new(),
        })
    }

    fn patch(&self, bytes: &[u8], _: &Facts, patch: &Patch<'_>) -> Result<Option<Vec<u8>>, Unsafe> {
        let damaged = |_| Unsafe("its table of processors is damaged");
        let mut new = image::slice(bytes, self.arch).map_err(damaged)?.to_vec();
        edit::apply(&mut new, &Change { names: patch.names, search: patch.search, own: patch.own })?;
        patch.paths.scrub(&mut new);
        Ok((new != bytes).then_some(new))
    }

    /// Signs changed files, and files without a valid signature, which arm64 refuses to load.
    fn finish(&self, old: &[u8], new: Option<Vec<u8>>, file: &File) -> Result<Finished> {
        let bytes = new.as_deref().unwrap_or(old);
        if self.signer.keeps() && sign::holds(bytes) {
            return Ok(Finished { content: new, unsigned: None });
        }
        let seal = Seal { identifier: file.file_name().to_owned(), ..Seal::default() };
        match self.signer.sign(bytes, &seal) {
            Ok(signed) => Ok(Finished { content: Some(signed), unsigned: None }),
            // This processor's loader accepts unsigned files.
            Err(error) if self.arch == Arch::X86_64 && self.signer.keeps() => {
                Ok(Finished { content: new, unsigned: Some(error.to_string()) })
            }
            Err(e) => Err(e).context(|| format!("failed to sign `{}`", file.dest)),
        }
    }
}

//! Chooses the object format of a target.

use std::path::Path;

use super::elf::Elf;
use super::format::Format;
use super::macho::MachO;
use super::macho::signer::Signer;
use super::pe::Pe;
use crate::error::Result;
use crate::python::Python;
use crate::spec::Request;
use crate::target::Os;

/// Returns the format of a target.
///
/// # Errors
/// This machine cannot build programs for the target.
pub(super) fn format(python: &Python, request: &Request) -> Result<Box<dyn Format>> {
    let target = python.target;
    match target.os {
        Os::Linux => {
            let elf = match python.cross {
                Some(_) => Elf::under(target.arch, python.root()),
                None => Elf::new(target.arch, Path::new("/")),
            };
            let elf = elf.with_own(python.conda_prefixes().map(|prefix| prefix.join("lib")).collect());
            Ok(Box::new(if target.musl { elf.of_musl() } else { elf }))
        }
        Os::Windows => {
            // Anaconda's interpreter has its libraries there, and so do packages without a folder of their
            // own.
            let library = python.base_prefix.join("Library").join("bin");
            let own = vec![python.base_prefix.clone(), python.dynload.clone(), library];
            Ok(Box::new(Pe::new(target.arch, python.search_path.clone(), own)))
        }
        Os::Macos => {
            let root = python.cross.is_some().then(|| python.root().to_owned());
            let signer = Signer::of(request)?;
            Ok(Box::new(MachO::new(target.arch, python.base_prefix.clone(), root, signer)))
        }
    }
}

//! Checks every byte of an application: hashes, compression, bytecode, files next to the executable.

use freeze_archive::{Archive, File, FileKind, Module, ModuleKind, file_flag};
use rayon::prelude::*;

use super::{Product, is_safe, lossy, read, read_file};
use crate::error::Result;
use crate::marshal;
use crate::os::is_link_to;

/// A problem with a part of an application.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// Module or path; empty for the whole archive.
    pub name: String,
    /// Description of the problem.
    pub message: String,
}

impl Product {
    /// Checks everything and returns the problems; none for an intact application.
    ///
    /// # Errors
    /// The archive cannot be opened.
    pub fn verify(&self) -> Result<Vec<Problem>> {
        let archive = self.archive()?;
        let minor = self.manifest.python.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(12);
        let modules = (0..archive.module_count()).into_par_iter().filter_map(|i| module(&archive, i, minor));
        let files = (0..archive.file_count()).into_par_iter().filter_map(|i| self.file(&archive, i));
        // Blobs that no record refers to: the manifest, the dictionary.
        let blobs = (0..archive.blob_count() as u32).into_par_iter().filter_map(|id| {
            Problem::of(String::new(), archive.blob(id).map(drop).map_err(|e| format!("blob {id}: {e}")))
        });
        // Check links with the rules that a start applies before it extracts. Links on disk are read below.
        let links = archive.check_files(|id| read(&archive, id)).map_err(|e| e.to_string());
        let links = Problem::of(String::new(), links);
        let mut problems: Vec<Problem> = links.into_iter().chain(modules.collect::<Vec<_>>()).collect();
        problems.extend(files.collect::<Vec<_>>());
        problems.extend(blobs.collect::<Vec<_>>());
        Ok(problems)
    }

    fn file(&self, archive: &Archive<'_>, i: usize) -> Option<Problem> {
        match archive.file(i) {
            Ok(file) => Problem::of(lossy(file.path), self.check_file(archive, &file)),
            Err(e) => Problem::of(String::new(), Err(e.to_string())),
        }
    }

    fn check_file(&self, archive: &Archive<'_>, file: &File<'_>) -> Result<(), String> {
        let path = lossy(file.path);
        is_safe(&path).then_some(()).ok_or("its path points outside of the product")?;
        archive.preload(file).map(drop).map_err(|e| e.to_string())?;
        if let Some(id) = file.blob {
            return read_file(archive, file, id).map(drop).map_err(|e| e.to_string());
        }
        (file.flags & file_flag::BESIDE != 0).then_some(()).ok_or("it has no content")?;
        let place = self.beside(file).ok_or("its folder is not known")?;
        let entry = self.manifest.files.get(&path);
        if file.kind == FileKind::Link {
            let expected = entry.and_then(|e| e.link.as_deref());
            let leads = expected.map_or_else(|| place.is_symlink(), |target| is_link_to(&place, target));
            let wrong = || format!("the link `{}` is missing or has another target", place.display());
            return leads.then_some(()).ok_or_else(wrong);
        }
        let bytes =
            std::fs::read(&place).map_err(|e| format!("failed to read `{}`: {e}", place.display()))?;
        let hash = blake3::hash(self.own(&path, &bytes)).to_hex();
        let expected = entry.and_then(|e| e.hash.as_deref());
        let is_built = expected.is_none_or(|expected| hash.as_str() == expected);
        is_built.then_some(()).ok_or_else(|| format!("`{}` is not the file that was built", place.display()))
    }
}

impl Problem {
    fn of(name: String, checked: Result<(), String>) -> Option<Problem> {
        checked.err().map(|message| Problem { name, message })
    }
}

fn module(archive: &Archive<'_>, i: usize, minor: u8) -> Option<Problem> {
    match archive.module(i) {
        Ok(module) => Problem::of(lossy(module.name), check_module(archive, &module, minor)),
        Err(e) => Problem::of(String::new(), Err(e.to_string())),
    }
}

fn check_module(archive: &Archive<'_>, module: &Module<'_>, minor: u8) -> Result<(), String> {
    match (module.kind, module.code) {
        (ModuleKind::Code, None) if !module.is_frozen() => return Err("it has no code".to_owned()),
        (ModuleKind::Extension, _) => {
            let found = module.file.is_some_and(|id| archive.file(id as usize).is_ok());
            return found.then_some(()).ok_or_else(|| "its library is missing".to_owned());
        }
        (ModuleKind::Namespace, _) => return Ok(()),
        _ => {}
    }
    if let Some(id) = module.code {
        let bytes = read(archive, id).map_err(|e| e.to_string())?;
        let decoded = marshal::decode(&bytes, minor).map_err(|e| e.to_string())?;
        decoded.root().as_code().ok_or("its code is none")?;
    }
    module.source.map_or(Ok(()), |id| read(archive, id).map(drop).map_err(|e| e.to_string()))
}

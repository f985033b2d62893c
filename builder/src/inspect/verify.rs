//! Checks every byte of an application: hashes, compression, bytecode, files next to the executable.

use freeze_archive::{Archive, FileKind, ModuleKind, file_flag};
use rayon::prelude::*;

use super::{Product, is_safe, lossy, read};
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
            let error = archive.blob(id).err()?;
            Some(Problem { name: String::new(), message: format!("blob {id}: {error}") })
        });
        // Check links with the rules that a start applies before it extracts. Links on disk are read below.
        let links = archive.check_files(|id| read(&archive, id)).err();
        let links = links.map(|e| Problem { name: String::new(), message: e.to_string() });
        let mut problems: Vec<Problem> = links.into_iter().chain(modules.collect::<Vec<_>>()).collect();
        problems.extend(files.collect::<Vec<_>>());
        problems.extend(blobs.collect::<Vec<_>>());
        Ok(problems)
    }

    fn file(&self, archive: &Archive<'_>, i: usize) -> Option<Problem> {
        let file = match archive.file(i) {
            Ok(file) => file,
            Err(e) => return Some(Problem { name: String::new(), message: e.to_string() }),
        };
        let path = lossy(file.path);
        let problem = |message: String| Some(Problem { name: path.clone(), message });
        if !is_safe(&path) {
            return problem("its path leads out of the product".to_owned());
        }
        if let Err(e) = archive.preload(&file) {
            return problem(e.to_string());
        }
        if let Some(id) = file.blob {
            return match read(archive, id) {
                Ok(_) => None,
                Err(e) => problem(e.to_string()),
            };
        }
        if file.flags & file_flag::BESIDE == 0 {
            return problem("it has no content".to_owned());
        }
        let Some(place) = self.beside(&file) else { return problem("its folder is not known".to_owned()) };
        let entry = self.manifest.files.get(&path);
        if file.kind == FileKind::Link {
            let expected = entry.and_then(|e| e.link.as_deref());
            let leads = expected.map_or_else(|| place.is_symlink(), |target| is_link_to(&place, target));
            return if leads {
                None
            } else {
                problem(format!("the link `{}` is missing or leads elsewhere", place.display()))
            };
        }
        let bytes = match std::fs::read(&place) {
            Ok(bytes) => bytes,
            Err(e) => return problem(format!("failed to read `{}`: {e}", place.display())),
        };
        let expected = entry.and_then(|e| e.hash.as_deref())?;
        if blake3::hash(self.own(&path, &bytes)).to_hex().as_str() == expected {
            None
        } else {
            problem(format!("`{}` is not the file that was built", place.display()))
        }
    }
}

fn module(archive: &Archive<'_>, i: usize, minor: u8) -> Option<Problem> {
    let module = match archive.module(i) {
        Ok(module) => module,
        Err(e) => return Some(Problem { name: String::new(), message: e.to_string() }),
    };
    let name = lossy(module.name);
    let problem = |message: String| Some(Problem { name: name.clone(), message });
    match (module.kind, module.code) {
        (ModuleKind::Code, None) => return problem("it has no code".to_owned()),
        (ModuleKind::Extension, _) => {
            let found = module.file.and_then(|id| archive.file(id as usize).ok());
            return if found.is_some() { None } else { problem("its library is missing".to_owned()) };
        }
        (ModuleKind::Namespace, _) => return None,
        _ => {}
    }
    for (id, is_code) in [(module.code, true), (module.source, false)] {
        let Some(id) = id else { continue };
        let bytes = match read(archive, id) {
            Ok(bytes) => bytes,
            Err(e) => return problem(e.to_string()),
        };
        if !is_code {
            continue;
        }
        let decoded = match marshal::decode(&bytes, minor) {
            Ok(decoded) => decoded,
            Err(e) => return problem(e.to_string()),
        };
        if decoded.root().as_code().is_none() {
            return problem("its code is none".to_owned());
        }
    }
    None
}

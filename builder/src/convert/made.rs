//! Files that the code of a configuration generates for its build: they are kept beside the spec.

use std::path::{Path, PathBuf};

use super::Variants;
use crate::error::{Context, Error, Result};
use crate::foreign::product::Made;
use crate::spec::init::Existing;

/// Files in a folder beside a spec. The folder is removed again unless the spec is published.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Whether this conversion has created the folder, and may remove it.
    is_new: bool,
}

impl Folder {
    /// Makes the requests name the files in the folder for the spec `spec`. Returns `None` if there are none.
    pub(super) fn beside(spec: &Path, variants: &mut Variants) -> Option<Folder> {
        let stem = spec.file_stem().unwrap_or_default().to_string_lossy();
        let path = spec.with_file_name(format!("{stem}-files"));
        let mut files = Vec::new();
        for (_, product) in variants {
            let Some(Made { folder, files: made }) = product.made.take() else { continue };
            files.extend(made);
            product.request.each_path(&mut |named| {
                if let Ok(inner) = named.strip_prefix(&folder) {
                    *named = if inner.as_os_str().is_empty() { path.clone() } else { path.join(inner) };
                }
            });
        }
        (!files.is_empty()).then_some(Folder { path, files, is_new: false })
    }

    /// Writes the files.
    ///
    /// # Errors
    /// The folder exists and must be kept, or cannot be written.
    pub(super) fn write(&mut self, existing: Existing) -> Result<()> {
        let exists = self.path.exists();
        if exists && existing == Existing::Keep {
            let error = Error::new(format!("folder `{}` exists", self.path.display()));
            return Err(error.hint("the spec keeps generated files there; `--force` replaces them"));
        }
        self.is_new = !exists;
        for (name, bytes) in &self.files {
            let file = self.path.join(name);
            let failed = || format!("failed to write `{}`", file.display());
            std::fs::create_dir_all(file.parent().unwrap_or(&self.path)).context(failed)?;
            std::fs::write(&file, bytes).context(failed)?;
        }
        Ok(())
    }

    /// Keeps the files.
    pub(super) fn keep(mut self) {
        self.is_new = false;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_new {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

//! Extracts an application to a folder: files unchanged, code as `.pyc` files.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use freeze_archive::{Archive, FileKind, Place, follow, is_target};

use super::{Product, damaged, is_safe, lossy, read, read_file};
use crate::error::{Context, Error, Result};
use crate::os::{FileMode, create_new, symlink};

/// The result of an extraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Extracted {
    /// Modules written as bytecode.
    pub modules: usize,
    /// Files, including sources of modules.
    pub files: usize,
}

impl Product {
    /// Extracts everything to `folder`, which must be empty or not exist.
    ///
    /// # Errors
    /// The folder is not empty or cannot be written, or the application is damaged.
    pub fn extract(&self, folder: &Path) -> Result<Extracted> {
        let failed = || format!("failed to create `{}`", folder.display());
        std::fs::create_dir_all(folder).context(failed)?;
        if std::fs::read_dir(folder).context(failed)?.next().is_some() {
            return Err(Error::new(format!("`{}` is not empty", folder.display()))
                .hint("name a folder that is empty or does not exist"));
        }
        let archive = self.archive()?;
        let mut done = Extracted::default();
        self.extract_modules(&archive, folder, &mut done)?;
        let (paths, links) = self.extract_files(&archive, folder, &mut done)?;
        for path in archive.folders() {
            let empty = place(folder, &lossy(path))?;
            std::fs::create_dir_all(&empty).context(|| format!("failed to write `{}`", empty.display()))?;
        }
        // Links come last, so that nothing is written through them.
        make_links(folder, &paths, &links)?;
        done.files += links.len();
        Ok(done)
    }

    fn extract_modules(&self, archive: &Archive<'_>, folder: &Path, done: &mut Extracted) -> Result<()> {
        let hurt = |e| damaged(&self.path, &e);
        let header = self.pyc_header();
        for i in 0..archive.module_count() {
            let module = archive.module(i).map_err(hurt)?;
            let Some(code) = module.code else { continue };
            let path = lossy(module.path);
            let stem = path.strip_suffix(".pyc").or(path.strip_suffix(".py")).unwrap_or(&path);
            let code = read(archive, code).map_err(hurt)?;
            done.modules +=
                usize::from(write(folder, &format!("{stem}.pyc"), &[&header, &code], FileMode::Plain)?);
            if let Some(source) = module.source {
                let source = read(archive, source).map_err(hurt)?;
                done.files += usize::from(write(folder, &path, &[&source], FileMode::Plain)?);
            }
        }
        Ok(())
    }

    /// Writes the files. Returns their paths, and the links with their targets.
    fn extract_files(
        &self,
        archive: &Archive<'_>,
        folder: &Path,
        done: &mut Extracted,
    ) -> Result<(BTreeSet<String>, BTreeMap<String, String>)> {
        let hurt = |e| damaged(&self.path, &e);
        let (mut paths, mut links) = (BTreeSet::new(), BTreeMap::new());
        for i in 0..archive.file_count() {
            let file = archive.file(i).map_err(hurt)?;
            let path = lossy(file.path);
            let beside = self.beside(&file);
            let bytes = match (file.blob, &beside) {
                (Some(id), _) => read_file(archive, &file, id).map_err(hurt)?,
                (None, Some(from)) if file.kind == FileKind::Link => {
                    self.target_of(&path, from)?.into_bytes()
                }
                (None, Some(from)) => {
                    let bytes =
                        std::fs::read(from).context(|| format!("failed to read `{}`", from.display()))?;
                    match self.own(&path, &bytes) {
                        own if own.len() < bytes.len() => own.to_vec(),
                        _ => bytes,
                    }
                }
                (None, None) => continue,
            };
            if file.kind == FileKind::Link {
                links.insert(path, lossy(&bytes));
            } else {
                let mode = if file.is_executable() { FileMode::Executable } else { FileMode::Plain };
                done.files += usize::from(write(folder, &path, &[&bytes], mode)?);
                paths.insert(path);
            }
        }
        Ok((paths, links))
    }

    /// Returns the target of a link in a onedir application. If the system has no links, this is the target
    /// at build time.
    pub(super) fn target_of(&self, path: &str, link: &Path) -> Result<String> {
        let built = || self.manifest.files.get(path).and_then(|entry| entry.link.clone());
        match std::fs::read_link(link) {
            Ok(target) => Ok(target.to_string_lossy().into_owned()),
            Err(error) => built()
                .ok_or_else(|| Error::from(error).context(format!("failed to read `{}`", link.display()))),
        }
    }

    /// Returns the header of a `.pyc` file that the interpreter loads without checking it.
    fn pyc_header(&self) -> Vec<u8> {
        let magic = (0..4).map(|i| u8::from_str_radix(self.manifest.magic.get(i * 2..i * 2 + 2)?, 16).ok());
        let mut header: Vec<u8> = magic.map(|byte| byte.unwrap_or(0)).collect();
        header.extend(1u32.to_le_bytes());
        header.extend([0; 8]);
        header
    }
}

fn place(folder: &Path, path: &str) -> Result<PathBuf> {
    if is_safe(path) {
        Ok(folder.join(path))
    } else {
        Err(Error::new(format!("the product names a file outside its root: `{path}`")))
    }
}

/// Writes a file. An existing one (a script that is also a module) stays unchanged.
fn write(folder: &Path, path: &str, parts: &[&[u8]], mode: FileMode) -> Result<bool> {
    crate::interrupt::check()?;
    let place = place(folder, path)?;
    let failed = || format!("failed to write `{}`", place.display());
    if let Some(parent) = place.parent() {
        std::fs::create_dir_all(parent).context(failed)?;
    }
    let mut file = match create_new(&place, mode) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
        Err(e) => return Err(Error::from(e).context(failed())),
    };
    for part in parts {
        file.write_all(part).context(failed)?;
    }
    Ok(true)
}

/// Whether a link resolves to a path below the same root, even through other links, and has no entries below
/// it.
pub(super) fn stays_inside(path: &str, files: &BTreeSet<&str>, links: &BTreeMap<String, String>) -> bool {
    let below = |folder: &str| format!("{folder}/");
    let is_free = |folder: &str| {
        let below = below(folder);
        files.range(below.as_str()..).next().is_none_or(|path| !path.starts_with(&below))
            && links.range(below.clone()..).next().is_none_or(|(path, _)| !path.starts_with(&below))
    };
    let look = |at: &[u8]| {
        let at = lossy(at);
        match links.get(&at) {
            Some(target) => Place::Link(target.clone().into_bytes()),
            None if files.contains(at.as_str()) => Place::File,
            None if is_free(&at) => Place::Nothing,
            None => Place::Folder,
        }
    };
    is_free(path)
        && links.get(path).is_some_and(|target| is_target(target.as_bytes()))
        && follow(path.as_bytes(), look).is_ok()
}

/// Creates links after checking that all of them stay inside the application.
fn make_links(folder: &Path, paths: &BTreeSet<String>, links: &BTreeMap<String, String>) -> Result<()> {
    let paths: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
    for (path, target) in links {
        let place = place(folder, path)?;
        if !stays_inside(path, &paths, links) {
            let message = format!("the link `{path}` points outside of the product, to `{target}`");
            return Err(Error::new(message).hint("build it again"));
        }
        if let Some(parent) = place.parent() {
            std::fs::create_dir_all(parent).context(|| format!("failed to write `{}`", place.display()))?;
        }
    }
    for (path, target) in links {
        let place = place(folder, path)?;
        symlink(target, &place).context(|| format!("failed to write `{}`", place.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_inside() {
        for (path, target, inside) in [
            ("a", "b", true),
            ("x/a", "../b", true),
            ("a", "x", true),
            ("x/a", "y/../../b", true),
            ("a", "../b", false),
            ("x/a", "../../b", false),
            ("a", "/b", false),
            ("a", "missing", false),
            ("a", "a", false),
            ("x/c", "b", false),
            ("a", "up/../../b", false),
            ("a", "up/b", true),
        ] {
            let files = BTreeSet::from(["b", "x/b", "x/c/d", "x/y/z"]);
            let links = BTreeMap::from([
                (path.to_owned(), target.to_owned()),
                ("up".to_owned(), "x/y/..".to_owned()),
            ]);
            assert_eq!(stays_inside(path, &files, &links), inside, "{path} {target}");
        }
    }
}

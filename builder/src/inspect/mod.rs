//! Reads frozen programs: lists their content and its reasons, verifies them, and extracts them.

mod extract;
pub mod pyinstaller;
mod verify;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use freeze_archive::{
    Archive, BlobId, Codec, FileKind, ModuleKind, Processor, file_flag, module_flag, setting,
};
use memmap2::Mmap;
use serde::Serialize;

use crate::archive::manifest::{Manifest, Why};
use crate::error::{Context, Error, Result};
use crate::nearest::nearest_file;
use crate::os::{self, map};
use crate::target::Target;

pub use extract::Extracted;
pub use verify::Problem;

/// The folder of the programs in a macOS app bundle.
pub(crate) const BUNDLED: &str = "Contents/MacOS";

/// An opened frozen program.
#[derive(Debug)]
pub struct Product {
    path: PathBuf,
    bytes: Mmap,
    /// Range of the file with the archive in `bytes`: the whole file, or the part of a universal program for
    /// `processor`.
    place: Range<usize>,
    processor: Option<Processor>,
    /// Onedir: the folder with the files.
    contents: Option<PathBuf>,
    manifest: Manifest,
}

/// The content of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// The executable with the archive.
    pub path: PathBuf,
    /// `onefile` or `onedir`.
    pub mode: String,
    /// Size of the executable in bytes, or that of its part in a universal program.
    pub size: u64,
    /// Hash of the index. Equal applications have equal hashes.
    pub index: String,
    /// Programs: the name and the script of each.
    pub programs: BTreeMap<String, String>,
    /// The settings for the launcher, in order.
    pub settings: Vec<(String, String)>,
    /// Modules by name.
    pub modules: Vec<ModuleItem>,
    /// Files by path.
    pub files: Vec<FileItem>,
    /// Further information from the builder: versions, distributions, missing modules, the minimum glibc.
    pub manifest: Manifest,
}

/// A module of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModuleItem {
    /// Dotted name.
    pub name: String,
    /// `code`, `extension` or `namespace`.
    pub kind: &'static str,
    /// Path below the root, shown as `__file__`.
    pub path: String,
    /// Whether it is a package.
    pub package: bool,
    /// Whether it is loaded before the importer runs.
    pub seed: bool,
    /// Whether the source is included.
    pub source: bool,
    /// Size of the code in bytes.
    pub size: u64,
    /// Size of the code in the archive, in bytes.
    pub stored: u64,
    /// Why it was collected.
    pub why: Vec<Why>,
}

/// A file of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileItem {
    /// Path below the root.
    pub path: String,
    /// `data`, `resource` (data that stays in the archive), `native`, `link` or `program`.
    pub kind: &'static str,
    /// Size in bytes.
    pub size: u64,
    /// Size in the archive, in bytes; `None` for a file next to the executable.
    pub stored: Option<u64>,
    /// Whether it is executable.
    pub executable: bool,
    /// Target of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why it was collected.
    pub why: Vec<Why>,
}

impl Product {
    /// Opens a onefile program, an executable or the folder of a onedir bundle, or a macOS app bundle. For a
    /// universal program, this is its first part.
    ///
    /// # Errors
    /// The file does not exist, it was not created by this version of freeze, or its index is damaged.
    pub fn open(path: &Path) -> Result<Product> {
        Product::open_part(path, None)
    }

    /// Opens all parts of an application. A universal program has one for each processor.
    ///
    /// # Errors
    /// As for [`Product::open`].
    pub fn open_all(path: &Path) -> Result<Vec<Product>> {
        let first = Product::open(path)?;
        let others: Vec<Processor> = freeze_archive::parts(&first.bytes).skip(1).map(|(p, _)| p).collect();
        let others = others.into_iter().map(|processor| Product::open_part(path, Some(processor)));
        std::iter::once(Ok(first)).chain(others).collect()
    }

    fn open_part(path: &Path, wanted: Option<Processor>) -> Result<Product> {
        let failed = || format!("failed to read `{}`", path.display());
        let metadata = std::fs::metadata(path).context(failed).map_err(|error| {
            let near = path.to_str().and_then(|text| nearest_file(text, Path::new("")));
            error.hint(near.unwrap_or_else(|| {
                "name an executable, or the folder of a onedir build, below `dist`".to_owned()
            }))
        })?;
        if metadata.is_dir() {
            let program = program_in(path).or_else(|| program_in(&path.join(BUNDLED))).ok_or_else(|| {
                Error::new(format!("`{}` contains no program built by freeze", path.display()))
            })?;
            return Product::open_part(&program, wanted);
        }
        let bytes = map(path).context(failed)?;
        let part =
            freeze_archive::parts(&bytes).find(|(processor, _)| wanted.is_none_or(|w| w == *processor));
        let (processor, place) = match part {
            Some((processor, place)) => (Some(processor), place),
            None => (None, 0..bytes.len()),
        };
        let archive = open_archive(&bytes[place.clone()], path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        if let Some(shared) = text(archive.setting(setting::SHARED)) {
            let carrier = folder.join(&shared);
            if shared.contains(['/', '\\']) || carrier == path {
                return Err(damaged(path, &freeze_archive::Error::Damaged("it refers to itself")));
            }
            return Product::open_part(&carrier, processor);
        }
        let contents = text(archive.setting(setting::CONTENTS)).map(|contents| folder.join(contents));
        let manifest = match text(archive.setting(setting::MANIFEST)) {
            Some(id) => {
                let id =
                    id.parse().map_err(|_| damaged(path, &freeze_archive::Error::Damaged("manifest")))?;
                let bytes = read(&archive, id).map_err(|e| damaged(path, &e))?;
                serde_json::from_slice(&bytes)
                    .map_err(|_| damaged(path, &freeze_archive::Error::Damaged("manifest")))?
            }
            None => Manifest::default(),
        };
        Ok(Product { path: path.to_owned(), bytes, place, processor, contents, manifest })
    }

    /// Returns the processor that it runs on, as named by its system.
    pub fn machine(&self) -> &str {
        let target = Target::named(&self.manifest.target);
        target.map_or(self.manifest.target.as_str(), |target| target.machine())
    }

    /// Returns the manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Lists the whole content.
    ///
    /// # Errors
    /// A record is damaged.
    pub fn list(&self) -> Result<Listing> {
        let archive = self.archive()?;
        let hurt = |e: freeze_archive::Error| damaged(&self.path, &e);
        let modules = (0..archive.module_count()).map(|i| self.module_item(&archive, i));
        let files = (0..archive.file_count()).map(|i| self.file_item(&archive, i));
        let settings: Vec<(String, String)> =
            archive.settings().map(|(key, value)| (lossy(key), lossy(value))).collect();
        let programs = settings.iter().filter(|(key, _)| key.as_bytes() == setting::PROGRAM);
        let programs = programs.filter_map(|(_, value)| {
            let mut parts = value.split('\0');
            Some((parts.next()?.to_owned(), parts.nth(1)?.to_owned()))
        });
        Ok(Listing {
            path: self.path.clone(),
            mode: text(archive.setting(setting::MODE)).unwrap_or_default(),
            size: self.place.len() as u64,
            index: archive.index_hash().iter().map(|b| format!("{b:02x}")).collect(),
            programs: programs.collect(),
            settings: settings.into_iter().map(|(k, v)| (k, v.replace('\0', " "))).collect(),
            modules: modules.collect::<std::result::Result<_, _>>().map_err(hurt)?,
            files: files.collect::<std::result::Result<_, _>>().map_err(hurt)?,
            manifest: self.manifest.clone(),
        })
    }

    fn module_item(
        &self,
        archive: &Archive<'_>,
        i: usize,
    ) -> std::result::Result<ModuleItem, freeze_archive::Error> {
        let module = archive.module(i)?;
        let name = lossy(module.name);
        let sizes = module.code.map(|id| Ok((archive.raw_len(id)?, archive.stored_len(id)?))).transpose()?;
        let (size, stored) = sizes.unwrap_or_default();
        Ok(ModuleItem {
            kind: match module.kind {
                ModuleKind::Code => "code",
                ModuleKind::Extension => "extension",
                ModuleKind::Namespace => "namespace",
            },
            path: lossy(module.path),
            package: module.is_package(),
            seed: module.flags & module_flag::SEED != 0,
            source: module.source.is_some(),
            size,
            stored,
            why: self.manifest.modules.get(&name).map(|e| e.why.clone()).unwrap_or_default(),
            name,
        })
    }

    fn file_item(
        &self,
        archive: &Archive<'_>,
        i: usize,
    ) -> std::result::Result<FileItem, freeze_archive::Error> {
        let file = archive.file(i)?;
        let path = lossy(file.path);
        let entry = self.manifest.files.get(&path);
        let stored = archive.content_stored_len(&file)?;
        let size = stored.map(|_| archive.content_len(&file)).transpose()?;
        Ok(FileItem {
            kind: match file.kind {
                FileKind::Data if file.is_resource() => "resource",
                FileKind::Data => "data",
                FileKind::Native => "native",
                FileKind::Link => "link",
                FileKind::Program => "program",
            },
            size: size.or(entry.map(|e| e.size)).unwrap_or(0),
            stored,
            executable: file.is_executable(),
            link: match file.blob.filter(|_| file.kind == FileKind::Link) {
                Some(id) => Some(lossy(&read(archive, id)?)),
                None => entry.and_then(|e| e.link.clone()),
            },
            why: entry.map(|e| e.why.clone()).unwrap_or_default(),
            path,
        })
    }

    fn archive(&self) -> Result<Archive<'_>> {
        open_archive(&self.bytes[self.place.clone()], &self.path)
    }

    /// Returns the bytes for the processor of this part in the file at `path`. A universal file was combined
    /// from one file for each processor.
    fn own<'a>(&self, path: &str, bytes: &'a [u8]) -> &'a [u8] {
        let is_whole = self.manifest.files.get(path).is_some_and(|entry| entry.size == bytes.len() as u64);
        let own = |processor: Processor| freeze_archive::parts(bytes).find(|(p, _)| *p == processor);
        match self.processor.and_then(own).filter(|_| !is_whole) {
            Some((_, place)) => &bytes[place],
            None => bytes,
        }
    }

    /// Returns the path of a file that has no content in the archive.
    fn beside(&self, file: &freeze_archive::File<'_>) -> Option<PathBuf> {
        let contents = self.contents.as_ref().filter(|_| file.flags & file_flag::BESIDE != 0)?;
        Some(contents.join(std::str::from_utf8(file.path).ok().filter(|p| is_safe(p))?))
    }
}

/// Finds the executable in a folder that has an archive with content.
fn program_in(folder: &Path) -> Option<PathBuf> {
    os::list(folder).into_iter().find(|path| {
        let regular = std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() > 0);
        regular
            && map(path).is_ok_and(|bytes| match Archive::open(&bytes) {
                Ok(archive) => archive.setting(setting::SHARED).is_none(),
                Err(freeze_archive::Error::Missing) => false,
                // A damaged archive must be reported.
                Err(_) => true,
            })
    })
}

fn open_archive<'a>(bytes: &'a [u8], path: &Path) -> Result<Archive<'a>> {
    Archive::open(bytes).map_err(|e| damaged(path, &e))
}

fn damaged(path: &Path, error: &freeze_archive::Error) -> Error {
    match error {
        freeze_archive::Error::Missing => {
            Error::new(format!("`{}` is not a program built by freeze", path.display()))
                .hint("name an executable, or the folder of a onedir build, below `dist`")
        }
        freeze_archive::Error::Version(_) => {
            Error::new(format!("failed to read `{}`: {error}", path.display()))
                .hint("use the version of freeze that built it")
        }
        freeze_archive::Error::Damaged(_) => {
            Error::new(format!("failed to read `{}`: {error}", path.display())).hint("build it again")
        }
    }
}

/// Returns the content of a blob.
fn read(archive: &Archive<'_>, id: BlobId) -> Result<Vec<u8>, freeze_archive::Error> {
    const FAILED: freeze_archive::Error = freeze_archive::Error::Damaged("blob does not decompress");
    let blob = archive.blob(id)?;
    let len = usize::try_from(blob.raw_len).map_err(|_| FAILED)?;
    let mut out = Vec::new();
    out.try_reserve_exact(len).map_err(|_| FAILED)?;
    let mut decompressor = match blob.codec {
        Codec::Stored => {
            out.extend_from_slice(blob.stored);
            return Ok(out);
        }
        Codec::Zstd | Codec::ZstdFiltered => zstd::bulk::Decompressor::new(),
        Codec::ZstdDictionary => {
            zstd::bulk::Decompressor::with_dictionary(archive.dictionary()?.ok_or(FAILED)?)
        }
    }
    .map_err(|_| FAILED)?;
    decompressor.decompress_to_buffer(blob.frame, &mut out).map_err(|_| FAILED)?;
    if let Some(filtered) = blob.filtered {
        filtered.undo(&mut out)?;
    }
    if out.len() == len { Ok(out) } else { Err(FAILED) }
}

/// Returns the content of a file, which has a blob.
fn read_file(
    archive: &Archive<'_>,
    file: &freeze_archive::File<'_>,
    id: BlobId,
) -> Result<Vec<u8>, freeze_archive::Error> {
    let mut all = read(archive, id)?;
    let range = file.range(all.len())?;
    all.truncate(range.end);
    all.drain(..range.start);
    Ok(all)
}

/// Whether a path stays below the folder that it is joined to.
fn is_safe(path: &str) -> bool {
    !path.contains(['\0', '\\', ':']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn text(value: Option<&[u8]>) -> Option<String> {
    value.map(lossy)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;

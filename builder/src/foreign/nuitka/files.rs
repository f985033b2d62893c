//! Options of Nuitka for data files.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use walkdir::WalkDir;

use super::reading::{Asked, Reading, invalid, plain};
use super::table::Effect;
use crate::error::{Error, Result, Warning};
use crate::foreign::place;
use crate::spec::{self, Item};

/// Files that Nuitka takes for code, which `--include-data-dir` leaves out.
const CODE: [&str; 9] = ["*.py", "*.pyw", "*.pyc", "*.pyo", "*.pyd", "*.so", "*.dll", "*.dylib", "*.exe"];

impl Reading<'_> {
    /// `SRC=DST`, with all files below a folder.
    pub(super) fn data_folder(&mut self, asked: &Asked) -> Result<()> {
        let (from, to) = asked.value.rsplit_once('=').ok_or_else(|| invalid(asked, "`SOURCE=FOLDER`"))?;
        let to = folder(asked, to)?;
        let source = self.existing(from)?;
        let exclude = match asked.flag.effect {
            Effect::DataFolder => code_in(&source),
            _ => Vec::new(),
        };
        if source.is_dir() && is_empty(&source, &exclude) {
            let message = format!("`{from}` has no data files (`{}`)", asked.name);
            self.product.lose(Warning::new(message).hint("the folder is left out"));
            return Ok(());
        }
        self.add(Item { from: text(&source)?, to, exclude, ..Item::default() }, asked);
        Ok(())
    }

    /// `SRC=DST`, where `SRC` is a file or a glob, or `FOLDER=DST=GLOB`.
    pub(super) fn data_files(&mut self, asked: &Asked) -> Result<()> {
        let parts: Vec<&str> = asked.value.split('=').collect();
        let item = match parts[..] {
            [from, to, glob] => {
                // The part of the glob before its first wildcard is kept.
                let fixed: Vec<&str> = glob.split('/').take_while(|part| !is_glob(part)).collect();
                let to = folder(asked, &format!("{}/{}", to.trim_end_matches('/'), fixed.join("/")))?;
                let base = self.existing(from)?;
                Item { from: format!("{}/{glob}", globset::escape(&text(&base)?)), to, ..Item::default() }
            }
            [from, to] => self.file_or_glob(asked, &plain(from), &plain(to))?,
            _ => return Err(invalid(asked, "`SOURCE=FOLDER/` or `SOURCE=FILE`")),
        };
        self.add(item, asked);
        Ok(())
    }

    fn file_or_glob(&self, asked: &Asked, from: &str, to: &str) -> Result<Item> {
        if is_glob(from) && !self.base.join(from).exists() {
            let to = folder(asked, to)?;
            let (from, _) = self.matching(from)?;
            return Ok(Item { from, to, ..Item::default() });
        }
        let source = self.existing(from)?;
        let own = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if source.is_dir() || to.ends_with('/') || matches!(to, "" | "." | "./") {
            return Ok(Item { from: text(&source)?, to: folder(asked, to)?, ..Item::default() });
        }
        let (to, name) = to.rsplit_once('/').unwrap_or((".", to));
        let name = Some(name.to_owned()).filter(|name| *name != own);
        Ok(Item { from: text(&source)?, to: folder(asked, to)?, name, ..Item::default() })
    }

    /// Returns a glob with an absolute path, and the files that it matches. It counts from the current folder, or
    /// else from that of the script.
    pub(super) fn matching(&self, glob: &str) -> Result<(String, Vec<PathBuf>)> {
        for base in [&self.base, &self.folder] {
            let absolute = if Path::new(glob).is_absolute() {
                spec::entry::absolute(Path::new(glob)).to_string_lossy().into_owned()
            } else {
                spec::checked_item(glob, base)?
            };
            let found = files_of(&absolute)?;
            if !found.is_empty() {
                return Ok((absolute, found));
            }
        }
        Err(Error::new(format!("no file matches `{glob}`"))
            .hint("paths are relative to the current folder; `{MAIN_DIRECTORY}` is the folder of the script"))
    }

    pub(super) fn no_files(&mut self, asked: &Asked) -> Result<()> {
        let glob = plain(&asked.value);
        spec::checked_glob(&glob).map_err(|why| invalid(asked, "a pattern of files").cause(why))?;
        let excluded = &mut self.product.request.bundle.exclude_files;
        if !excluded.contains(&glob) {
            excluded.push(glob);
        }
        Ok(())
    }

    fn add(&mut self, mut item: Item, asked: &Asked) {
        item.place = asked.place.as_ref().map_or_else(|| asked.name.clone(), place::short);
        let data = &mut self.product.request.data;
        if !data.iter().any(|known| Item { place: item.place.clone(), ..known.clone() } == item) {
            data.push(item);
        }
    }
}

/// Returns the files that an absolute glob matches, sorted.
fn files_of(glob: &str) -> Result<Vec<PathBuf>> {
    let matcher = GlobBuilder::new(glob).literal_separator(true).build();
    let matcher =
        matcher.map_err(|e| Error::new(format!("invalid glob `{glob}`")).cause(e.kind().to_string()))?;
    let matcher = matcher.compile_matcher();
    let fixed: PathBuf = Path::new(glob)
        .components()
        .take_while(|part| !is_glob(&part.as_os_str().to_string_lossy()))
        .collect();
    let depth = if glob.contains("**") {
        usize::MAX
    } else {
        Path::new(glob).components().count() - fixed.components().count()
    };
    let entries = WalkDir::new(fixed).max_depth(depth).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| !entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
    Ok(files.filter(|path| matcher.is_match(path)).collect())
}

fn folder(asked: &Asked, text: &str) -> Result<String> {
    spec::checked_folder(&plain(text)).map_err(|why| invalid(asked, "`SOURCE=FOLDER`").cause(why))
}

fn text(path: &Path) -> Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Error::new(format!("path `{}` is not UTF-8", path.display())))
}

/// Returns the globs of code that match something below a folder.
fn code_in(folder: &Path) -> Vec<String> {
    let has = |glob: &str| {
        let is_one = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(&glob[2..]));
        WalkDir::new(folder).into_iter().flatten().any(|entry| is_one(entry.path()))
    };
    CODE.iter().filter(|glob| folder.is_dir() && has(glob)).map(|glob| (*glob).to_owned()).collect()
}

/// Whether a folder has no file besides those that are left out.
fn is_empty(folder: &Path, exclude: &[String]) -> bool {
    let is_out = |path: &Path| {
        let suffix = path.extension().map(|e| format!("*.{}", e.to_string_lossy().to_lowercase()));
        suffix.is_some_and(|glob| exclude.contains(&glob))
    };
    let mut files = WalkDir::new(folder).follow_links(true).into_iter().flatten();
    !files.any(|entry| entry.file_type().is_file() && !is_out(entry.path()))
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

//! `[[data]]` and `[[binary]]`: files, folders and globs that the user names.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use walkdir::WalkDir;

use super::Data;
use crate::analysis::{By, Reason, Source};
use crate::error::{Context, Error, Result};
use crate::os::is_marked_executable;
use crate::spec::Item;
use crate::target::{Os, Target};

/// The files of an item.
///
/// # Errors
/// Nothing is there, or the glob is malformed.
pub(super) fn files(item: &Item, target: &Target) -> Result<Vec<Data>> {
    let mut found = Vec::new();
    let path = Path::new(&item.from);
    if path.is_file() {
        found.push((path.to_path_buf(), file_name(path)));
    } else if path.is_dir() {
        // The content of a folder goes to the destination, as PyInstaller does it.
        walk(path, |file, relative| found.push((file, relative)))?;
    } else {
        let base = fixed_part(&item.from);
        let glob = GlobBuilder::new(&item.from)
            .literal_separator(true)
            .build()
            .context(|| format!("failed to read the glob `{}` in {}", item.from, item.place))?
            .compile_matcher();
        if base.is_dir() {
            let mut folders = Vec::new();
            for entry in WalkDir::new(&base).follow_links(true).sort_by_file_name().min_depth(1) {
                let entry = entry.context(|| format!("failed to read folder `{}`", base.display()))?;
                if entry.file_type().is_dir() {
                    if glob.is_match(entry.path()) {
                        folders.push(entry.into_path());
                    }
                } else if glob.is_match(entry.path()) {
                    // `assets/**/*.png` keeps what `**` stood for; `assets/*.png` gives plain names.
                    let relative = entry.path().strip_prefix(&base).unwrap_or(entry.path());
                    found.push((entry.path().to_path_buf(), slashed(relative)));
                }
            }
            for folder in folders {
                let name = file_name(&folder);
                walk(&folder, |file, relative| {
                    if !found.iter().any(|(known, _)| *known == file) {
                        found.push((file, format!("{name}/{relative}")));
                    }
                })?;
            }
        }
    }
    if found.is_empty() {
        return Err(Error::new(format!("no file matches `{}`, named in {}", item.from, item.place))
            .hint("paths in a spec count from the folder of the spec"));
    }
    let to = item.to.trim_matches('/').trim_start_matches("./");
    let to = if to == "." { "" } else { to };
    let reason = Reason::new("", By::Request(item.place.clone()));
    Ok(found
        .into_iter()
        .map(|(file, relative)| Data {
            dest: if to.is_empty() { relative } else { format!("{to}/{relative}") },
            executable: is_executable(&file, target),
            resource: false,
            source: Source::File(file),
            reason: reason.clone(),
        })
        .collect())
}

/// Calls `each` with every file below a folder and its path there.
fn walk(folder: &Path, mut each: impl FnMut(PathBuf, String)) -> Result<()> {
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.context(|| format!("failed to read folder `{}`", folder.display()))?;
        if entry.file_type().is_file() {
            let relative = slashed(entry.path().strip_prefix(folder).unwrap_or(entry.path()));
            each(entry.into_path(), relative);
        }
    }
    Ok(())
}

/// The folder before the first component with a wildcard.
fn fixed_part(glob: &str) -> PathBuf {
    let fixed: PathBuf = Path::new(glob)
        .components()
        .take_while(|c| !c.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']))
        .collect();
    if fixed == Path::new(glob) { fixed.parent().map(Path::to_path_buf).unwrap_or_default() } else { fixed }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn slashed(path: &Path) -> String {
    path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Whether a file may be executed on the target.
pub(super) fn is_executable(path: &Path, target: &Target) -> bool {
    std::fs::metadata(path).is_ok_and(|m| runs(path, &m, target))
}

/// Whether a file that was looked at may be executed on the target: Windows tells it by the name.
pub(super) fn runs(path: &Path, metadata: &std::fs::Metadata, target: &Target) -> bool {
    match target.os {
        Os::Windows => path.extension().is_some_and(|e| e.eq_ignore_ascii_case("exe")),
        _ => is_marked_executable(path, metadata),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dests(from: String) -> Result<Vec<String>> {
        let item = Item { from, to: "to".into(), place: "app.spec:3".into() };
        Ok(files(&item, &crate::spec::host())?.into_iter().map(|d| d.dest).collect())
    }

    #[test]
    fn files_folders_and_globs() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_str().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        std::fs::write(dir.path().join("a/x.png"), "").unwrap();
        std::fs::write(dir.path().join("a/b/y.png"), "").unwrap();
        assert_eq!(dests(format!("{root}/a/x.png")).unwrap(), ["to/x.png"]);
        assert_eq!(dests(format!("{root}/a")).unwrap(), ["to/b/y.png", "to/x.png"]);
        assert_eq!(dests(format!("{root}/a/**/*.png")).unwrap(), ["to/b/y.png", "to/x.png"]);
        assert_eq!(dests(format!("{root}/a/*.png")).unwrap(), ["to/x.png"]);
        assert_eq!(dests(format!("{root}/*")).unwrap(), ["to/a/b/y.png", "to/a/x.png"]);
        let error = dests(format!("{root}/none/*.txt")).unwrap_err();
        assert!(error.message.ends_with("named in app.spec:3"), "{error}");
    }
}

//! `[[data]]` and `[[binary]]`: files, folders and globs that the user names.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::exclude::Excluded;
use super::walk::{Tree, Wanted, walk};
use super::{Data, Found, Link};
use crate::analysis::{By, Reason};
use crate::error::{Context, Error, Result, Warning};
use crate::os::is_marked_executable;
use crate::spec::Item;
use crate::target::{Os, Target};

/// Finds the files of an item, as data, and the links to folders among them.
///
/// # Errors
/// Nothing exists at the path, a folder cannot be read, or the glob is malformed.
pub(super) fn files(item: &Item, target: &Target) -> Result<Found> {
    let path = Path::new(&item.from);
    let excluded = Excluded::new(&item.exclude).map_err(|e| e.hint(format!("named in {}", item.place)))?;
    let tree = if path.is_file() {
        Tree {
            files: vec![(path.to_path_buf(), item.name.clone().unwrap_or_else(|| file_name(path)))],
            ..Tree::default()
        }
    } else if path.is_dir() {
        // As in PyInstaller, the content of a folder goes to the destination.
        walk(path, &Wanted { enters: &|_| true, takes: &|inner| !excluded.has(inner) })
    } else {
        matching(item, &excluded)?
    };
    if let Some(fatal) = tree.skipped.iter().find(|s| s.is_fatal()) {
        return Err(Error::new(fatal.message()).hint(format!("named in {}", item.place)));
    }
    let hint = || format!("named in {}", item.place);
    let warnings: Vec<Warning> =
        tree.skipped.iter().map(|skipped| Warning::new(skipped.message()).hint(hint())).collect();
    if tree.files.is_empty() {
        return Err(Error::new(format!("no file matches `{}`, named in {}", item.from, item.place))
            .hint("paths in a spec are relative to the folder of the spec"));
    }
    let to = item.to.trim_matches('/').trim_start_matches("./");
    let to = if to == "." { "" } else { to };
    let dest = |inner: String| if to.is_empty() { inner } else { format!("{to}/{inner}") };
    let reason = Reason::new("", By::Request(item.place.clone()));
    let data = |(file, inner)| Data::on_disk(dest(inner), file, target, reason.clone());
    let data = tree.files.into_iter().map(data).collect();
    let links = tree.links.into_iter().map(|link| Link::new(link, reason.clone(), dest)).collect();
    Ok(Found { data, links, warnings, ..Found::default() })
}

/// Finds the matches of an item's glob. A matched folder includes everything below it.
fn matching(item: &Item, excluded: &Excluded) -> Result<Tree> {
    let base = fixed_part(&item.from);
    let glob = GlobBuilder::new(&item.from)
        .literal_separator(true)
        .build()
        .context(|| format!("failed to read the glob `{}` in {}", item.from, item.place))?
        .compile_matcher();
    if !base.is_dir() {
        return Ok(Tree::default());
    }
    let takes = |inner: &str| place(inner, &base, &glob).is_some_and(|placed| !excluded.has(&placed));
    let mut tree = walk(&base, &Wanted { enters: &|_| true, takes: &takes });
    // The files below a link decide: a glob for files does not match their folder.
    let placed = |inner: &str| place(inner, &base, &glob).unwrap_or_else(|| inner.to_owned());
    tree.files.iter_mut().for_each(|(_, inner)| *inner = placed(inner));
    tree.links.iter_mut().for_each(|link| link.inner = placed(&link.inner));
    Ok(tree)
}

/// Returns the destination of a file if the glob matches the file or one of its parent folders.
///
/// `assets/**/*.png` keeps the path that `**` matched; `assets/*.png` gives plain names. A matched folder
/// keeps its name.
fn place(inner: &str, base: &Path, glob: &GlobMatcher) -> Option<String> {
    if glob.is_match(base.join(inner)) {
        return Some(inner.to_owned());
    }
    let folders = inner.match_indices('/').map(|(at, _)| &inner[..at]);
    let folder = folders.into_iter().find(|folder| glob.is_match(base.join(folder)))?;
    let above = folder.rfind('/').map_or(0, |at| at + 1);
    Some(inner[above..].to_owned())
}

/// Returns the folder before the first component with a wildcard.
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

/// Returns whether a file is executable on the target.
pub(super) fn is_executable(path: &Path, target: &Target) -> bool {
    std::fs::metadata(path).is_ok_and(|m| runs(path, &m, target))
}

/// Returns whether a file with this metadata is executable on the target. On Windows, the name decides.
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
        let item = Item { from, to: "to".into(), place: "app.spec:3".into(), ..Item::default() };
        Ok(files(&item, &Target::host())?.data.into_iter().map(|d| d.dest).collect())
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

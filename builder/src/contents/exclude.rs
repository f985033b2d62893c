//! Globs of files that the user leaves out.

use std::collections::HashSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::{Error, Result};

/// Globs of files and folders. One without a slash matches a name at any depth, others match a whole path.
#[derive(Debug)]
pub(super) struct Excluded {
    names: GlobSet,
    paths: GlobSet,
}

impl Excluded {
    /// Compiles globs.
    ///
    /// # Errors
    /// A glob is malformed.
    pub(super) fn new(globs: &[String]) -> Result<Excluded> {
        let compiled = |wanted: &dyn Fn(&&String) -> bool| -> Result<GlobSet, globset::Error> {
            let mut set = GlobSetBuilder::new();
            for text in globs.iter().filter(wanted) {
                let text = text.trim_matches('/').trim_start_matches("./");
                set.add(GlobBuilder::new(text).literal_separator(true).build()?);
            }
            set.build()
        };
        let has_slash = |text: &&String| text.trim_matches('/').contains('/');
        let failed = |e: globset::Error| {
            Error::new(format!("invalid glob `{}`", e.glob().unwrap_or_default())).cause(e.kind().to_string())
        };
        Ok(Excluded {
            names: compiled(&|text| !has_slash(text)).map_err(failed)?,
            paths: compiled(&has_slash).map_err(failed)?,
        })
    }

    /// Whether a file, or a folder around it, is left out. The path has `/` between folders.
    pub(super) fn has(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.into_iter().any(|end| self.paths.is_match(&path[..end]))
            || path.split('/').any(|name| self.names.is_match(name))
    }
}

/// Returns the paths that globs leave out.
///
/// # Errors
/// A glob is malformed.
pub(crate) fn excluded<'a>(
    globs: &[String],
    paths: impl Iterator<Item = &'a String>,
) -> Result<HashSet<String>> {
    let excluded = Excluded::new(globs)?;
    Ok(paths.filter(|path| excluded.has(path)).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_names_paths_and_folders() {
        let globs = ["*.pyc", "a/b", "assets/**/*.md", "__pycache__"].map(str::to_owned);
        let excluded = Excluded::new(&globs).unwrap();
        for path in ["x.pyc", "d/x.pyc", "a/b", "a/b/c", "assets/x.md", "assets/d/x.md", "d/__pycache__/x"] {
            assert!(excluded.has(path), "{path}");
        }
        for path in ["x.py", "c/a/b", "a/bb", "x.md", "d/assets/x.md"] {
            assert!(!excluded.has(path), "{path}");
        }
        assert!(Excluded::new(&["[".to_owned()]).unwrap_err().message.contains("invalid glob"));
    }
}

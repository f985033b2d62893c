//! Products that configurations of other freezers describe.

use std::path::{Path, PathBuf};

use crate::error::{Context, Result, Warning};
use crate::spec::Request;

/// A product that a configuration describes.
#[derive(Clone, Debug, Default)]
pub struct Product {
    /// The request for it.
    pub request: Request,
    /// What had to be decided.
    pub decided: Vec<Decided>,
    /// What the request does not contain.
    pub lost: Vec<Warning>,
    /// What the request contains, but no spec can say.
    pub outside: Vec<Warning>,
    /// Files of the request that the code of the configuration has made, and that may soon be gone.
    pub made: Option<Made>,
}

/// Files that the code of a configuration has made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The folder that holds all of them.
    pub folder: PathBuf,
    /// Path below the folder, and content of each.
    pub files: Vec<(PathBuf, Vec<u8>)>,
}

/// Something that the configuration says in another way than a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Table and key in the spec, such as `modules.include`.
    pub key: &'static str,
    /// What was decided, or where it comes from.
    pub text: String,
}

impl Product {
    /// Creates a product that says exactly what a request does.
    pub(super) fn new(request: Request) -> Product {
        Product { request, ..Product::default() }
    }

    /// Notes a decision about a key, once.
    pub(super) fn decide(&mut self, key: &'static str, text: impl Into<String>) {
        let decided = Decided { key, text: text.into() };
        if !self.decided.contains(&decided) {
            self.decided.push(decided);
        }
    }

    /// Notes what the product lacks, once.
    pub(crate) fn lose(&mut self, warning: Warning) {
        if !self.lost.contains(&warning) {
            self.lost.push(warning);
        }
    }

    /// Keeps the contents of the files below `root` that the request names.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn keep_made(&mut self, root: &Path) -> Result<()> {
        let mut named = Vec::new();
        self.request.each_path(&mut |path| {
            if path.starts_with(root) && path.exists() {
                named.push(path.clone());
            }
        });
        let folder_of = |path: &PathBuf| if path.is_dir() { path.clone() } else { path.with_file_name("") };
        let common = |one: PathBuf, other: PathBuf| {
            one.components().zip(other.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
        };
        let Some(folder) = named.iter().map(folder_of).reduce(common) else { return Ok(()) };
        let all = named.iter().flat_map(|path| walkdir::WalkDir::new(path).sort_by_file_name());
        let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        for entry in all.flatten().filter(|entry| entry.file_type().is_file()) {
            let inner = entry.path().strip_prefix(&folder).unwrap_or(entry.path()).to_owned();
            if files.iter().all(|(known, _)| *known != inner) {
                let failed = || format!("failed to read `{}`", entry.path().display());
                files.push((inner, std::fs::read(entry.path()).context(failed)?));
            }
        }
        self.made = Some(Made { folder, files });
        Ok(())
    }

    /// Returns the request for a build, which warns about everything that it lacks.
    pub fn into_request(self) -> Request {
        let mut request = self.request;
        request.warnings.extend(self.lost);
        request
    }
}

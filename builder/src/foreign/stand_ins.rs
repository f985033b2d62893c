//! Files in Python that are embedded in the builder, and their folder in the cache.

use std::path::PathBuf;

use crate::error::Result;
use crate::store::{Code, Hash, KeyBuilder, Store};

/// Files: path below their folder, and content.
pub(super) type StandIns = &'static [(&'static str, &'static str)];

/// Lists files of the folder `python` beside the caller's file, with their contents.
macro_rules! stand_ins {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("python/", $path))),)*]
    };
}
pub(super) use stand_ins;

/// The files that all stand-ins use.
const SHARED: StandIns =
    stand_ins!["_freeze_platform.py", "_freeze_run.py", "_freeze_windows.py", "_freeze_wire.py",];

/// Returns a hash of the stand-ins in `files` and the shared ones.
pub(super) fn version(files: StandIns) -> Hash {
    let all = SHARED.iter().chain(files);
    KeyBuilder::new(Code::Python, "stand-ins").parts(all.flat_map(|(path, text)| [*path, *text])).finish()
}

/// Returns the folder with the stand-ins in `files` and the shared ones.
pub(super) fn folder(files: StandIns, store: &Store) -> Result<PathBuf> {
    store.folder(&version(files), |folder| {
        for (path, text) in SHARED.iter().chain(files) {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs_err::create_dir_all(parent)?;
            }
            fs_err::write(path, text)?;
        }
        Ok(())
    })
}

/// Fails unless `files` are those in a folder of the crate.
#[cfg(test)]
#[track_caller]
pub(super) fn assert_embeds(files: StandIns, folder: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut there: Vec<String> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|e| e == "py"))
        .map(|entry| entry.path().strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    there.sort();
    let embedded: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    assert_eq!(embedded, there);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shared_files_are_embedded() {
        assert_embeds(SHARED, "src/foreign/python");
    }
}

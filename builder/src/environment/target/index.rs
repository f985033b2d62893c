//! The index of Pythons that can be fetched: releases of python-build-standalone, with their hashes.

use std::path::PathBuf;

use crate::error::{Context, Error, Result};
use crate::python::Python;
use crate::target::{Os, Target};

/// The index in `freeze`, which `builder/release/pythons.py` writes.
const EMBEDDED: &str = include_str!("pythons.txt");

/// A Python that can be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Release {
    /// Name of the file, as in `cpython-3.12.9+20250317-x86_64-pc-windows-msvc-install_only.tar.gz`.
    pub(super) file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub(super) sha256: String,
    /// Minor and micro version.
    pub(super) version: (u8, u8),
    /// Name of the folder of the release, which is a date.
    pub(super) tag: String,
    triple: String,
    is_free_threaded: bool,
    is_stripped: bool,
}

/// All Pythons that can be fetched.
#[derive(Debug)]
pub(super) struct Index {
    releases: Vec<Release>,
    /// The file that was read.
    place: Option<PathBuf>,
}

impl Index {
    /// Returns the index in the file that `FREEZE_PYTHON_INDEX` names, or the one in `freeze`.
    ///
    /// # Errors
    /// The file cannot be read, or has no Python.
    pub(super) fn current() -> Result<Index> {
        let named = std::env::var_os("FREEZE_PYTHON_INDEX").filter(|path| !path.is_empty());
        let Some(path) = named.map(PathBuf::from) else {
            return Ok(Index { releases: parse(EMBEDDED), place: None });
        };
        let shown = path.display();
        let text =
            std::fs::read_to_string(&path).context(|| format!("failed to read the index `{shown}`"))?;
        let releases = parse(&text);
        if releases.is_empty() {
            return Err(Error::new(format!("the index `{shown}` names no Python that can be unpacked"))
                .cause("expected lines such as `SHA256  cpython-3.12.9+20250317-TRIPLE-install_only.tar.gz`")
                .hint(
                    "FREEZE_PYTHON_INDEX names the file SHA256SUMS of a release of python-build-standalone",
                ));
        }
        Ok(Index { releases, place: Some(path) })
    }

    /// Returns the newest Python for a target with the minor version of an interpreter.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn newest(&self, own: &Python, target: Target) -> Result<Release> {
        let (minor, is_free_threaded) = (own.minor(), own.abiflags.contains('t'));
        let triple = triple(target);
        let fits = |r: &&Release| {
            r.version.0 == minor && r.is_free_threaded == is_free_threaded && r.triple == triple
        };
        let found = self.releases.iter().filter(fits);
        found.max_by_key(|r| (r.version, &r.tag, r.is_stripped)).cloned().ok_or_else(|| {
            let place = self.place.as_ref().map_or("`freeze`".to_owned(), |path| format!("`{}`", path.display()));
            let version = format!("3.{minor}{}", if is_free_threaded { "t" } else { "" });
            let name = target.name();
            Error::new(format!("the index in {place} lists no Python {version} for {name}")).hint(format!(
                "pass its folder, zip or tar with `--python`, or set `interpreter` in `[target.{name}.python]`"
            ))
        })
    }
}

/// Reads lines in the format of `sha256sum`, and skips those of other files.
fn parse(text: &str) -> Vec<Release> {
    text.lines().filter_map(release).collect()
}

fn release(line: &str) -> Option<Release> {
    let (sha256, file) = line.split_once(char::is_whitespace)?;
    let file = file.trim().trim_start_matches('*');
    let (version, rest) = file.strip_prefix("cpython-3.")?.split_once('+')?;
    let (minor, micro) = version.split_once('.')?;
    let (tag, rest) = rest.split_once('-')?;
    let rest = rest.strip_suffix(".tar.gz")?;
    let (rest, is_stripped) = match rest.strip_suffix("-install_only_stripped") {
        Some(rest) => (rest, true),
        None => (rest.strip_suffix("-install_only")?, false),
    };
    let (triple, is_free_threaded) = match rest.strip_suffix("-freethreaded") {
        Some(triple) => (triple, true),
        None => (rest, false),
    };
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
    let is_tag = !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_digit());
    (is_hash && is_tag).then_some(())?;
    Some(Release {
        file: file.to_owned(),
        sha256: sha256.to_ascii_lowercase(),
        version: (minor.parse().ok()?, micro.parse().ok()?),
        tag: tag.to_owned(),
        triple: triple.to_owned(),
        is_free_threaded,
        is_stripped,
    })
}

/// Returns the triple of python-build-standalone for a target.
fn triple(target: Target) -> String {
    let system = match (target.os, target.musl) {
        (Os::Linux, false) => "unknown-linux-gnu",
        (Os::Linux, true) => "unknown-linux-musl",
        (Os::Windows, _) => "pc-windows-msvc",
        (Os::Macos, _) => "apple-darwin",
    };
    format!("{}-{system}", target.arch.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(minor: u8, abiflags: &str) -> Python {
        let mut python = Python::blank(Target::host());
        python.version = (3, minor, 0);
        abiflags.clone_into(&mut python.abiflags);
        python
    }

    #[test]
    fn each_usual_target_has_the_supported_versions() {
        let index = Index { releases: parse(EMBEDDED), place: None };
        assert_eq!(index.releases.len(), EMBEDDED.lines().count());
        for target in Target::ALL {
            for minor in crate::python::SUPPORTED.0..=crate::python::SUPPORTED.1 {
                // There were none of these for Windows on arm64.
                let exists = target.name() != "windows-aarch64" || minor >= 11;
                assert_eq!(
                    index.newest(&own(minor, ""), target).is_ok(),
                    exists,
                    "3.{minor} {}",
                    target.name()
                );
            }
            let found = index.newest(&own(14, "t"), target).unwrap();
            assert!(found.file.contains("-freethreaded-"), "{found:?}");
        }
    }

    #[test]
    fn the_newest_release_is_used() {
        let sum = "0".repeat(64);
        let names = [
            "cpython-3.12.9+20250317-x86_64-pc-windows-msvc-install_only.tar.gz",
            "cpython-3.12.10+20250317-x86_64-pc-windows-msvc-install_only.tar.gz",
            "cpython-3.12.10+20250409-x86_64-pc-windows-msvc-install_only.tar.gz",
            "*cpython-3.12.10+20250409-x86_64-pc-windows-msvc-install_only_stripped.tar.gz",
            "cpython-3.12.11+20250612-x86_64-pc-windows-msvc-pgo-full.tar.zst",
            "cpython-3.12.11+20250612-x86_64_v3-unknown-linux-gnu-install_only.tar.gz",
            "cpython-3.13.0rc1+20250612-x86_64-pc-windows-msvc-install_only.tar.gz",
        ];
        let text: String = names.iter().map(|name| format!("{sum}  {name}\n")).collect();
        let index = Index { releases: parse(&text), place: None };
        let windows = Target::named("windows-x86_64").unwrap();
        let found = index.newest(&own(12, ""), windows).unwrap();
        assert_eq!(found.file, names[3].trim_start_matches('*'));
        assert_eq!((found.version, found.tag.as_str()), ((12, 10), "20250409"));
        let missing = |minor, flags| index.newest(&own(minor, flags), windows).unwrap_err().to_string();
        assert!(missing(13, "").contains("the index in `freeze` lists no Python 3.13 for windows-x86_64"));
        assert!(missing(12, "t").contains("no Python 3.12t for windows-x86_64"));
    }
}

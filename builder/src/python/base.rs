//! The interpreter for an environment that is to be created.

use std::path::Path;

use pep440_rs::{Version, VersionSpecifiers};

use super::packages;
use super::places::Wanted;
use super::{Python, cross, find, running};
use crate::error::{Error, Result};
use crate::spec::Request;
use crate::store::Store;

impl Python {
    /// Returns the interpreter of a request without the packages that the request adds. If the request names
    /// none, it is the one of the version file `pinned`, the usual one, or the newest that fits `range`, which
    /// comes with the file that states it.
    ///
    /// # Errors
    /// There is no such interpreter, or the named one does not fit.
    pub(crate) fn base(
        request: &Request,
        range: Option<(&VersionSpecifiers, &Path)>,
        pinned: Option<&str>,
        store: &Store,
    ) -> Result<Python> {
        let fits = |python: &Python| range.is_none_or(|(range, _)| range.contains(&version(python)));
        let mismatch = |python: &Python| {
            let (range, path) = range.unzip();
            let range = range.map(ToString::to_string).unwrap_or_default();
            Error::new(format!(
                "`{}` requires Python {range}, but interpreter `{}` is {}",
                path.unwrap_or(Path::new("")).display(),
                python.executable.display(),
                version(python)
            ))
        };
        if let Some((path, target)) = cross::given(request)? {
            let python = cross::read(&path, target, store)?;
            return if fits(&python) { Ok(python) } else { Err(mismatch(&python)) };
        }
        if request.python.interpreter.is_some() {
            let python = running(&find::interpreter(request, store)?, store)?;
            let error = || mismatch(&python).hint("name another one with `--python`, or leave it out");
            return if fits(&python) { Ok(python) } else { Err(error()) };
        }
        let mut tried = Vec::new();
        let pinned = pinned.and_then(Wanted::parse);
        if let Some(found) =
            pinned.map(|wanted| find::by_version(&wanted, store, &mut tried)).transpose()?.flatten()
        {
            let python = running(&find::resolved(&found, store)?, store)?;
            if fits(&python) {
                return Ok(python);
            }
        }
        let usual = find::interpreter(request, store).and_then(|path| running(&path, store));
        let Some((versions, path)) = range else { return usual };
        match usual {
            Ok(python) if fits(&python) => return Ok(python),
            Ok(python) => {
                tried.push(format!("`{}`, which is {}", python.executable.display(), version(&python)))
            }
            Err(_) => crate::interrupt::check()?,
        }
        if let Some(found) = find::by_version(&Wanted::Range(versions.clone()), store, &mut tried)? {
            let python = running(&find::resolved(&found, store)?, store)?;
            if fits(&python) {
                return Ok(python);
            }
        }
        let error = Error::new(format!(
            "no Python on this machine fits `{versions}`, which `{}` requires",
            path.display()
        ))
        .cause(format!("tried {}", tried.join(", ")));
        Err(error.hint("install one, for example with `uv python install`, or name it with `--python`"))
    }

    /// Returns those of the wheels named that fit this interpreter best, one for each distribution.
    ///
    /// # Errors
    /// A distribution has no wheel for this interpreter.
    pub(crate) fn best_wheels(&self, names: &[String]) -> Result<Vec<String>> {
        packages::best_wheels(names, self)
    }
}

fn version(python: &Python) -> Version {
    let (major, minor, micro) = python.version;
    Version::new([major, minor, micro].map(u64::from))
}

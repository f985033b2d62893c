//! The Python and the packages of another platform, if the request names only those of this machine.

mod fetch;
mod frozen;
mod index;

pub(super) use fetch::mirror;
pub(super) use frozen::distributions;

use crate::error::Result;
use crate::python::Python;
use crate::spec::Request;
use crate::store::Store;
use crate::target::Target;

/// The Python that a build for another platform would use.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Available {
    /// Its version.
    pub(crate) version: String,
    /// Whether it is in the cache.
    pub(crate) cached: bool,
}

/// Returns the Python that a build for another platform would use if the request names none.
///
/// # Errors
/// The index lists no such Python, or cannot be read.
pub(crate) fn available(own: &Python, target: Target, store: &Store) -> Result<Available> {
    let release = index::Index::current()?.newest(own, target)?;
    let (minor, micro) = release.version;
    Ok(Available { version: format!("3.{minor}.{micro}"), cached: fetch::is_kept(&release, store) })
}

/// Completes a request for another platform that names no Python for it: with a fetched Python of the same
/// minor version as the interpreter of this machine, and with the packages that are installed there.
///
/// # Errors
/// There is no such Python, or it cannot be fetched.
pub(super) fn complete(request: &mut Request, store: &Store) -> Result<()> {
    let Some(target) = request.target.filter(|_| Python::is_missing(request)) else { return Ok(()) };
    let has_source = super::source::find(request)?.is_some();
    let own = Python::of_this_machine(request, store)?;
    let release = index::Index::current()?.newest(&own, target)?;
    let folder = fetch::folder(&release, &own, target, &request.python.environment, store)?;
    let python = &mut request.python;
    python.interpreter = Some(folder.to_string_lossy().into_owned());
    if has_source {
        // A named interpreter would otherwise turn it off.
        python.environment.sync = Some(true);
    } else if python.packages.is_empty() && python.requirements.is_empty() {
        let (file, warnings) = frozen::requirements(&own, store)?;
        python.requirements.extend(file);
        request.warnings.extend(warnings);
    }
    Ok(())
}

//! The Python and the packages of another platform, if the request names only those of this machine.

mod fetch;
mod frozen;
mod index;

use crate::error::Result;
use crate::python::Python;
use crate::spec::Request;
use crate::store::Store;

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

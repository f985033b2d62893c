//! The interpreters of the parts of a program, with the same versions of packages for each.

use super::Python;
use super::packages::{self, Limits};
use crate::error::Result;
use crate::interrupt;
use crate::spec::Request;
use crate::store::Store;

/// Maximum number of times to resolve requirements again, because other versions may differ each time.
const ROUNDS: usize = 8;

impl Python {
    /// Calls [`Python::probe`] for each part of a request.
    ///
    /// The newest version of a requirement may lack a wheel for one of the processors of a universal program.
    /// Requirements are then resolved again to older versions with wheels for both, if possible, because most
    /// files of a folder exist only once.
    ///
    /// # Errors
    /// As for [`Python::probe`], for any part.
    pub fn probe_parts(request: &Request, store: &Store) -> Result<Vec<Python>> {
        let probe = |limits: &Limits| -> Result<Vec<Python>> {
            request.parts().map(|part| Python::probe_with(part, store, limits)).collect()
        };
        let mut pythons = probe(&Limits::new())?;
        let files = &request.python.requirements;
        if !request.is_universal()
            || files.is_empty()
            || request.parts().any(|part| part.python.requirements != *files)
        {
            return Ok(pythons);
        }
        let mut limits = Limits::new();
        for _ in 0..ROUNDS {
            let mut lower = limits.clone();
            lower.extend(packages::oldest_of_differing(&pythons));
            // The remaining differences do not come from the requirements.
            if lower == limits {
                break;
            }
            match probe(&lower) {
                Ok(again) => pythons = again,
                // No version suits both, so each part gets its own, which the build reports.
                Err(_) => {
                    interrupt::check()?;
                    break;
                }
            }
            limits = lower;
        }
        Ok(pythons)
    }
}

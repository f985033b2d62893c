//! The interpreters of the parts of a product, with the same versions of packages for each.

use super::Python;
use super::packages::{self, Limits};
use crate::error::Result;
use crate::interrupt;
use crate::spec::Request;
use crate::store::Store;

/// How often requirements are resolved again: each time something else may come to differ.
const ROUNDS: usize = 8;

impl Python {
    /// [`Python::probe`] for each part of a request. Where requirements are resolved to different versions for the processors of a
    /// universal program, since the newest one has no wheel for one of them, older ones are taken that have wheels for both, if
    /// there are such: most files of a folder are there once.
    ///
    /// # Errors
    /// As of [`Python::probe`], for any part.
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
            // What still differs does not come from the requirements.
            if lower == limits {
                break;
            }
            match probe(&lower) {
                Ok(again) => pythons = again,
                // No version suits both: each part has its own then, which the build tells.
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

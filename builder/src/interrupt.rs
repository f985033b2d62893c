//! Ctrl-C: long loops ask here whether to stop, so that temporary files are removed by their owners.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

/// Exit code of a process ended by Ctrl-C, as shells count it.
pub const EXIT_CODE: u8 = 130;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Turns Ctrl-C (and SIGTERM, SIGHUP) into an error at the next [`check`]; the second one ends the process
/// at once.
///
/// # Errors
/// The handler cannot be installed, or has been before.
pub fn install() -> Result<()> {
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(EXIT_CODE));
        }
    })
    .map_err(|e| Error::from(e).context("failed to install the handler of Ctrl-C"))
}

/// Fails once Ctrl-C was pressed.
///
/// # Errors
/// The build was interrupted; the exit code is 130.
pub fn check() -> Result<()> {
    if INTERRUPTED.load(Ordering::Relaxed) {
        return Err(Error::new("interrupted").exit_code(EXIT_CODE));
    }
    Ok(())
}

//! What differs between operating systems: one module for each, all with the same functions.

#[cfg(unix)]
mod process;
#[cfg(unix)]
mod unix;
#[cfg(all(unix, not(test), panic = "abort"))]
mod unwind;

#[cfg(unix)]
pub(crate) use process::*;
#[cfg(unix)]
pub(crate) use unix::*;

//! What differs between operating systems.

#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub(crate) use unix::*;

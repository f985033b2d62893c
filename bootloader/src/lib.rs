//! Code shared by the builder and the launcher: which folders are trusted, the modules that Python needs to
//! start, and the launcher's Python half.

pub mod python_sources;
pub mod seed;
pub mod trust;

//! The archive format and the launcher of frozen programs.
//!
//! The format is owned here, encoder and decoder both: what the launcher cannot read must not be
//! written. docs/archive-format.md describes it byte by byte, docs/runtime.md what happens at run time.

pub mod archive;
pub mod python_sources;
pub mod seed;
pub mod trust;

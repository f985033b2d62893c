//! Turns a Python program into a standalone executable.
//!
//! Modules are the phases, in the order in which data flows; docs/architecture.md tells the whole story.

pub mod analysis;
pub mod archive;
pub mod assemble;
pub mod binaries;
pub mod error;
pub mod interrupt;
pub mod output;
pub mod python;
pub mod report;
pub mod rules;
pub mod spec;
pub mod store;
pub mod target;

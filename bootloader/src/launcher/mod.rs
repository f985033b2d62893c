//! The launcher: finds its archive, starts Python from it and runs the program. [`launch::run`] is the whole
//! sequence.
//!
//! It is part of two executables: the launcher itself (`main.rs`) and its twin (`bootloader/twin`), which
//! runs inside an interpreter's own process.

mod ahead;
mod answers;
mod args;
mod call;
mod check;
mod content;
mod extract;
pub(crate) mod handover;
pub(crate) mod launch;
mod locate;
pub(crate) mod os;
mod own;
mod python;
pub(crate) mod report;
mod switches;

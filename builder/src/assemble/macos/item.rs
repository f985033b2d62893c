//! The content of a bundle.

use super::universal::Cdhash;
use crate::archive::Stored;

/// Suffix of the name of a framework.
pub(super) const FRAMEWORK: &str = ".framework";

/// An entry of `Contents`.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A signed file, with the hashes of its parts for each processor.
    Code { content: Stored, size: u64, executable: bool, cdhashes: Vec<Cdhash> },
    /// Any other file.
    Data { content: Stored, size: u64, executable: bool },
    /// A symbolic link.
    Link(String),
}

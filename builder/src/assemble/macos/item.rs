//! What a bundle contains.

use super::universal::Cdhash;
use crate::archive::Stored;

/// How the name of a framework ends.
pub(super) const FRAMEWORK: &str = ".framework";

/// Something in `Contents`.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// A signed file, with the hashes of its parts for each processor.
    Code { content: Stored, size: u64, executable: bool, cdhashes: Vec<Cdhash> },
    /// Any other file.
    Data { content: Stored, size: u64, executable: bool },
    /// A symbolic link.
    Link(String),
}

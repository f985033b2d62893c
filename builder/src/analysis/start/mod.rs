//! Where a program starts: its entries and runtime hooks, and whether what they name is there.

mod attribute;
pub(crate) mod entry;
mod nearest;

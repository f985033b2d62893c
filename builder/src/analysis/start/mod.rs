//! The start of a program: its entry points and runtime hooks, and checks that they exist.

mod attribute;
pub(crate) mod entry;

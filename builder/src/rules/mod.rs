//! Knowledge about packages and the interpreter, as data for the analysis and the contents phase.

pub(crate) mod implicit;
pub mod load;
pub(crate) mod parts;
mod when;

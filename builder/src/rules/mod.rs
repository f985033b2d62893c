//! What is known of packages and of the interpreter, as data: analysis reads it, and the phase that gathers the contents.

pub(crate) mod implicit;
pub(crate) mod load;
pub(crate) mod parts;
mod when;

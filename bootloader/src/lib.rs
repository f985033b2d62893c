//! What the builder and the launcher share: which folders can be trusted, what Python starts with, and the launcher's Python half.

pub mod python_sources;
pub mod seed;
pub mod trust;

//! The Python half of the launcher, compiled by the builder for the target's version.

/// Source of the module `_freeze_bootstrap`, which every start needs (finder, loader, `sys`).
pub const BOOTSTRAP: &str = include_str!("../python/bootstrap.py");

/// Source of the module `_freeze_importer`: resources, metadata and children, imported on demand.
pub const IMPORTER: &str =
    concat!(include_str!("../python/importer.py"), "\n\n", include_str!("../python/resources.py"));

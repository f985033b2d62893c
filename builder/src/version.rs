//! What this `freeze` is: its version, its source, its compiler and its launchers.

use serde::Serialize;

use crate::launcher;
use crate::target::Target;

/// The properties of this `freeze`.
#[derive(Clone, Debug, Serialize)]
pub struct Version {
    /// Version of the crate.
    pub version: &'static str,
    /// Commit of the sources, if a release build was made from a checkout.
    pub commit: Option<&'static str>,
    /// The platform of this `freeze`.
    pub host: String,
    /// The compiler.
    pub rustc: &'static str,
    /// Version of the archive format, which launcher and programs share.
    pub archive_format: u32,
    /// Whether it can sign for macOS with an identity.
    pub signing: bool,
    /// The targets whose launchers are embedded.
    pub launchers: Vec<String>,
}

/// Returns the properties of this `freeze`.
pub fn current() -> Version {
    let embedded = Target::ALL.iter().filter(|target| launcher::is_embedded(target));
    Version {
        version: env!("CARGO_PKG_VERSION"),
        commit: option_env!("FREEZE_CODE_COMMIT"),
        host: launcher::own_target().name(),
        rustc: env!("FREEZE_CODE_RUSTC"),
        archive_format: freeze_archive::FORMAT_VERSION,
        signing: cfg!(feature = "signing"),
        launchers: embedded.map(Target::name).collect(),
    }
}

//! Converts options for Windows and macOS to the tables of a spec.

use std::path::PathBuf;

use super::table::Foreign;
use crate::spec::{Macos, Resource, Windows, entry};
use crate::target::Target;

/// Parses a resource, with its path relative to the current folder.
fn resource(text: &str) -> Resource {
    let resource = Resource::parse(text);
    Resource { file: entry::absolute(&resource.file), ..resource }
}

impl Foreign {
    /// Returns `[windows]`.
    pub(super) fn windows(&self) -> Windows {
        let console = if self.windowed { Some(false) } else { self.console.then_some(true) };
        Windows {
            icon: self.icon_with(&[".ico", ".exe", ".png"]),
            console,
            manifest: self.manifest.as_deref().map(entry::absolute),
            uac: self.uac_admin.then(|| "require-administrator".to_owned()),
            uiaccess: self.uac_uiaccess,
            version_file: self.version_file.as_deref().map(entry::absolute),
            hide_console: self.hide_console.clone(),
            windowed_traceback: self.disable_windowed_traceback.then_some(false),
            resources: self.resource.iter().map(|text| resource(text)).collect(),
            ..Windows::default()
        }
    }

    /// Returns `[macos]`.
    pub(super) fn macos(&self) -> Macos {
        let architectures = match self.target_architecture.as_deref() {
            Some("universal2") => Target::UNIVERSAL.map(|target| target.machine().to_owned()).into(),
            Some(arch) => vec![arch.to_owned()],
            None => Vec::new(),
        };
        Macos {
            identifier: self.osx_bundle_identifier.clone(),
            icon: self.icon_with(&[".icns", ".png"]),
            sign: self.codesign_identity.clone(),
            entitlements: self.osx_entitlements_file.as_deref().map(entry::absolute),
            architectures,
            ..Macos::default()
        }
    }

    fn icon_with(&self, suffixes: &[&str]) -> Option<PathBuf> {
        let fits = |icon: &&String| suffixes.iter().any(|s| icon.to_lowercase().ends_with(s));
        self.icon.iter().find(fits).map(|icon| entry::absolute(icon.as_ref()))
    }
}

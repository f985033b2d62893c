//! The metadata of the project that is built, as its wheel would have them.

use std::path::PathBuf;

use crate::error::Result;
use crate::requirement::normalize;
use crate::spec::project::OwnDistribution;
use crate::store::{Code, KeyBuilder, Store};

/// Returns a folder with the metadata of a project, for a program that asks for them although the project is
/// not installed.
///
/// # Errors
/// The cache cannot be written.
pub(super) fn metadata(own: &OwnDistribution, store: &Store) -> Result<PathBuf> {
    let OwnDistribution { name, version, entry_points, requires } = own;
    let key = KeyBuilder::new(Code::Environment, "metadata")
        .part(name)
        .part(version)
        .part(entry_points)
        .parts(requires);
    store.folder(&key.finish(), |folder| {
        let info = folder.join(format!("{}-{version}.dist-info", normalize(name).replace('-', "_")));
        fs_err::create_dir_all(&info)?;
        let mut text = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        requires.iter().for_each(|requirement| text.push_str(&format!("Requires-Dist: {requirement}\n")));
        fs_err::write(info.join("METADATA"), text)?;
        if !entry_points.is_empty() {
            fs_err::write(info.join("entry_points.txt"), entry_points)?;
        }
        Ok(())
    })
}

//! Has a product notarised by Apple, and puts the ticket into a bundle.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use apple_codesign::Notarizer;
use apple_codesign::stapling::Stapler;
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;

use crate::error::{Context, Error, Result};

/// How long Apple's answer is waited for.
const WAIT: Duration = Duration::from_secs(3600);

/// Sends a product to Apple with a key of App Store Connect, and waits for the answer.
///
/// # Errors
/// The key cannot be read, Apple is not reached, or does not take the product.
pub(super) fn notarise(key: &Path, product: &Path) -> Result<()> {
    let notarizer = Notarizer::from_api_key(key)
        .context(|| format!("failed to read the key `{}`", key.display()))
        .map_err(|e| e.hint("`rcodesign encode-app-store-connect-api-key` writes such a file"))?;
    let failed = || format!("failed to have `{}` notarised", product.display());
    if product.extension().is_some_and(|e| e == "app") {
        notarizer.notarize_path(product, Some(WAIT)).context(failed)?;
        let stapled = Stapler::new().and_then(|stapler| stapler.staple_path(product));
        return stapled.context(|| format!("failed to put the ticket into `{}`", product.display()));
    }
    // What is no bundle goes as an archive; the ticket is then asked for by the system, online.
    let folder = tempfile::tempdir()?;
    let archive = folder.path().join("product.zip");
    pack(product, &archive).context(failed)?;
    notarizer.notarize_path(&archive, Some(WAIT)).context(failed)?;
    Ok(())
}

/// Packs a file or a folder.
fn pack(product: &Path, archive: &Path) -> Result<()> {
    let above = product.parent().unwrap_or(Path::new(""));
    let mut zip = zip::ZipWriter::new(File::create(archive)?);
    for entry in WalkDir::new(product).sort_by_file_name() {
        let entry = entry?;
        let name: PathBuf = entry.path().strip_prefix(above).unwrap_or(entry.path()).to_owned();
        let name = name.to_str().ok_or_else(|| Error::new(format!("`{}` is no Unicode", name.display())))?;
        let options = SimpleFileOptions::default().unix_permissions(0o755).large_file(true);
        if entry.path_is_symlink() {
            zip.add_symlink(name, std::fs::read_link(entry.path())?.to_string_lossy(), options)?;
        } else if entry.file_type().is_file() {
            zip.start_file(name, options)?;
            io::copy(&mut File::open(entry.path())?, &mut zip)?;
        }
    }
    zip.finish()?;
    Ok(())
}

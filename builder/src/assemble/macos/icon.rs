//! The icon of an app bundle: an `.icns` file, or one created from a PNG image.

use std::path::Path;

use icns::IconFamily;

use crate::assemble::picture::sizes;
use crate::error::{Context, Error, Result};

/// Returns the content of the `.icns` file for an icon of the request.
///
/// # Errors
/// The icon cannot be read, or has another format.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = || format!("failed to read icon `{}`", path.display());
    let bytes = fs_err::read(path).context(failed)?;
    if bytes.starts_with(b"icns") {
        IconFamily::read(&bytes[..]).context(failed)?;
        return Ok(bytes);
    }
    if !bytes.starts_with(b"\x89PNG") {
        return Err(Error::new(failed()).cause("expected an `.icns` file or a PNG picture"));
    }
    let mut family = IconFamily::new();
    for picture in sizes(&bytes).context(failed)? {
        family.add_icon(&picture).context(failed)?;
    }
    let mut all = Vec::new();
    family.write(&mut all).context(failed)?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use icns::{Image, PixelFormat};

    use super::*;

    #[test]
    fn a_picture_becomes_icons_of_all_smaller_sizes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("icon.png");
        let mut picture = Image::new(PixelFormat::RGBA, 64, 64);
        picture.data_mut().chunks_exact_mut(4).for_each(|p| p.copy_from_slice(&[200, 100, 0, 255]));
        picture.write_png(std::fs::File::create(&path).unwrap()).unwrap();
        let family = IconFamily::read(&read(&path).unwrap()[..]).unwrap();
        let mut sides: Vec<u32> = family.available_icons().iter().map(|i| i.pixel_width()).collect();
        sides.sort_unstable();
        assert_eq!(sides, [16, 32, 64]);
        let small = family.get_icon_with_type(family.available_icons()[0]).unwrap();
        assert_eq!(small.data()[..3], [200, 100, 0]);
    }

    #[test]
    fn what_is_no_icon_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("icon");
        std::fs::write(&path, b"\0\0\x01\0 an icon of Windows").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("expected an `.icns` file or a PNG picture"), "{error}");
        Image::new(PixelFormat::RGBA, 20, 10).write_png(std::fs::File::create(&path).unwrap()).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("got 20 x 10"), "{error}");
    }
}

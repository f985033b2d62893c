//! The icon of an app bundle: an `.icns` file, or one made from a PNG picture.

use std::io::Cursor;
use std::path::Path;

use icns::{IconFamily, Image, PixelFormat};

use crate::error::{Context, Error, Result};

/// Lengths of the sides of icons.
const SIDES: [u32; 7] = [16, 32, 64, 128, 256, 512, 1024];

/// The content of the `.icns` file for an icon that the request names.
///
/// # Errors
/// It cannot be read, or is of another kind.
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
    let mut picture = Image::read_png(Cursor::new(&bytes)).context(failed)?.convert_to(PixelFormat::RGBA);
    let (width, height) = (picture.width(), picture.height());
    if width != height || !SIDES.contains(&width) {
        let cause =
            format!("expected a square of 16, 32, 64, 128, 256, 512 or 1024 pixels, got {width} x {height}");
        return Err(Error::new(failed()).cause(cause).hint("1024 x 1024 pixels are best"));
    }
    let mut family = IconFamily::new();
    loop {
        family.add_icon(&picture).context(failed)?;
        if picture.width() == SIDES[0] {
            break;
        }
        picture = halved(&picture);
    }
    let mut all = Vec::new();
    family.write(&mut all).context(failed)?;
    Ok(all)
}

/// A picture of half the size: each pixel is the mean of four, a transparent one without its colour.
fn halved(picture: &Image) -> Image {
    let side = picture.width() / 2;
    let mut half = Image::new(PixelFormat::RGBA, side, side);
    let from = picture.data();
    let row = picture.width() as usize * 4;
    for (i, pixel) in half.data_mut().chunks_exact_mut(4).enumerate() {
        let (x, y) = (i % side as usize, i / side as usize);
        let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(dy, dx)| {
            let at = (2 * y + dy) * row + (2 * x + dx) * 4;
            [from[at], from[at + 1], from[at + 2], from[at + 3]].map(u32::from)
        });
        let alpha: u32 = four.iter().map(|p| p[3]).sum();
        for (channel, value) in pixel.iter_mut().take(3).enumerate() {
            let sum: u32 = four.iter().map(|p| p[channel] * p[3]).sum();
            *value = sum.checked_div(alpha).unwrap_or(0) as u8;
        }
        pixel[3] = (alpha / 4) as u8;
    }
    half
}

#[cfg(test)]
mod tests {
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

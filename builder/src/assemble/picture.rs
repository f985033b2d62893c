//! The sizes of an icon from a PNG image.

use std::io::Cursor;

use icns::{Image, PixelFormat};

use crate::error::{Error, Result};

/// Side lengths of icons.
const SIDES: [u32; 7] = [16, 32, 64, 128, 256, 512, 1024];

/// Returns the image and smaller versions, each half the size, down to 16 pixels.
///
/// # Errors
/// The file is not a PNG image, or not a square with an icon size.
pub(super) fn sizes(png: &[u8]) -> Result<Vec<Image>> {
    let picture = Image::read_png(Cursor::new(png))?.convert_to(PixelFormat::RGBA);
    let (width, height) = (picture.width(), picture.height());
    if width != height || !SIDES.contains(&width) {
        let cause =
            format!("expected a square of 16, 32, 64, 128, 256, 512 or 1024 pixels, got {width} x {height}");
        return Err(Error::new(cause).hint("use 1024 x 1024 pixels"));
    }
    let next = |picture: &Image| (picture.width() > SIDES[0]).then(|| halved(picture));
    Ok(std::iter::successors(Some(picture), next).collect())
}

/// Returns an image of half the size. Each pixel is the mean of four; the color of transparent pixels is
/// ignored.
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

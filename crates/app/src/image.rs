//! Pictures that people bring: measured before they are decoded, drawn again before they are kept.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder, imageops::FilterType, metadata::Orientation,
};
use thiserror::Error;

/// The largest picture that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 10 * 1024 * 1024;
/// The largest picture that is decoded, in pixels: a small file can claim a picture that fills the memory.
pub(crate) const MAX_PIXELS: u64 = 40_000_000;
/// The longest side of a logo, in pixels.
const LOGO_SIDE: u32 = 512;
/// A smaller one would be unreadable.
const LOGO_LEAST: u32 = 32;

/// The longest side of a scanned paper, in pixels: an A4 page at 200 points an inch.
const PAPER_SIDE: u32 = 2400;
/// The longest side of a photo, in pixels.
const PHOTO_SIDE: u32 = 800;
/// The side of the small one on a card, twice what is shown.
const FACE_SIDE: u32 = 128;
/// The small one weighs no more: a page of five children stays light.
const FACE_BYTES: usize = 4 * 1024;

/// Why a picture was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum PictureError {
    /// Too many bytes.
    #[error("Ce fichier dépasse 10\u{a0}Mo. Réduisez l’image, puis recommencez.")]
    TooHeavy,
    /// Too many pixels.
    #[error(
        "Cette image a {0}\u{a0}×\u{a0}{1}\u{a0}points, c’est trop\u{a0}: 40\u{a0}millions au plus. Réduisez-la, puis recommencez."
    )]
    TooLarge(u32, u32),
    /// Too few pixels.
    #[error(
        "Cette image n’a que {0}\u{a0}×\u{a0}{1}\u{a0}points. Choisissez-en une d’au moins 32\u{a0}×\u{a0}32."
    )]
    TooSmall(u32, u32),
    /// A drawing that can hold scripts.
    #[error(
        "Les images SVG ne sont pas acceptées, car elles peuvent contenir des programmes. Enregistrez l’image en PNG, puis recommencez."
    )]
    Svg,
    /// Something else.
    #[error(
        "Ce fichier n’est pas une image PNG, JPEG ou WebP. Avec un iPhone, choisissez une photo déjà enregistrée en JPEG, ou faites-en une capture d’écran, puis recommencez."
    )]
    Unknown,
    /// The beginning is right and the rest is not.
    #[error(
        "Cette image est abîmée, nous n’avons pas pu la lire. Enregistrez-la de nouveau, puis recommencez."
    )]
    Damaged,
}

impl PictureError {
    /// The sentence beside the field.
    #[must_use]
    pub(crate) fn message_fr(&self) -> String {
        self.to_string()
    }
}

/// Draws a logo again as PNG, at most 512 pixels a side, upright, without any metadata.
pub(crate) fn logo(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let picture = decode(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    if width.min(height) < LOGO_LEAST {
        return Err(PictureError::TooSmall(width, height));
    }
    let drawn = if width.max(height) > LOGO_SIDE {
        picture.resize(LOGO_SIDE, LOGO_SIDE, FilterType::Lanczos3)
    } else {
        picture
    };
    // Eight bits a channel: an exotic depth or profile is not for a header.
    let drawn = DynamicImage::from(drawn.to_rgba8());
    let mut out = Cursor::new(Vec::new());
    drawn
        .write_to(&mut out, ImageFormat::Png)
        .map_err(|_| PictureError::Damaged)?;
    Ok(out.into_inner())
}

/// A photo drawn again.
#[derive(Debug)]
pub(crate) struct Photo {
    /// At most 800 pixels a side, JPEG.
    pub(crate) large: Vec<u8>,
    /// A square of 128 pixels, JPEG, at most 4 KB.
    pub(crate) small: Vec<u8>,
}

/// Draws a photo again as JPEG, upright, without any metadata: large, and as the square of a card.
pub(crate) fn photo(bytes: &[u8]) -> Result<Photo, PictureError> {
    let picture = decode(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    if width.min(height) < LOGO_LEAST {
        return Err(PictureError::TooSmall(width, height));
    }
    let large = if width.max(height) > PHOTO_SIDE {
        picture.resize(PHOTO_SIDE, PHOTO_SIDE, FilterType::Lanczos3)
    } else {
        picture
    };
    let face = large.resize_to_fill(FACE_SIDE, FACE_SIDE, FilterType::Lanczos3);
    let mut small = jpeg(&face, 80)?;
    // A picture full of detail is drawn coarser until it is light enough.
    for quality in [60, 40, 20, 5] {
        if small.len() > FACE_BYTES {
            small = jpeg(&face, quality)?;
        }
    }
    Ok(Photo {
        large: jpeg(&large, 85)?,
        small,
    })
}

/// Draws a scanned or photographed paper again as JPEG, legible, upright, without any metadata.
pub(crate) fn paper(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    let picture = decode(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    if width.min(height) < LOGO_LEAST {
        return Err(PictureError::TooSmall(width, height));
    }
    let drawn = if width.max(height) > PAPER_SIDE {
        picture.resize(PAPER_SIDE, PAPER_SIDE, FilterType::CatmullRom)
    } else {
        picture
    };
    jpeg(&drawn, 85)
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, PictureError> {
    let mut out = Vec::new();
    let plain = picture.to_rgb8();
    JpegEncoder::new_with_quality(&mut out, quality)
        .encode_image(&plain)
        .map_err(|_| PictureError::Damaged)?;
    Ok(out)
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    if bytes.len() > MAX_BYTES {
        return Err(PictureError::TooHeavy);
    }
    let format = format(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|e| damaged(&e))?;
    // From the header only: nothing was decoded yet.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge(width, height));
    }
    let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|e| damaged(&e))?;
    picture.apply_orientation(upright);
    Ok(picture)
}

fn damaged(error: &ImageError) -> PictureError {
    tracing::debug!(%error, "picture not read");
    PictureError::Damaged
}

/// Tells the format by the content; the name may say anything.
fn format(bytes: &[u8]) -> Result<ImageFormat, PictureError> {
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => Ok(format),
        _ if looks_like_svg(bytes) => Err(PictureError::Svg),
        _ => Err(PictureError::Unknown),
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let text = String::from_utf8_lossy(start).to_lowercase();
    text.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut out, ImageFormat::Png)
            .unwrap();
        out.into_inner()
    }

    #[test]
    fn a_large_logo_becomes_a_small_png() {
        let drawn = logo(&png(2000, 1000)).unwrap();
        let picture = image::load_from_memory_with_format(&drawn, ImageFormat::Png).unwrap();
        assert_eq!((picture.width(), picture.height()), (512, 256));
    }

    #[test]
    fn a_photo_is_a_light_face_and_a_large_picture() {
        let mut noisy = image::RgbImage::new(1600, 900);
        for (x, y, pixel) in noisy.enumerate_pixels_mut() {
            let n = (x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)).to_le_bytes();
            *pixel = image::Rgb([n[0], n[1], n[0] ^ n[1]]);
        }
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(noisy)
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        let drawn = photo(&bytes.into_inner()).unwrap();
        assert!(drawn.small.len() <= FACE_BYTES, "{}", drawn.small.len());
        let face = image::load_from_memory_with_format(&drawn.small, ImageFormat::Jpeg).unwrap();
        assert_eq!((face.width(), face.height()), (128, 128));
        let large = image::load_from_memory_with_format(&drawn.large, ImageFormat::Jpeg).unwrap();
        assert_eq!((large.width(), large.height()), (800, 450));
        assert_eq!(photo(b"%PDF-1.7").unwrap_err(), PictureError::Unknown);
        assert_eq!(photo(&png(1, 1)).unwrap_err(), PictureError::TooSmall(1, 1));
    }

    #[test]
    fn a_header_that_claims_too_much_is_not_decoded() {
        let mut bomb = png(32, 32);
        // Width and height stand after the signature, the length and the name of the first chunk.
        bomb[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
        let sum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(logo(&bomb), Err(PictureError::TooLarge(50_000, 50_000)));
    }

    #[test]
    fn what_is_not_a_picture_is_told_apart() {
        assert_eq!(
            logo(b"<?xml version=\"1.0\"?><svg xmlns='http://www.w3.org/2000/svg'/>"),
            Err(PictureError::Svg)
        );
        assert_eq!(logo(b"%PDF-1.7 not a picture"), Err(PictureError::Unknown));
        assert_eq!(logo(b""), Err(PictureError::Unknown));
        assert_eq!(logo(&png(64, 64)[..60]), Err(PictureError::Damaged));
        assert_eq!(logo(&png(16, 200)), Err(PictureError::TooSmall(16, 200)));
        assert_eq!(logo(&vec![0; MAX_BYTES + 1]), Err(PictureError::TooHeavy));
    }

    #[test]
    fn what_a_camera_hid_is_gone() {
        let mut with_text = png(64, 64);
        let mut chunk = b"tEXtComment\0Camille Durant, 48.85 N".to_vec();
        let sum = crc32(&chunk).to_be_bytes();
        let length = u32::try_from(chunk.len() - 4).unwrap().to_be_bytes();
        chunk.splice(0..0, length);
        chunk.extend_from_slice(&sum);
        with_text.splice(33..33, chunk);
        let drawn = logo(&with_text).unwrap();
        assert!(!drawn.windows(7).any(|w| w == b"Camille"));
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, b| {
            (0..8).fold(crc ^ u32::from(*b), |c, _| {
                (c >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(c & 1)))
            })
        })
    }
}

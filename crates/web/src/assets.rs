//! Style sheets, scripts and images of ours: built into the binary, addressed by content, kept by browsers for a year.
//! Each is compressed once, at the highest level: when the server starts ([`warm`]), or when it is first asked for.

use std::{
    collections::HashMap,
    io::Write,
    sync::{LazyLock, OnceLock},
};

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::Embed;
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[folder = "assets"]
#[exclude = "*.sha256"]
struct Folder;

struct Asset {
    media_type: &'static str,
    plain: Bytes,
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

/// All of them.
static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::load);

struct Assets {
    urls: HashMap<String, String>,
    files: HashMap<String, Asset>,
}

/// The address of a file by its plain name.
pub(crate) fn url(name: &str) -> String {
    ASSETS.urls.get(name).cloned().unwrap_or_default()
}

/// Compresses all of them, so that no visitor waits for it.
pub fn warm() {
    for asset in ASSETS.files.values() {
        asset.brotli();
        asset.gzip();
    }
}

impl Assets {
    fn load() -> Self {
        let mut urls = HashMap::new();
        let mut files = HashMap::new();
        for name in Folder::iter() {
            let Some(file) = Folder::get(&name) else {
                continue;
            };
            let hash = Sha256::digest(&file.data);
            let short = hex(&hash[..6]);
            let (stem, end) = name.rsplit_once('.').unwrap_or((&name, ""));
            let hashed = format!("{stem}-{short}.{end}");
            urls.insert(name.to_string(), format!("/assets/{hashed}"));
            files.insert(hashed, Asset::new(end, file.data.into_owned()));
        }
        Self { urls, files }
    }
}

impl Asset {
    fn new(end: &str, plain: Vec<u8>) -> Self {
        Self {
            media_type: media_type(end),
            plain: plain.into(),
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
        }
    }

    // Writing to memory does not fail; an empty result is not served.

    fn brotli(&self) -> &Bytes {
        self.brotli.get_or_init(|| {
            let mut out = Vec::new();
            let params = brotli::enc::BrotliEncoderParams {
                quality: 11,
                ..Default::default()
            };
            let _ = brotli::BrotliCompress(&mut self.plain.as_ref(), &mut out, &params);
            out.into()
        })
    }

    fn gzip(&self) -> &Bytes {
        self.gzip.get_or_init(|| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            let done = gzip.write_all(&self.plain).and_then(|()| gzip.finish());
            done.unwrap_or_default().into()
        })
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        // Writing to a String does not fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// The media type of a file of ours, by its ending.
fn media_type(end: &str) -> &'static str {
    match end {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

pub(crate) async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.files.get(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let (encoding, bytes) = if accepted.contains("br") && !asset.brotli().is_empty() {
        (Some("br"), asset.brotli())
    } else if accepted.contains("gzip") && !asset.gzip().is_empty() {
        (Some("gzip"), asset.gzip())
    } else {
        (None, &asset.plain)
    };
    let mut response = bytes.clone().into_response();
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.media_type),
    );
    out.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

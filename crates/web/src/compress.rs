//! Pages leave compressed: the whole body at once, by an encoder that each thread keeps.
//!
//! Accueil (7.6 kB) costs 25 µs for 2.8 kB ([record 0016](../../../docs/decisions/0016-gzip-in-one-go.md)); `cargo xtask
//! bench web` says what it does to a server under load.

use std::cell::RefCell;

use axum::{
    body::{Body, HttpBody as _, to_bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, header};
use libdeflater::{CompressionLvl, Compressor};

/// Smaller bodies do not gain; larger ones are files, compressed already or not worth the memory.
const SIZES: std::ops::RangeInclusive<u64> = 512..=1024 * 1024;

thread_local! {
    static ENCODER: RefCell<Compressor> = RefCell::new(Compressor::new(level()));
}

/// Level 1; there is a level 0, which does not compress.
fn level() -> CompressionLvl {
    CompressionLvl::new(1).unwrap_or_default()
}

/// Compresses what goes out, for who can read it.
pub(crate) async fn outgoing(request: Request, next: Next) -> Response {
    let reads = request.method() != Method::HEAD && reads_gzip(request.headers());
    let mut response = next.run(request).await;
    if !worth(&response) {
        return response;
    }
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if !reads {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The size is known and within bounds: nothing is waited for.
    let Ok(plain) = to_bytes(body, usize::MAX).await else {
        return Response::new(Body::empty());
    };
    let Some(small) = gzip(&plain) else {
        return Response::from_parts(parts, Body::from(plain));
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(parts, Body::from(small))
}

/// `gzip` stands in the list, and not with a weight of nought.
fn reads_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut one = lists
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','));
    one.any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let never = parts.any(|p| matches!(p, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        is_gzip && !never
    })
}

/// Text of a known size that nothing has compressed yet.
fn worth(response: &Response) -> bool {
    let headers = response.headers();
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    let text = kind.is_some_and(|kind| {
        kind.starts_with("text/")
            || kind.starts_with("application/json")
            || kind.starts_with("image/svg")
    });
    let size = response.body().size_hint().exact();
    text && !headers.contains_key(header::CONTENT_ENCODING)
        && size.is_some_and(|size| SIZES.contains(&size))
}

/// The whole body as one gzip member; nothing when it does not fit, which does not happen.
fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    ENCODER.with_borrow_mut(|encoder| {
        let mut out = vec![0; encoder.gzip_compress_bound(plain.len())];
        let size = encoder.gzip_compress(plain, &mut out).ok()?;
        out.truncate(size);
        Some(out)
    })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that fails"
    )]

    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_compressed_is_read_again_as_it_was() {
        for size in [512_usize, 7_577, 300_000] {
            let text: String = (0..size)
                .map(|n| ['a', 'b', 'c', 'd', ' ', 'é'][n % 89 % 6])
                .collect();
            let small = gzip(text.as_bytes()).unwrap();
            assert!(small.len() < text.len());
            let mut again = String::new();
            flate2::read::GzDecoder::new(small.as_slice())
                .read_to_string(&mut again)
                .unwrap();
            assert_eq!(again, text);
        }
    }

    #[test]
    fn only_who_reads_gzip_gets_it() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            reads_gzip(&headers)
        };
        assert!(with("gzip, deflate, br, zstd"));
        assert!(with("br;q=1.0, GZIP;q=0.8"));
        assert!(!with("br"));
        assert!(!with("gzip;q=0, identity"));
        assert!(!reads_gzip(&HeaderMap::new()));
    }
}

//! Pages leave compressed: the whole body at once, by an encoder that each thread keeps.
//!
//! Accueil (7.6 kB) costs 75 µs at level 5, for 2.7 kB; a streaming layer made a new encoder for each answer and sent it
//! in pieces, brotli took 200 µs for the same size. `cargo xtask bench web` says what it does to a server under load.

use std::cell::RefCell;

use axum::{
    body::{Body, HttpBody as _, to_bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};
use flate2::{Compress, Compression, Crc, FlushCompress};
use http::{HeaderMap, HeaderValue, Method, header};

/// Smaller bodies do not gain; larger ones are files, compressed already or not worth the memory.
const SIZES: std::ops::RangeInclusive<u64> = 512..=1024 * 1024;
/// The head of a gzip member: no name, no date, system unknown.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

thread_local! {
    static ENCODER: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(5), false));
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

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(plain.len() / 2 + 64);
    out.extend_from_slice(&HEAD);
    ENCODER.with_borrow_mut(|encoder| {
        encoder.reset();
        loop {
            let read = usize::try_from(encoder.total_in()).ok()?;
            match encoder
                .compress_vec(&plain[read..], &mut out, FlushCompress::Finish)
                .ok()?
            {
                flate2::Status::StreamEnd => return Some(()),
                _ => out.reserve(plain.len() / 2 + 64),
            }
        }
    })?;
    let mut crc = Crc::new();
    crc.update(plain);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    Some(out)
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

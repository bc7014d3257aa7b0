//! What every answer has: security headers, a reference found in the log, compression, a limit of time.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::timeout::TimeoutLayer;

use crate::{Web, compress, gate::Passed, posted::UPLOAD_LIMIT};

/// Reference of a request, shown on error pages and found in the log.
#[derive(Clone)]
pub(crate) struct Reference(pub(crate) String);

/// No inline script or style, nothing from elsewhere, nobody may frame us.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'";

/// The same, of a page whose form leads to where one pays.
pub(crate) fn csp_paying(address: &str) -> Option<HeaderValue> {
    let here = "form-action 'self'";
    HeaderValue::from_str(&CSP.replace(here, &format!("{here} {address}"))).ok()
}

pub(crate) fn wrap(router: Router, web: Arc<Web>) -> Router {
    router
        .layer(middleware::from_fn_with_state(web, dress))
        .layer(DefaultBodyLimit::max(UPLOAD_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(30),
        ))
        .layer(middleware::from_fn(compress::outgoing))
}

async fn dress(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let bytes: [u8; 5] = web.app.entropy.bytes();
    let reference = crate::assets::hex(&bytes).to_uppercase();
    request
        .extensions_mut()
        .insert(Reference(reference.clone()));
    let method = request.method().clone();
    let started = std::time::Instant::now();
    let mut response = next.run(request).await;
    let passed = response.extensions_mut().remove::<Passed>();
    let (path, commune) = passed.map_or((None, None), |p| (p.path, Some(p.commune)));
    let seconds = started.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    metrics::histogram!("preau_http_seconds", "status" => status.to_string()).record(seconds);
    tracing::info!(target: "preau::http", %method, path, commune, status, seconds, reference, "request");
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 7] = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "geolocation=(), microphone=(), payment=(), usb=()",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in fixed {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if web.secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    if let Ok(value) = HeaderValue::from_str(&reference) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

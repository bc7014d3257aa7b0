//! The commune's colours as a small style sheet, addressed by the colour itself.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::header;
use preau_rules::colour::{Colour, Theme};

use crate::routes::{Access, Routes};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/theme/{name}", Access::Public, show)
}

/// The path of the style sheet of an accent colour `#rrggbb`.
pub(crate) fn path(accent: &str) -> String {
    format!("/theme/{}.css", accent.trim_start_matches('#'))
}

async fn show(Path(name): Path<String>) -> Response {
    let css = name
        .strip_suffix(".css")
        .and_then(|hex| Colour::parse(hex).ok())
        .map(|colour| Theme::of(colour).css());
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, css.unwrap_or_default()).into_response()
}

//! The commune's colours as a small style sheet, addressed by the colour itself.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::header;
use preau_rules::colour::{Colour, Theme};

use crate::{
    failure::Failure,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/theme/{name}", Access::Public, show)
}

/// The path of the style sheet of an accent colour `#rrggbb`.
pub(crate) fn path(accent: &str) -> String {
    format!("/theme/{}.css", accent.trim_start_matches('#'))
}

async fn show(Path(name): Path<String>) -> Result<Response, Failure> {
    let colour = name
        .strip_suffix(".css")
        .and_then(|hex| Colour::parse(hex).ok());
    // A colour that cannot be read on the page is darkened, whoever asks for it.
    let css = Theme::of(colour.ok_or(preau_app::Error::NotFound)?).css();
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, css).into_response())
}

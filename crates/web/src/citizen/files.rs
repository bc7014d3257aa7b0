//! Files: given out by a use case that checks who asks, with headers under which they can do no harm.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, header};
use preau_app::file::{self, Opened};
use uuid::Uuid;

use crate::{
    call::{Call, Reply},
    params,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/fichiers/{id}/{name}", Access::Public, of_page)
        .get("/logo/{id}", Access::Public, logo)
}

/// The path of a page's file. The name is for the person who keeps it; the identifier counts. `agent`: the path below
/// which the files of drafts are given too.
pub(crate) fn path(id: Uuid, name: &str, agent: bool) -> String {
    let area = if agent { "/agent" } else { "" };
    format!("{area}/fichiers/{id}/{}", percent(name))
}

fn percent(name: &str) -> String {
    use std::fmt::Write;
    name.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(b.into());
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// A page's file, for families or for the agents who write pages: the use case tells them apart.
pub(crate) async fn of_page(call: Call, Path((id, _)): Path<(String, String)>) -> Reply {
    let opened = file::of_page(&call.cx, params::id(&id)?).await?;
    Ok(answer(opened, "private, max-age=300"))
}

async fn logo(call: Call, Path(id): Path<String>) -> Reply {
    let opened = file::logo(&call.cx, params::id(&id)?).await?;
    // Another logo has another address.
    Ok(answer(opened, "public, max-age=31536000, immutable"))
}

/// A paper of a request, shown or saved, and kept by no cache.
pub(crate) fn paper(opened: Opened) -> Response {
    answer(opened, "no-store")
}

/// A file that is saved, under its name, and kept by no cache.
pub(crate) fn download(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(value) = HeaderValue::from_str(&disposition("attachment", name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    (headers, bytes).into_response()
}

fn disposition(place: &str, name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-._ ".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let exact = percent(name);
    format!("{place}; filename=\"{ascii}\"; filename*=UTF-8''{exact}")
}

fn answer(opened: Opened, cache: &'static str) -> Response {
    let kind = file::kind_of(&opened.file.media_type);
    let place = if kind.inline { "inline" } else { "attachment" };
    let disposition = disposition(place, &opened.file.name);
    // A browser's own PDF reader does not start in a sandbox; the others need none of what it forbids.
    let policy = if kind.media_type == "application/pdf" {
        "default-src 'none'; object-src 'self'; frame-ancestors 'none'"
    } else {
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(kind.media_type),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    (headers, opened.bytes).into_response()
}

/// Robots read what is published, and leave the rest alone.
pub(crate) async fn robots() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (
        kind,
        "User-agent: *\nDisallow: /host\nDisallow: /agent\nDisallow: /*/agent\nDisallow: /*/espace-\nDisallow: /*/mon-compte\nDisallow: /*/connexion\n",
    )
}

/// Browsers that ask for an icon by its old name.
pub(crate) async fn favicon() -> Redirect {
    Redirect::permanent(&crate::assets::url("favicon.svg"))
}

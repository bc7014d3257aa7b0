//! The commune is the first segment of the path, or a host name of its own: taken off here, once.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::{IntoResponse, Redirect, Response},
};
use http::{Method, Uri, header};
use preau_store::Commune;
use tower::ServiceExt;

use crate::{Web, agent, assets, citizen, failure, host};

/// The commune a request is about, and what stands before its paths.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) commune: Arc<Commune>,
    /// `/laigneville`, or empty on a host name of its own.
    pub(crate) base: String,
}

/// The router of everything.
pub(crate) fn dispatch(web: Arc<Web>) -> Router {
    let portal = citizen::routes()
        .into_router(&web)
        .merge(agent::routes().into_router_without_fallback(&web))
        .with_state(Arc::clone(&web));
    let operators = host::routes()
        .into_router(&web)
        .with_state(Arc::clone(&web));
    let state = Arc::clone(&web);
    Router::new()
        .route("/assets/{name}", axum::routing::get(assets::serve))
        .route("/robots.txt", axum::routing::get(citizen::files::robots))
        .route("/favicon.ico", axum::routing::get(citizen::files::favicon))
        .nest("/host", operators.clone())
        .route(
            "/host/",
            axum::routing::get(|| async { Redirect::permanent("/host") }),
        )
        .fallback(move |request: Request| to_commune(state, portal, request))
        .with_state(web)
}

async fn to_commune(web: Arc<Web>, portal: Router, mut request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let own_host = request
        .headers()
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .map(|h| h.split(':').next().unwrap_or(h).to_ascii_lowercase())
        .and_then(|h| web.app.communes.by_host(&h));
    let (tenant, rest) = if let Some(commune) = own_host {
        (
            Tenant {
                commune,
                base: String::new(),
            },
            path,
        )
    } else {
        let (segment, rest) = split(&path);
        if segment.is_empty() {
            return host::front(&web).into_response();
        }
        let Some(commune) = web.app.communes.by_path(segment) else {
            return failure::no_commune();
        };
        let base = format!("/{}", commune.slug);
        // A former path, another case, or no final slash: to the one address.
        if segment != commune.slug || rest.is_empty() {
            let rest = if rest.is_empty() { "/" } else { rest };
            return moved(request.method(), &format!("{base}{rest}"), request.uri());
        }
        (Tenant { commune, base }, rest.to_owned())
    };
    if rest == "/accueil" {
        return moved(
            request.method(),
            &format!("{}/", tenant.base),
            request.uri(),
        );
    }
    let query = request
        .uri()
        .query()
        .map_or(String::new(), |q| format!("?{q}"));
    match format!("{rest}{query}").parse::<Uri>() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(_) => return failure::no_commune(),
    }
    request.extensions_mut().insert(tenant);
    portal
        .oneshot(request.map(Body::new))
        .await
        .unwrap_or_else(|never| match never {})
}

fn split(path: &str) -> (&str, &str) {
    let path = path.trim_start_matches('/');
    match path.find('/') {
        Some(at) => (&path[..at], &path[at..]),
        None => (path, ""),
    }
}

fn moved(method: &Method, to: &str, from: &Uri) -> Response {
    let to = match from.query() {
        Some(query) => format!("{to}?{query}"),
        None => to.to_owned(),
    };
    if method == Method::GET || method == Method::HEAD {
        Redirect::permanent(&to).into_response()
    } else {
        Redirect::to(&to).into_response()
    }
}

//! The first page of the installation: the communes that are open here.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::Web;

#[derive(Template)]
#[template(path = "host/front.html")]
struct Front {
    css: String,
    favicon: String,
    communes: Vec<(String, String)>,
}

/// Lists the communes.
pub(crate) fn front(web: &Web) -> Response {
    let open = web.app.communes.list().into_iter().filter(|c| c.open);
    let template = Front {
        css: crate::assets::url("preau.css"),
        favicon: crate::assets::url("favicon.svg"),
        communes: open
            .map(|c| (format!("/{}/", c.slug), c.name.clone()))
            .collect(),
    };
    Html(template.render().unwrap_or_default()).into_response()
}

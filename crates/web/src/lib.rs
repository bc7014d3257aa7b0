//! The web: pages for citizens, agents and the host. A page is its handler, its template and its test, side by side.
//!
//! [`service`] gives the whole site as one router. A request passes: security headers and reference ([`outer`]),
//! the commune taken off the path ([`tenant`]), the caller and the right that the route asks for ([`gate`]), then the
//! page. Routes are declared once, with who may call them ([`routes`]).

mod agent;
mod assets;
mod billing;
mod call;
mod citizen;
mod compress;
mod csrf;
mod failure;
mod forms;
mod gate;
mod host;
mod outer;
mod page;
mod params;
mod parts;
mod planning;
mod posted;
mod prose;
mod routes;
#[cfg(test)]
mod styleguide;
mod tenant;
mod typography;

use std::sync::Arc;

use preau_app::App;

pub use assets::warm;
pub use routes::{Access, Area, RouteInfo};

/// What every request shares.
pub struct Web {
    pub(crate) app: Arc<App>,
    pub(crate) behind_proxy: bool,
    pub(crate) secure: bool,
}

/// The whole site. `behind_proxy`: the visitor's address stands in `X-Forwarded-For`, written by a proxy of ours.
pub fn service(app: Arc<App>, behind_proxy: bool) -> axum::Router {
    let secure = app.settings.public_url.starts_with("https://");
    let web = Arc::new(Web {
        app,
        behind_proxy,
        secure,
    });
    outer::wrap(tenant::dispatch(Arc::clone(&web)), web)
}

/// Every route with who may call it: the test that walks them all starts here.
#[must_use]
pub fn every_route() -> Vec<RouteInfo> {
    [
        citizen::routes().into_table(),
        agent::routes().into_table(),
        host::routes().into_table(),
    ]
    .concat()
}

//! Routes, declared once: method, path, who may call, handler. What is declared is what the gate enforces.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{self, MethodRouter},
};
use http::Method;
use preau_rules::permission::Right;

use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    Web,
    failure::{self, Failure},
    gate,
};

/// Whose pages: decides which cookie counts and which shell is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The portal of the families.
    Citizen,
    /// `/agent`.
    Agent,
    /// `/host`.
    Host,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// An agent (operator) who gave the password and still owes the second factor.
    Halfway,
    /// Any agent, or operator in the host's area, fully logged in.
    LoggedIn,
    /// A citizen with an account, logged in.
    Account,
    /// An agent who holds this right somewhere; the use case asks again, for the site.
    Holds(Right),
}

/// A route as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// GET or POST.
    pub method: Method,
    /// Path below the commune's, with `{parameters}`.
    pub path: &'static str,
    /// Whose page.
    pub area: Area,
    /// Who may call.
    pub access: Access,
}

/// Gathers routes of one area.
pub(crate) struct Routes {
    area: Area,
    handlers: Vec<(RouteInfo, MethodRouter<Arc<Web>>)>,
}

impl Routes {
    pub(crate) fn new(area: Area) -> Self {
        Self {
            area,
            handlers: Vec::new(),
        }
    }

    pub(crate) fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<Web>>,
        T: 'static,
    {
        self.add(Method::GET, path, access, routing::get(handler))
    }

    pub(crate) fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<Web>>,
        T: 'static,
    {
        self.add(Method::POST, path, access, routing::post(handler))
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<Arc<Web>>,
    ) -> Self {
        let info = RouteInfo {
            method,
            path,
            area: self.area,
            access,
        };
        self.handlers.push((info, handler));
        self
    }

    /// Adds the routes of a page.
    pub(crate) fn with(self, add: fn(Self) -> Self) -> Self {
        add(self)
    }

    pub(crate) fn into_table(self) -> Vec<RouteInfo> {
        self.handlers.into_iter().map(|(info, _)| info).collect()
    }

    /// The router, with the area's own page for what is not there.
    pub(crate) fn into_router(self, web: &Arc<Web>) -> Router<Arc<Web>> {
        let gate = self.gate(web, Access::Public);
        let nothing = routing::any(|| async { Failure::from(preau_app::Error::NotFound) })
            .layer(middleware::from_fn_with_state(gate, gate::pass));
        self.into_router_without_fallback(web)
            .fallback_service(nothing.with_state(Arc::clone(web)))
    }

    pub(crate) fn into_router_without_fallback(self, web: &Arc<Web>) -> Router<Arc<Web>> {
        let mut router = Router::new();
        for (info, handler) in self.handlers {
            let state = gate::Gate {
                web: Arc::clone(web),
                area: info.area,
                access: info.access,
            };
            let layer = middleware::from_fn_with_state(state, gate::pass);
            let caught = handler.layer(CatchPanicLayer::custom(failure::of_panic));
            router = router.route(info.path, caught.layer(layer));
        }
        router
    }

    fn gate(&self, web: &Arc<Web>, access: Access) -> gate::Gate {
        gate::Gate {
            web: Arc::clone(web),
            area: self.area,
            access,
        }
    }
}

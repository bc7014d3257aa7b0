//! Keeps a session alive when its user says so: the gate has just prolonged it.

use axum::response::IntoResponse;
use http::StatusCode;
use preau_app::session::Known;

use crate::{
    call::{Call, Reply},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/agent/session", Access::Public, show)
}

pub(crate) fn host_routes(routes: Routes) -> Routes {
    routes.get("/session", Access::Public, show)
}

/// 204, or 401 when the session is over: a script must not take the log-in page for an answer.
async fn show(call: Call) -> Reply {
    let status = match call.known {
        Known::Agent(_) => StatusCode::NO_CONTENT,
        _ => StatusCode::UNAUTHORIZED,
    };
    Ok(status.into_response())
}

//! The session of a citizen's browser: given, kept alive, ended.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use preau_app::{Caller, FieldError, citizen::session, session::Browser};
use preau_rules::french;

use crate::{
    call::{Call, Reply, device_name, render, set_cookie},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/session", Access::Public, show)
        .post("/deconnexion", Access::Public, log_out)
}

/// Seconds that a browser is known for: a year.
const DEVICE_LIFE: u32 = 365 * 24 * 3600;
/// Seconds of « Rester connecté ».
const KEPT: u32 = 30 * 24 * 3600;

/// Gives the browser its new session, in place of any before.
pub(crate) fn arrived(
    call: &Call,
    browser: &Browser,
    token: &str,
    keep: bool,
    response: &mut Response,
) {
    if keep {
        call.keep_session(response, token, KEPT);
    } else {
        call.put_session(response, Some(token));
    }
    let device = browser.device.as_deref().unwrap_or_default();
    let name = device_name(call.web.secure, &call.slug, call.area);
    let cookie = set_cookie(call.web.secure, &name, device, Some(DEVICE_LIFE));
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

/// 204, or 401 when the session is over: a script must not take the log-in page for an answer.
async fn show(call: Call) -> Reply {
    let status = match call.cx.caller {
        Caller::Account(_) => StatusCode::NO_CONTENT,
        _ => StatusCode::UNAUTHORIZED,
    };
    Ok(status.into_response())
}

async fn log_out(Submitted { call, .. }: Submitted) -> Reply {
    session::log_out(&call.cx).await?;
    let mut response = call.see_saying("/", "ok", "Vous êtes déconnecté.");
    call.put_session(&mut response, None);
    Ok(response)
}

/// What stands above a form that was sent too often.
pub(crate) fn wait(call: &Call, until: Timestamp) -> Vec<FieldError> {
    let wait = french::wait(seconds(call, until).unsigned_abs());
    vec![FieldError::new(
        "attente",
        format!(
            "Trop d’essais en peu de temps. Pour protéger les comptes, patientez {wait}, puis recommencez."
        ),
    )]
}

fn seconds(call: &Call, until: Timestamp) -> i64 {
    (until.as_second() - call.cx.at.as_second()).max(1)
}

/// The form comes back with what was typed and says how long to wait.
pub(crate) fn too_many(call: &Call, template: &impl askama::Template, until: Timestamp) -> Reply {
    let mut response = render(template, StatusCode::TOO_MANY_REQUESTS)?;
    let after = HeaderValue::from(seconds(call, until));
    response.headers_mut().insert(header::RETRY_AFTER, after);
    Ok(response)
}

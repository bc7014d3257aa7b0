//! The way in of agents and of operators: address and password. The second step is in `second_factor`.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use http::header;
use preau_app::{
    Error, login,
    session::{self, Browser, Known},
};

use crate::{
    call::{self, Call, Reply, device_name, set_cookie},
    forms::Form,
    page::Page,
    params::{Asked, asked},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/connexion", Access::Public, show)
        .post("/agent/connexion", Access::Public, submit)
        .post("/agent/deconnexion", Access::Public, log_out)
}

pub(crate) fn host_routes(routes: Routes) -> Routes {
    routes
        .get("/connexion", Access::Public, show)
        .post("/connexion", Access::Public, submit)
        .post("/deconnexion", Access::Public, log_out)
}

#[derive(Template)]
#[template(path = "agent/login.html")]
struct LogIn {
    page: Page,
    form: Form,
    back: String,
}

fn form() -> Form {
    Form::default()
        .required("email", "Adresse e-mail")
        .required("mot_de_passe", "Mot de passe")
}

fn template(call: &Call, form: Form, back: &str) -> LogIn {
    LogIn {
        page: call.page("Se connecter", ""),
        form,
        back: back.to_owned(),
    }
}

/// Seconds that a browser is known for: a year.
const DEVICE_LIFE: u32 = 365 * 24 * 3600;

/// The browser, with the cookie that stays in it; a new one is given by [`arrived`].
pub(crate) fn browser(call: &Call) -> Browser {
    let device = call.device.clone().filter(|d| d.len() == 43);
    Browser {
        user_agent: call.user_agent.clone(),
        device: Some(device.unwrap_or_else(|| call.web.app.entropy.token())),
    }
}

/// Gives the browser its new session.
pub(crate) fn arrived(call: &Call, browser: &Browser, token: &str, response: &mut Response) {
    call.put_session(response, Some(token));
    let device = browser.device.as_deref().unwrap_or_default();
    let name = device_name(call.web.secure, &call.slug, call.area);
    let cookie = set_cookie(call.web.secure, &name, device, Some(DEVICE_LIFE));
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

/// The page that was asked for before the log-in, if it is one of this side; else the first page.
pub(crate) fn home(call: &Call, back: &str) -> String {
    // The operators' paths come without their first segment.
    let prefix = if call.root() == "/agent" {
        "/agent"
    } else {
        ""
    };
    let inside = call::safe_return(Some(back))
        .and_then(|path| path.strip_prefix(prefix))
        .filter(|rest| rest.starts_with('/') || rest.starts_with('?'))
        .filter(|rest| *rest != "/" && !rest.starts_with("/connexion"));
    format!("{}{}", call.root(), inside.unwrap_or_default())
}

/// An address of this side that remembers the page that was asked for.
pub(crate) fn step(call: &Call, path: &str, back: &str) -> Response {
    let query = if back.is_empty() {
        String::new()
    } else {
        let pair = [("retour", back)];
        let encoded = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pair)
            .finish();
        format!("?{encoded}")
    };
    Redirect::to(&format!("{}{path}{query}", call.area_base())).into_response()
}

async fn show(call: Call, asked_for: Asked) -> Reply {
    let back = asked(&asked_for, "retour").unwrap_or_default();
    if matches!(call.known, Known::Agent(_)) {
        return Ok(call.see(&home(&call, back)));
    }
    call.html(&template(&call, form(), back))
}

async fn submit(Submitted { call, form: posted }: Submitted) -> Reply {
    let back = posted.text("retour");
    let browser = browser(&call);
    let (email, password) = (posted.text("email"), posted.text("mot_de_passe"));
    match login::with_password(&call.cx, email, password, &browser).await {
        Ok(token) => {
            let mut response = step(&call, "/connexion/code", back);
            call.put_session(&mut response, Some(&token));
            Ok(response)
        }
        Err(Error::Invalid(errors)) => {
            let form = form().filled(&posted).with_errors(&errors);
            call.invalid(&template(&call, form, back))
        }
        Err(error) => Err(error.into()),
    }
}

async fn log_out(Submitted { call, .. }: Submitted) -> Reply {
    session::log_out(&call.cx, &call.known).await?;
    let path = format!("{}/connexion", call.root());
    let mut response = call.see_saying(&path, "ok", "Vous êtes déconnecté.");
    call.put_session(&mut response, None);
    Ok(response)
}

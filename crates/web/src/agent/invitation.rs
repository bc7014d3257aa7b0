//! Choosing a password: from an invitation, or from « Mot de passe oublié ».

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use preau_app::{
    Error,
    invitation::{self, Purpose, Usable},
    password,
};

use super::login::browser;
use crate::{
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/invitation/{token}", Access::Public, show)
        .post("/agent/invitation/{token}", Access::Public, submit)
        .get("/agent/mot-de-passe", Access::Public, ask)
        .post("/agent/mot-de-passe", Access::Public, asked)
        .get("/agent/mot-de-passe/{token}", Access::Public, show)
        .post("/agent/mot-de-passe/{token}", Access::Public, submit)
}

pub(crate) fn host_routes(routes: Routes) -> Routes {
    routes
        .get("/invitation/{token}", Access::Public, show)
        .post("/invitation/{token}", Access::Public, submit)
        .get("/mot-de-passe", Access::Public, ask)
        .post("/mot-de-passe", Access::Public, asked)
        .get("/mot-de-passe/{token}", Access::Public, show)
        .post("/mot-de-passe/{token}", Access::Public, submit)
}

#[derive(Template)]
#[template(path = "agent/password.html")]
struct Choose {
    page: Page,
    form: Form,
    welcome: bool,
    first_name: String,
    email: String,
}

#[derive(Template)]
#[template(path = "agent/link_over.html")]
struct Over {
    page: Page,
}

#[derive(Template)]
#[template(path = "agent/forgot.html")]
struct Forgot {
    page: Page,
    form: Form,
}

/// The two fields of a new password.
pub(crate) fn new_password(form: Form) -> Form {
    form.required("mot_de_passe", "Nouveau mot de passe")
        .hint(password::hint())
        .required("confirmation_mot_de_passe", "Le même, une seconde fois")
}

fn template(call: &Call, usable: Usable, form: Form) -> Choose {
    Choose {
        page: call.page("Choisir un mot de passe", ""),
        form,
        welcome: usable.purpose == Purpose::Welcome,
        first_name: usable.first_name,
        email: usable.email,
    }
}

fn over(call: &Call) -> Reply {
    let page = call.page("Ce lien ne fonctionne plus", "");
    render(&Over { page }, StatusCode::GONE)
}

async fn show(call: Call, Path(token): Path<String>) -> Reply {
    match invitation::open(&call.cx, &token).await {
        Ok(usable) => call.html(&template(&call, usable, new_password(Form::default()))),
        Err(Error::NotFound) => over(&call),
        Err(error) => Err(error.into()),
    }
}

async fn submit(Path(token): Path<String>, Submitted { call, form: posted }: Submitted) -> Reply {
    let (new, again) = (
        posted.text("mot_de_passe"),
        posted.text("confirmation_mot_de_passe"),
    );
    let browser = browser(&call);
    match invitation::accept(&call.cx, &token, new, again, &browser).await {
        Ok(session) => Ok(chosen(&call, session.as_deref())),
        Err(Error::Invalid(errors)) => {
            let usable = invitation::open(&call.cx, &token).await?;
            let form = new_password(Form::default()).with_errors(&errors);
            call.invalid(&template(&call, usable, form))
        }
        Err(Error::NotFound) => over(&call),
        Err(error) => Err(error.into()),
    }
}

fn chosen(call: &Call, session: Option<&str>) -> Response {
    let path = if session.is_some() {
        "/connexion/code"
    } else {
        "/connexion"
    };
    let text = "Votre mot de passe est enregistré.";
    let mut response = call.see_saying(&format!("{}{path}", call.root()), "ok", text);
    // Whoever was logged in with the old password is not any more.
    call.put_session(&mut response, session);
    response
}

fn forgot_form() -> Form {
    Form::default()
        .required("email", "Adresse e-mail")
        .hint("Celle avec laquelle vous vous connectez.")
}

async fn ask(call: Call) -> Reply {
    let page = call.page("Mot de passe oublié", "");
    call.html(&Forgot {
        page,
        form: forgot_form(),
    })
}

async fn asked(Submitted { call, form: posted }: Submitted) -> Reply {
    match invitation::forgot(&call.cx, posted.text("email")).await {
        Ok(()) => Ok(call.see_saying(
            &format!("{}/connexion", call.root()),
            "info",
            "Si cette adresse est celle d’un agent, un message vient de lui être envoyé. Le lien qu’il contient fonctionne pendant une heure.",
        )),
        Err(Error::Invalid(errors)) => {
            let form = forgot_form().filled(&posted).with_errors(&errors);
            let page = call.page("Mot de passe oublié", "");
            call.invalid(&Forgot { page, form })
        }
        Err(error) => Err(error.into()),
    }
}

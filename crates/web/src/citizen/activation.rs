//! « Confirmer mon inscription »: the page that the link of the mail opens. Opening it confirms nothing: scanners of
//! mail open links too. A link that was cut by a mail program gets a page that helps.

use askama::Template;
use preau_app::{
    Error,
    citizen::activation::{self, Confirmed, Link},
};

use super::{
    session::wait,
    signup::{activated, wrong_code},
};
use crate::{
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params::{Asked, asked},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/activation", Access::Public, show)
        .post("/activation", Access::Public, confirm)
        .post("/activation/code", Access::Public, take_code)
}

#[derive(Template)]
#[template(path = "citizen/activation.html")]
struct Activation {
    page: Page,
    token: String,
    name: String,
    email: String,
}

#[derive(Template)]
#[template(path = "citizen/activation_lost.html")]
struct Lost {
    page: Page,
    form: Form,
}

fn shell(call: &Call) -> Page {
    call.page("Confirmer mon inscription", "")
        .crumb("Accueil", Some("/"))
        .crumb("Confirmer mon inscription", None)
}

fn lost(call: &Call, form: Form) -> Reply {
    let wrong = !form.errors().is_empty();
    let page = shell(call);
    let template = Lost { page, form };
    if wrong {
        call.invalid(&template)
    } else {
        call.html(&template)
    }
}

fn fields() -> Form {
    Form::default()
        .required("email", "E-mail de votre inscription")
        .required("code", "Code à 6 chiffres")
}

fn expired(call: &Call, id: uuid::Uuid) -> axum::response::Response {
    call.see_saying(
        &format!("/compte/confirmation/{id}"),
        "warn",
        "Ce lien n’est plus valable. Renvoyez l’e-mail pour en recevoir un autre.",
    )
}

async fn show(call: Call, asked_for: Asked) -> Reply {
    let token = asked(&asked_for, "id").unwrap_or_default();
    match activation::look(&call.cx, token).await? {
        Link::Ready { name, email } => call.html(&Activation {
            page: shell(&call),
            token: token.to_owned(),
            name,
            email,
        }),
        Link::Done => Ok(call.see_saying(
            "/connexion",
            "info",
            "Votre inscription est déjà confirmée. Connectez-vous.",
        )),
        Link::Expired { id } => Ok(expired(&call, id)),
        Link::Unknown => lost(&call, fields()),
    }
}

async fn confirm(Submitted { call, form }: Submitted) -> Reply {
    match activation::by_link(&call.cx, form.text("id")).await? {
        Confirmed::Done => Ok(activated(&call)),
        Confirmed::Expired { id } => Ok(expired(&call, id)),
        Confirmed::Wrong => lost(&call, fields()),
    }
}

async fn take_code(Submitted { call, form }: Submitted) -> Reply {
    let (email, code) = (form.text("email"), form.text("code"));
    let errors = match activation::by_address_and_code(&call.cx, email, code).await {
        Ok(Confirmed::Done) => return Ok(activated(&call)),
        Ok(Confirmed::Expired { id }) => return Ok(expired(&call, id)),
        Ok(Confirmed::Wrong) => vec![wrong_code()],
        Err(Error::Invalid(errors)) => errors,
        Err(Error::TooMany(until)) => wait(&call, until),
        Err(other) => return Err(other.into()),
    };
    lost(&call, fields().filled(&form).with_errors(&errors))
}

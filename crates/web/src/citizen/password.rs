//! « Mot de passe oublié »: ask for a mail, type its code or open its link, choose another password.

use askama::Template;
use axum::extract::Path;
use preau_app::{Error, citizen::password};

use super::{
    login::{AskMail, MailCode, code_field, email_field},
    session::{too_many, wait},
    signup::new_password,
};
use crate::{
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params::{self, Asked, asked},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/mot-de-passe", Access::Public, ask)
        .post("/mot-de-passe", Access::Public, send)
        .get("/mot-de-passe/code/{id}", Access::Public, ask_code)
        .post("/mot-de-passe/code/{id}", Access::Public, take_code)
        .get("/mot-de-passe/choisir", Access::Public, show)
        .post("/mot-de-passe/choisir", Access::Public, choose)
}

fn shell(call: &Call, title: &str) -> Page {
    call.page(title, "")
        .crumb("Accueil", Some("/"))
        .crumb("Se connecter", Some("/connexion"))
        .crumb(title, None)
}

fn ask_page(call: &Call, form: Form) -> AskMail {
    AskMail {
        page: shell(call, "Mot de passe oublié"),
        form,
        title: "Mot de passe oublié",
        lead: "Nous envoyons un lien et un code à l’adresse de votre compte. Ils servent à choisir un autre mot de passe.",
        action: call.href("/mot-de-passe"),
        button: "Envoyer l’e-mail",
    }
}

async fn ask(call: Call) -> Reply {
    call.html(&ask_page(&call, email_field()))
}

async fn send(Submitted { call, form }: Submitted) -> Reply {
    match password::forgot(&call.cx, form.text("email")).await {
        Ok(id) => Ok(call.see(&format!("/mot-de-passe/code/{id}"))),
        Err(Error::Invalid(errors)) => call.invalid(&ask_page(
            &call,
            email_field().filled(&form).with_errors(&errors),
        )),
        Err(Error::TooMany(until)) => {
            let form = email_field().filled(&form).with_errors(&wait(&call, until));
            too_many(&call, &ask_page(&call, form), until)
        }
        Err(other) => Err(other.into()),
    }
}

fn code_page(call: &Call, id: &str, form: Form) -> MailCode {
    MailCode {
        page: shell(call, "Consultez votre messagerie"),
        form,
        action: call.href(&format!("/mot-de-passe/code/{id}")),
        again: call.href("/mot-de-passe"),
        button: "Continuer",
        life: "1 heure",
    }
}

async fn ask_code(call: Call, Path(id): Path<String>) -> Reply {
    let id = params::id(&id)?.to_string();
    call.html(&code_page(&call, &id, code_field()))
}

async fn take_code(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    match password::by_code(&call.cx, params::id(&id)?, form.text("code")).await {
        Ok(token) => Ok(call.see(&format!("/mot-de-passe/choisir?id={token}"))),
        Err(Error::Invalid(errors)) => call.invalid(&code_page(
            &call,
            &id,
            code_field().filled(&form).with_errors(&errors),
        )),
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "citizen/password_choose.html")]
struct Choose {
    page: Page,
    form: Form,
    token: String,
    /// Whose; absent when the link works no more.
    email: Option<String>,
}

async fn page(call: &Call, token: &str, form: Form) -> Result<Choose, Error> {
    let account = password::behind_link(&call.cx, token).await?;
    Ok(Choose {
        page: shell(call, "Choisir un mot de passe"),
        form,
        token: token.to_owned(),
        email: account.map(|a| a.email),
    })
}

async fn show(call: Call, asked_for: Asked) -> Reply {
    let token = asked(&asked_for, "id").unwrap_or_default();
    call.html(&page(&call, token, new_password(&call, Form::default())).await?)
}

async fn choose(Submitted { call, form }: Submitted) -> Reply {
    let token = form.text("id");
    let (new, again) = (
        form.text("mot_de_passe"),
        form.text("confirmation_mot_de_passe"),
    );
    let fields = new_password(&call, Form::default());
    match password::choose(&call.cx, token, new, again).await {
        Ok(true) => {
            let mut response = call.see_saying(
                "/connexion",
                "ok",
                "Votre mot de passe est changé. Connectez-vous avec le nouveau.",
            );
            call.put_session(&mut response, None);
            Ok(response)
        }
        Ok(false) => call.html(&page(&call, token, fields).await?),
        Err(Error::Invalid(errors)) => {
            call.invalid(&page(&call, token, fields.with_errors(&errors)).await?)
        }
        Err(other) => Err(other.into()),
    }
}

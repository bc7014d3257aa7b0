//! « Se connecter »: address and password, or a link in a mail.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use preau_app::{
    Error,
    citizen::login::{self, In},
};
use preau_rules::french;

use super::{
    home::login_form,
    session::{arrived, too_many, wait},
};
use crate::{
    agent::login::browser,
    call::{self, Call, Reply, render},
    forms::Form,
    page::Page,
    params::{self, Asked, asked},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/connexion", Access::Public, show)
        .post("/connexion", Access::Public, submit)
        .get("/connexion/lien", Access::Public, link)
        .post("/connexion/lien", Access::Public, use_link)
        .get("/connexion/sans-mot-de-passe", Access::Public, ask)
        .post("/connexion/sans-mot-de-passe", Access::Public, send_link)
        .get("/connexion/code/{id}", Access::Public, ask_code)
        .post("/connexion/code/{id}", Access::Public, take_code)
}

#[derive(Template)]
#[template(path = "citizen/login.html")]
struct LogIn {
    page: Page,
    form: Form,
    back: String,
}

fn form() -> Form {
    login_form().optional(
        "rester",
        "Rester connecté sur cet appareil pendant 30 jours",
    )
}

fn shell(call: &Call, title: &str) -> Page {
    call.page(title, "")
        .crumb("Accueil", Some("/"))
        .crumb(title, None)
}

fn template(call: &Call, form: Form, back: &str) -> LogIn {
    LogIn {
        page: shell(call, "Se connecter"),
        form,
        back: back.to_owned(),
    }
}

/// The page that was asked for before the log-in, if it is one of this portal; else Mon espace citoyen.
fn after(call: &Call, back: &str) -> Response {
    let path = call::safe_return(Some(back))
        .filter(|path| *path != "/" && !path.starts_with("/connexion"))
        .unwrap_or("/espace-citoyen");
    Redirect::to(&call.href(path)).into_response()
}

async fn show(call: Call, asked_for: Asked) -> Reply {
    let back = asked(&asked_for, "retour").unwrap_or_default();
    if call.cx.caller.account().is_ok() {
        return Ok(after(&call, back));
    }
    call.html(&template(&call, form(), back))
}

async fn submit(Submitted { call, form: posted }: Submitted) -> Reply {
    let back = posted.text("retour");
    let browser = browser(&call);
    let keep = posted.ticked("rester");
    let (email, password) = (posted.text("email"), posted.text("mot_de_passe"));
    match login::with_password(&call.cx, email, password, keep, &browser).await {
        Ok(In::Opened(token)) => {
            let mut response = after(&call, back);
            arrived(&call, &browser, &token, keep, &mut response);
            Ok(response)
        }
        Ok(In::Unconfirmed(id)) => Ok(call.see_saying(
            &format!("/compte/confirmation/{id}"),
            "warn",
            "Votre inscription n’est pas encore confirmée. Utilisez l’e-mail reçu, ou renvoyez-le.",
        )),
        Ok(In::Blocked { since, reason }) => {
            let zone = call.portal.zone();
            let template = Blocked {
                page: shell(&call, "Votre compte est bloqué"),
                since: french::instant(since, &zone),
                reason,
                town_hall: call.portal.town_hall.clone(),
                phone: call.portal.phone.clone(),
                hours: call.portal.hours.lines().map(ToOwned::to_owned).collect(),
            };
            render(&template, StatusCode::FORBIDDEN)
        }
        Err(Error::Invalid(errors)) => {
            let form = form().filled(&posted).with_errors(&errors);
            call.invalid(&template(&call, form, back))
        }
        Err(Error::TooMany(until)) => {
            let form = form().filled(&posted).with_errors(&wait(&call, until));
            too_many(&call, &template(&call, form, back), until)
        }
        Err(error) => Err(error.into()),
    }
}

/// An agent has blocked the account: why, and whom to ask.
#[derive(Template)]
#[template(path = "citizen/blocked.html")]
struct Blocked {
    page: Page,
    since: String,
    reason: String,
    town_hall: String,
    phone: String,
    hours: Vec<String>,
}

#[derive(Template)]
#[template(path = "citizen/login_link.html")]
struct LinkPage {
    page: Page,
    token: String,
    /// Who comes in; absent when the link works no more.
    name: Option<String>,
}

fn link_page(call: &Call, token: &str, name: Option<String>) -> Reply {
    call.html(&LinkPage {
        page: shell(call, "Lien de connexion"),
        token: token.to_owned(),
        name,
    })
}

/// Opening the link lets nobody in: scanners of mail open links too.
async fn link(call: Call, asked_for: Asked) -> Reply {
    let token = asked(&asked_for, "id").unwrap_or_default();
    let name = login::behind_link(&call.cx, token).await?;
    link_page(&call, token, name)
}

async fn use_link(Submitted { call, form }: Submitted) -> Reply {
    let browser = browser(&call);
    let opened = login::with_link(&call.cx, form.text("id"), &browser).await?;
    let Some(token) = opened else {
        return link_page(&call, "", None);
    };
    let mut response = after(&call, "");
    arrived(&call, &browser, &token, false, &mut response);
    Ok(response)
}

#[derive(Template)]
#[template(path = "citizen/ask_mail.html")]
pub(crate) struct AskMail {
    pub(crate) page: Page,
    pub(crate) form: Form,
    pub(crate) title: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) action: String,
    pub(crate) button: &'static str,
}

fn ask_page(call: &Call, form: Form) -> AskMail {
    AskMail {
        page: shell(call, "Recevoir un lien de connexion"),
        form,
        title: "Recevoir un lien de connexion",
        lead: "Sans mot de passe : nous envoyons un lien et un code à l’adresse de votre compte.",
        action: call.href("/connexion/sans-mot-de-passe"),
        button: "Envoyer le lien",
    }
}

/// The one field of the forms that ask for a mail.
pub(crate) fn email_field() -> Form {
    Form::default().required("email", "E-mail (identifiant)")
}

async fn ask(call: Call) -> Reply {
    call.html(&ask_page(&call, email_field()))
}

async fn send_link(Submitted { call, form }: Submitted) -> Reply {
    match login::ask_link(&call.cx, form.text("email")).await {
        Ok(id) => Ok(call.see(&format!("/connexion/code/{id}"))),
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

/// The page that takes the code of a mail, whether or not a mail left.
#[derive(Template)]
#[template(path = "citizen/mail_code.html")]
pub(crate) struct MailCode {
    pub(crate) page: Page,
    pub(crate) form: Form,
    pub(crate) action: String,
    pub(crate) again: String,
    pub(crate) button: &'static str,
    pub(crate) life: &'static str,
}

/// The one field of that page.
pub(crate) fn code_field() -> Form {
    Form::default().required("code", "Code à 6 chiffres")
}

fn code_page(call: &Call, id: &str, form: Form) -> MailCode {
    MailCode {
        page: shell(call, "Consultez votre messagerie"),
        form,
        action: call.href(&format!("/connexion/code/{id}")),
        again: call.href("/connexion/sans-mot-de-passe"),
        button: "Me connecter",
        life: "20 minutes",
    }
}

async fn ask_code(call: Call, Path(id): Path<String>) -> Reply {
    let id = params::id(&id)?.to_string();
    call.html(&code_page(&call, &id, code_field()))
}

async fn take_code(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let browser = browser(&call);
    let entered = login::with_link_code(&call.cx, params::id(&id)?, form.text("code"), &browser);
    match entered.await {
        Ok(token) => {
            let mut response = after(&call, "");
            arrived(&call, &browser, &token, false, &mut response);
            Ok(response)
        }
        Err(Error::Invalid(errors)) => call.invalid(&code_page(
            &call,
            &id,
            code_field().filled(&form).with_errors(&errors),
        )),
        Err(other) => Err(other.into()),
    }
}

//! A sign-up that waits: whether its mail arrived, and what an agent can do when it did not.

use askama::Template;
use axum::{extract::Path, response::Response};
use preau_app::{
    Error, FieldError,
    account::{
        State,
        waiting::{self, Page as Found},
    },
};
use preau_rules::french;
use uuid::Uuid;

use crate::{
    agent::{
        account::Deed,
        accounts::{self, ACCESS, LIST, MailLine, path, state_tag},
    },
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::Routes,
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/comptes/attente/{id}", ACCESS, show)
        .post("/agent/comptes/attente/{id}/renvoi", ACCESS, resend)
        .post("/agent/comptes/attente/{id}/adresse", ACCESS, readdress)
        .post("/agent/comptes/attente/{id}/activation", ACCESS, activate)
}

#[derive(Template)]
#[template(path = "agent/sign_up.html")]
struct Show {
    page: Page,
    here: String,
    name: String,
    email: String,
    state: &'static str,
    tag: &'static str,
    signed_up: String,
    /// The link works until then, or that it no longer does.
    link: String,
    forgotten: String,
    with_code: bool,
    mails: Vec<MailLine>,
    /// Page of the account that has this address already.
    known: Option<String>,
    journal: Vec<Deed>,
    form: Form,
}

fn fields() -> Form {
    Form::default()
        .required("email", "La bonne adresse")
        .hint("Un nouvel e-mail part à cette adresse. Le lien envoyé à l’autre ne fonctionnera plus.")
        .required("verification", "Ce que vous avez vérifié")
        .hint("Par exemple « carte d’identité vue au guichet ». Pas de numéro de pièce : le journal garde ce texte.")
}

async fn draw(call: &Call, id: Uuid, form: Form, status: http::StatusCode) -> Reply {
    let (waiting, mails, known, journal) = match waiting::get(&call.cx, id).await? {
        Found::Confirmed(account) => return Ok(call.see(&path(account))),
        Found::Waits {
            waiting,
            mails,
            known,
            journal,
        } => (waiting, mails, known, journal),
    };
    let zone = call.portal.zone();
    let at = |at| french::instant_digits(at, &zone);
    let template = Show {
        page: accounts::page(call, &waiting.name),
        here: call.href(&format!("{LIST}/attente/{id}")),
        state: State::Waiting.label_fr(),
        tag: state_tag(State::Waiting),
        signed_up: at(waiting.created_at),
        link: if waiting.expires_at > call.cx.at {
            format!("valable jusqu’au {}", at(waiting.expires_at))
        } else {
            format!("expiré depuis le {}", at(waiting.expires_at))
        },
        forgotten: at(waiting.forgotten_at()),
        with_code: waiting.with_code,
        mails: mails.iter().map(|m| MailLine::new(call, m)).collect(),
        known: known.map(|account| call.href(&path(account))),
        journal: journal.iter().map(|e| Deed::new(call, e)).collect(),
        name: waiting.name,
        email: waiting.email,
        form,
    };
    render(&template, status)
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    draw(&call, params::id(&id)?, fields(), http::StatusCode::OK).await
}

fn done(call: &Call, id: Uuid, text: &str) -> Response {
    call.see_saying(&format!("{LIST}/attente/{id}"), "ok", text)
}

async fn again(call: &Call, id: Uuid, form: &Posted, errors: &[FieldError]) -> Reply {
    let form = fields().filled(form).with_errors(errors);
    draw(call, id, form, http::StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn resend(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    let to = waiting::resend(&call.cx, id).await?;
    let text = format!("L’e-mail d’activation repart à {to}. Son état se met à jour ici.");
    Ok(done(&call, id, &text))
}

async fn readdress(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match waiting::readdress(&call.cx, id, form.text("email")).await {
        Ok(()) => Ok(done(
            &call,
            id,
            "L’adresse est corrigée : un nouvel e-mail d’activation y part.",
        )),
        Err(Error::Invalid(errors)) => again(&call, id, &form, &errors).await,
        Err(error) => Err(error.into()),
    }
}

async fn activate(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match waiting::activate(&call.cx, id, form.text("verification")).await {
        Ok(account) => Ok(call.see_saying(
            &path(account),
            "ok",
            "Le compte est activé : la personne peut se connecter avec le mot de passe qu’elle a choisi.",
        )),
        Err(Error::Invalid(errors)) => again(&call, id, &form, &errors).await,
        Err(error) => Err(error.into()),
    }
}

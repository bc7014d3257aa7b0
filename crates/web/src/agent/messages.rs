//! The mails that left, or did not: by state, with the reason; sending one again, to a corrected address if need be.

use askama::Template;
use axum::extract::{Path, Query};
use http::StatusCode;
use preau_app::{
    Error,
    messages::{self, STATES},
};
use preau_rules::{french, permission::Right};
use preau_store::tables::mail::{Counts, Mail};
use serde::Deserialize;

use crate::{
    agent::{lines, request_view::mail_state},
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    params,
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Messages);
    routes
        .get("/agent/messages", right, list)
        .get("/agent/messages/{id}", right, show)
        .post("/agent/messages/{id}/renvoi", right, resend)
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    etat: String,
    #[serde(default)]
    avant: String,
}

struct Tab {
    href: String,
    label: String,
    count: i64,
    current: bool,
}

struct Row {
    href: String,
    label: &'static str,
    subject: String,
    to: String,
    at: String,
    state: &'static str,
    tag: &'static str,
    reason: String,
}

#[derive(Template)]
#[template(path = "agent/messages.html")]
struct List {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    next: String,
    first: String,
    /// Why there is nothing.
    empty: (&'static str, &'static str),
}

fn count(counts: &Counts, state: &str) -> i64 {
    match state {
        "refused" => counts.refused,
        "expired" => counts.expired,
        "queued" => counts.queued,
        _ => counts.sent,
    }
}

fn row(call: &Call, mail: &Mail) -> Row {
    let (state, tag) = mail_state(&mail.state);
    let at = mail.settled_at.unwrap_or(mail.created_at);
    Row {
        href: call.href(&format!("/agent/messages/{}", mail.id)),
        label: messages::label_fr(&mail.kind),
        subject: mail.subject.clone(),
        to: mail.to_address.clone(),
        at: french::instant_digits(at, &call.portal.zone()),
        state,
        tag,
        reason: mail.last_error.clone().unwrap_or_default(),
    }
}

async fn list(call: Call, Query(asked): Query<Asked>) -> Reply {
    let known = STATES.iter().find(|(state, _)| *state == asked.etat);
    let state = known.unwrap_or(&STATES[0]).0;
    let found = messages::list(&call.cx, state, asked.avant.parse().ok()).await?;
    let href = |state: &str| call.href(&format!("/agent/messages?etat={state}"));
    let tabs = STATES.iter().map(|(word, label)| Tab {
        href: href(word),
        label: lines::capital(label),
        count: count(&found.counts, word),
        current: *word == state,
    });
    let next = found.next.map(|id| format!("{}&avant={id}", href(state)));
    let template = List {
        page: call
            .page("Messages", "messages")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Messages", None),
        tabs: tabs.collect(),
        rows: found.mails.iter().map(|m| row(&call, m)).collect(),
        next: next.unwrap_or_default(),
        first: if asked.avant.is_empty() {
            String::new()
        } else {
            href(state)
        },
        empty: match state {
            "refused" => (
                "Aucun e-mail refusé",
                "Quand une adresse n’existe pas ou que la boîte est pleine, l’e-mail refusé apparaît ici avec la raison.",
            ),
            "expired" => (
                "Aucun e-mail périmé",
                "Un e-mail qui n’a pas pu partir à temps apparaît ici.",
            ),
            "queued" => ("Rien en attente", "Tous les e-mails sont partis."),
            _ => (
                "Aucun e-mail envoyé",
                "Les accusés de réception et les réponses envoyés apparaissent ici.",
            ),
        },
    };
    call.html(&template)
}

#[derive(Template)]
#[template(path = "agent/message.html")]
struct One {
    page: Page,
    form: Form,
    label: &'static str,
    subject: String,
    to_name: String,
    to: String,
    written: String,
    state: &'static str,
    /// The same, as a line of its own.
    settled_word: String,
    tag: &'static str,
    settled: Option<String>,
    reason: Option<String>,
    attempts: i64,
    text: String,
    readable: bool,
    correctable: bool,
    may_resend: bool,
    request: Option<(String, String)>,
    action: String,
}

async fn draw(call: &Call, id: &str, form: Option<Form>, status: StatusCode) -> Reply {
    let opened = messages::open(&call.cx, params::id(id)?).await?;
    let mail = opened.mail;
    let zone = call.portal.zone();
    let (state, tag) = mail_state(&mail.state);
    let label = messages::label_fr(&mail.kind);
    let template = One {
        page: call
            .page(label, "messages")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Messages", Some("/agent/messages"))
            .crumb(label, None),
        form: form.unwrap_or_else(|| fields(&mail.to_address)),
        label,
        subject: mail.subject,
        to_name: mail.to_name,
        to: mail.to_address,
        written: french::instant(mail.created_at, &zone),
        state,
        settled_word: lines::capital(state),
        tag,
        settled: mail.settled_at.map(|at| french::instant(at, &zone)),
        reason: mail.last_error,
        attempts: mail.attempts,
        text: mail.text,
        readable: opened.readable,
        correctable: opened.correctable,
        may_resend: matches!(mail.state.as_str(), "refused" | "expired"),
        request: opened
            .request
            .map(|number| (lines::path(call, &number), number)),
        action: call.href(&format!("/agent/messages/{id}/renvoi")),
    };
    render(&template, status)
}

fn fields(address: &str) -> Form {
    Form::default()
        .required("adresse", "Adresse e-mail")
        .hint("Corrigez-la si elle est fausse : la demande garde l’adresse corrigée.")
        .value(address)
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    draw(&call, &id, None, StatusCode::OK).await
}

async fn resend(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let sent = messages::resend(&call.cx, params::id(&id)?, form.text("adresse")).await;
    match sent {
        Ok(()) => {
            let path = format!("/agent/messages/{id}");
            Ok(call.see_saying(
                &path,
                "ok",
                "Le message repart. Son état se met à jour ici.",
            ))
        }
        Err(Error::Invalid(errors)) => {
            let form = fields("").filled(&form).with_errors(&errors);
            draw(&call, &id, Some(form), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

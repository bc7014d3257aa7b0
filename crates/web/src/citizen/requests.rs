//! Mes demandes: the requests of the one who is logged in, and the thread of each.

use askama::Template;
use axum::extract::Path;
use preau_app::{
    Error,
    citizen::requests::{self, Thread},
    contact::LONGEST,
    request::State,
};
use preau_rules::french;
use preau_store::tables::account::Mine;

use super::session::{too_many, wait};
use crate::{
    call::{Call, Reply},
    forms::Form,
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/espace-citoyen/demandes", Access::Account, list)
        .get("/espace-citoyen/demandes/{number}", Access::Account, show)
        .post("/espace-citoyen/demandes/{number}", Access::Account, reply)
        .post(
            "/espace-citoyen/demandes/{number}/annulation",
            Access::Account,
            cancel,
        )
}

/// A request in a list.
pub(crate) struct Line {
    pub(crate) href: String,
    pub(crate) number: String,
    pub(crate) subject: String,
    pub(crate) state: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) when: String,
}

/// Words and colour of a state, for who asked.
fn state(code: &str) -> (&'static str, &'static str) {
    match State::of(code) {
        State::Submitted => ("envoyée", "wait"),
        State::InProgress => ("en cours", "wait"),
        State::ToComplete => ("à compléter", "warn"),
        State::Accepted => ("acceptée", "ok"),
        State::Refused => ("refusée", "stop"),
        State::Cancelled => ("annulée", "off"),
        State::Answered => ("répondue", "ok"),
        State::Closed => ("close", "off"),
    }
}

pub(crate) fn line(call: &Call, request: &Mine) -> Line {
    let (state, kind) = state(&request.state);
    Line {
        href: call.href(&format!("/espace-citoyen/demandes/{}", request.number)),
        number: request.number.clone(),
        subject: request.subject.clone(),
        state,
        kind,
        when: french::instant(request.created_at, &call.portal.zone()),
    }
}

#[derive(Template)]
#[template(path = "citizen/requests.html")]
struct List {
    page: Page,
    requests: Vec<Line>,
}

async fn list(call: Call) -> Reply {
    let all = requests::list(&call.cx).await?;
    let template = List {
        page: call
            .page("Mes demandes", "citoyen")
            .crumb("Accueil", Some("/"))
            .crumb("Mon espace citoyen", Some("/espace-citoyen"))
            .crumb("Mes demandes", None),
        requests: all.iter().map(|r| line(&call, r)).collect(),
    };
    call.html(&template)
}

struct Said {
    ours: bool,
    who: String,
    at: String,
    body: String,
}

#[derive(Template)]
#[template(path = "citizen/request.html")]
struct One {
    page: Page,
    form: Form,
    action: String,
    number: String,
    subject: String,
    state: &'static str,
    kind: &'static str,
    closed: bool,
    answer_by: String,
    said: Vec<Said>,
    limit: usize,
}

fn one(call: &Call, thread: &Thread, form: Form) -> One {
    let zone = call.portal.zone();
    let request = &thread.request;
    let (state, kind) = state(&request.state);
    let said = thread.messages.iter().map(|m| {
        let ours = m.author_kind == "requester";
        Said {
            ours,
            who: if ours {
                "Vous".to_owned()
            } else {
                format!("{}, {}", m.author_name, call.portal.town_hall)
            },
            at: french::instant(m.at, &zone),
            body: m.body.clone(),
        }
    });
    One {
        page: call
            .page(&request.subject, "citoyen")
            .crumb("Accueil", Some("/"))
            .crumb("Mon espace citoyen", Some("/espace-citoyen"))
            .crumb("Mes demandes", Some("/espace-citoyen/demandes"))
            .crumb(&request.number, None),
        form,
        action: call.href(&format!("/espace-citoyen/demandes/{}", request.number)),
        number: request.number.clone(),
        subject: request.subject.clone(),
        state,
        kind,
        closed: request.closed_at.is_some(),
        answer_by: french::day(request.due_at.to_zoned(zone.clone()).date()),
        said: said.collect(),
        limit: LONGEST,
    }
}

fn field() -> Form {
    Form::default().required("message", "Ajouter un message")
}

async fn show(call: Call, Path(number): Path<String>) -> Reply {
    let thread = requests::open(&call.cx, &number).await?;
    call.html(&one(&call, &thread, field()))
}

async fn cancel(Path(number): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    requests::cancel(&call.cx, &number).await?;
    let path = format!("/espace-citoyen/demandes/{number}");
    Ok(call.see_saying(&path, "ok", "Votre demande est annulée."))
}

async fn reply(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let refused = match requests::reply(&call.cx, &number, form.text("message")).await {
        Ok(()) => {
            let path = format!("/espace-citoyen/demandes/{number}");
            return Ok(call.see_saying(&path, "ok", "Votre message est ajouté à la demande."));
        }
        Err(refused @ (Error::Invalid(_) | Error::TooMany(_))) => refused,
        Err(other) => return Err(other.into()),
    };
    let thread = requests::open(&call.cx, &number).await?;
    let filled = field().filled(&form);
    match refused {
        Error::TooMany(until) => {
            let filled = filled.with_errors(&wait(&call, until));
            too_many(&call, &one(&call, &thread, filled), until)
        }
        Error::Invalid(errors) => call.invalid(&one(&call, &thread, filled.with_errors(&errors))),
        other => Err(other.into()),
    }
}

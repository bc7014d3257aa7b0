//! Mes demandes: the requests of the one who is logged in, and the thread of each.

use askama::Template;
use axum::extract::Path;
use preau_app::{
    Error,
    attachment::{self, Paper},
    citizen::requests::{self, Thread},
    contact::LONGEST,
    file::kind_of,
    request::State,
};
use preau_rules::french;
use preau_store::tables::{account::Mine, request::Attached};
use uuid::Uuid;

use super::{
    files,
    session::{too_many, wait},
};
use crate::{
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/espace-citoyen/demandes", Access::Account, list)
        .get("/espace-citoyen/demandes/{number}", Access::Account, show)
        .post("/espace-citoyen/demandes/{number}", Access::Account, reply)
        .get(
            "/espace-citoyen/demandes/{number}/pieces/{file}",
            Access::Account,
            paper,
        )
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
        href: call.href(&path(&request.number)),
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
    papers: Vec<PaperView>,
    /// « Lu par la mairie jeudi 26 novembre à 9 h 12 ».
    read: Option<String>,
}

/// A paper of a message.
pub(crate) struct PaperView {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) about: String,
}

/// The papers of a message; `base` is the path of the request's page.
pub(crate) fn papers(call: &Call, base: &str, message: Uuid, all: &[Attached]) -> Vec<PaperView> {
    let own = all.iter().filter(|p| p.message_id == message);
    own.map(|p| {
        let kilobytes = p.size.unsigned_abs().div_ceil(1024);
        PaperView {
            name: p.name.clone(),
            href: call.href(&format!("{base}/pieces/{}", p.id)),
            about: format!(
                "{}, {} Ko",
                kind_of(&p.media_type).label,
                french::number(kilobytes)
            ),
        }
    })
    .collect()
}

/// The papers that came with a form.
pub(crate) fn sent(form: &Posted) -> Vec<Paper> {
    form.files(attachment::FIELD)
        .map(|u| Paper {
            name: u.file_name.clone(),
            bytes: u.bytes.clone(),
        })
        .collect()
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
    /// A message opens it again.
    reopens: bool,
    /// It takes no message any more.
    over: bool,
}

fn one(call: &Call, thread: &Thread, form: Form) -> One {
    let zone = call.portal.zone();
    let request = &thread.request;
    let (state, kind) = state(&request.state);
    // The mark stands below the last message that was read.
    let last = thread.messages.iter().rev().find(|m| {
        m.author_kind == "requester" && thread.seen.by_agent.is_some_and(|at| at >= m.at)
    });
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
            read: (last.is_some_and(|l| l.id == m.id))
                .then(|| {
                    let at = thread.seen.by_agent?;
                    Some(format!("Lu par la mairie {}", french::instant(at, &zone)))
                })
                .flatten(),
            papers: papers(call, &path(&request.number), m.id, &thread.papers),
        }
    });
    let over = thread.is_over();
    One {
        page: call
            .page(&request.subject, "citoyen")
            .crumb("Accueil", Some("/"))
            .crumb("Mon espace citoyen", Some("/espace-citoyen"))
            .crumb("Mes demandes", Some("/espace-citoyen/demandes"))
            .crumb(&request.number, None),
        form,
        action: call.href(&path(&request.number)),
        number: request.number.clone(),
        subject: request.subject.clone(),
        state,
        kind,
        closed: request.closed_at.is_some(),
        answer_by: french::day(request.due_at.to_zoned(zone.clone()).date()),
        said: said.collect(),
        limit: LONGEST,
        reopens: request.closed_at.is_some() && !over,
        over,
    }
}

fn path(number: &str) -> String {
    format!("/espace-citoyen/demandes/{number}")
}

fn field() -> Form {
    Form::default()
        .required("message", "Ajouter un message")
        .optional(attachment::FIELD, "Pièces jointes")
        .hint(attachment::HINT_FR)
}

async fn paper(call: Call, Path((number, file)): Path<(String, String)>) -> Reply {
    let opened = attachment::of_mine(&call.cx, &number, params::id(&file)?).await?;
    Ok(files::paper(opened))
}

async fn show(call: Call, Path(number): Path<String>) -> Reply {
    let thread = requests::open(&call.cx, &number).await?;
    call.html(&one(&call, &thread, field()))
}

async fn cancel(Path(number): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    requests::cancel(&call.cx, &number).await?;
    Ok(call.see_saying(&path(&number), "ok", "Votre demande est annulée."))
}

async fn reply(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let papers = sent(&form);
    let refused = match requests::reply(&call.cx, &number, form.text("message"), &papers).await {
        Ok(()) => {
            return Ok(call.see_saying(
                &path(&number),
                "ok",
                "Votre message est ajouté à la demande.",
            ));
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

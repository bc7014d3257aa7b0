//! One account of a citizen: its families, where its owner is logged in, blocked or not, what happened.

use askama::Template;
use axum::{extract::Path, response::Response};
use preau_app::{
    Error, FieldError,
    account::{self, State, Whole, deed_fr, name_fr, state},
    subscription::{self, how_fr},
};
use preau_rules::{french, permission::Right};
use preau_store::tables::{journal::Entry, subscription::EverTied};
use uuid::Uuid;

use crate::{
    agent::{
        accounts::{self, ACCESS, path, state_tag},
        family, lines,
    },
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const FAMILIES: Access = Access::Holds(Right::Families);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/comptes/{id}", ACCESS, show)
        .post("/agent/comptes/{id}/blocage", ACCESS, block)
        .post("/agent/comptes/{id}/deblocage", ACCESS, unblock)
        .post("/agent/comptes/{id}/sessions", ACCESS, end_sessions)
        .post("/agent/comptes/{id}/abonnements", FAMILIES, tie)
        .post("/agent/comptes/{id}/abonnements/{tie}/fin", FAMILIES, untie)
}

struct TieView {
    id: Uuid,
    family: String,
    href: String,
    about: String,
    ended: bool,
}

struct SessionView {
    device: String,
    about: String,
}

/// One line of the history.
pub(crate) struct Deed {
    pub(crate) at: String,
    pub(crate) text: String,
    /// Why, when somebody had to say it.
    pub(crate) reason: Option<String>,
}

impl Deed {
    pub(crate) fn new(call: &Call, entry: &Entry) -> Self {
        let differences = preau_app::journal::differences(entry);
        Self {
            at: french::instant_digits(entry.at, &call.portal.zone()),
            text: lines::capital(&format!("{} {}", entry.actor_name, deed_fr(&entry.action))),
            reason: differences.into_iter().find_map(|d| d.after),
        }
    }
}

#[derive(Template)]
#[template(path = "agent/account.html")]
struct Show {
    page: Page,
    here: String,
    name: String,
    state: &'static str,
    tag: &'static str,
    email: String,
    created: String,
    seen: String,
    terms: i64,
    erased: Option<String>,
    /// Since when it is blocked and by whom, and why.
    blocked: Option<(String, String)>,
    ties: Vec<TieView>,
    sessions: Vec<SessionView>,
    journal: Vec<Deed>,
    /// Where the requests of this address are, for who may see them.
    requests: Option<String>,
    may_tie: bool,
    form: Form,
}

fn tie_view(call: &Call, tie: &EverTied) -> TieView {
    let zone = call.portal.zone();
    let at = |at| french::instant_digits(at, &zone);
    let ended = tie.ended_at.map(|end| {
        let by = tie.ended_by.as_deref().unwrap_or_default();
        format!(" ; terminé le {} par {by}", at(end))
    });
    TieView {
        id: tie.id,
        family: format!("{} ({})", tie.name, tie.reference),
        href: call.href(&family::path(tie.family_id)),
        about: format!(
            "{}, le {}{}",
            how_fr(&tie.how),
            at(tie.since),
            ended.as_deref().unwrap_or_default()
        ),
        ended: tie.ended_at.is_some(),
    }
}

fn fields() -> Form {
    Form::default()
        .required("motif", "Motif")
        .required("reference", "Numéro de la famille")
        .hint("Après avoir vérifié l’identité de la personne. Il est en haut de la page de la famille.")
}

fn requests(call: &Call, email: &str) -> Option<String> {
    let may = call.cx.caller.require(Right::Requests).is_ok() && !email.is_empty();
    may.then(|| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("filtre", "toutes")
            .append_pair("q", email)
            .finish();
        call.href(&format!("/agent/demandes?{query}"))
    })
}

fn template(call: &Call, whole: Whole, form: Form) -> Show {
    let zone = call.portal.zone();
    let at = |at| french::instant_digits(at, &zone);
    let line = &whole.line;
    let (name, state) = (name_fr(line), state(line));
    let blocked = line.blocked_at.filter(|_| state == State::Blocked);
    let sessions = whole.sessions.into_iter().map(|s| SessionView {
        device: s.device,
        about: format!(
            "ouverte le {}, utilisée {}",
            at(s.created_at),
            french::ago(s.seen_at, call.cx.at)
        ),
    });
    Show {
        page: accounts::page(call, &name),
        here: call.href(&path(line.id)),
        state: state.label_fr(),
        tag: state_tag(state),
        email: line.email.clone(),
        created: at(line.created_at),
        seen: line
            .last_seen_at
            .map_or_else(|| "jamais".to_owned(), |seen| french::ago(seen, call.cx.at)),
        terms: line.terms_version,
        erased: line.erased_at.map(at),
        blocked: blocked.map(|since| {
            let by = line.blocked_by.as_deref().unwrap_or_default();
            let reason = line.blocked_reason.clone().unwrap_or_default();
            (format!("le {} par {by}", at(since)), reason)
        }),
        ties: whole.ties.iter().map(|t| tie_view(call, t)).collect(),
        sessions: sessions.collect(),
        journal: whole.journal.iter().map(|e| Deed::new(call, e)).collect(),
        requests: requests(call, &line.email),
        may_tie: call.cx.caller.require(Right::Families).is_ok(),
        name,
        form,
    }
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    let whole = account::get(&call.cx, params::id(&id)?).await?;
    call.html(&template(&call, whole, fields()))
}

fn done(call: &Call, id: Uuid, text: &str) -> Response {
    call.see_saying(&path(id), "ok", text)
}

async fn again(call: &Call, id: Uuid, form: &Posted, errors: &[FieldError]) -> Reply {
    let whole = account::get(&call.cx, id).await?;
    let form = fields().filled(form).with_errors(errors);
    call.invalid(&template(call, whole, form))
}

async fn block(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match account::block(&call.cx, id, form.text("motif")).await {
        Ok(()) => Ok(done(
            &call,
            id,
            "Le compte est bloqué et ses sessions sont fermées. La personne est prévenue par e-mail.",
        )),
        Err(Error::Invalid(errors)) => again(&call, id, &form, &errors).await,
        Err(error) => Err(error.into()),
    }
}

async fn unblock(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match account::unblock(&call.cx, id, form.text("motif")).await {
        Ok(()) => Ok(done(
            &call,
            id,
            "Le compte est débloqué : la personne peut se connecter.",
        )),
        Err(Error::Invalid(errors)) => again(&call, id, &form, &errors).await,
        Err(error) => Err(error.into()),
    }
}

async fn end_sessions(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    let ended = account::end_sessions(&call.cx, id).await?;
    let text = match ended {
        0 => "Aucune session n’était ouverte.".to_owned(),
        n => format!(
            "{}.",
            french::count(n, "session est fermée", "sessions sont fermées")
        ),
    };
    Ok(done(&call, id, &text))
}

async fn tie(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match subscription::tie_account(&call.cx, id, form.text("reference")).await {
        Ok(family) => {
            let text = format!(
                "Le compte est rattaché à la famille {family}. Les autres responsables sont prévenus par e-mail."
            );
            Ok(done(&call, id, &text))
        }
        Err(Error::Invalid(errors)) => again(&call, id, &form, &errors).await,
        Err(error) => Err(error.into()),
    }
}

async fn untie(
    Path((id, tie)): Path<(String, String)>,
    Submitted { call, .. }: Submitted,
) -> Reply {
    subscription::untie(&call.cx, params::id(&tie)?).await?;
    let text = "L’abonnement est terminé : ce compte ne voit plus cette famille.";
    Ok(done(&call, params::id(&id)?, text))
}

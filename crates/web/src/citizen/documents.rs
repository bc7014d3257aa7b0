//! Documents: what the commune asks for, what came, what is missing; and the form that sends one.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, FieldError, attachment,
    document::{self, Asked, PaperForm, Papers, State, Validity},
};
use preau_rules::french;
use uuid::Uuid;

use super::{family_space, requests::sent};
use crate::{
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const HOME: &str = "/espace-famille/documents";

pub(crate) fn routes(routes: Routes) -> Routes {
    const ONE: &str = "/espace-famille/documents/{kind}/{owner}";
    routes
        .get(HOME, Access::Account, list)
        .get(ONE, Access::Account, show)
        .post(ONE, Access::Account, send)
}

/// Word and colour of a state.
pub(crate) fn state(asked: &Asked) -> (String, &'static str) {
    let day = french::day_month_year;
    match &asked.state {
        State::Missing if asked.kind.required => ("à envoyer".to_owned(), "warn"),
        State::Missing => ("facultatif".to_owned(), "off"),
        State::Sent => ("envoyé, en attente".to_owned(), "wait"),
        State::Good(None) => ("accepté".to_owned(), "ok"),
        State::Good(Some(end)) => (format!("accepté jusqu’au {}", day(*end)), "ok"),
        State::EndsSoon(end) => (format!("à renouveler avant le {}", day(*end)), "warn"),
        State::Over(end) => (format!("périmé depuis le {}", day(*end)), "stop"),
        State::Refused => ("refusé".to_owned(), "stop"),
    }
}

struct Line {
    name: String,
    about: String,
    state: String,
    tag: &'static str,
    /// Where it is sent, when it may be.
    send: Option<String>,
    again: bool,
    /// Number of its request, and where that is.
    request: Option<(String, String)>,
}

struct Group {
    title: String,
    lines: Vec<Line>,
}

struct FamilyView {
    name: String,
    missing: String,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "citizen/documents.html")]
struct List {
    page: Page,
    families: Vec<FamilyView>,
}

fn path(asked: &Asked) -> String {
    format!("{HOME}/{}/{}", asked.kind.id, asked.owner)
}

fn line(call: &Call, asked: &Asked) -> Line {
    let (state, tag) = state(asked);
    Line {
        name: asked.kind.name.clone(),
        about: asked.kind.about.clone(),
        state,
        tag,
        send: asked.state.may_send().then(|| call.href(&path(asked))),
        again: asked.state != State::Missing,
        request: asked.number.as_ref().map(|number| {
            let href = call.href(&format!("/espace-citoyen/demandes/{number}"));
            (number.clone(), href)
        }),
    }
}

fn view(call: &Call, papers: &Papers) -> FamilyView {
    let mut groups: Vec<Group> = Vec::new();
    for asked in &papers.asked {
        let title = asked
            .child
            .clone()
            .unwrap_or_else(|| "La famille".to_owned());
        match groups.last_mut().filter(|g| g.title == title) {
            Some(group) => group.lines.push(line(call, asked)),
            None => groups.push(Group {
                title,
                lines: vec![line(call, asked)],
            }),
        }
    }
    let missing = papers.missing() as u64;
    FamilyView {
        name: papers.family.name.clone(),
        missing: match missing {
            0 => String::new(),
            n => french::count(n, "document à envoyer", "documents à envoyer"),
        },
        groups,
    }
}

fn shell(call: &Call, title: &str) -> Page {
    call.page(title, "famille")
        .crumb("Accueil", Some("/"))
        .crumb("Espace famille", Some("/espace-famille"))
}

async fn list(call: Call) -> Reply {
    let all = document::mine(&call.cx).await?;
    if all.is_empty() {
        return family_space::closed(&call, "Espace famille", "famille", family_space::WHY);
    }
    call.html(&List {
        page: shell(&call, "Documents").crumb("Documents", None),
        families: all.iter().map(|papers| view(&call, papers)).collect(),
    })
}

#[derive(Template)]
#[template(path = "citizen/document.html")]
struct One {
    page: Page,
    form: Form,
    action: String,
    back: String,
    about: String,
    validity: String,
    dated: bool,
    /// Why nothing is to be sent now.
    waits: Option<String>,
}

fn blank(dated: bool) -> Form {
    let form = Form::default()
        .required(attachment::FIELD, "Fichiers")
        .hint(attachment::HINT_FR);
    let form = if dated {
        form.required("jusquau", "Valable jusqu’au")
    } else {
        form
    };
    form.optional("message", "Un mot pour la mairie")
}

fn draw(call: &Call, asked: &Asked, form: Form, status: StatusCode) -> Reply {
    let whose = asked
        .child
        .as_ref()
        .map_or(String::new(), |c| format!(", {c}"));
    let title = format!("{}{whose}", asked.kind.name);
    let validity = Validity::of(&asked.kind);
    let template = One {
        page: shell(call, &title)
            .crumb("Documents", Some(HOME))
            .crumb(&title, None),
        form,
        action: call.href(&path(asked)),
        back: call.href(HOME),
        about: asked.kind.about.clone(),
        validity: validity.label_fr(),
        dated: validity == Validity::Dated,
        waits: (!asked.state.may_send()).then(|| asked.number.clone().unwrap_or_default()),
    };
    render(&template, status)
}

async fn show(call: Call, Path((kind, owner)): Path<(Uuid, Uuid)>) -> Reply {
    let (_, asked) = document::asked(&call.cx, kind, owner).await?;
    let dated = Validity::of(&asked.kind) == Validity::Dated;
    draw(&call, &asked, blank(dated), StatusCode::OK)
}

fn again(call: &Call, asked: &Asked, form: &Posted, errors: &[FieldError]) -> Reply {
    let dated = Validity::of(&asked.kind) == Validity::Dated;
    let form = blank(dated).filled(form).with_errors(errors);
    draw(call, asked, form, StatusCode::UNPROCESSABLE_ENTITY)
}

async fn send(
    Path((kind, owner)): Path<(Uuid, Uuid)>,
    Submitted { call, form }: Submitted,
) -> Reply {
    let (_, asked) = document::asked(&call.cx, kind, owner).await?;
    let typed = PaperForm {
        jusquau: form.text("jusquau").to_owned(),
        message: form.text("message").to_owned(),
    };
    match document::send(&call.cx, (kind, owner), &typed, &sent(&form)).await {
        Ok(number) => {
            let said = format!(
                "C’est envoyé : demande {number}. La mairie vérifie, et vous répond ici et par e-mail."
            );
            Ok(call.see_saying(HOME, "ok", &said))
        }
        Err(Error::Invalid(errors)) => again(&call, &asked, &form, &errors),
        Err(other) => Err(other.into()),
    }
}

//! Faire une demande: the procedures of the commune, and the form of each.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, FieldError, attachment,
    procedure::{self, Open, field_name},
};
use preau_rules::procedure::FieldKind;
use uuid::Uuid;

use super::{
    requests::sent,
    session::{too_many, wait},
};
use crate::{
    call::{Call, Reply, render},
    forms::{Choice, Field, Form},
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const HOME: &str = "/espace-citoyen/nouvelle-demande";

pub(crate) fn routes(routes: Routes) -> Routes {
    const ONE: &str = "/espace-citoyen/nouvelle-demande/{procedure}";
    routes
        .get(HOME, Access::Account, list)
        .get(ONE, Access::Account, show)
        .post(ONE, Access::Account, send)
}

#[derive(Template)]
#[template(path = "citizen/procedures.html")]
struct List {
    page: Page,
    /// Name, explanation, address.
    procedures: Vec<(String, String, String)>,
}

fn shell(call: &Call, title: &str) -> Page {
    call.page(title, "citoyen")
        .crumb("Accueil", Some("/"))
        .crumb("Mon espace citoyen", Some("/espace-citoyen"))
        .crumb("Mes demandes", Some("/espace-citoyen/demandes"))
}

async fn list(call: Call) -> Reply {
    let all = procedure::offered(&call.cx).await?;
    let procedures = all.into_iter().map(|p| {
        let href = call.href(&format!("{HOME}/{}", p.id));
        (p.name, p.about, href)
    });
    call.html(&List {
        procedures: procedures.collect(),
        page: shell(&call, "Faire une demande").crumb("Faire une demande", None),
    })
}

/// How a field is drawn.
enum Control {
    Input(Field),
    Area(Field),
    Day(Field),
    Radios(Field, Vec<Choice>),
    Select(Field, Vec<Choice>),
}

#[derive(Template)]
#[template(path = "citizen/procedure.html")]
struct One {
    page: Page,
    errors: Vec<(String, String)>,
    about: String,
    controls: Vec<Control>,
    form: Form,
    papers: bool,
    papers_about: String,
    days: i64,
    action: String,
    back: String,
}

fn choices(all: &[String], value: &str) -> Vec<Choice> {
    let one = |label: &String| Choice {
        value: label.clone(),
        label: label.clone(),
        selected: label == value,
    };
    let first = Choice {
        value: String::new(),
        label: "Choisir…".to_owned(),
        selected: value.is_empty(),
    };
    std::iter::once(first).chain(all.iter().map(one)).collect()
}

fn controls(open: &Open, typed: Option<&Posted>, errors: &[FieldError]) -> Vec<Control> {
    let one = |(at, field): (usize, &preau_rules::procedure::Field)| {
        let name = field_name(at);
        let error = errors.iter().find(|e| e.field == name);
        let drawn = Field {
            name,
            label: field.label.clone(),
            required: field.required,
            value: typed.map_or("", |t| t.text(name)).to_owned(),
            error: error.map(|e| e.message.clone()),
            ..Field::default()
        };
        match field.kind {
            FieldKind::Line => Control::Input(drawn),
            FieldKind::Prose => Control::Area(drawn),
            FieldKind::Day => Control::Day(drawn),
            FieldKind::YesNo => {
                let list = ["oui", "non"].map(|word| Choice {
                    value: word.to_owned(),
                    label: if word == "oui" { "Oui" } else { "Non" }.to_owned(),
                    selected: drawn.value == word,
                });
                Control::Radios(drawn, list.into())
            }
            FieldKind::Choice => {
                let list = choices(&field.choices, &drawn.value);
                Control::Select(drawn, list)
            }
            FieldKind::Child => {
                let list = choices(&open.children, &drawn.value);
                Control::Select(drawn, list)
            }
        }
    };
    open.fields.iter().enumerate().map(one).collect()
}

fn template(call: &Call, open: &Open, typed: Option<&Posted>, errors: &[FieldError]) -> One {
    let procedure = &open.procedure;
    let form = match procedure.papers.as_str() {
        "required" => Form::default().required(attachment::FIELD, "Pièces à joindre"),
        _ => Form::default().optional(attachment::FIELD, "Pièces à joindre"),
    };
    let form = form
        .hint(attachment::HINT_FR)
        .optional("message", "Autre chose à dire");
    let form = match typed {
        Some(typed) => form.filled(typed),
        None => form,
    };
    let own = |e: &&FieldError| e.field == attachment::FIELD || e.field == "message";
    let beside: Vec<FieldError> = errors.iter().filter(own).cloned().collect();
    One {
        page: shell(call, &procedure.name)
            .crumb("Faire une demande", Some(HOME))
            .crumb(&procedure.name, None),
        errors: errors
            .iter()
            .map(|e| (e.field.to_owned(), e.message.clone()))
            .collect(),
        about: procedure.about.clone(),
        controls: controls(open, typed, errors),
        form: form.with_errors(&beside),
        papers: procedure.papers != "none",
        papers_about: procedure.papers_about.clone(),
        days: procedure.days,
        action: call.href(&format!("{HOME}/{}", procedure.id)),
        back: call.href(HOME),
    }
}

async fn show(call: Call, Path(id): Path<Uuid>) -> Reply {
    let open = procedure::open(&call.cx, id).await?;
    call.html(&template(&call, &open, None, &[]))
}

async fn send(Path(id): Path<Uuid>, Submitted { call, form }: Submitted) -> Reply {
    let open = procedure::open(&call.cx, id).await?;
    match procedure::send(&call.cx, id, |name| form.text(name), &sent(&form)).await {
        Ok(number) => {
            let said = format!(
                "Votre demande {number} est envoyée. L’accusé de réception arrive par e-mail."
            );
            let path = format!("/espace-citoyen/demandes/{number}");
            Ok(call.see_saying(&path, "ok", &said))
        }
        Err(Error::Invalid(errors)) => {
            let template = template(&call, &open, Some(&form), &errors);
            render(&template, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Error::TooMany(until)) => {
            let template = template(&call, &open, Some(&form), &wait(&call, until));
            too_many(&call, &template, until)
        }
        Err(other) => Err(other.into()),
    }
}

//! Démarches: the forms that a commune makes for its own procedures.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, FieldError,
    procedure::{self, Procedure, ProcedureForm},
};
use preau_rules::{
    french,
    permission::Right,
    procedure::{FieldKind, MOST_FIELDS},
};

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const LIST: &str = "/agent/parametres/demarches";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::PortalSettings);
    routes
        .get(LIST, right, list)
        .post("/agent/parametres/demarches/usuelles", right, usual)
        .get("/agent/parametres/demarches/nouvelle", right, blank)
        .post("/agent/parametres/demarches/nouvelle", right, create)
        .get("/agent/parametres/demarches/{id}", right, edit)
        .post("/agent/parametres/demarches/{id}", right, change)
        .post("/agent/parametres/demarches/{id}/offre", right, set_offered)
}

struct Line {
    name: String,
    about: String,
    href: String,
    offered: bool,
}

#[derive(Template)]
#[template(path = "agent/procedures.html")]
struct List {
    page: Page,
    sections: Vec<Section>,
    lines: Vec<Line>,
    path: String,
}

async fn list(call: Call) -> Reply {
    let all = procedure::list(&call.cx).await?;
    let lines = all.iter().map(|p| {
        let fields = procedure::fields(p).map_or(0, |f| f.len() as u64);
        let decides = if p.decides {
            "accord ou refus"
        } else {
            "réponse"
        };
        Line {
            name: p.name.clone(),
            about: format!(
                "{}, {decides} sous {}",
                french::count(fields, "question", "questions"),
                french::count(p.days.unsigned_abs(), "jour ouvré", "jours ouvrés")
            ),
            href: call.href(&format!("{LIST}/{}", p.id)),
            offered: p.closed_at.is_none(),
        }
    });
    call.html(&List {
        page: settings::page(&call, "Démarches"),
        sections: settings::sections(&call, LIST),
        lines: lines.collect(),
        path: call.href(LIST),
    })
}

async fn usual(Submitted { call, .. }: Submitted) -> Reply {
    procedure::usual(&call.cx).await?;
    let text = "Cinq démarches sont ajoutées. Adaptez-les, ou cessez d’en proposer certaines.";
    Ok(call.see_saying(LIST, "ok", text))
}

/// A row of the questions.
struct Row {
    at: usize,
    label: String,
    kinds: Vec<Choice>,
    required: bool,
    choices: String,
}

#[derive(Template)]
#[template(path = "agent/procedure.html")]
struct One {
    page: Page,
    form: Form,
    rows: Vec<Row>,
    papers: Vec<Choice>,
    silences: Vec<Choice>,
    action: String,
    back: String,
    /// Whether it is offered; nothing for a new one.
    offered: Option<bool>,
}

fn fields() -> Form {
    Form::default()
        .required("nom", "Nom de la démarche")
        .optional("explication", "À quoi elle sert")
        .required("champs", "Questions")
        .required("pieces", "Pièces jointes")
        .optional("pieces_explication", "Quelles pièces")
        .optional("decision", "Se termine par un accord ou un refus")
        .hint("Sinon, par une réponse.")
        .required("delai", "Délai de réponse, en jours ouvrés")
        .required("silence", "Après deux mois sans réponse")
        .optional("service", "Service qui s’en occupe")
        .hint("Vide : la mairie. Il figure sur l’accusé de réception, avec ses coordonnées.")
        .optional("service_telephone", "Téléphone du service")
        .optional("service_email", "E-mail du service")
        .optional("accord", "Texte d’accord")
        .hint("Ce qui est écrit à qui obtient un accord, quand l’agent n’écrit rien d’autre.")
}

type Typed = (String, String, bool, String);

fn draw(
    call: &Call,
    now: Option<&Procedure>,
    form: Form,
    typed: &[Typed],
    status: StatusCode,
) -> Reply {
    let choice = |name: &str, value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: form.field(name).value == value,
    };
    let blank: Typed = (String::new(), "line".to_owned(), false, String::new());
    let shown = (typed.len() + 3).min(MOST_FIELDS).max(typed.len());
    let rows = (0..shown).map(|at| {
        let (label, kind, required, choices) = typed.get(at).unwrap_or(&blank).clone();
        Row {
            at: at + 1,
            kinds: FieldKind::ALL
                .iter()
                .map(|(_, word, words)| Choice {
                    value: (*word).to_owned(),
                    label: (*words).to_owned(),
                    selected: kind == *word,
                })
                .collect(),
            label,
            required,
            choices,
        }
    });
    let title = now.map_or("Nouvelle démarche", |p| p.name.as_str());
    let own = now.map_or_else(
        || format!("{LIST}/nouvelle"),
        |p| format!("{LIST}/{}", p.id),
    );
    let template = One {
        page: settings::page(call, title),
        rows: rows.collect(),
        papers: vec![
            choice("pieces", "none", "Aucune"),
            choice("pieces", "optional", "Possibles"),
            choice("pieces", "required", "Obligatoires"),
        ],
        silences: vec![
            choice("silence", "", "Rien de particulier"),
            choice("silence", "accepted", "La demande est acceptée"),
            choice("silence", "refused", "La demande est refusée"),
        ],
        action: call.href(&own),
        back: call.href(LIST),
        offered: now.map(|p| p.closed_at.is_none()),
        form,
    };
    render(&template, status)
}

async fn blank(call: Call) -> Reply {
    let mut form = fields();
    form.set("pieces", "none");
    form.set("delai", "10");
    draw(&call, None, form, &[], StatusCode::OK)
}

/// The rows of questions as typed.
fn rows(form: &Posted) -> Vec<Typed> {
    (1..=MOST_FIELDS)
        .filter_map(|at| {
            let own = |what: &str| form.text(&format!("champ_{at}_{what}")).to_owned();
            let label = own("libelle");
            (!label.trim().is_empty())
                .then(|| (label, own("type"), !own("requis").is_empty(), own("choix")))
        })
        .collect()
}

fn read(form: &Posted) -> ProcedureForm {
    let own = |name: &str| form.text(name).to_owned();
    ProcedureForm {
        nom: own("nom"),
        explication: own("explication"),
        champs: rows(form),
        pieces: own("pieces"),
        pieces_explication: own("pieces_explication"),
        decision: form.ticked("decision"),
        delai: own("delai"),
        silence: own("silence"),
        service: own("service"),
        service_telephone: own("service_telephone"),
        service_email: own("service_email"),
        accord: own("accord"),
    }
}

fn again(call: &Call, now: Option<&Procedure>, form: &Posted, errors: &[FieldError]) -> Reply {
    let filled = fields().filled(form).with_errors(errors);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    draw(call, now, filled, &rows(form), status)
}

async fn create(Submitted { call, form }: Submitted) -> Reply {
    match procedure::create(&call.cx, &read(&form)).await {
        Ok(()) => Ok(call.see_saying(LIST, "ok", "La démarche est proposée aux familles.")),
        Err(Error::Invalid(errors)) => again(&call, None, &form, &errors),
        Err(other) => Err(other.into()),
    }
}

async fn edit(call: Call, Path(id): Path<String>) -> Reply {
    let now = procedure::get(&call.cx, params::id(&id)?).await?;
    let mut form = fields();
    for (name, value) in [
        ("nom", now.name.as_str()),
        ("explication", &now.about),
        ("pieces", &now.papers),
        ("pieces_explication", &now.papers_about),
        ("decision", if now.decides { "1" } else { "" }),
        ("delai", &now.days.to_string()),
        ("silence", &now.silence),
        ("service", &now.service_name),
        ("service_telephone", &now.service_phone),
        ("service_email", &now.service_email),
        ("accord", &now.accepted),
    ] {
        form.set(name, value);
    }
    let typed: Vec<Typed> = procedure::fields(&now)
        .map_err(Error::from)?
        .into_iter()
        .map(|f| {
            (
                f.label,
                f.kind.code().to_owned(),
                f.required,
                f.choices.join("; "),
            )
        })
        .collect();
    draw(&call, Some(&now), form, &typed, StatusCode::OK)
}

async fn change(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match procedure::change(&call.cx, id, &read(&form)).await {
        Ok(()) => Ok(call.see_saying(LIST, "ok", "La démarche est enregistrée.")),
        Err(Error::Invalid(errors)) => {
            let now = procedure::get(&call.cx, id).await?;
            again(&call, Some(&now), &form, &errors)
        }
        Err(other) => Err(other.into()),
    }
}

async fn set_offered(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let offered = form.text("offre") == "oui";
    procedure::set_offered(&call.cx, params::id(&id)?, offered).await?;
    let text = if offered {
        "La démarche est de nouveau proposée."
    } else {
        "La démarche n’est plus proposée. Les demandes en cours continuent."
    };
    Ok(call.see_saying(LIST, "ok", text))
}

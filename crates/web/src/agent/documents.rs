//! Documents demandés: the kinds of papers that the commune asks for.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, FieldError,
    document::{self, Kind, KindForm, Validity},
};
use preau_rules::permission::Right;

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const LIST: &str = "/agent/parametres/documents";
const TITLE: &str = "Documents demandés";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::PortalSettings);
    routes
        .get(LIST, right, list)
        .post("/agent/parametres/documents/usuels", right, usual)
        .get("/agent/parametres/documents/nouveau", right, blank)
        .post("/agent/parametres/documents/nouveau", right, create)
        .get("/agent/parametres/documents/{id}", right, edit)
        .post("/agent/parametres/documents/{id}", right, change)
        .post("/agent/parametres/documents/{id}/demande", right, set_asked)
}

struct Line {
    name: String,
    about: String,
    href: String,
    asked: bool,
    required: bool,
}

#[derive(Template)]
#[template(path = "agent/documents.html")]
struct List {
    page: Page,
    sections: Vec<Section>,
    lines: Vec<Line>,
    path: String,
}

async fn list(call: Call) -> Reply {
    let kinds = document::kinds(&call.cx).await?;
    let lines = kinds.iter().map(|kind| {
        let whose = if kind.of_whom == "child" {
            "par enfant"
        } else {
            "par famille"
        };
        Line {
            name: kind.name.clone(),
            about: format!("{whose}, {}", Validity::of(kind).label_fr()),
            href: call.href(&format!("{LIST}/{}", kind.id)),
            asked: kind.closed_at.is_none(),
            required: kind.required,
        }
    });
    call.html(&List {
        page: settings::page(&call, TITLE),
        sections: settings::sections(&call, LIST),
        lines: lines.collect(),
        path: call.href(LIST),
    })
}

async fn usual(Submitted { call, .. }: Submitted) -> Reply {
    document::usual(&call.cx).await?;
    let text = "Les documents usuels sont ajoutés. Adaptez-les, ou cessez d’en demander certains.";
    Ok(call.see_saying(LIST, "ok", text))
}

#[derive(Template)]
#[template(path = "agent/document.html")]
struct One {
    page: Page,
    form: Form,
    whose: Vec<Choice>,
    validities: Vec<Choice>,
    action: String,
    back: String,
    /// Whether it is asked for; nothing for a new one.
    asked: Option<bool>,
}

fn fields() -> Form {
    Form::default()
        .required("nom", "Nom du document")
        .optional("explication", "Ce que c’est, où le trouver")
        .required("de", "Demandé")
        .required("validite", "Valable, une fois accepté")
        .optional("mois", "Nombre de mois")
        .hint("Seulement pour « pendant un nombre de mois ».")
        .optional("obligatoire", "Obligatoire")
        .hint("La famille le voit parmi ce qui manque.")
        .optional("bloque", "Bloque les réservations tant qu’il manque")
}

fn draw(call: &Call, kind: Option<&Kind>, form: Form, status: StatusCode) -> Reply {
    let choice = |name: &str, value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: form.field(name).value == value,
    };
    let title = kind.map_or("Nouveau document", |k| k.name.as_str());
    let own = kind.map_or_else(|| format!("{LIST}/nouveau"), |k| format!("{LIST}/{}", k.id));
    let template = One {
        page: settings::page(call, title),
        whose: vec![
            choice("de", "child", "Pour chaque enfant"),
            choice("de", "family", "Une fois pour la famille"),
        ],
        validities: Validity::ALL
            .iter()
            .map(|(word, label)| choice("validite", word, label))
            .collect(),
        action: call.href(&own),
        back: call.href(LIST),
        asked: kind.map(|k| k.closed_at.is_none()),
        form,
    };
    render(&template, status)
}

async fn blank(call: Call) -> Reply {
    draw(&call, None, fields(), StatusCode::OK)
}

fn read(form: &Posted) -> KindForm {
    KindForm {
        nom: form.text("nom").to_owned(),
        explication: form.text("explication").to_owned(),
        de: form.text("de").to_owned(),
        validite: form.text("validite").to_owned(),
        mois: form.text("mois").to_owned(),
        obligatoire: form.ticked("obligatoire"),
        bloque: form.ticked("bloque"),
    }
}

fn again(call: &Call, kind: Option<&Kind>, form: &Posted, errors: &[FieldError]) -> Reply {
    let form = fields().filled(form).with_errors(errors);
    draw(call, kind, form, StatusCode::UNPROCESSABLE_ENTITY)
}

async fn create(Submitted { call, form }: Submitted) -> Reply {
    match document::create_kind(&call.cx, &read(&form)).await {
        Ok(()) => Ok(call.see_saying(LIST, "ok", "Le document est demandé aux familles.")),
        Err(Error::Invalid(errors)) => again(&call, None, &form, &errors),
        Err(other) => Err(other.into()),
    }
}

async fn edit(call: Call, Path(id): Path<String>) -> Reply {
    let kind = document::kind(&call.cx, params::id(&id)?).await?;
    let tick = |yes| if yes { "1" } else { "" };
    let mut form = fields();
    form.set("nom", &kind.name);
    form.set("explication", &kind.about);
    form.set("de", &kind.of_whom);
    form.set("validite", &kind.validity);
    if kind.months > 0 {
        form.set("mois", &kind.months.to_string());
    }
    form.set("obligatoire", tick(kind.required));
    form.set("bloque", tick(kind.blocks));
    draw(&call, Some(&kind), form, StatusCode::OK)
}

async fn change(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match document::change_kind(&call.cx, id, &read(&form)).await {
        Ok(()) => Ok(call.see_saying(LIST, "ok", "Le document est enregistré.")),
        Err(Error::Invalid(errors)) => {
            let kind = document::kind(&call.cx, id).await?;
            again(&call, Some(&kind), &form, &errors)
        }
        Err(other) => Err(other.into()),
    }
}

async fn set_asked(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let asked = form.text("demande") == "oui";
    document::set_asked(&call.cx, params::id(&id)?, asked).await?;
    let text = if asked {
        "Le document est de nouveau demandé aux familles."
    } else {
        "Le document n’est plus demandé. Ce qui est arrivé reste dans les dossiers."
    };
    Ok(call.see_saying(LIST, "ok", text))
}

//! The planning of a family at the counter, and what its children are enrolled in.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, family,
    planning::{self as app, EnrolForm, rules},
};
use preau_rules::{french, permission::Right};
use uuid::Uuid;

use super::family::path as family_path;
use crate::{
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    params::{self, Asked},
    planning::{self, Desk},
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Bookings);
    routes
        .get("/agent/familles/{id}/planning", right, show)
        .post("/agent/familles/{id}/planning/verification", right, verify)
        .post("/agent/familles/{id}/planning/enregistrer", right, save)
        .get(
            "/agent/familles/{id}/planning/recu/{number}",
            right,
            receipt,
        )
        .post(
            "/agent/familles/{id}/planning/recu/{number}/annuler",
            right,
            undo,
        )
        .get("/agent/familles/{id}/reservation", right, pattern)
        .post("/agent/familles/{id}/reservation", right, preview)
        .get("/agent/familles/{id}/inscriptions", right, enrolments)
        .post("/agent/familles/{id}/inscriptions", right, enrol)
        .post(
            "/agent/familles/{id}/inscriptions/{enrolment}/fin",
            right,
            end,
        )
}

async fn desk(call: &Call, id: &str) -> Result<Desk, crate::failure::Failure> {
    Desk::counter(call, params::id(id)?).await
}

async fn show(call: Call, Path(id): Path<String>, asked: Asked) -> Reply {
    planning::show(desk(&call, &id).await?, call, asked).await
}

async fn verify(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    planning::verify(desk(&call, &id).await?, call, form).await
}

async fn save(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    planning::save(desk(&call, &id).await?, call, form).await
}

async fn receipt(call: Call, Path((id, number)): Path<(String, String)>) -> Reply {
    planning::receipt(desk(&call, &id).await?, call, &number).await
}

async fn undo(
    Path((id, number)): Path<(String, String)>,
    Submitted { call, .. }: Submitted,
) -> Reply {
    planning::undo(desk(&call, &id).await?, call, &number).await
}

async fn pattern(call: Call, Path(id): Path<String>, asked: Asked) -> Reply {
    planning::pattern(desk(&call, &id).await?, call, asked).await
}

async fn preview(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    planning::preview(desk(&call, &id).await?, call, form).await
}

struct Line {
    id: Uuid,
    child: String,
    activity: String,
    about: String,
    over: bool,
}

#[derive(Template)]
#[template(path = "agent/enrolments.html")]
struct Enrolments {
    page: Page,
    path: String,
    planning: String,
    lines: Vec<Line>,
    form: Form,
    children: Vec<Choice>,
    activities: Vec<Choice>,
    sites: Vec<Choice>,
    groups: Vec<Choice>,
    options: Vec<Choice>,
}

fn fields() -> Form {
    Form::default()
        .required("enfant", "Enfant")
        .required("activite", "Activité")
        .optional("site", "Site")
        .optional("groupe", "Groupe ou classe")
        .optional("option", "Option")
        .required("depuis", "À partir du")
        .hint("Par exemple 01/09/2026.")
        .optional("jusquau", "Jusqu’au")
        .hint("Laissez vide si rien n’est prévu.")
}

async fn draw(call: &Call, id: Uuid, form: Form, status: StatusCode) -> Reply {
    let whole = family::get(&call.cx, id).await?;
    let all = app::enrolments(&call.cx, id).await?;
    let rules = rules::load(&call.cx).await?;
    let settings = &rules.loaded.settings;
    let choices = |name: &str, none: &str, all: Vec<(String, String)>| -> Vec<Choice> {
        let typed = form.field(name).value.clone();
        let first = Choice {
            value: String::new(),
            label: none.to_owned(),
            selected: typed.is_empty(),
        };
        let all = all.into_iter().map(|(value, label)| Choice {
            selected: value == typed,
            value,
            label,
        });
        std::iter::once(first).chain(all).collect()
    };
    let named = |list: &std::collections::BTreeMap<String, String>| {
        let all = list.iter().map(|(id, name)| (id.clone(), name.clone()));
        all.collect()
    };
    let children = whole.children.iter();
    let children = children.map(|c| (c.id.to_string(), c.first_name.clone()));
    let activities = settings.activities.iter();
    let activities = activities.map(|(id, a)| (id.clone(), a.name.clone()));
    let mut options: Vec<(String, String)> = Vec::new();
    for name in settings.activities.values().flat_map(|a| &a.options) {
        for name in &name.0 {
            if !options.iter().any(|(known, _)| known == name) {
                options.push((name.clone(), name.clone()));
            }
        }
    }
    let family = family_path(id);
    let lines = all.iter().map(|e| {
        let until = match e.last_on {
            Some(last) => format!(
                "du {} au {}",
                french::day_month_year(e.first_on),
                french::day_month_year(last)
            ),
            None => format!("depuis le {}", french::day_month_year(e.first_on)),
        };
        let about = [e.place.clone(), until];
        let about: Vec<String> = about.into_iter().filter(|a| !a.is_empty()).collect();
        Line {
            id: e.id,
            child: e.child.clone(),
            activity: e.activity.clone(),
            about: about.join(", "),
            over: e.over,
        }
    });
    let template = Enrolments {
        page: call
            .page("Inscriptions aux activités", "familles")
            .crumb("Familles", Some("/agent/familles"))
            .crumb(&format!("Famille {}", whole.family.name), Some(&family))
            .crumb("Inscriptions aux activités", None),
        path: call.href(&format!("{family}/inscriptions")),
        planning: call.href(&format!("{family}/planning")),
        lines: lines.collect(),
        children: choices("enfant", "Choisir", children.collect()),
        activities: choices("activite", "Choisir", activities.collect()),
        sites: choices(
            "site",
            "Le seul, ou aucun",
            named(&rules.loaded.rulebook.sites),
        ),
        groups: choices("groupe", "Aucun", named(&rules.loaded.rulebook.groups)),
        options: choices("option", "Aucune", options),
        form,
    };
    render(&template, status)
}

async fn enrolments(call: Call, Path(id): Path<String>) -> Reply {
    let mut form = fields();
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    form.set("depuis", &french::day_digits(today));
    draw(&call, params::id(&id)?, form, StatusCode::OK).await
}

fn read(form: &Posted) -> EnrolForm {
    let text = |name: &str| form.text(name).to_owned();
    EnrolForm {
        enfant: text("enfant"),
        activite: text("activite"),
        site: text("site"),
        groupe: text("groupe"),
        option: text("option"),
        depuis: text("depuis"),
        jusquau: text("jusquau"),
    }
}

async fn enrol(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match app::enrol(&call.cx, id, &read(&form)).await {
        Ok(()) => {
            let path = format!("{}/inscriptions", family_path(id));
            Ok(call.see_saying(
                &path,
                "ok",
                "L’enfant est inscrit : la famille peut réserver.",
            ))
        }
        Err(Error::Invalid(errors)) => {
            let form = fields().filled(&form).with_errors(&errors);
            draw(&call, id, form, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn end(
    Path((id, enrolment)): Path<(String, String)>,
    Submitted { call, .. }: Submitted,
) -> Reply {
    let id = params::id(&id)?;
    app::end_enrolment(&call.cx, id, params::id(&enrolment)?).await?;
    let path = format!("{}/inscriptions", family_path(id));
    let text = "L’inscription se termine aujourd’hui. Ce qui est déjà réservé reste réservé.";
    Ok(call.see_saying(&path, "ok", text))
}

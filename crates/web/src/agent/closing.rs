//! Fermer une journée: first what it changes, in children; then it is done.

use askama::Template;
use http::StatusCode;
use preau_app::{
    Error,
    planning::{
        self, CloseForm, Effect,
        rules::{self, Current},
    },
};
use preau_rules::{french, permission::Right};

use crate::{
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    params::{self, Asked},
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const HOME: &str = "/agent/activites";
const PATH: &str = "/agent/activites/fermeture";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Activities);
    routes.get(PATH, right, show).post(PATH, right, close)
}

/// What it changes, in words.
struct EffectView {
    said: String,
    by_unit: Vec<String>,
}

#[derive(Template)]
#[template(path = "agent/closing.html")]
struct Closing {
    page: Page,
    form: Form,
    activities: Vec<Choice>,
    sites: Vec<Choice>,
    action: String,
    effect: Option<EffectView>,
    conflict: Option<String>,
}

fn fields() -> Form {
    Form::default()
        .required("du", "Premier jour fermé")
        .hint("Par exemple 03/12/2026.")
        .optional("au", "Dernier jour fermé")
        .hint("Vide pour un seul jour.")
        .required("quoi", "Ce qui ferme")
        .required("site", "Où")
        .required("motif", "Motif")
        .hint("Les familles le lisent : grève, travaux, sortie scolaire.")
}

fn choices(all: impl Iterator<Item = (String, String)>, chosen: &str) -> Vec<Choice> {
    all.map(|(value, label)| Choice {
        selected: value == chosen,
        value,
        label,
    })
    .collect()
}

/// Activities, and the units of those that have several.
fn activities(rules: &Current) -> Vec<(String, String)> {
    let units = &rules.loaded.rulebook.units;
    let mut all = vec![(String::new(), "Toutes les activités".to_owned())];
    for unit in units {
        let alone = units.iter().filter(|u| u.activity == unit.activity).count() == 1;
        let known = all.iter().any(|(value, _)| *value == unit.activity);
        if !known {
            let name = unit.label.split(", ").next().unwrap_or(&unit.label);
            all.push((unit.activity.clone(), name.to_owned()));
        }
        let same = units.iter().filter(|u| u.unit == unit.unit).count() > 1;
        if !alone && !same && unit.unit != unit.activity {
            all.push((unit.unit.clone(), unit.label.clone()));
        }
    }
    all
}

fn words(effect: &Effect) -> EffectView {
    let bookings = |n: usize| french::count(n as u64, "réservation", "réservations");
    EffectView {
        said: if effect.bookings == 0 {
            "Rien n’est réservé : personne n’est à prévenir.".to_owned()
        } else {
            format!(
                "{} de {} : {} rendues. {} Les familles qui ont un compte sont prévenues par e-mail.",
                french::count(effect.children as u64, "enfant", "enfants"),
                french::count(effect.families as u64, "famille", "familles"),
                bookings(effect.bookings),
                effect.worth.map_or_else(
                    || "Rien n’est facturé.".to_owned(),
                    |cents| format!("Environ {cents} ne seront pas facturés."),
                ),
            )
        },
        by_unit: effect
            .by_unit
            .iter()
            .map(|(label, n)| format!("{label} : {}", bookings(*n)))
            .collect(),
    }
}

async fn draw(
    call: &Call,
    form: Form,
    (activity, site): (&str, &str),
    effect: Option<&Effect>,
    conflict: Option<String>,
    status: StatusCode,
) -> Reply {
    let rules = rules::load(&call.cx).await?;
    let everywhere = [(String::new(), "Toute la commune".to_owned())];
    let sites = rules.loaded.rulebook.sites.clone();
    let template = Closing {
        page: call
            .page("Fermer une journée", "activites")
            .crumb("Activités et délais", Some(HOME))
            .crumb("Fermer une journée", None),
        form,
        activities: choices(activities(&rules).into_iter(), activity),
        sites: choices(everywhere.into_iter().chain(sites), site),
        action: call.href(PATH),
        effect: effect.map(words),
        conflict,
    };
    render(&template, status)
}

async fn show(call: Call, asked: Asked) -> Reply {
    let mut form = fields();
    form.set("du", params::asked(&asked, "jour").unwrap_or_default());
    draw(&call, form, ("", ""), None, None, StatusCode::OK).await
}

fn typed(form: &Posted) -> CloseForm {
    let text = |name| form.text(name).to_owned();
    CloseForm {
        du: text("du"),
        au: text("au"),
        quoi: text("quoi"),
        site: text("site"),
        motif: text("motif"),
    }
}

async fn close(Submitted { call, form }: Submitted) -> Reply {
    let close = typed(&form);
    let chosen = (close.quoi.as_str(), close.site.as_str());
    let filled = fields().filled(&form);
    let refused = if form.text("etape") == "fermer" {
        match planning::close(&call.cx, &close).await {
            Ok(0) => {
                return Ok(call.see_saying(HOME, "ok", "C’est fermé. Personne n’avait réservé."));
            }
            Ok(n) => {
                let said = format!(
                    "C’est fermé. {} rendues, les familles sont prévenues.",
                    french::count(n, "réservation", "réservations")
                );
                return Ok(call.see_saying(HOME, "ok", &said));
            }
            Err(refused) => refused,
        }
    } else {
        match planning::effect(&call.cx, &close).await {
            Ok(effect) => {
                return draw(&call, filled, chosen, Some(&effect), None, StatusCode::OK).await;
            }
            Err(refused) => refused,
        }
    };
    match refused {
        Error::Invalid(errors) => {
            let form = filled.with_errors(&errors);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            draw(&call, form, chosen, None, None, status).await
        }
        Error::Conflict(why) => {
            draw(&call, filled, chosen, None, Some(why), StatusCode::CONFLICT).await
        }
        other => Err(other.into()),
    }
}

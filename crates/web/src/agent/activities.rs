//! Activités et délais: what the commune decided, with worked examples; and the file in which it is written.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use jiff::{ToSpan, civil::Date};
use preau_app::{
    Error,
    planning::rules::{self, Current},
};
use preau_rules::{
    french,
    permission::Right,
    settings::{Action, Query, ServedUnit},
};

use crate::{
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const HOME: &str = "/agent/activites";
const FILE: &str = "/agent/activites/fichier";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Activities);
    routes
        .get(HOME, right, list)
        .get(FILE, right, edit)
        .post(FILE, right, save)
        .get("/agent/activites/versions/{version}", right, version)
}

/// A unit with an example of each limit.
struct UnitView {
    label: String,
    about: String,
    places: String,
    /// « Repas du lundi 30 novembre : jusqu’au jeudi 26 novembre à 10 h 00 », and why.
    examples: Vec<(String, String)>,
}

struct VersionView {
    version: i64,
    href: String,
    about: String,
}

#[derive(Template)]
#[template(path = "agent/activities.html")]
struct List {
    page: Page,
    units: Vec<UnitView>,
    warnings: Vec<String>,
    file: String,
    versions: Vec<VersionView>,
    empty: bool,
}

/// The next days on which a unit is given: the first one, and the first after a public holiday or the week-end.
fn next_days(rules: &Current, unit: &ServedUnit, today: Date) -> Vec<Date> {
    let book = &rules.loaded.rulebook;
    let after = today.saturating_add(4.days());
    let served = after.series(1.day()).take(120).filter(|day| {
        let query = Query::book(&unit.activity, Some(&unit.unit), *day);
        matches!(book.not_served(&query), Ok(None))
    });
    served.take(2).collect()
}

fn examples(rules: &Current, unit: &ServedUnit, today: Date) -> Vec<(String, String)> {
    let book = &rules.loaded.rulebook;
    let limit = |day: Date, action: Action| {
        let query = Query {
            action,
            ..Query::book(&unit.activity, Some(&unit.unit), day)
        };
        match book.cutoff(&query) {
            Ok(cutoff) => (cutoff.until_fr(), cutoff.why_fr()),
            Err(why) => ("jusqu’au début du service".to_owned(), why.message_fr()),
        }
    };
    let mut all = Vec::new();
    for day in next_days(rules, unit, today) {
        let (book, cancel) = (limit(day, Action::Book), limit(day, Action::Cancel));
        let day = french::day(day);
        if book == cancel {
            all.push((format!("{day}, réserver et annuler : {}", book.0), book.1));
        } else {
            all.push((format!("{day}, réserver : {}", book.0), book.1));
            all.push((format!("{day}, annuler : {}", cancel.0), cancel.1));
        }
    }
    all
}

fn unit_view(rules: &Current, unit: &ServedUnit, today: Date) -> UnitView {
    let hours = match (unit.start, unit.end) {
        (Some(start), Some(end)) => format!("{} – {}", start.label_fr(), end.label_fr()),
        _ => String::new(),
    };
    let who = if unit.free {
        "ouverte à tous les enfants"
    } else {
        "sur inscription par la mairie"
    };
    let about: Vec<String> = [hours, who.to_owned()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let limits = rules.loaded.rulebook.capacities.iter();
    let limits = limits.filter(|c| {
        (c.activities.is_empty() || c.activities.contains(&unit.activity))
            && (c.units.is_empty() || c.units.contains(&unit.unit))
    });
    let places: Vec<String> = limits
        .map(|c| {
            let count = french::count(u64::from(c.places), "place", "places");
            let of: Vec<&str> = c
                .sites
                .iter()
                .chain(&c.groups)
                .map(String::as_str)
                .collect();
            if of.is_empty() {
                count
            } else {
                format!("{count} ({})", of.join(", "))
            }
        })
        .collect();
    UnitView {
        label: unit.label.clone(),
        about: about.join(", "),
        places: places.join(" ; "),
        examples: examples(rules, unit, today),
    }
}

async fn list(call: Call) -> Reply {
    let rules = rules::load(&call.cx).await?;
    let zone = call.portal.zone();
    let today = call.cx.at.to_zoned(zone.clone()).date();
    let units: Vec<UnitView> = rules
        .loaded
        .rulebook
        .units
        .iter()
        .map(|unit| unit_view(&rules, unit, today))
        .collect();
    let versions = rules::history(&call.cx).await?;
    let versions = versions.iter().map(|v| VersionView {
        version: v.version,
        href: call.href(&format!("/agent/activites/versions/{}", v.version)),
        about: format!(
            "{}, {}",
            french::instant_year(v.saved_at, &zone),
            v.saved_by
        ),
    });
    call.html(&List {
        page: call
            .page("Activités et délais", "activites")
            .crumb("Activités et délais", None),
        empty: units.is_empty(),
        units,
        warnings: rules
            .loaded
            .warnings
            .iter()
            .map(ToString::to_string)
            .collect(),
        file: call.href(FILE),
        versions: versions.collect(),
    })
}

#[derive(Template)]
#[template(path = "agent/activities_file.html")]
struct File {
    page: Page,
    form: Form,
    faults: Vec<String>,
    seen: i64,
    action: String,
    back: String,
}

/// What a commune starts from: the most common rules.
const START: &str = include_str!("activities_start.toml");

fn fields() -> Form {
    Form::default().required("texte", "Réglages")
}

fn draw(call: &Call, form: Form, faults: Vec<String>, seen: i64, status: StatusCode) -> Reply {
    let template = File {
        page: call
            .page("Fichier des activités et des délais", "activites")
            .crumb("Activités et délais", Some(HOME))
            .crumb("Fichier", None),
        form,
        faults,
        seen,
        action: call.href(FILE),
        back: call.href(HOME),
    };
    render(&template, status)
}

async fn edit(call: Call) -> Reply {
    let rules = rules::load(&call.cx).await?;
    let mut form = fields();
    let start = START.replace("COMMUNE", &call.portal.name);
    form.set(
        "texte",
        if rules.version == 0 {
            &start
        } else {
            &rules.text
        },
    );
    draw(&call, form, Vec::new(), rules.version, StatusCode::OK)
}

fn read(form: &Posted) -> (String, i64) {
    let seen = form.text("vu").parse().unwrap_or(-1);
    (form.text("texte").replace("\r\n", "\n"), seen)
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    let (text, seen) = read(&form);
    match rules::save(&call.cx, &text, seen).await {
        Ok(version) => {
            let said = format!("Version {version} enregistrée : elle vaut dès maintenant.");
            Ok(call.see_saying(HOME, "ok", &said))
        }
        Err(Error::Invalid(errors)) => {
            let faults = errors.into_iter().map(|e| e.message).collect();
            let invalid = StatusCode::UNPROCESSABLE_ENTITY;
            draw(&call, fields().filled(&form), faults, seen, invalid)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "agent/activities_version.html")]
struct OneVersion {
    page: Page,
    text: String,
    about: String,
}

async fn version(call: Call, Path(number): Path<String>) -> Reply {
    let number = number.parse().map_err(|_| Error::NotFound)?;
    let found = rules::version(&call.cx, number).await?;
    let title = format!("Version {}", found.version);
    call.html(&OneVersion {
        page: call
            .page(&title, "activites")
            .crumb("Activités et délais", Some(HOME))
            .crumb(&title, None),
        about: format!(
            "Enregistrée le {}, par {}.",
            french::instant_year(found.saved_at, &call.portal.zone()),
            found.saved_by
        ),
        text: found.text,
    })
}

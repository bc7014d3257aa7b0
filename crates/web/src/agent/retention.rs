//! Conservation des données: how long each series is kept, what is over, and its erasure.

use std::fmt::Write as _;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use http::header;
use preau_app::{
    Error,
    retention::{self, Whole},
};
use preau_rules::{french, permission::Right, retention::Series};

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply},
    forms::{Field, Form},
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

const PATH: &str = "/agent/parametres/conservation";
const BORDEREAU: &str = "/agent/parametres/conservation/bordereau.csv";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Retention);
    routes
        .get(PATH, right, show)
        .post(PATH, right, decide)
        .get(BORDEREAU, right, bordereau)
        .post("/agent/parametres/conservation/avertir", right, warn)
        .post("/agent/parametres/conservation/effacer", right, erase)
}

struct Line {
    code: &'static str,
    label: &'static str,
    lower: String,
    about: &'static str,
    months: u16,
    limit: String,
    volume: i64,
    /// « du 3 mars 2020 au 4 avril 2021 ».
    range: String,
    to_warn: i64,
}

struct Gone {
    at: String,
    by: String,
    label: &'static str,
    volume: i64,
    range: String,
}

#[derive(Template)]
#[template(path = "agent/retention.html")]
struct Show {
    page: Page,
    sections: Vec<Section>,
    lines: Vec<Line>,
    form: Form,
    /// Fields of the durations, in the order of the series.
    fields: Vec<Field>,
    gone: Vec<Gone>,
    /// What is to hold later: « à partir du 1er janvier 2027 : … ».
    later: Vec<String>,
    path: String,
}

fn blank(whole: &Whole, today: jiff::civil::Date) -> Form {
    let mut form = Form::default();
    for line in &whole.lines {
        let (least, most) = line.series.bounds();
        form = form
            .required(line.series.code(), line.series.label_fr())
            .hint(format!("En mois, de {least} à {most}."))
            .value(line.months.to_string());
    }
    form.required("depuis", "À partir du")
        .value(today.to_string())
}

fn range(call: &Call, from: Option<jiff::Timestamp>, to: Option<jiff::Timestamp>) -> String {
    let zone = call.portal.zone();
    match (from, to) {
        (Some(from), Some(to)) => {
            let day = |at: jiff::Timestamp| at.to_zoned(zone.clone()).date();
            format!(
                "du {} au {}",
                french::day_month_year(day(from)),
                french::day_month_year(day(to))
            )
        }
        _ => String::new(),
    }
}

fn template(call: &Call, whole: &Whole, form: Form) -> Show {
    let zone = call.portal.zone();
    let today = call.cx.at.to_zoned(zone.clone()).date();
    let lines = whole.lines.iter().map(|line| Line {
        code: line.series.code(),
        label: line.series.label_fr(),
        lower: line.series.label_fr().to_lowercase(),
        about: line.series.about_fr(),
        months: line.months,
        limit: french::day_month_year(line.limit),
        volume: line.due.volume,
        range: range(call, line.due.oldest, line.due.newest),
        to_warn: line.to_warn,
    });
    let later = whole.schedule.0.iter().filter(|d| d.from > today).map(|d| {
        let months = Series::ALL.map(|s| {
            let months = d.months.get(s.code()).copied().unwrap_or(s.usual());
            format!("{} {months} mois", s.label_fr().to_lowercase())
        });
        format!(
            "À partir du {} : {}.",
            french::day_month_year(d.from),
            french::list(&months)
        )
    });
    let gone = whole.disposals.iter().map(|d| Gone {
        at: french::instant_digits(d.at, &zone),
        by: d.by_name.clone(),
        label: Series::of(&d.series).map_or("", Series::label_fr),
        volume: d.volume,
        range: range(call, d.oldest, d.newest),
    });
    Show {
        page: settings::page(call, "Conservation des données"),
        sections: settings::sections(call, PATH),
        lines: lines.collect(),
        fields: Series::ALL
            .iter()
            .map(|s| form.field(s.code()).clone())
            .collect(),
        later: later.collect(),
        gone: gone.collect(),
        form,
        path: call.href(PATH),
    }
}

async fn show(call: Call) -> Reply {
    let whole = retention::whole(&call.cx).await?;
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let form = blank(&whole, today);
    call.html(&template(&call, &whole, form))
}

async fn decide(Submitted { call, form }: Submitted) -> Reply {
    let typed = |series: Series| form.text(series.code());
    match retention::decide(&call.cx, form.text("depuis"), typed).await {
        Ok(()) => Ok(call.see_saying(PATH, "ok", "Les durées sont enregistrées.")),
        Err(Error::Invalid(errors)) => {
            let whole = retention::whole(&call.cx).await?;
            let today = call.cx.at.to_zoned(call.portal.zone()).date();
            let form = blank(&whole, today).filled(&form).with_errors(&errors);
            call.invalid(&template(&call, &whole, form))
        }
        Err(other) => Err(other.into()),
    }
}

async fn warn(Submitted { call, .. }: Submitted) -> Reply {
    let warned = retention::warn(&call.cx).await?.unsigned_abs();
    let said = format!(
        "{} par e-mail : sans connexion, ces comptes pourront être effacés dans 30 jours.",
        french::count(warned, "personne est prévenue", "personnes sont prévenues")
    );
    Ok(call.see_saying(PATH, "ok", &said))
}

async fn erase(Submitted { call, form }: Submitted) -> Reply {
    let series = Series::of(form.text("serie")).ok_or(Error::NotFound)?;
    if !form.ticked(series.code()) {
        let text = "Cochez la case avant d’effacer : ce qui est effacé ne revient pas.";
        return Ok(call.see_saying(PATH, "warn", text));
    }
    let gone = retention::erase(&call.cx, series).await?.unsigned_abs();
    let said = format!(
        "{}, {}. Le bordereau d’élimination est complété.",
        series.label_fr(),
        french::count(gone, "effacement", "effacements")
    );
    Ok(call.see_saying(PATH, "ok", &said))
}

/// What is over now and what was erased, for the departmental archives.
async fn bordereau(call: Call) -> Reply {
    let whole = retention::whole(&call.cx).await?;
    let zone = call.portal.zone();
    let day = |at: Option<jiff::Timestamp>| {
        at.map_or_else(String::new, |at| {
            french::day_digits(at.to_zoned(zone.clone()).date())
        })
    };
    // Writing to a String does not fail.
    let mut csv = String::from(
        "\u{feff}série;durée en mois;plus ancien;plus récent;volume;état;effacé le\r\n",
    );
    for line in whole.lines.iter().filter(|l| l.due.volume > 0) {
        let (from, to) = (day(line.due.oldest), day(line.due.newest));
        let (label, months, volume) = (line.series.label_fr(), line.months, line.due.volume);
        let _ = write!(csv, "{label};{months};{from};{to};{volume};à éliminer;\r\n");
    }
    for d in &whole.disposals {
        let label = Series::of(&d.series).map_or("", Series::label_fr);
        let (from, to, at) = (day(d.oldest), day(d.newest), day(Some(d.at)));
        let volume = d.volume;
        let _ = write!(csv, "{label};;{from};{to};{volume};éliminé;{at}\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"bordereau-elimination.csv\"",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let response: Response = (headers, csv).into_response();
    Ok(response)
}

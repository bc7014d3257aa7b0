//! The custody calendar in the file of a child: the fields that make its one line.

use preau_rules::{
    custody::{Custody, Holidays, Rhythm},
    french,
};

use crate::{
    forms::{Choice, Field},
    posted::Posted,
};

const DAYS: [&str; 7] = [
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
];

/// The fields of a calendar.
pub(super) struct Fields {
    /// Number of the family that it is written for.
    pub(super) family: String,
    pub(super) rhythm: Field,
    pub(super) rhythms: Vec<Choice>,
    pub(super) since: Field,
    pub(super) days: Vec<Choice>,
    /// « Jours passés dans l’autre foyer ».
    pub(super) days_label: String,
    pub(super) holidays: Field,
    pub(super) halves: Vec<Choice>,
    pub(super) changes: Field,
}

/// The line that the fields of a form make; empty without a rhythm.
pub(super) fn line(form: &Posted) -> String {
    let rhythm = form.text("garde").trim();
    if rhythm.is_empty() {
        return String::new();
    }
    let word = |text: &str| text.split_whitespace().collect::<String>();
    let days: Vec<_> = form.all("garde_jours").map(word).collect();
    let changes: Vec<_> = form.text("garde_sauf").split_whitespace().collect();
    format!(
        "foyer={} rythme={} depuis={} jours={} vacances={} sauf={}",
        word(form.text("garde_foyer")),
        word(rhythm),
        word(form.text("garde_depuis")),
        days.join(","),
        word(form.text("garde_vacances")),
        changes.join(","),
    )
}

/// What stands in the fields.
#[derive(Default)]
struct Typed {
    family: String,
    rhythm: String,
    since: String,
    days: Vec<String>,
    holidays: String,
    changes: String,
}

impl Typed {
    fn kept(line: &str) -> Self {
        let Ok(custody) = Custody::parse(line) else {
            return Self::default();
        };
        let (rhythm, since, days) = match custody.rhythm {
            Rhythm::Weeks(day) => ("semaines", day.to_string(), Vec::new()),
            Rhythm::WeekEnds(day) => ("weekends", day.to_string(), Vec::new()),
            Rhythm::Days(days) => {
                let names = days.iter().map(|d| french::weekday(d).to_owned());
                ("jours", String::new(), names.collect())
            }
        };
        let holidays = match custody.holidays {
            Holidays::AsUsual => "",
            Holidays::Halves {
                first_in_even_years: true,
            } => "paires",
            Holidays::Halves {
                first_in_even_years: false,
            } => "impaires",
        };
        let changes: Vec<_> = custody
            .changes
            .iter()
            .map(|d| french::day_digits(*d))
            .collect();
        Self {
            family: custody.family,
            rhythm: rhythm.to_owned(),
            since,
            days,
            holidays: holidays.to_owned(),
            changes: changes.join("\n"),
        }
    }

    fn posted(form: &Posted) -> Self {
        let own = |name: &str| form.text(name).to_owned();
        Self {
            family: own("garde_foyer"),
            rhythm: own("garde"),
            since: own("garde_depuis"),
            days: form.all("garde_jours").map(ToOwned::to_owned).collect(),
            holidays: own("garde_vacances"),
            changes: own("garde_sauf"),
        }
    }
}

/// Draws them for a family: with what was typed, or with what is kept.
pub(super) fn fields(
    family: &str,
    kept: &str,
    typed: Option<&Posted>,
    hint: Option<String>,
    error: Option<String>,
) -> Fields {
    let mut now = typed.map_or_else(|| Typed::kept(kept), Typed::posted);
    if now.family.is_empty() {
        family.clone_into(&mut now.family);
    }
    let (here, there) = homes(&now.family, family);
    let choice = |value: &str, label: String, now: &str| Choice {
        value: value.to_owned(),
        label,
        selected: value == now,
    };
    let field = |name, label: String, hint: &str, value: &str| Field {
        name,
        label,
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
        value: value.to_owned(),
        ..Field::default()
    };
    Fields {
        rhythm: Field {
            error,
            hint,
            required: true,
            ..field(
                "garde",
                "Comment la garde alterne".to_owned(),
                "",
                &now.rhythm,
            )
        },
        rhythms: vec![
            choice(
                "",
                "Un seul foyer : pas de garde alternée".to_owned(),
                &now.rhythm,
            ),
            choice("semaines", "Une semaine sur deux".to_owned(), &now.rhythm),
            choice(
                "weekends",
                format!("Toute la semaine {here}, un week-end sur deux {there}"),
                &now.rhythm,
            ),
            choice(
                "jours",
                "Les mêmes jours chaque semaine".to_owned(),
                &now.rhythm,
            ),
        ],
        since: field(
            "garde_depuis",
            "Compté à partir du".to_owned(),
            &format!(
                "Une semaine sur deux : un jour où une semaine {here} commence. Un week-end sur deux : le samedi d’un week-end {there}."
            ),
            &now.since,
        ),
        days: DAYS
            .iter()
            .map(|day| Choice {
                value: (*day).to_owned(),
                label: (*day).to_owned(),
                selected: now.days.iter().any(|d| d == day),
            })
            .collect(),
        days_label: format!("Jours passés {there} (pour « les mêmes jours chaque semaine »)"),
        halves: vec![
            choice("", "Comme le reste de l’année".to_owned(), &now.holidays),
            choice(
                "paires",
                format!("Par moitiés : la première {here} les années paires"),
                &now.holidays,
            ),
            choice(
                "impaires",
                format!("Par moitiés : la première {here} les années impaires"),
                &now.holidays,
            ),
        ],
        holidays: field(
            "garde_vacances",
            "Vacances scolaires".to_owned(),
            "",
            &now.holidays,
        ),
        changes: field(
            "garde_sauf",
            "Jours où c’est l’inverse".to_owned(),
            "Un jour par ligne, par exemple 24/12/2026.",
            &now.changes,
        ),
        family: now.family,
    }
}

/// The two homes as the family `mine` calls them: the one that the calendar names, the other.
pub(super) fn homes(named: &str, mine: &str) -> (&'static str, &'static str) {
    if named == mine {
        ("chez vous", "dans l’autre foyer")
    } else {
        ("dans l’autre foyer", "chez vous")
    }
}

/// The calendar in the words of a family.
pub(super) fn words(line: &str, mine: &str) -> Option<String> {
    let custody = Custody::parse(line).ok()?;
    let (named, other) = homes(&custody.family, mine);
    Some(custody.words_fr(named, other).join("\n"))
}

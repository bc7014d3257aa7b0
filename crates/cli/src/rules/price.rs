//! `preau rules price FILE --activity A --quotient Q`.

use anyhow::{Result, bail};
use jiff::civil::Date;
use preau_app::Clock;
use preau_formats::tariff_settings;
use preau_rules::tariff::explain::{Explanation, Question, explain};
use serde::Serialize;

use super::{plain, read};
use crate::say;

/// What is typed after `price`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Fichier de réglages de la commune (TOML)
    file: std::path::PathBuf,
    /// L’activité
    #[arg(long)]
    activity: String,
    /// L’unité : repas, matin, journée…
    #[arg(long)]
    unit: Option<String>,
    /// Le jour du service : 2026-11-23 ; aujourd’hui sinon
    #[arg(long)]
    day: Option<Date>,
    /// Le quotient familial ; sans lui, la grille dit ce qui s’applique
    #[arg(long)]
    quotient: Option<String>,
    /// Tout le reste, comme dans les exemples du fichier : "extérieur, rang 3, durée 2 h 20"
    #[arg(long, default_value = "")]
    facts: String,
    /// Résultat en JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Answer {
    activity: String,
    unit: Option<String>,
    day: Date,
    /// What was taken into account beside the day.
    facts: String,
    cents: i64,
    sentence: String,
    tariff: String,
    steps: Vec<Step>,
    instalments: Vec<i64>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Step {
    text: String,
    cents: i64,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let text = read(&options.file)?;
    let (_, tariffs) = match tariff_settings::read(&text) {
        Ok(ready) => ready,
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(|e| plain(&e.to_string())).collect();
            bail!(
                "{} ne peut pas être utilisé :\n  {}",
                options.file.display(),
                lines.join("\n  ")
            );
        }
    };
    let day = options.day.unwrap_or_else(|| {
        let paris = jiff::tz::TimeZone::get("Europe/Paris").unwrap_or(jiff::tz::TimeZone::UTC);
        Clock::system().now().to_zoned(paris).date()
    });
    let quotient = options.quotient.as_ref().map(|q| format!("quotient {q}"));
    let given = [quotient.as_deref(), Some(options.facts.as_str())];
    let facts: Vec<&str> = given
        .into_iter()
        .flatten()
        .filter(|f| !f.is_empty())
        .collect();
    let facts = facts.join(", ");
    let question = Question {
        activity: &options.activity,
        unit: options.unit.as_deref(),
        date: day,
        facts: &facts,
    };
    let explained = match explain(&tariffs, &question) {
        Ok(explained) => explained,
        Err(why) => bail!("{}", plain(&why)),
    };
    if options.json {
        let answer = answer(options, day, &facts, &explained);
        say(&serde_json::to_string_pretty(&answer)?);
    } else {
        print(&explained);
    }
    Ok(())
}

fn answer(options: &Options, day: Date, facts: &str, explained: &Explanation) -> Answer {
    let steps = explained.steps.iter().map(|(text, cents)| Step {
        text: plain(text),
        cents: cents.0,
    });
    Answer {
        activity: options.activity.clone(),
        unit: options.unit.clone(),
        day,
        facts: facts.to_owned(),
        cents: explained.cents.0,
        sentence: plain(&explained.sentence),
        tariff: plain(&explained.tariff),
        steps: steps.collect(),
        instalments: explained.instalments.iter().map(|c| c.0).collect(),
        notes: explained.notes.iter().map(|n| plain(n)).collect(),
    }
}

fn print(explained: &Explanation) {
    say(&plain(&explained.cents.to_string()));
    say(&plain(&explained.sentence));
    if explained.instalments.len() > 1 {
        let parts: Vec<String> = explained
            .instalments
            .iter()
            .map(ToString::to_string)
            .collect();
        say(&format!(
            "payable en {} : {}",
            parts.len(),
            plain(&parts.join(", "))
        ));
    }
    for note in &explained.notes {
        say(&plain(note));
    }
}

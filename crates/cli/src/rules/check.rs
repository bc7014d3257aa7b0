//! `preau rules check FILE`.

use anyhow::{Result, bail};
use preau_app::Clock;
use preau_formats::{
    settings::{self, Fault},
    tariff_settings,
};
use preau_rules::settings::{Replayed, gaps, replay};
use preau_rules::tariff::{
    check::{Weight, check as grid_check},
    replay::replay as replay_prices,
};
use serde::Serialize;

use super::{Files, plain};
use crate::say;

/// What is typed after `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    files: Files,
    /// Résultat en JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
struct Report {
    file: String,
    activities: usize,
    deadlines: usize,
    grids: usize,
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
    checks: Vec<Played>,
}

#[derive(Debug, Serialize)]
struct Finding {
    line: usize,
    key: String,
    message: String,
}

#[derive(Debug, Serialize)]
struct Played {
    number: usize,
    question: String,
    found: String,
    passed: bool,
    differs: Option<String>,
}

pub(super) fn run(options: &Options) -> Result<()> {
    let text = options.files.text()?;
    let mut report = Report {
        file: options.files.file.display().to_string(),
        ..Report::default()
    };
    let parts = settings::parts(&text);
    if parts.prices {
        prices(&text, &mut report);
    }
    // A file of prices alone has no calendar to be read.
    let rules = (parts.rules || !parts.prices)
        .then(|| options.files.holidays().map(|h| settings::load(&text, &h)));
    match rules.transpose()? {
        None => {}
        Some(Err(faults)) => report.errors.extend(faults.iter().map(line)),
        Some(Ok(loaded)) => {
            let today = Clock::system()
                .now()
                .to_zoned(loaded.rulebook.calendar.zone.clone())
                .date();
            let from = loaded.rulebook.valid_from.unwrap_or(today);
            let open = settings::locate(&text, &gaps(&loaded.rulebook, from));
            report.activities = loaded.settings.activities.len();
            report.deadlines = loaded.settings.deadlines.len();
            let doubtful = loaded.warnings.iter().chain(&open).map(line);
            report.warnings.extend(doubtful);
            let replayed = replay(&loaded.settings.checks, &loaded.rulebook);
            report.checks.extend(replayed.iter().map(played));
        }
    }
    if options.json {
        say(&serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    let failed = report.checks.iter().filter(|check| !check.passed).count();
    match (report.errors.len(), failed) {
        (0, 0) => Ok(()),
        (0, failed) => bail!(
            "{} : {failed} exemple(s) ne donnent pas le résultat attendu",
            report.file
        ),
        (errors, _) => bail!(
            "{} ne peut pas être utilisé : {errors} erreur(s)",
            report.file
        ),
    }
}

/// Reads the part of the prices, looks for gaps in its grids, and replays its examples.
fn prices(text: &str, report: &mut Report) {
    let (settings, tariffs) = match tariff_settings::read(text) {
        Ok(ready) => ready,
        Err(errors) => {
            report.errors.extend(errors.iter().map(|error| Finding {
                line: error.line,
                key: error.key.clone(),
                message: plain(&error.message),
            }));
            return;
        }
    };
    report.grids = tariffs.grids.len();
    for grid in &tariffs.grids {
        for found in grid_check(grid, &tariffs.lexicon) {
            if found.weight() != Weight::Note {
                report.warnings.push(Finding {
                    line: 0,
                    key: plain(&grid.name),
                    message: plain(&found.message_fr()),
                });
            }
        }
    }
    let replayed = replay_prices(&settings, &tariffs);
    for (number, example) in replayed.into_iter().enumerate() {
        report.checks.push(Played {
            number: number + 1,
            question: plain(&example.name),
            passed: example.outcome.is_ok(),
            found: plain(example.outcome.as_deref().unwrap_or_default()),
            differs: example.outcome.err().map(|why| plain(&why)),
        });
    }
}

fn line(fault: &Fault) -> Finding {
    Finding {
        line: fault.line,
        key: fault.key.clone(),
        message: plain(&fault.message),
    }
}

fn played(check: &Replayed) -> Played {
    Played {
        number: check.index + 1,
        question: plain(&check.label),
        found: plain(&check.found),
        passed: check.differs.is_none(),
        differs: check.differs.as_deref().map(plain),
    }
}

fn print(report: &Report) {
    for (word, lines) in [("erreur", &report.errors), ("attention", &report.warnings)] {
        for Finding { line, key, message } in lines {
            let key = if key.is_empty() {
                String::new()
            } else {
                format!(", « {key} »")
            };
            // What is said of a grid as a whole has no line.
            match line {
                0 => say(&format!("{word}{key} : {message}")),
                line => say(&format!("{word} : ligne {line}{key} : {message}")),
            }
        }
    }
    for check in &report.checks {
        match &check.differs {
            None => say(&format!(
                "exemple {} : {} : {}",
                check.number, check.question, check.found
            )),
            Some(why) => say(&format!(
                "exemple {} FAUX : {} : {why}",
                check.number, check.question
            )),
        }
    }
    if report.errors.is_empty() {
        let passed = report.checks.iter().filter(|check| check.passed).count();
        say(&format!(
            "{} : {} activité(s), {} délai(s), {} tarif(s), {} point(s) d’attention, {passed} exemple(s) sur {} justes",
            report.file,
            report.activities,
            report.deadlines,
            report.grids,
            report.warnings.len(),
            report.checks.len()
        ));
    }
}

//! `preau rules check FILE`.

use anyhow::{Result, bail};
use preau_app::Clock;
use preau_formats::settings::{self, Fault};
use preau_rules::settings::{Replayed, gaps, replay};
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
    match settings::load(&text, &options.files.holidays()?) {
        Err(faults) => report.errors = faults.iter().map(line).collect(),
        Ok(loaded) => {
            let today = Clock::system()
                .now()
                .to_zoned(loaded.rulebook.calendar.zone.clone())
                .date();
            let from = loaded.rulebook.valid_from.unwrap_or(today);
            let open = settings::locate(&text, &gaps(&loaded.rulebook, from));
            report.activities = loaded.settings.activities.len();
            report.deadlines = loaded.settings.deadlines.len();
            report.warnings = loaded.warnings.iter().chain(&open).map(line).collect();
            report.checks = replay(&loaded.settings.checks, &loaded.rulebook)
                .iter()
                .map(played)
                .collect();
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
            say(&format!("{word} : ligne {line}{key} : {message}"));
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
            "{} : {} activité(s), {} délai(s), {} point(s) d’attention, {passed} exemple(s) sur {} justes",
            report.file,
            report.activities,
            report.deadlines,
            report.warnings.len(),
            report.checks.len()
        ));
    }
}

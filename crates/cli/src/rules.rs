//! `preau rules …`: what a settings file says, without a server.

mod check;
mod deadline;
mod price;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use preau_formats::school_holidays;
use preau_formats::settings::{self, Fault, Loaded, reference};
use preau_rules::calendar::SchoolHolidays;

use crate::say;

/// What can be asked of a settings file.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Relit un fichier de réglages, dit ce qui est faux ou ambigu, et rejoue ses exemples
    Check(check::Options),
    /// Dit jusqu’à quand un jour peut être réservé ou annulé, et pourquoi
    Deadline(deadline::Options),
    /// Dit ce que coûte une unité, et pourquoi
    Price(price::Options),
    /// Écrit la documentation de toutes les clés
    Reference,
    /// Écrit le schéma JSON, pour les éditeurs
    Schema,
}

/// A settings file, and the school holidays that it is read with.
#[derive(Debug, clap::Args)]
pub(crate) struct Files {
    /// Fichier de réglages de la commune (TOML)
    file: PathBuf,
    /// Fichier de vacances scolaires, à la place de celui qui est livré
    #[arg(long, value_name = "FICHIER")]
    holidays: Option<PathBuf>,
}

/// Runs one of them.
pub(crate) fn run(action: Action) -> Result<()> {
    match action {
        Action::Check(options) => check::run(&options),
        Action::Deadline(options) => deadline::run(&options),
        Action::Price(options) => price::run(&options),
        Action::Reference => {
            say(reference::markdown().trim_end());
            Ok(())
        }
        Action::Schema => {
            say(&serde_json::to_string_pretty(&reference::schema())?);
            Ok(())
        }
    }
}

impl Files {
    fn text(&self) -> Result<String> {
        read(&self.file)
    }

    fn holidays(&self) -> Result<SchoolHolidays> {
        match &self.holidays {
            None => Ok(school_holidays::shipped()),
            Some(path) => school_holidays::parse(&read(path)?)
                .map_err(|fault| anyhow::anyhow!("{} : {fault}", path.display())),
        }
    }

    /// The settings, or all that is wrong with them.
    fn load(&self, text: &str) -> Result<Loaded> {
        match settings::load(text, &self.holidays()?) {
            Ok(loaded) => Ok(loaded),
            Err(faults) => bail!("{}", self.listed(&faults)),
        }
    }

    fn listed(&self, faults: &[Fault]) -> String {
        let mut said = format!("{} ne peut pas être utilisé :", self.file.display());
        for fault in faults {
            let _ = write!(said, "\n  {}", plain(&fault.to_string()));
        }
        said
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} ne peut pas être lu", path.display()))
}

/// A terminal breaks no lines inside amounts: ordinary spaces can be searched and copied.
fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

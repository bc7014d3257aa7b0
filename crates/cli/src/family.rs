//! `preau family …`: families that come from another software.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result, bail};
use clap::{Subcommand, ValueEnum};
use preau_app::{
    App, Cx,
    family_import::{self, Kind},
};

use crate::{agent::in_words, commune, progress, say};

/// What a file holds.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum What {
    /// Familles, responsables et enfants
    Familles,
    /// Codes abonné existants
    Codes,
    /// Références de factures
    Factures,
}

/// What can be done with families.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Importe un fichier CSV ; rien n’est écrit tant qu’une ligne est fausse
    Import {
        /// La commune
        commune: String,
        /// Le fichier CSV
        file: PathBuf,
        /// Ce que le fichier contient
        #[arg(long, value_enum, default_value = "familles")]
        what: What,
        /// Vérifie seulement : liste chaque problème par ligne
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs one of them.
pub(crate) async fn run(app: &Arc<App>, action: Action) -> Result<()> {
    let Action::Import {
        commune: slug,
        file,
        what,
        dry_run,
    } = action;
    let commune = commune::find(app, &slug)?;
    let bytes =
        std::fs::read(&file).with_context(|| format!("{} ne peut pas être lu", file.display()))?;
    let cx = Cx::system(app, &commune, "ligne de commande");
    let kind = match what {
        What::Familles => Kind::Families,
        What::Codes => Kind::Codes,
        What::Factures => Kind::Invoices,
    };
    let text = family_import::decode(&bytes);
    let checked = family_import::check(&cx, kind, &text)
        .await
        .map_err(in_words)?;
    for problem in &checked.problems {
        let place = match problem.line {
            0 => "fichier".to_owned(),
            line => format!("ligne {line}"),
        };
        say(&format!("{place} {} : {}", problem.column, problem.message));
    }
    if !checked.problems.is_empty() {
        bail!(
            "{} problèmes : rien n’a été importé, corrigez le fichier puis recommencez",
            checked.problems.len()
        );
    }
    let ready = checked.rows.len();
    if dry_run {
        say(&format!(
            "{ready} lignes prêtes, {} déjà là. Rien n’a été écrit.",
            checked.known
        ));
        return Ok(());
    }
    let bar = progress::bar("Import");
    let written = family_import::write(&cx, checked.rows, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    written.map_err(in_words)?;
    say(&format!(
        "{} : {ready} lignes importées, {} déjà là.",
        commune.name, checked.known
    ));
    Ok(())
}

//! `preau`: the one binary.

mod agent;
mod commune;
mod config;
mod demo;
mod doctor;
mod family;
mod key;
mod master;
mod open_files;
mod progress;
mod rules;
mod simulator;
mod start;

use std::{io::Write, path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};
use preau_app::Clock;

use crate::config::Config;

/// Préau, le portail des familles des communes
#[derive(Debug, Parser)]
#[command(name = "preau", version, about, disable_help_subcommand = true)]
struct Cli {
    /// Fichier de configuration (TOML) ; les variables `PREAU_SECTION__CLÉ` le complètent
    #[arg(long, short, global = true, env = "PREAU_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ouvre une démonstration complète : deux communes, leurs agents, leurs courriels
    Demo(demo::Options),
    /// Sert le portail
    Serve,
    /// Crée, liste, exporte, importe ou supprime une commune
    #[command(subcommand)]
    Commune(commune::Action),
    /// Crée un agent d’une commune
    #[command(subcommand)]
    Agent(agent::Action),
    /// Importe des familles, des codes abonné ou des références de factures
    #[command(subcommand)]
    Family(family::Action),
    /// Crée un exploitant, qui entre par /host
    #[command(subcommand)]
    Operator(agent::OperatorAction),
    /// Relit le fichier de réglages d’une commune et répond d’après lui, sans serveur
    #[command(subcommand)]
    Rules(rules::Action),
    /// Change la clé qui chiffre les données d’une commune, ou la clé maîtresse
    #[command(subcommand)]
    Key(key::Action),
    /// Vérifie l’installation et dit quoi faire
    Doctor,
    /// Sert un PayFiP d’essai, qui sait aussi se mal conduire (/pannes)
    SimulateurPayfip(simulator::Options),
}

/// Says something beside the answer of a command.
pub(crate) fn warn(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Says something to who typed the command.
pub(crate) fn say(text: &str) {
    // Whoever closed the terminal does not read it.
    let _ = writeln!(std::io::stdout(), "{text}");
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "preau : {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Demo(options) => return demo::run(options).await,
        Command::Rules(action) => return rules::run(action),
        Command::SimulateurPayfip(options) => return simulator::run(options).await,
        _ => {}
    }
    let config = Config::read(cli.config.as_ref())?;
    start::log(&config);
    match cli.command {
        Command::Doctor => return doctor::run(&config).await,
        Command::Serve => {
            start::writable(&config.data.folder)?;
            let limit = open_files::raise();
            let _lock = start::lock(&config)?;
            let listener = start::listen("server.listen", config.server.listen).await?;
            let app = start::open(&config, Clock::system()).await?;
            let communes = start::on_sqlite(&app);
            if let Some(limit) = open_files::too_low(limit, communes) {
                tracing::warn!(
                    limit,
                    communes,
                    "few files may be open: run « preau doctor »"
                );
            }
            say(&format!(
                "Préau sert {} communes sur {} ({})",
                app.communes.list().len(),
                config.server.listen,
                config.server.public_url
            ));
            return start::serve(&config, app, listener).await;
        }
        _ => {}
    }
    let app = start::open(&config, Clock::system()).await?;
    let done = match cli.command {
        Command::Commune(action) => commune::run(&app, action).await,
        Command::Agent(action) => agent::run(&app, action).await,
        Command::Family(action) => family::run(&app, action).await,
        Command::Operator(action) => agent::run_operator(&app, action).await,
        Command::Key(action) => key::run(&config, &app, action).await,
        Command::Demo(_)
        | Command::Rules(_)
        | Command::SimulateurPayfip(_)
        | Command::Serve
        | Command::Doctor => Ok(()),
    };
    app.communes.close().await;
    done
}

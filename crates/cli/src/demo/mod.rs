//! `preau demo`: two communes on this machine, with their agents and their mails, ready in a moment.

mod accounts;
mod billing;
mod families;
mod planning;
mod seed;
mod town;

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use clap::Args;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use preau_app::{App, Clock, Entropy, seal::MasterKey};
use preau_worker::transport::MailSettings;
use serde::{Deserialize, Serialize};

use crate::{
    config::{Config, Data, Log, Security, Server},
    master, say, simulator, start,
};

/// Options of the demo.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Port du portail
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Dossier des données de la démonstration
    #[arg(long, default_value = "preau-data")]
    data: PathBuf,
    /// Recommence avec des données neuves
    #[arg(long)]
    fresh: bool,
    /// Fait commencer l’horloge à cet instant local : 2026-11-23T08:00
    #[arg(long, value_name = "INSTANT")]
    at: Option<DateTime>,
    /// Nombre de familles inventées dans chaque commune
    #[arg(long, default_value_t = 12)]
    families: u32,
}

/// What `demo.json` says. Later parts add to it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Card {
    /// Address of the installation.
    pub(crate) url: String,
    /// The communes.
    pub(crate) communes: Vec<CommuneCard>,
    /// Who can log in.
    pub(crate) people: Vec<PersonCard>,
    /// Codes abonné that nobody used.
    #[serde(default)]
    pub(crate) subscriber_codes: Vec<CodeCard>,
    /// Invoices of families that have no account.
    #[serde(default)]
    pub(crate) invoices: Vec<InvoiceCard>,
    /// Address of the PayFiP that families pay on.
    #[serde(default)]
    pub(crate) payfip: String,
    /// Folder of the mails.
    pub(crate) mail_dir: PathBuf,
}

/// A code abonné of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CodeCard {
    /// Slug of the commune.
    pub(crate) commune: String,
    /// The code.
    pub(crate) code: String,
    /// Name of the family.
    pub(crate) family: String,
}

/// An invoice of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct InvoiceCard {
    /// Slug of the commune.
    pub(crate) commune: String,
    /// Code émission de la facture.
    pub(crate) code_emission: String,
    /// Référence de la facture.
    pub(crate) reference: String,
    /// Montant de la facture, in euros: `42,50`.
    pub(crate) montant: String,
    /// Code personnel.
    pub(crate) code_personnel: String,
}

/// A commune of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CommuneCard {
    /// Its name.
    pub(crate) name: String,
    /// First segment of its paths.
    pub(crate) slug: String,
    /// Its first page.
    pub(crate) url: String,
}

/// Somebody of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PersonCard {
    /// Code of the role.
    pub(crate) role: String,
    /// Slug of the commune; empty for the host's operators.
    pub(crate) commune: String,
    /// Identifier.
    pub(crate) email: String,
    /// Password.
    pub(crate) password: String,
    /// Secret of the code application, base 32.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) totp_secret: Option<String>,
    /// What this person does.
    pub(crate) note: String,
}

/// Runs the demo.
pub(crate) async fn run(options: Options) -> Result<()> {
    if options.fresh && options.data.join("demo.json").exists() {
        std::fs::remove_dir_all(&options.data)
            .with_context(|| format!("{} ne peut pas être vidé", options.data.display()))?;
    }
    start::writable(&options.data)?;
    let folder = options.data.canonicalize()?;
    let (payfip, _simulator) = simulator::child()?;
    let config = config(&options, &folder, payfip);
    start::log(&config);
    let _lock = start::lock(&config)?;
    let listener = start::listen("--port", config.server.listen).await?;
    // A town that is made up has a key that nobody needs to be warned about.
    if !folder.join("registry.sqlite").exists() && !config.master_key_file().exists() {
        let key = MasterKey::make(&Entropy::system());
        master::write(&config.master_key_file(), &key)?;
    }
    let app = start::open(&config, clock(&options)?).await?;
    let file = folder.join("demo.json");
    let known = std::fs::read(&file)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Card>(&bytes).ok());
    let mut card = match known {
        Some(card) => card,
        None => seed::everything(&app, &options, &folder).await?,
    };
    card.url.clone_from(&config.server.public_url);
    card.mail_dir = folder.join("mails");
    card.payfip.clone_from(&config.server.payfip);
    for commune in &mut card.communes {
        commune.url = format!("{}/{}/", card.url, commune.slug);
    }
    std::fs::write(&file, serde_json::to_vec_pretty(&card)?)?;
    welcome(&card, &app);
    start::serve(&config, app, listener).await
}

fn config(options: &Options, folder: &std::path::Path, payfip: String) -> Config {
    let port = options.port;
    Config {
        server: Server {
            listen: SocketAddr::from(([127, 0, 0, 1], port)),
            metrics_listen: None,
            public_url: format!("http://localhost:{port}"),
            behind_proxy: false,
            payfip,
            node: "demo".to_owned(),
        },
        data: Data {
            folder: folder.to_owned(),
            registry: None,
        },
        mail: MailSettings::files("nepasrepondre@demo.preau.example", folder.join("mails")),
        postgres: std::collections::HashMap::new(),
        security: Security {
            hashing: 2,
            proof_of_work: 50_000,
            ..Security::default()
        },
        log: Log {
            filter: "warn".to_owned(),
            ..Log::default()
        },
    }
}

fn clock(options: &Options) -> Result<Clock> {
    let Some(local) = options.at else {
        return Ok(Clock::system());
    };
    let zone = TimeZone::get("Europe/Paris").context("fuseau Europe/Paris")?;
    let start: Timestamp = zone
        .to_ambiguous_zoned(local)
        .compatible()
        .context("--at : cet instant n’existe pas")?
        .timestamp();
    Ok(Clock::starting_at(start))
}

fn welcome(card: &Card, app: &Arc<App>) {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let now = app.clock.now().to_zoned(zone);
    say(&format!(
        "\nPréau, démonstration. Il est le {} à Paris.\n",
        now.strftime("%d/%m/%Y à %H:%M")
    ));
    for commune in &card.communes {
        say(&format!("  {:<20} {}", commune.name, commune.url));
    }
    say(&format!("  {:<20} {}/host\n", "Exploitation", card.url));
    say(
        "Qui peut se connecter (le code des agents se calcule avec le secret, dans toute application TOTP) :",
    );
    for person in &card.people {
        let door = match &person.totp_secret {
            None => format!("/{}/connexion", person.commune),
            Some(_) if person.commune.is_empty() => "/host".to_owned(),
            Some(_) => format!("/{}/agent", person.commune),
        };
        say(&format!(
            "  {:<14} {:<40} {:<22} {:<24} {}",
            person.role,
            person.email,
            person.password,
            person.totp_secret.as_deref().unwrap_or(""),
            door
        ));
    }
    say(&format!(
        "\nCourriels : {}\nCes mêmes informations : {}\nCtrl-C pour arrêter.\n",
        card.mail_dir.display(),
        card.mail_dir.with_file_name("demo.json").display()
    ));
}

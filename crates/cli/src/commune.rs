//! `preau commune …`: making, listing, taking out and in, removing.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use preau_app::{
    App, Cx,
    seal::{self, Arrival, MasterKey, With},
};
use preau_rules::slug::Slug;
use preau_store::{Actor, Commune, Origin};
use zeroize::Zeroizing;

use crate::{master, progress, say};

/// What can be done with communes.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Crée une commune, vide, avec ses rôles et ses textes
    Create {
        /// Premier segment de ses adresses : laigneville
        slug: String,
        /// Nom affiché
        #[arg(long)]
        name: String,
        /// Serveur PostgreSQL de la configuration ; SQLite sans cette option
        #[arg(long, value_name = "SERVEUR")]
        postgres: Option<String>,
        /// Ancien chemin qui doit continuer à fonctionner (répétable)
        #[arg(long = "former-path", value_name = "CHEMIN")]
        former_paths: Vec<String>,
        /// Nom d’hôte propre à la commune (répétable)
        #[arg(long = "host", value_name = "HÔTE")]
        hosts: Vec<String>,
    },
    /// Liste les communes
    List,
    /// Écrit l’archive complète d’une commune : base, fichiers, réglages
    Export {
        /// La commune
        slug: String,
        /// Fichier à écrire ; SLUG-AAAA-MM-JJ.tar.gz sans cette option
        #[arg(long, short)]
        output: Option<PathBuf>,
        /// Fichier d’une phrase secrète : l’archive s’ouvre avec elle sur toute installation
        #[arg(long, value_name = "FICHIER")]
        passphrase_file: Option<PathBuf>,
    },
    /// Recrée une commune à partir de son archive, sur l’un ou l’autre moteur
    Import {
        /// L’archive
        archive: PathBuf,
        /// Autre premier segment que celui de l’archive
        #[arg(long = "as", value_name = "SLUG")]
        slug: Option<String>,
        /// Serveur PostgreSQL de la configuration ; SQLite sans cette option
        #[arg(long, value_name = "SERVEUR")]
        postgres: Option<String>,
        /// Fichier de la phrase secrète avec laquelle l’archive a été faite
        #[arg(long, value_name = "FICHIER")]
        passphrase_file: Option<PathBuf>,
        /// Fichier de la clé maîtresse d’origine, pour une archive faite sans phrase secrète sous une autre clé
        #[arg(long, value_name = "FICHIER", conflicts_with = "passphrase_file")]
        master_key_file: Option<PathBuf>,
    },
    /// Supprime une commune, sa base et ses fichiers, définitivement
    Delete {
        /// La commune
        slug: String,
        /// Répétez le nom de la commune pour confirmer
        #[arg(long, value_name = "SLUG")]
        confirm: Option<String>,
    },
}

/// Runs one of them.
pub(crate) async fn run(app: &Arc<App>, action: Action) -> Result<()> {
    match action {
        Action::Create {
            slug,
            name,
            postgres,
            former_paths,
            hosts,
        } => {
            let commune = create(app, &slug, &name, postgres.as_deref()).await?;
            let names = former_paths
                .iter()
                .map(|p| ("path", p))
                .chain(hosts.iter().map(|h| ("host", h)));
            for (kind, key) in names {
                app.communes
                    .add_name(commune.id, kind, key, origin(app))
                    .await
                    .with_context(|| format!("{key} ne peut pas mener à {slug}"))?;
            }
            say(&format!(
                "{name} est créée : {}/{slug}/\nProchaine étape : preau agent create {slug} --email … --first-name … --last-name … --role administrateur",
                app.settings.public_url
            ));
            Ok(())
        }
        Action::List => list(app),
        Action::Export {
            slug,
            output,
            passphrase_file,
        } => export(app, &slug, output, passphrase_file).await,
        Action::Import {
            archive,
            slug,
            postgres,
            passphrase_file,
            master_key_file,
        } => {
            let passphrase = passphrase_file.as_deref().map(passphrase).transpose()?;
            let master = master_key_file.as_deref().map(theirs).transpose()?;
            let with = With {
                passphrase: passphrase.as_ref().map(|words| words.as_str()),
                master: master.as_ref(),
            };
            let to = Arrival {
                id: app.entropy.id(app.clock.now()),
                archive: &archive,
                slug: slug.as_deref(),
                server: postgres.as_deref(),
            };
            import(app, to, with).await
        }
        Action::Delete { slug, confirm } => delete(app, &slug, confirm).await,
    }
}

/// The command line as the origin of a change.
pub(crate) fn origin(app: &App) -> Origin {
    Origin {
        actor: Actor::system("ligne de commande"),
        at: app.clock.now(),
        key: None,
        request: None,
        seed: u64::from_le_bytes(app.entropy.bytes()),
    }
}

/// A commune by its slug, or a message that lists those there are.
pub(crate) fn find(app: &App, slug: &str) -> Result<Arc<Commune>> {
    app.communes.by_path(slug).with_context(|| {
        let all: Vec<String> = app.communes.list().iter().map(|c| c.slug.clone()).collect();
        format!(
            "aucune commune « {slug} » ; communes connues : {}",
            all.join(", ")
        )
    })
}

/// Makes a commune ready to be used.
pub(crate) async fn create(
    app: &Arc<App>,
    slug: &str,
    name: &str,
    postgres: Option<&str>,
) -> Result<Arc<Commune>> {
    let parsed = Slug::parse(slug).map_err(|e| anyhow::anyhow!("{e}"))?;
    if app.communes.by_path(parsed.as_str()).is_some() {
        bail!("le chemin « {slug} » est déjà pris");
    }
    let id = app.entropy.id(app.clock.now());
    let commune = app
        .communes
        .create(id, parsed.as_str(), name, postgres, origin(app))
        .await
        .with_context(|| format!("la base de {name} ne peut pas être créée"))?;
    let cx = Cx::system(app, &commune, "ligne de commande");
    preau_app::setup::new_commune(&cx).await?;
    Ok(commune)
}

fn list(app: &App) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for commune in app.communes.list() {
        let exported = commune.row.exported_at.map_or_else(
            || "jamais exportée".to_owned(),
            |at| format!("exportée le {at:.0}"),
        );
        writeln!(
            out,
            "{:<24} {:<10} {:<8} {:<28} {}",
            commune.slug, commune.row.engine, commune.row.state, exported, commune.name
        )?;
    }
    Ok(())
}

/// The passphrase in a file: its text without the end of the line.
fn passphrase(file: &Path) -> Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("--passphrase-file : {} ne peut pas être lu", file.display()))?;
    let text = Zeroizing::new(text);
    Ok(Zeroizing::new(
        text.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

/// The master key of another installation.
fn theirs(file: &Path) -> Result<MasterKey> {
    master::read(file)?
        .with_context(|| format!("--master-key-file : {} n’existe pas", file.display()))
}

async fn export(
    app: &Arc<App>,
    slug: &str,
    output: Option<PathBuf>,
    passphrase_file: Option<PathBuf>,
) -> Result<()> {
    let commune = find(app, slug)?;
    let words = passphrase_file.as_deref().map(passphrase).transpose()?;
    let day = app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let path = output.unwrap_or_else(|| PathBuf::from(format!("{slug}-{day}.tar.gz")));
    let part = path.with_extension("part");
    let file = private(&part)?;
    let bar = progress::bar("Export");
    let words = words.as_ref().map(|words| words.as_str());
    let mut progress = |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    };
    let written = seal::export(app, &commune, file, origin(app), words, &mut progress).await;
    bar.finish_and_clear();
    let saved = match written {
        Ok(file) => file.sync_all().and_then(|()| std::fs::rename(&part, &path)),
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            return Err(error).context("l’archive n’a pas été écrite");
        }
    };
    saved.with_context(|| format!("{} ne peut pas être écrit", path.display()))?;
    say(&format!("{} : {}", commune.name, path.display()));
    let cx = Cx::system(app, &commune, "ligne de commande");
    if words.is_some() {
        say(
            "Sous phrase secrète : qui l’a peut importer cette archive sur toute installation. Gardez-la à part.",
        );
    } else if seal::state(&cx).await?.keys > 0 {
        say(&format!(
            "Sans phrase secrète : les données de santé et les documents de cette archive ne se liront que sur une installation qui a la même clé maîtresse (empreinte {}).",
            app.settings.master.current()?.fingerprint()
        ));
    }
    Ok(())
}

/// An archive holds everything about families: only its owner may read it.
fn private(path: &Path) -> Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} ne peut pas être écrit", path.display()))
}

async fn import(app: &App, to: Arrival<'_>, with: With<'_>) -> Result<()> {
    let archive = to.archive;
    let bar = progress::bar("Import");
    let mut progress = |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    };
    let made = seal::import(app, to, with, origin(app), &mut progress).await;
    bar.finish_and_clear();
    let commune = made.with_context(|| format!("{} n’a pas été importée", archive.display()))?;
    say(&format!(
        "{} est de retour : {}/{}/",
        commune.name, app.settings.public_url, commune.slug
    ));
    Ok(())
}

async fn delete(app: &App, slug: &str, confirm: Option<String>) -> Result<()> {
    let commune = find(app, slug)?;
    let typed = match confirm {
        Some(typed) => typed,
        None if std::io::stdin().is_terminal() => {
            say(&format!(
                "Tout ce que {} contient sera détruit : comptes, demandes, fichiers. Tapez {slug} pour confirmer :",
                commune.name
            ));
            let mut line = String::new();
            std::io::stdin().read_line(&mut line)?;
            line.trim().to_owned()
        }
        None => bail!("ajoutez --confirm {slug} pour confirmer la suppression définitive"),
    };
    if typed != commune.slug {
        bail!(
            "« {typed} » n’est pas « {} » : rien n’a été supprimé",
            commune.slug
        );
    }
    app.communes.delete(&commune, origin(app)).await?;
    say(&format!("{} est supprimée.", commune.name));
    Ok(())
}

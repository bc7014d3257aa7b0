//! `preau commune …`: making, listing, taking out and in, removing.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use preau_app::{App, Cx};
use preau_rules::slug::Slug;
use preau_store::{Actor, Commune, Origin};

use crate::{progress, say};

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
        Action::Export { slug, output } => export(app, &slug, output).await,
        Action::Import {
            archive,
            slug,
            postgres,
        } => import(app, &archive, slug, postgres).await,
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

async fn export(app: &App, slug: &str, output: Option<PathBuf>) -> Result<()> {
    let commune = find(app, slug)?;
    let day = app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let path = output.unwrap_or_else(|| PathBuf::from(format!("{slug}-{day}.tar.gz")));
    let part = path.with_extension("part");
    let file = private(&part)?;
    let bar = progress::bar("Export");
    let written = app
        .communes
        .export(&commune, file, origin(app), &mut |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        })
        .await;
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

async fn import(
    app: &App,
    archive: &Path,
    slug: Option<String>,
    postgres: Option<String>,
) -> Result<()> {
    let id = app.entropy.id(app.clock.now());
    let bar = progress::bar("Import");
    let made = app
        .communes
        .import(
            id,
            archive,
            slug.as_deref(),
            postgres.as_deref(),
            origin(app),
            &mut |done, of| {
                bar.set_length(of);
                bar.set_position(done);
            },
        )
        .await;
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

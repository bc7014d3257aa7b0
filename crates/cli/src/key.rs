//! `preau key …`: another key for the data of a commune, or another master key for the installation.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use preau_app::{
    App, Cx,
    seal::{self, MasterKey, rotate::Rotated},
};
use preau_store::Commune;

use crate::{commune, config::Config, master, progress, say};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Change la clé de données d’une commune et rechiffre tout ; le portail peut rester ouvert
    Rotate {
        /// La commune
        #[arg(required_unless_present = "all")]
        slug: Option<String>,
        /// Toutes les communes, l’une après l’autre
        #[arg(long, conflicts_with = "slug")]
        all: bool,
    },
    /// Change la clé maîtresse ; les données elles-mêmes ne sont pas rechiffrées
    Rewrap {
        /// Fichier de la nouvelle clé, quand l’ancienne vient de l’environnement
        #[arg(long, value_name = "FICHIER")]
        to: Option<PathBuf>,
    },
}

/// Runs one of them.
pub(crate) async fn run(config: &Config, app: &Arc<App>, action: Action) -> Result<()> {
    match action {
        Action::Rotate { slug, .. } => {
            let communes = match slug {
                Some(slug) => vec![commune::find(app, &slug)?],
                None => app.communes.list(),
            };
            each(&communes, async |commune| rotate(app, commune).await).await
        }
        Action::Rewrap { to } => rewrap(config, app, to).await,
    }
}

/// One after the other; one that fails does not keep the others from it.
async fn each(
    communes: &[Arc<Commune>],
    work: impl AsyncFn(&Arc<Commune>) -> Result<()>,
) -> Result<()> {
    let mut failed = Vec::new();
    for commune in communes {
        if let Err(error) = work(commune).await {
            failed.push(format!("{} : {error:#}", commune.name));
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{}", failed.join("\n"))
}

async fn rotate(app: &Arc<App>, commune: &Arc<Commune>) -> Result<()> {
    let cx = Cx::system(app, commune, "ligne de commande");
    let bar = progress::bar(&commune.name);
    let done = seal::rotate::rotate(&cx, &mut |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    let done = done?;
    say(&told(&commune.name, &done));
    if done.unreadable.is_empty() {
        return Ok(());
    }
    bail!(
        "{} données ne s’ouvrent pas ; les anciennes clés sont gardées :\n  {}",
        done.unreadable.len(),
        done.unreadable.join("\n  ")
    )
}

fn told(name: &str, done: &Rotated) -> String {
    let how = if done.resumed {
        "le changement interrompu est terminé"
    } else {
        "nouvelle clé"
    };
    format!(
        "{name} : {how}, clé de données n° {} ; {} données et {} fichiers rechiffrés",
        done.number, done.values, done.files
    )
}

async fn rewrap(config: &Config, app: &Arc<App>, to: Option<PathBuf>) -> Result<()> {
    let inline = config.security.master_key.is_some();
    let file = config.master_key_file();
    let target = match (inline, to) {
        (true, Some(to)) => to,
        (true, None) => bail!(
            "la clé maîtresse vient de l’environnement : indiquez par --to FICHIER où écrire la nouvelle"
        ),
        (false, None) => master::next_file(&file),
        (false, Some(_)) => {
            bail!("--to ne sert qu’avec PREAU_SECURITY__MASTER_KEY ; ici le fichier est remplacé")
        }
    };
    let old = app.settings.master.current()?;
    let former = master::former_file(&file);
    if !inline && master::read(&target)?.as_ref() == Some(&old) {
        // Cut off between the registry's note and the files' new names.
        swap(&file, &target, &former)?;
        say(&changed(&file, &former, &old));
        return Ok(());
    }
    if !inline && former.exists() {
        bail!(
            "{} est la clé maîtresse d’avant : rangez-la ailleurs, ou effacez-la si aucune archive n’en a plus besoin, puis relancez",
            former.display()
        );
    }
    let new = next(app, &target, &old)?;
    let communes = app.communes.list();
    let bar = progress::bar("Clé maîtresse");
    bar.set_length(communes.len() as u64);
    let done = each(&communes, async |commune| {
        let cx = Cx::system(app, commune, "ligne de commande");
        seal::rewrap(&cx, &new).await?;
        bar.inc(1);
        Ok(())
    })
    .await;
    bar.finish_and_clear();
    done.context(
        "la clé maîtresse n’a pas été changée partout ; l’ancienne et la nouvelle restent en place. Corrigez, puis relancez la même commande",
    )?;
    let origin = master::origin(&app.entropy, app.clock.now());
    let registry = app.communes.registry();
    let named = seal::note(registry, &new, Some(old.fingerprint()), origin).await?;
    if named != new.fingerprint() {
        bail!("le registre nomme une autre clé maîtresse ({named}) : relancez la commande");
    }
    // A key that was made in between by a portal that is open.
    each(&communes, async |commune| {
        let cx = Cx::system(app, commune, "ligne de commande");
        seal::rewrap(&cx, &new).await?;
        Ok(())
    })
    .await?;
    if inline {
        say(&format!(
            "Nouvelle clé maîtresse : empreinte {}, dans {}.\nMettez-la dans PREAU_SECURITY__MASTER_KEY et redémarrez le portail maintenant : l’ancienne (empreinte {}) est refusée désormais.",
            new.fingerprint(),
            target.display(),
            old.fingerprint()
        ));
    } else {
        swap(&file, &target, &former)?;
        say(&changed(&file, &former, &new));
    }
    Ok(())
}

fn changed(file: &Path, former: &Path, new: &MasterKey) -> String {
    format!(
        "Nouvelle clé maîtresse : empreinte {}, dans {}. Copiez-la à part, dès maintenant.\nL’ancienne est dans {} : les archives faites avant, sans phrase secrète, en ont besoin. Refaites-les, redémarrez le portail, puis effacez-la.",
        new.fingerprint(),
        file.display(),
        former.display()
    )
}

/// The next master key: that of a change that was cut off, or a new one.
fn next(app: &App, file: &Path, old: &MasterKey) -> Result<MasterKey> {
    if let Some(key) = master::read(file)? {
        if key == *old {
            bail!(
                "{} contient déjà la clé maîtresse en vigueur : choisissez un autre fichier",
                file.display()
            );
        }
        return Ok(key);
    }
    let key = MasterKey::make(&app.entropy);
    master::write(file, &key)?;
    Ok(key)
}

fn swap(file: &Path, new: &Path, former: &Path) -> Result<()> {
    let renamed = |from: &Path, to: &Path| {
        std::fs::rename(from, to).with_context(|| format!("{} → {}", from.display(), to.display()))
    };
    if file.exists() {
        renamed(file, former)?;
    }
    renamed(new, file)
}

//! The master key: found in the environment or in its file, made the first time, compared with what the registry notes.
//!
//! Beside the file `F`, `F.nouvelle` is the next master key while the communes' keys are being sealed with it, and
//! `F.ancienne` the one before. Whichever of them the registry names is the one in force, so that a change that was
//! cut off anywhere leaves an installation that works.

use std::{
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use preau_app::{
    Entropy,
    seal::{self, Master, MasterKey},
};
use preau_store::{Actor, Database, Origin};

use crate::{config::Config, warn};

/// The next master key, beside the file of the present one.
pub(crate) fn next_file(file: &Path) -> PathBuf {
    beside(file, ".nouvelle")
}

/// The master key before.
pub(crate) fn former_file(file: &Path) -> PathBuf {
    beside(file, ".ancienne")
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.to_path_buf().into_os_string();
    name.push(end);
    name.into()
}

/// Reads a file that holds a master key. None: there is no such file.
pub(crate) fn read(file: &Path) -> Result<Option<MasterKey>> {
    let meta = match std::fs::metadata(file) {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => {
            return Err(e).with_context(|| format!("{} ne peut pas être lu", file.display()));
        }
    };
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!(
            "clé maîtresse : d’autres que son propriétaire peuvent lire {} (droits {mode:o}) : chmod 600 {}, puis changez-la (preau key rewrap) si quelqu’un a pu la voir",
            file.display(),
            file.display()
        );
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} ne peut pas être lu", file.display()))?;
    let key = MasterKey::parse(&text).with_context(|| {
        format!(
            "clé maîtresse : {} n’en contient pas (une ligne « preau-master-1-… ») : remettez sa sauvegarde",
            file.display()
        )
    })?;
    Ok(Some(key))
}

/// Writes a master key to a file that does not exist yet, for its owner only.
pub(crate) fn write(file: &Path, key: &MasterKey) -> Result<()> {
    let failed = || {
        format!(
            "clé maîtresse : {} ne peut pas être créé (security.master_key_file)",
            file.display()
        )
    };
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(failed)?;
    let text = zeroize::Zeroizing::new(format!(
        "# Clé maîtresse de Préau, empreinte {}.\n# Sans elle, les données de santé et les documents des familles sont perdus.\n# Gardez-en une copie à part, jamais avec les sauvegardes.\n{}\n",
        key.fingerprint(),
        key.reveal().as_str()
    ));
    out.write_all(text.as_bytes())
        .and_then(|()| out.sync_all())
        .with_context(failed)
}

/// The keys in the three files.
fn in_files(file: &Path) -> Result<Vec<MasterKey>> {
    let files = [file.to_owned(), next_file(file), former_file(file)];
    let mut keys = Vec::new();
    for file in &files {
        keys.extend(read(file)?);
    }
    Ok(keys)
}

/// Finds the master key of this installation. It is made only where the registry has never heard of one.
pub(crate) async fn load(
    config: &Config,
    registry: &Database,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<Master> {
    let noted = seal::noted(registry)
        .await
        .context("le registre ne dit pas sa clé maîtresse")?;
    let file = config.master_key_file();
    let inline = config.security.master_key.as_ref();
    let mut keys = match inline {
        Some(text) => MasterKey::parse(text.reveal()).into_iter().collect(),
        None => in_files(&file)?,
    };
    if let Some(noted) = noted {
        let Some(at) = keys.iter().position(|key| key.fingerprint() == noted) else {
            bail!(missing(&file, &keys, &noted, inline.is_some()));
        };
        keys.swap(0, at);
    } else {
        if keys.is_empty() {
            keys.push(make(&file, entropy)?);
        }
        note(registry, &keys, entropy, now).await?;
    }
    Ok(if inline.is_some() {
        Master::of(keys)
    } else {
        Master::watched(keys, move || in_files(&file).unwrap_or_default())
    })
}

/// Why no key at hand is the one that this installation has.
fn missing(file: &Path, keys: &[MasterKey], noted: &str, inline: bool) -> String {
    let place = if inline {
        "security.master_key (PREAU_SECURITY__MASTER_KEY)".to_owned()
    } else if file.exists() {
        file.display().to_string()
    } else {
        return format!(
            "la clé maîtresse de cette installation (empreinte {noted}) est introuvable : {} n’existe pas. Remettez-y sa copie de sauvegarde. Sans elle, les données de santé et les documents scellés ne s’ouvriront plus ; aucune autre clé n’a été créée",
            file.display()
        );
    };
    let found = keys.first().map(MasterKey::fingerprint).unwrap_or_default();
    format!(
        "mauvaise clé maîtresse : cette installation attend celle d’empreinte {noted}, {place} donne {found}. Remettez la bonne clé ; rien n’a été écrit"
    )
}

fn make(file: &Path, entropy: &Entropy) -> Result<MasterKey> {
    let key = MasterKey::make(entropy);
    write(file, &key)?;
    warn(&format!(
        "Une clé maîtresse vient d’être créée : {} (empreinte {}).\nElle protège les données de santé et les documents. Gardez-en une copie À PART des sauvegardes :\nsans elle, ces données sont perdues ; avec elle et une sauvegarde, elles se lisent.",
        file.display(),
        key.fingerprint()
    ));
    Ok(key)
}

async fn note(
    registry: &Database,
    keys: &[MasterKey],
    entropy: &Entropy,
    at: Timestamp,
) -> Result<()> {
    let Some(key) = keys.first() else {
        return Ok(());
    };
    let named = seal::note(registry, key, None, origin(entropy, at))
        .await
        .context("le registre ne peut pas noter la clé maîtresse")?;
    if named != key.fingerprint() {
        bail!(
            "un autre serveur vient de créer la clé maîtresse d’empreinte {named} : copiez-la ici à la place de la vôtre"
        );
    }
    Ok(())
}

/// The command line as the origin of a change of the registry.
pub(crate) fn origin(entropy: &Entropy, at: Timestamp) -> Origin {
    Origin {
        actor: Actor::system("ligne de commande"),
        at,
        key: None,
        request: None,
        seed: u64::from_le_bytes(entropy.bytes()),
    }
}

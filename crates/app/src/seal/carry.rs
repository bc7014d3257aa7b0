//! A commune's keys on the way out and in: in the archive, under a passphrase or under the master key, never in clear.

use std::{io::Write, path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use preau_formats::{
    archive::{Keys, Stretch, WrappedKey},
    sealed::{self, Key, Place},
};
use preau_store::{Commune, Import, Origin, Progress, TransferError, tables::seal::DataKey};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Master, MasterKey, master, passphrase, short};
use crate::App;

fn refused(error: &dyn std::fmt::Display) -> TransferError {
    TransferError::Keys(error.to_string())
}

/// Under a passphrase a key belongs to its number.
fn place(number: u32) -> Place {
    Place::of(&[b"archive", &number.to_be_bytes()])
}

/// Writes a commune's archive. With a passphrase, whoever has it can read sealed data anywhere; without one, only an
/// installation with the same master key can.
pub async fn export<W: Write + Send>(
    app: &App,
    commune: &Commune,
    out: W,
    origin: Origin,
    passphrase: Option<&str>,
    progress: Progress<'_>,
) -> Result<W, TransferError> {
    let under = passphrase
        .map(|words| {
            passphrase::check(words)?;
            let how = passphrase::new(&app.entropy);
            Ok::<_, TransferError>((passphrase::stretch(words, &how)?, how))
        })
        .transpose()?;
    let lock = |rows: &[DataKey]| pack(app, commune.id, rows, under.as_ref());
    app.communes
        .export(commune, out, origin, &lock, progress)
        .await
}

fn pack(
    app: &App,
    commune: Uuid,
    rows: &[DataKey],
    under: Option<&(Key, Stretch)>,
) -> Result<Option<Keys>, TransferError> {
    if rows.is_empty() {
        return Ok(None);
    }
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        // Opened in any case: an archive whose keys nobody can open is no backup.
        let opened = app
            .settings
            .master
            .open_key(commune, row)
            .map_err(|e| refused(&e))?;
        let number = short(row.number)?;
        let (opened_by, wrapped) = match under {
            None => (row.master.clone(), row.wrapped.clone()),
            Some((key, _)) => {
                let nonce = app.entropy.bytes();
                let plain = opened.reveal();
                let wrapped = sealed::seal(key, number, nonce, &place(number), plain);
                (key.fingerprint(), wrapped.map_err(|e| refused(&e))?)
            }
        };
        keys.push(WrappedKey {
            number,
            opened_by,
            wrapped: STANDARD.encode(wrapped),
            made_at: row.made_at.to_string(),
            retired_at: row.retired_at.map(|at| at.to_string()),
        });
    }
    Ok(Some(Keys {
        commune,
        passphrase: under.map(|(_, how)| how.clone()),
        keys,
    }))
}

/// What opens the keys of an archive.
#[derive(Default)]
pub struct With<'a> {
    /// The passphrase that it was made with.
    pub passphrase: Option<&'a str>,
    /// The master key of the installation that it comes from, when it is not ours.
    pub master: Option<&'a MasterKey>,
}

/// What is made from an archive.
pub struct Arrival<'a> {
    /// Its identifier here.
    pub id: Uuid,
    /// The archive.
    pub archive: &'a Path,
    /// Replaces the archive's first path segment.
    pub slug: Option<&'a str>,
    /// Name of a PostgreSQL server; SQLite when absent.
    pub server: Option<&'a str>,
}

/// Makes a commune from its archive. Its keys are opened before anything is made, and sealed with our master key.
pub async fn import(
    app: &App,
    what: Arrival<'_>,
    with: With<'_>,
    origin: Origin,
    progress: Progress<'_>,
) -> Result<Arc<Commune>, TransferError> {
    let unlock = |keys: &Keys| unpack(app, what.id, keys, &with);
    let import = Import {
        id: what.id,
        archive: what.archive,
        slug: what.slug,
        server: what.server,
        unlock: &unlock,
    };
    app.communes.import(import, origin, progress).await
}

fn unpack(
    app: &App,
    commune: Uuid,
    keys: &Keys,
    with: &With<'_>,
) -> Result<Vec<DataKey>, TransferError> {
    let ours = app.settings.master.current().map_err(|e| refused(&e))?;
    let under = match (&keys.passphrase, with.passphrase) {
        (None, _) => None,
        (Some(how), Some(words)) => Some(passphrase::stretch(words, how)?),
        (Some(_), None) => {
            return Err(refused(
                &"cette archive est sous phrase secrète : ajoutez --passphrase-file FICHIER",
            ));
        }
    };
    let mut rows = Vec::with_capacity(keys.keys.len());
    for key in &keys.keys {
        let wrapped = STANDARD.decode(&key.wrapped).map_err(|e| refused(&e))?;
        let at = instant(&key.made_at)?;
        let opened = if let Some(under) = &under {
            open_under(under, key.number, &wrapped)?
        } else {
            let row = DataKey {
                number: key.number.into(),
                master: key.opened_by.clone(),
                wrapped,
                made_at: at,
                retired_at: None,
            };
            open_by_master(app, keys.commune, &row, with.master)?
        };
        let mut row = master::seal_key(app, &ours, commune, key.number.into(), &opened, at)
            .map_err(|e| refused(&e))?;
        row.retired_at = key.retired_at.as_deref().map(instant).transpose()?;
        rows.push(row);
    }
    Ok(rows)
}

fn instant(text: &str) -> Result<jiff::Timestamp, TransferError> {
    text.parse().map_err(|e: jiff::Error| refused(&e))
}

fn open_under(under: &Key, number: u32, wrapped: &[u8]) -> Result<Key, TransferError> {
    let wrong = "la phrase secrète n’est pas celle de cette archive : rien n’a été écrit";
    let plain = sealed::open(under, &place(number), wrapped).map_err(|_| refused(&wrong))?;
    Key::read(&Zeroizing::new(plain)).ok_or_else(|| refused(&wrong))
}

fn open_by_master(
    app: &App,
    from: Uuid,
    row: &DataKey,
    theirs: Option<&MasterKey>,
) -> Result<Key, TransferError> {
    let by = match theirs {
        Some(key) => &Master::of(vec![key.clone()]),
        None => &app.settings.master,
    };
    by.open_key(from, row).map_err(|_| {
        let ours = by.current().map(|key| key.fingerprint()).unwrap_or_default();
        refused(&format!(
            "cette archive n’a pas de phrase secrète, et ses données scellées ne s’ouvrent qu’avec la clé maîtresse {} ; celle d’ici est {ours}. Refaites l’archive avec --passphrase-file, ou ajoutez --master-key-file avec la clé maîtresse d’origine. Rien n’a été écrit",
            row.master
        ))
    })
}

//! Health data and documents at rest: sealed with the commune's own key, which is itself sealed by the installation's
//! master key, kept outside the databases.
//!
//! A value is sealed before its command goes to the lane, and opened after it was read. It belongs to a [`Place`] and
//! opens nowhere else. Values say which key sealed them, so that old and new keys stand side by side while all is
//! sealed anew ([`rotate`](mod@rotate)).

mod carry;
mod master;
mod passphrase;
pub mod rotate;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use preau_store::{
    Command, StoreError, Tx,
    tables::{
        journal,
        seal::{self, DataKey},
    },
};
use thiserror::Error as ThisError;
use uuid::Uuid;

pub use carry::{Arrival, With, export, import};
pub use master::{Master, MasterKey, note, noted, rewrap};
pub use preau_formats::sealed::{Key, Place, SealedError};
pub use preau_store::tables::seal::{Column, FACT};

use crate::{App, Cx, Error};

/// Why something cannot be sealed or opened. The words are for the host, who alone can do something about it.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum KeyError {
    /// No master key was given to this process.
    #[error("aucune clé maîtresse : indiquez security.master_key_file")]
    NoMaster,
    /// A commune's key was sealed by another master key than those there are here.
    #[error(
        "la clé de données de cette commune demande la clé maîtresse {wanted}, celle d’ici est {ours} : remettez la bonne clé, ou importez une archive faite avec une phrase secrète"
    )]
    OtherMaster {
        /// Fingerprint of the one that is wanted.
        wanted: String,
        /// Fingerprint of ours.
        ours: String,
    },
    /// A value was sealed with a key that the commune does not have.
    #[error("la clé de données n° {0} de cette commune n’est pas là")]
    NoSuchKey(u32),
    /// Something that is kept is still sealed with an old key.
    #[error("des données dépendent encore d’une ancienne clé : relancez « preau key rotate »")]
    StillNeeded,
    /// The bytes.
    #[error("une donnée scellée ne s’ouvre pas ({0})")]
    Sealed(#[from] SealedError),
}

/// The place of a value in a column: whose it is, and its name there.
#[must_use]
pub fn place(column: &Column, owner: Uuid, name: &str) -> Place {
    Place::of(&[column.name.as_bytes(), owner.as_bytes(), name.as_bytes()])
}

/// The place of a file's bytes.
#[must_use]
pub fn place_of_file(file: Uuid) -> Place {
    Place::of(&[b"file", file.as_bytes()])
}

type Opened = HashMap<u32, Key>;

/// Keys that were opened, by commune. One for the process.
#[derive(Default)]
pub struct Cache(RwLock<HashMap<Uuid, Arc<Opened>>>);

impl Cache {
    fn of(&self, commune: Uuid) -> Option<Arc<Opened>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&commune).cloned()
    }

    fn keep(&self, commune: Uuid, opened: &Arc<Opened>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(commune, Arc::clone(opened));
    }
}

/// Seals a value for its place.
pub async fn seal(cx: &Cx, place: &Place, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let (number, key) = current(cx).await?;
    seal_with(&cx.app, number, &key, place, plain)
}

/// Seals many values, each for its place.
pub async fn seal_many(cx: &Cx, values: &[(Place, &[u8])]) -> Result<Vec<Vec<u8>>, Error> {
    let (number, key) = current(cx).await?;
    let sealed = values
        .iter()
        .map(|(place, plain)| seal_with(&cx.app, number, &key, place, plain));
    sealed.collect()
}

/// Opens a value that was sealed for this place.
pub async fn open(cx: &Cx, place: &Place, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let key = key(cx, number(sealed)?).await?;
    Ok(open_with(&key, place, sealed)?)
}

/// Opens many values, each sealed for its place: the keys are looked up once. One that does not open fails them all:
/// what is known of a child's health is shown entirely or not at all.
pub async fn open_many(cx: &Cx, values: &[(Place, &[u8])]) -> Result<Vec<Vec<u8>>, Error> {
    let mut keys: Opened = HashMap::new();
    let mut plain = Vec::with_capacity(values.len());
    for (place, sealed) in values {
        let number = number(sealed)?;
        let key = match keys.get(&number) {
            Some(key) => key,
            None => keys.entry(number).or_insert(key(cx, number).await?),
        };
        plain.push(open_with(key, place, sealed)?);
    }
    Ok(plain)
}

pub(crate) fn number(sealed: &[u8]) -> Result<u32, KeyError> {
    Ok(preau_formats::sealed::number(sealed)?)
}

pub(crate) fn seal_with(
    app: &App,
    number: u32,
    key: &Key,
    place: &Place,
    plain: &[u8],
) -> Result<Vec<u8>, Error> {
    let nonce = app.entropy.bytes();
    let sealed = preau_formats::sealed::seal(key, number, nonce, place, plain);
    Ok(sealed.map_err(KeyError::from)?)
}

pub(crate) fn open_with(key: &Key, place: &Place, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
    Ok(preau_formats::sealed::open(key, place, sealed)?)
}

/// The key that seals now, made when the commune has none. Its number is read each time: another process may have
/// brought a new one.
pub(crate) async fn current(cx: &Cx) -> Result<(u32, Key), Error> {
    let mut tx = cx.read().await?;
    let found = seal::current(&mut tx).await?;
    drop(tx);
    let number = match found {
        Some(number) => number,
        None => add(cx, 0).await?,
    };
    let number = short(number)?;
    Ok((number, key(cx, number).await?))
}

/// The key of this number.
pub(crate) async fn key(cx: &Cx, number: u32) -> Result<Key, Error> {
    let commune = cx.commune()?.id;
    let known = cx.app.keys.of(commune);
    if let Some(key) = known.and_then(|keys| keys.get(&number).cloned()) {
        return Ok(key);
    }
    let mut tx = cx.read().await?;
    let rows = seal::keys(&mut tx).await?;
    drop(tx);
    let mut opened = Opened::new();
    for row in &rows {
        match cx.app.settings.master.open_key(commune, row) {
            Ok(key) => {
                opened.insert(short(row.number)?, key);
            }
            Err(error) if row.number == i64::from(number) => return Err(error.into()),
            // Another key, which nobody asks for now.
            Err(_) => {}
        }
    }
    let found = opened.get(&number).cloned();
    cx.app.keys.keep(commune, &Arc::new(opened));
    Ok(found.ok_or(KeyError::NoSuchKey(number))?)
}

pub(crate) fn short(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Internal(format!("key number {number}")))
}

/// Makes the key that follows number `after`; gives the newest number, which another process may have made.
pub(crate) async fn add(cx: &Cx, after: i64) -> Result<i64, Error> {
    let master = &cx.app.settings.master;
    let key = Key::new(cx.app.entropy.bytes());
    let (number, at) = (after + 1, cx.app.clock.now());
    let row = master
        .seal_key(&cx.app, cx.commune()?.id, number, &key, at)
        .await?;
    cx.write(Add(row)).await
}

struct Add(DataKey);

impl Command for Add {
    const NAME: &'static str = "key.add";
    type Answer = i64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<i64, Error> {
        let newest = seal::current(tx).await?.unwrap_or(0);
        if newest >= self.0.number {
            return Ok(newest);
        }
        seal::insert_key(tx, &self.0).await?;
        note_key(tx, "created", self.0.number, None, Some(&self.0.master)).await?;
        Ok(self.0.number)
    }
}

/// Notes what became of a key: its number, and which master key it is sealed by.
pub(crate) async fn note_key(
    tx: &mut Tx,
    action: &str,
    number: i64,
    before: Option<&String>,
    after: Option<&String>,
) -> Result<(), Error> {
    let change = journal::Change {
        action,
        kind: "data_key",
        id: number.to_string(),
        name: &format!("n° {number}"),
        before,
        after,
    };
    Ok(journal::note(tx, change).await?)
}

/// Where a commune stands with its keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Keys that the commune has.
    pub keys: usize,
    /// Some are sealed by an earlier master key, which is still at hand.
    pub earlier_master: bool,
    /// A change of key has begun and not ended.
    pub unfinished: bool,
}

/// Opens every key of a commune, and says how it stands.
pub async fn state(cx: &Cx) -> Result<State, Error> {
    let commune = cx.commune()?.id;
    let mut tx = cx.read().await?;
    let rows = seal::keys(&mut tx).await?;
    drop(tx);
    let master = &cx.app.settings.master;
    let mut state = State {
        keys: rows.len(),
        ..State::default()
    };
    let newest = rows.last().map(|row| row.number);
    for row in &rows {
        master.open_key(commune, row)?;
        state.earlier_master |= row.master != master.current()?.fingerprint();
        state.unfinished |= row.retired_at.is_none() && Some(row.number) != newest;
    }
    Ok(state)
}

//! The master key: seals the keys of the communes, and nothing else. It lives outside the databases.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use preau_formats::sealed::{self, Key, Place};
use preau_store::{
    Command, Database, Origin, StoreError, Tx,
    tables::{
        seal::{self, DataKey},
        setting,
    },
};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::KeyError;
use crate::{App, Cx, Entropy, Error};

/// What a written master key begins with.
const PREFIX: &str = "preau-master-1-";
/// The registry's note of which master key this installation has.
const NOTE: &str = "master_key";

/// A master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKey(Key);

impl MasterKey {
    /// A new one.
    #[must_use]
    pub fn make(entropy: &Entropy) -> Self {
        Self(Key::new(entropy.bytes()))
    }

    /// Reads it as it is written in its file or in the environment: the first line that is no remark.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(line.strip_prefix(PREFIX)?).ok()?);
        Key::read(&bytes).map(Self)
    }

    /// As it is written.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let code = Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.reveal()));
        Zeroizing::new(format!("{PREFIX}{}", code.as_str()))
    }

    /// Sixteen signs by which it is recognised.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }
}

type Again = Box<dyn Fn() -> Vec<MasterKey> + Send + Sync>;

struct Ring {
    keys: RwLock<Vec<MasterKey>>,
    again: Option<Again>,
}

/// The master keys at hand: the first one seals, the others still open.
#[derive(Clone)]
pub struct Master(Arc<Ring>);

impl fmt::Debug for Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let shown: Vec<String> = keys.iter().map(MasterKey::fingerprint).collect();
        f.debug_tuple("Master").field(&shown).finish()
    }
}

impl Master {
    /// These keys and no others.
    #[must_use]
    pub fn of(keys: Vec<MasterKey>) -> Self {
        Self(Arc::new(Ring {
            keys: RwLock::new(keys),
            again: None,
        }))
    }

    /// These keys; `again` reads them once more when one is missing, because another process changed it.
    #[must_use]
    pub fn watched(
        keys: Vec<MasterKey>,
        again: impl Fn() -> Vec<MasterKey> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Ring {
            keys: RwLock::new(keys),
            again: Some(Box::new(again)),
        }))
    }

    /// The one that seals.
    pub fn current(&self) -> Result<MasterKey, KeyError> {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.first().cloned().ok_or(KeyError::NoMaster)
    }

    fn known(&self, fingerprint: &str) -> Option<MasterKey> {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let found = keys.iter().find(|key| key.fingerprint() == fingerprint);
        found.cloned()
    }

    /// The key with this fingerprint.
    pub(crate) fn find(&self, fingerprint: &str) -> Result<MasterKey, KeyError> {
        if let Some(key) = self.known(fingerprint) {
            return Ok(key);
        }
        if let Some(again) = &self.0.again {
            let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
            for key in again() {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        self.known(fingerprint).ok_or(KeyError::OtherMaster {
            wanted: fingerprint.to_owned(),
            ours: self.current()?.fingerprint(),
        })
    }

    /// Has this key seal from now on.
    fn turn_to(&self, key: &MasterKey) {
        let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|known| known != key);
        keys.insert(0, key.clone());
    }

    /// Opens a commune's key.
    pub(crate) fn open_key(&self, commune: Uuid, row: &DataKey) -> Result<Key, KeyError> {
        let master = self.find(&row.master)?;
        let plain = Zeroizing::new(sealed::open(
            &master.0,
            &place(commune, row.number),
            &row.wrapped,
        )?);
        Ok(Key::read(&plain).ok_or(sealed::SealedError::NotSealed)?)
    }

    /// Seals a commune's key with the master key that the registry names: another process may have changed it since
    /// this one started.
    pub(crate) async fn seal_key(
        &self,
        app: &App,
        commune: Uuid,
        number: i64,
        key: &Key,
        at: Timestamp,
    ) -> Result<DataKey, Error> {
        if let Some(named) = noted(app.communes.registry()).await? {
            self.turn_to(&self.find(&named)?);
        }
        Ok(seal_key(app, &self.current()?, commune, number, key, at)?)
    }
}

/// A key belongs to its commune: beside the rows of another one it does not open.
fn place(commune: Uuid, number: i64) -> Place {
    Place::of(&[b"data_key", commune.as_bytes(), &number.to_be_bytes()])
}

/// Seals a commune's key with this master key.
pub(crate) fn seal_key(
    app: &App,
    master: &MasterKey,
    commune: Uuid,
    number: i64,
    key: &Key,
    at: Timestamp,
) -> Result<DataKey, KeyError> {
    let nonce = app.entropy.bytes();
    // Master keys are told apart by their fingerprint, so that the number in the header is the key's own.
    let own = u32::try_from(number).map_err(|_| sealed::SealedError::NotSealed)?;
    let wrapped = sealed::seal(&master.0, own, nonce, &place(commune, number), key.reveal())?;
    Ok(DataKey {
        number,
        master: master.fingerprint(),
        wrapped,
        made_at: at,
        retired_at: None,
    })
}

/// The fingerprint of the master key that this installation has, as its registry notes it.
pub async fn noted(registry: &Database) -> Result<Option<String>, StoreError> {
    let mut tx = registry.read().await?;
    setting::get(&mut tx, NOTE).await
}

struct Note {
    to: String,
    instead_of: Option<String>,
}

impl Command for Note {
    const NAME: &'static str = "key.note";
    type Answer = String;
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<String, StoreError> {
        let found: Option<String> = setting::get(tx, NOTE).await?;
        if found == self.instead_of {
            setting::set(tx, NOTE, &self.to).await?;
            return Ok(self.to.clone());
        }
        Ok(found.unwrap_or_default())
    }
}

/// Has the registry note this master key instead of another. Gives the one that it names then: another process may
/// have been first.
pub async fn note(
    registry: &Database,
    key: &MasterKey,
    instead_of: Option<String>,
    origin: Origin,
) -> Result<String, StoreError> {
    let to = key.fingerprint();
    registry.write(Note { to, instead_of }, origin).await
}

struct Rewrap(Vec<(DataKey, String)>);

impl Command for Rewrap {
    const NAME: &'static str = "key.rewrap";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        for (row, before) in &self.0 {
            seal::rewrap(tx, row.number, &row.master, &row.wrapped).await?;
            super::note_key(tx, "changed", row.number, Some(before), Some(&row.master)).await?;
        }
        Ok(())
    }
}

/// Seals the keys of a commune with another master key. What they sealed stays as it is. Gives how many there were;
/// those that are already so are left alone.
pub async fn rewrap(cx: &Cx, to: &MasterKey) -> Result<usize, Error> {
    let commune = cx.commune()?.id;
    let mut tx = cx.read().await?;
    let rows = seal::keys(&mut tx).await?;
    drop(tx);
    let mut done = Vec::new();
    for row in rows.iter().filter(|row| row.master != to.fingerprint()) {
        let key = cx.app.settings.master.open_key(commune, row)?;
        let mut new = seal_key(&cx.app, to, commune, row.number, &key, row.made_at)?;
        new.retired_at = row.retired_at;
        done.push((new, row.master.clone()));
    }
    let count = done.len();
    if count > 0 {
        cx.write(Rewrap(done)).await?;
    }
    Ok(count)
}

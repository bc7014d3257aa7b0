//! What the commune decided, ready to answer: the last version of its settings, compiled once a process.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use preau_formats::{
    school_holidays,
    settings::{self, Fault, Loaded},
    tariff_settings::{self, TariffFileError},
};
use preau_rules::{
    permission::Right,
    tariff::{TariffSettings, Tariffs},
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        journal,
        rulebook::{self, Version},
    },
};
use uuid::Uuid;

use crate::{Caller, Cx, Error};

/// Kind of the settings in the journal.
pub const JOURNAL: &str = "rulebook";
/// The longest file, in bytes.
pub const LONGEST: usize = 200_000;
/// Versions in the list.
const HISTORY: i64 = 20;

/// A version of the settings.
#[derive(Debug)]
pub struct Current {
    /// Which; 0 before anything was saved.
    pub version: i64,
    /// The file.
    pub text: String,
    /// What it makes.
    pub loaded: Loaded,
    /// What it says of prices.
    pub prices: TariffSettings,
    /// Its prices, ready to answer.
    pub tariffs: Tariffs,
}

/// The compiled settings of communes that were asked for.
#[derive(Debug, Default)]
pub struct Cache(RwLock<HashMap<Uuid, Arc<Current>>>);

impl Cache {
    fn get(&self, commune: Uuid, version: i64) -> Option<Arc<Current>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&commune)?;
        (known.version == version).then(|| Arc::clone(known))
    }

    fn put(&self, commune: Uuid, fresh: &Arc<Current>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(commune, Arc::clone(fresh));
    }
}

/// Settings that say nothing yet: the commune's name, and no activity.
const NOTHING: &str = "[commune]\nname = \"\"\n";

fn priced_fr(error: &TariffFileError) -> String {
    format!("ligne {}\u{a0}: {}", error.line, error.message)
}

fn compile(version: i64, text: String) -> Result<Current, Error> {
    let faults = |faults: Vec<Fault>| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        Error::Store(StoreError::Internal(format!("settings: {first}")))
    };
    let loaded = settings::load(&text, &school_holidays::shipped()).map_err(faults)?;
    let (prices, tariffs) = tariff_settings::read(&text).map_err(|errors| {
        let first = errors.first().map(priced_fr).unwrap_or_default();
        Error::Store(StoreError::Internal(format!("tariffs: {first}")))
    })?;
    Ok(Current {
        version,
        text,
        loaded,
        prices,
        tariffs,
    })
}

async fn read(tx: &mut Tx, version: i64) -> Result<Current, Error> {
    let found = rulebook::get(tx, version).await?;
    compile(
        version,
        found.map_or_else(|| NOTHING.to_owned(), |v| v.text),
    )
}

/// The settings that hold.
pub(crate) async fn current(cx: &Cx, tx: &mut Tx) -> Result<Arc<Current>, Error> {
    let version = rulebook::version(tx).await?;
    let commune = cx.commune()?.id;
    if let Some(known) = cx.app.rules.get(commune, version) {
        return Ok(known);
    }
    let fresh = Arc::new(read(tx, version).await?);
    cx.app.rules.put(commune, &fresh);
    Ok(fresh)
}

/// Inside the lane: the settings that came with the command, or those that were saved since.
pub(super) async fn still(tx: &mut Tx, known: &Arc<Current>) -> Result<Arc<Current>, Error> {
    let version = rulebook::version(tx).await?;
    if version == known.version {
        return Ok(Arc::clone(known));
    }
    Ok(Arc::new(read(tx, version).await?))
}

/// The settings that hold. What a commune decided is no secret: every page of the planning says it.
pub async fn load(cx: &Cx) -> Result<Arc<Current>, Error> {
    let mut tx = cx.read().await?;
    current(cx, &mut tx).await
}

/// The settings as they were in a version: what a month began to be billed by, it is billed by to the end.
pub(crate) async fn of_version(cx: &Cx, version: i64) -> Result<Arc<Current>, Error> {
    let mut tx = cx.read().await?;
    let now = current(cx, &mut tx).await?;
    if now.version == version {
        return Ok(now);
    }
    Ok(Arc::new(read(&mut tx, version).await?))
}

/// The last versions.
pub async fn history(cx: &Cx) -> Result<Vec<Version>, Error> {
    cx.caller.require(Right::Activities)?;
    Ok(rulebook::history(&mut cx.read().await?, HISTORY).await?)
}

/// The text of a version.
pub async fn version(cx: &Cx, version: i64) -> Result<Version, Error> {
    cx.caller.require(Right::Activities)?;
    let found = rulebook::get(&mut cx.read().await?, version).await?;
    found.ok_or(Error::NotFound)
}

/// Checks a file without keeping it: what is wrong with its lines, or what is doubtful.
pub fn check(text: &str) -> Result<Vec<String>, Vec<String>> {
    let said = |faults: Vec<Fault>| faults.iter().map(ToString::to_string).collect();
    if text.len() > LONGEST {
        return Err(vec!["Le fichier est trop long.".to_owned()]);
    }
    let loaded = settings::load(text, &school_holidays::shipped()).map_err(said)?;
    tariff_settings::read(text)
        .map_err(|errors| errors.iter().map(priced_fr).collect::<Vec<_>>())?;
    Ok(said(loaded.warnings))
}

struct Save {
    caller: Caller,
    text: String,
    /// The version that was before the agent's eyes.
    seen: i64,
}

impl Command for Save {
    const NAME: &'static str = "rulebook.save";
    type Answer = i64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<i64, Error> {
        self.caller.require_now(tx, Right::Activities).await?;
        let now = rulebook::version(tx).await?;
        if now != self.seen {
            return Err(Error::Conflict(
                "Ces réglages ont été changés entre-temps. Reprenez la page, puis refaites votre changement."
                    .to_owned(),
            ));
        }
        insert(tx, &self.caller, now, &self.text).await
    }
}

/// Keeps the version after `now`, which holds from here on.
pub(super) async fn insert(
    tx: &mut Tx,
    caller: &Caller,
    now: i64,
    text: &str,
) -> Result<i64, Error> {
    rulebook::insert(tx, now + 1, text, &caller.actor().name).await?;
    let change = journal::Change {
        action: if now == 0 { "created" } else { "changed" },
        kind: JOURNAL,
        id: (now + 1).to_string(),
        name: "Activités et délais",
        before: Some(&now),
        after: Some(&(now + 1)),
    };
    journal::note(tx, change).await?;
    Ok(now + 1)
}

/// Keeps a new version, when nothing is wrong with it.
pub async fn save(cx: &Cx, text: &str, seen: i64) -> Result<i64, Error> {
    cx.caller.require(Right::Activities)?;
    let text = text.replace("\r\n", "\n");
    if let Err(faults) = check(&text) {
        let all = faults.into_iter();
        let all = all.map(|fault| crate::FieldError::new("texte", fault));
        return Err(Error::Invalid(all.collect()));
    }
    let caller = cx.caller.clone();
    cx.write(Save { caller, text, seen }).await
}

//! A new key for a commune, and everything sealed anew with it, while the portal serves.
//!
//! 1. The new key is added: from then on it seals. Old keys still open.
//! 2. Values and files of older keys are opened and sealed anew, a few at a time. Each value is replaced only if it is
//!    still the one that was read. Killed at any point, the same command goes on where it ended.
//! 3. When the lane finds nothing left, the old keys are retired. They stay for an hour, for what was being sealed by
//!    another process at that moment and for archives being written; then a job looks again and removes them, with the
//!    old bytes of files.

use jiff::SignedDuration;
use preau_formats::sealed::{self, Key};
use preau_rules::permission::Right;
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        file::{self, File},
        job,
        seal::{self, COLUMNS, Column, Sealed},
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{KeyError, note_key, open_with, place, seal_with, short};
use crate::{Cx, Error, file as files};

/// Kind of the job that removes retired keys.
pub const JOB: &str = "key.forget";
/// How long a retired key stays.
const STAYS: SignedDuration = SignedDuration::from_hours(1);
/// Values sealed anew in one command.
const AT_ONCE: i64 = 200;

/// How far it is: values and files done, of how many.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Number of the key that seals now.
    pub number: u32,
    /// A change that was interrupted was brought to its end; no further key was made.
    pub resumed: bool,
    /// Values sealed anew.
    pub values: u64,
    /// Files sealed anew.
    pub files: u64,
    /// What does not open. As long as there is any, the old keys stay.
    pub unreadable: Vec<String>,
}

/// Gives the commune a new key and seals everything anew with it.
pub async fn rotate(cx: &Cx, progress: Progress<'_>) -> Result<Rotated, Error> {
    cx.caller.require(Right::Host)?;
    let mut tx = cx.read().await?;
    let rows = seal::keys(&mut tx).await?;
    drop(tx);
    let newest = rows.last().map_or(0, |row| row.number);
    let resumed = rows
        .iter()
        .any(|row| row.retired_at.is_none() && row.number < newest);
    // Every key is opened before anything is changed.
    super::state(cx).await?;
    let number = if resumed {
        newest
    } else {
        super::add(cx, newest).await?
    };
    let mut done = Rotated {
        number: short(number)?,
        resumed,
        ..Rotated::default()
    };
    loop {
        sweep(cx, &mut done, progress).await?;
        // Retired at the instant of the end, however long it took.
        let now = Cx {
            at: cx.app.clock.now(),
            ..cx.clone()
        };
        // What cannot be read stays, and its key with it.
        if !done.unreadable.is_empty() || now.write(Retire(done.number)).await? {
            return Ok(done);
        }
        // Somebody kept a value under the old key in between: it was being sealed when the new one came.
    }
}

/// Removes keys that were retired an hour ago, and the old bytes of files.
pub async fn forget(cx: &Cx) -> Result<(), Error> {
    let mut tx = cx.read().await?;
    let Some(number) = seal::current(&mut tx).await? else {
        return Ok(());
    };
    drop(tx);
    let mut done = Rotated {
        number: short(number)?,
        ..Rotated::default()
    };
    sweep(cx, &mut done, &mut |_, _| {}).await?;
    let gone = cx.write(Forget(done.number)).await?;
    let mut tx = cx.read().await?;
    let named = file::sealed_paths(&mut tx).await?;
    drop(tx);
    let commune = cx.commune()?;
    for path in commune.files.list().await? {
        let old = path
            .rsplit_once('.')
            .and_then(|(_, number)| number.parse::<i64>().ok())
            .is_some_and(|number| gone.contains(&number));
        if old && !named.contains(&path) {
            files::discard(cx, &path).await;
        }
    }
    Ok(())
}

/// Seals anew what another key than the newest sealed.
async fn sweep(cx: &Cx, done: &mut Rotated, progress: Progress<'_>) -> Result<(), Error> {
    let header = sealed::header(done.number);
    let key = super::key(cx, done.number).await?;
    done.unreadable.clear();
    let mut tx = cx.read().await?;
    let left = left(&mut tx, done.number).await?;
    drop(tx);
    let already = done.values + done.files;
    let total = already + u64::try_from(left).unwrap_or(0);
    progress(already, total);
    for column in COLUMNS {
        let mut after = Uuid::nil();
        loop {
            let mut tx = cx.read().await?;
            let page = seal::page(&mut tx, column, &header, after, AT_ONCE).await?;
            drop(tx);
            let Some(last) = page.last() else {
                break;
            };
            after = last.id;
            let items = anew(cx, column, &page, &key, done).await?;
            done.values += cx.write(Replace { column, items }).await?;
            progress(done.values + done.files, total);
        }
    }
    let mut after = Uuid::nil();
    loop {
        let mut tx = cx.read().await?;
        let page = file::sealed_page(&mut tx, done.number.into(), after, AT_ONCE).await?;
        drop(tx);
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = last.id;
        for old in page {
            match files::reseal(cx, &old, done.number, &key).await {
                Ok(new) => {
                    let command = ReplaceFile(old.path.clone(), new);
                    done.files += u64::from(cx.write(command).await?);
                }
                Err(Error::Key(error)) => done
                    .unreadable
                    .push(format!("fichier {} : {error}", old.id)),
                // Its bytes are gone: with another key they will not come back.
                Err(Error::NotFound) => done
                    .unreadable
                    .push(format!("fichier {} : son contenu manque", old.id)),
                Err(error) => return Err(error),
            }
            progress(done.values + done.files, total);
        }
    }
}

/// Values and files that another key than this sealed.
async fn left(tx: &mut Tx, number: u32) -> Result<i64, StoreError> {
    let header = sealed::header(number);
    let mut left = file::sealed_left(tx, number.into()).await?;
    for column in COLUMNS {
        left += seal::left(tx, column, &header).await?;
    }
    Ok(left)
}

async fn anew(
    cx: &Cx,
    column: &Column,
    page: &[Sealed],
    key: &Key,
    done: &mut Rotated,
) -> Result<Vec<Item>, Error> {
    let mut items = Vec::with_capacity(page.len());
    for row in page {
        let place = place(column, row.owner, &row.name);
        let opened = async {
            let old = super::key(cx, super::number(&row.sealed)?).await?;
            Ok::<_, Error>(zeroize::Zeroizing::new(open_with(
                &old,
                &place,
                &row.sealed,
            )?))
        };
        match opened.await {
            Ok(plain) => items.push(Item {
                id: row.id,
                old: row.sealed.clone(),
                new: seal_with(&cx.app, done.number, key, &place, &plain)?,
            }),
            Err(Error::Key(error)) => done
                .unreadable
                .push(format!("{} {} : {error}", column.name, row.id)),
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}

struct Item {
    id: Uuid,
    old: Vec<u8>,
    new: Vec<u8>,
}

struct Replace {
    column: &'static Column,
    items: Vec<Item>,
}

impl Command for Replace {
    const NAME: &'static str = "key.reseal";
    type Answer = u64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<u64, Error> {
        let mut replaced = 0;
        for item in &self.items {
            let done = seal::replace(tx, self.column, item.id, &item.old, &item.new).await?;
            replaced += u64::from(done);
        }
        Ok(replaced)
    }
}

struct ReplaceFile(String, File);

impl Command for ReplaceFile {
    const NAME: &'static str = "key.reseal_file";
    type Answer = bool;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<bool, Error> {
        Ok(file::reseal(tx, &self.0, &self.1).await?)
    }
}

/// What the job needs.
#[derive(Serialize, Deserialize)]
struct Payload {
    number: u32,
}

struct Retire(u32);

impl Command for Retire {
    const NAME: &'static str = "key.retire";
    type Answer = bool;
    type Refusal = Error;
    /// False when something is left that another key sealed: nothing is retired then.
    async fn run(&self, tx: &mut Tx) -> Result<bool, Error> {
        if left(tx, self.0).await? > 0 {
            return Ok(false);
        }
        let old = seal::keys(tx).await?;
        let old = old
            .iter()
            .filter(|row| row.number < self.0.into() && row.retired_at.is_none());
        for row in old {
            note_key(tx, "retired", row.number, None, None).await?;
        }
        seal::retire(tx, self.0.into()).await?;
        let at = tx.at();
        let later = at
            .checked_add(STAYS)
            .map_err(|e| StoreError::Internal(e.to_string()))?;
        let payload = Payload { number: self.0 };
        job::enqueue(tx, JOB, &payload, later, None).await?;
        Ok(true)
    }
}

struct Forget(u32);

impl Command for Forget {
    const NAME: &'static str = JOB;
    type Answer = Vec<i64>;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Vec<i64>, Error> {
        if left(tx, self.0).await? > 0 {
            // The job comes back; what cannot be read shows there.
            return Err(KeyError::StillNeeded.into());
        }
        let at = tx.at();
        let by = at
            .checked_sub(STAYS)
            .map_err(|e| StoreError::Internal(e.to_string()))?;
        let gone = seal::forget(tx, by).await?;
        for number in &gone {
            note_key(tx, "removed", *number, None, None).await?;
        }
        Ok(gone)
    }
}

//! Codes abonné as agents handle them: made for a family, for a list or for all that have no account; printed as a letter,
//! mailed, taken back. What a code opens is in [`crate::subscription`].

mod letter;
mod post;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use preau_rules::{
    id::uuid_v7,
    permission::Right,
    subscriber_code::{Prefix, make as make_code, stored_key},
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        family,
        subscriber_code::{self, NewCode},
    },
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use letter::{LETTERS, Letter, Letters, batches, letter, letters, qr};
pub use post::{Sent, SentBatch, send, send_batch};
pub use preau_store::tables::subscriber_code::{Batch, Code, Use};

use crate::{Caller, Cx, Error, family::note, portal};

/// Months for which a code is good unless the agent chooses otherwise.
pub const MONTHS: i64 = 12;

/// Where a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can be used.
    Good,
    /// Each responsable has used it.
    UsedUp,
    /// Its time is over.
    Expired,
    /// An agent took it back.
    Revoked,
}

impl State {
    /// The word on the screen.
    #[must_use]
    pub fn label_fr(self) -> &'static str {
        match self {
            Self::Good => "valable",
            Self::UsedUp => "utilisé",
            Self::Expired => "expiré",
            Self::Revoked => "révoqué",
        }
    }
}

/// Where a code stands at `now`, used `uses` times, in a family of so many responsables.
#[must_use]
pub fn state(code: &Code, uses: usize, guardians: usize, now: Timestamp) -> State {
    if code.revoked_at.is_some() {
        State::Revoked
    } else if uses >= guardians.max(1) {
        State::UsedUp
    } else if code.expires_at.is_some_and(|at| at <= now) {
        State::Expired
    } else {
        State::Good
    }
}

/// For whom codes are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// One family.
    One(Uuid),
    /// The families of these references, one a line or separated by commas.
    These(String),
    /// Every family that nobody is tied to and that has no code that is still good.
    WithoutAccount,
}

/// Codes that were made together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What they are printed by.
    pub batch: Uuid,
    /// How many.
    pub count: usize,
}

struct Make {
    caller: Caller,
    whom: Whom,
    prefix: Prefix,
    expires_at: Timestamp,
    seed: [u8; 32],
}

impl Make {
    /// Random bytes of the n-th thing that this command makes: the same when the batch of the lane is replayed.
    fn random(&self, what: &[u8], n: usize) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.seed)
            .chain_update(what)
            .chain_update((n as u64).to_be_bytes())
            .finalize()
            .into()
    }

    async fn families(&self, tx: &mut Tx) -> Result<Vec<Uuid>, Error> {
        match &self.whom {
            Whom::One(id) => {
                let found = family::get(tx, *id).await?.ok_or(Error::NotFound)?;
                Ok(vec![found.id])
            }
            Whom::WithoutAccount => Ok(subscriber_code::families_without_account(tx).await?),
            Whom::These(typed) => listed(tx, typed).await,
        }
    }
}

/// The families of a typed list; every reference that is none is named.
async fn listed(tx: &mut Tx, typed: &str) -> Result<Vec<Uuid>, Error> {
    let known: std::collections::HashMap<String, Uuid> =
        family::references(tx).await?.into_iter().collect();
    let words = typed.split(['\n', '\r', ',', ';']).map(str::trim);
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for word in words.filter(|w| !w.is_empty()) {
        match known.get(word) {
            Some(id) if !found.contains(id) => found.push(*id),
            Some(_) => {}
            None => unknown.push(word.chars().take(40).collect::<String>()),
        }
    }
    if !unknown.is_empty() {
        unknown.truncate(10);
        let message = format!(
            "Aucune famille ne porte ce numéro : {}. Corrigez la liste : rien n’a été créé.",
            unknown.join(", ")
        );
        return Err(Error::field("references", message));
    }
    if found.is_empty() {
        return Err(Error::field(
            "references",
            "Indiquez au moins un numéro de famille, un par ligne.",
        ));
    }
    Ok(found)
}

impl Command for Make {
    const NAME: &'static str = "subscriber_code.make";
    type Answer = Made;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Made, Error> {
        self.caller.require_now(tx, Right::Codes).await?;
        let families = self.families(tx).await?;
        let millis = u64::try_from(tx.at().as_millisecond()).unwrap_or_default();
        let batch = tx.new_id();
        for (n, id) in families.iter().enumerate() {
            let random = self.random(b"code", n);
            let code = make_code(&self.prefix, first(&random));
            let key = stored_key(&code).unwrap_or_default();
            // Identifiers sort as the families do, so that letters are printed in that order.
            let mut tail: [u8; 10] = first(&self.random(b"id", n));
            tail[..4].copy_from_slice(&u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes());
            let new = NewCode {
                id: uuid_v7(millis, tail),
                family_id: *id,
                code: &code,
                key: &key,
                origin: "made",
                batch,
                expires_at: Some(self.expires_at),
            };
            subscriber_code::insert(tx, &new).await?;
        }
        self.noted(tx, &families, batch).await?;
        Ok(Made {
            batch,
            count: families.len(),
        })
    }
}

impl Make {
    async fn noted(&self, tx: &mut Tx, families: &[Uuid], batch: Uuid) -> Result<(), Error> {
        if let [one] = families {
            let found = family::get(tx, *one).await?.ok_or(Error::NotFound)?;
            return note(tx, "code_made", &found).await;
        }
        let after = serde_json::json!({ "codes": families.len() });
        let change = preau_store::tables::journal::Change {
            action: "created",
            kind: "subscriber_codes",
            id: batch.to_string(),
            name: "Codes abonné",
            before: None,
            after: Some(&after),
        };
        Ok(preau_store::tables::journal::note(tx, change).await?)
    }
}

fn first<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default())
}

/// The end of the day, `months` months later.
fn expiry(at: Timestamp, zone: &TimeZone, months: i64) -> Result<Timestamp, StoreError> {
    let wrong = |e: jiff::Error| StoreError::Internal(format!("expiry of a code: {e}"));
    let day = at.to_zoned(zone.clone()).date();
    let last = day.checked_add(months.months()).map_err(wrong)?;
    let next = last.tomorrow().map_err(wrong)?;
    Ok(next.to_zoned(zone.clone()).map_err(wrong)?.timestamp())
}

/// What stands before this commune's codes.
pub fn prefix(cx: &Cx) -> Result<Prefix, Error> {
    Ok(Prefix::of_slug(&cx.commune()?.slug))
}

/// Makes codes, good for `months` as typed (12 when nothing was).
pub async fn make(cx: &Cx, whom: Whom, months: &str) -> Result<Made, Error> {
    cx.caller.require(Right::Codes)?;
    let months = match months.trim() {
        "" => MONTHS,
        typed => typed
            .parse()
            .ok()
            .filter(|m| (1..=36).contains(m))
            .ok_or_else(|| Error::field("mois", "Indiquez un nombre de mois entre 1 et 36."))?,
    };
    let zone = portal::get(&mut cx.read().await?).await?.zone();
    let make = Make {
        caller: cx.caller.clone(),
        whom,
        prefix: prefix(cx)?,
        expires_at: expiry(cx.at, &zone, months)?,
        seed: cx.app.entropy.bytes(),
    };
    cx.write(make).await
}

struct Revoke {
    caller: Caller,
    id: Uuid,
}

impl Command for Revoke {
    const NAME: &'static str = "subscriber_code.revoke";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        self.caller.require_now(tx, Right::Codes).await?;
        let code = subscriber_code::get(tx, self.id)
            .await?
            .ok_or(Error::NotFound)?;
        if subscriber_code::revoke(tx, self.id).await? {
            let found = family::get(tx, code.family_id)
                .await?
                .ok_or(Error::NotFound)?;
            note(tx, "code_revoked", &found).await?;
        }
        Ok(code.family_id)
    }
}

/// Takes a code back: whoever tries it is told as if there was none. Gives its family.
pub async fn revoke(cx: &Cx, id: Uuid) -> Result<Uuid, Error> {
    let caller = cx.caller.clone();
    cx.write(Revoke { caller, id }).await
}

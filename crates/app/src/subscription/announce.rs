//! Somebody tied an account to a family: the other responsables are told, and can contest it.

use jiff::SignedDuration;
use preau_rules::{civility::Civility, french};
use preau_store::{
    Command, StoreError, Tx,
    tables::{family, subscription},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{contest, how_fr};
use crate::{
    Cx, Error,
    citizen::addressee,
    contact::Letterhead,
    family::KIND,
    login::key_of,
    mail::{Addressee, Mail, SomeoneSubscribed, Zone},
    outbox::{self, Post},
};

/// Kind of the job that tells the others.
pub const JOB: &str = "subscription.announce";

const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What the job needs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Announce {
    /// Which subscription.
    pub subscription: Uuid,
}

/// Somebody who is told.
struct Other {
    /// Account or responsable.
    id: Uuid,
    to: Addressee,
    email: String,
}

struct Tell {
    cx: Cx,
    head: Letterhead,
    subscription: Uuid,
}

impl Command for Tell {
    const NAME: &'static str = "subscription.announce";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let Some(new) = subscription::get(tx, self.subscription).await? else {
            return Ok(());
        };
        let ties = subscription::of_family(tx, new.family_id).await?;
        let Some(tie) = ties.iter().find(|t| t.id == new.id && t.ended_at.is_none()) else {
            return Ok(());
        };
        let family = family::get(tx, new.family_id)
            .await?
            .ok_or(Error::NotFound)?;
        let guardians = family::guardians(tx, &[family.id]).await?;
        let civility = Civility::parse_optional(&tie.civility).ok().flatten();
        let who = match civility {
            Some(civility) => format!("{} {}", civility.label_fr(), tie.full_name()),
            None => tie.full_name(),
        };
        for other in others(&ties, &guardians, tie) {
            let mail = SomeoneSubscribed {
                to: other.to.clone(),
                zone: Zone::Commune,
                family: family.name.clone(),
                who: who.clone(),
                how: how_fr(&tie.how).to_owned(),
                at: french::instant_year(tie.since, &self.head.zone),
                link: contest::link(&self.cx, new.id, other.id)?,
            };
            let post = Post {
                kind: SomeoneSubscribed::NAME,
                to_name: &other.to.name,
                to_address: &other.email,
                rendered: self.head.write(&mail)?,
                about: Some((KIND, family.id)),
                good_for: GOOD_FOR,
            };
            outbox::post(tx, post).await?;
        }
        Ok(())
    }
}

/// Accounts tied before, and responsables who have an address and no account; each address once, the newcomer's never.
fn others(
    ties: &[subscription::Tie],
    guardians: &[family::Guardian],
    new: &subscription::Tie,
) -> Vec<Other> {
    let mut told = vec![key_of(&new.email)];
    let mut out = Vec::new();
    let accounts = ties
        .iter()
        .filter(|t| t.ended_at.is_none() && !t.blocked && !t.email.is_empty())
        .map(|t| Other {
            id: t.account_id,
            to: addressee(&t.civility, &t.first_name, &t.last_name),
            email: t.email.clone(),
        });
    let has_account = |g: &family::Guardian| {
        ties.iter()
            .any(|t| t.ended_at.is_none() && t.guardian_id == Some(g.id))
    };
    let people = guardians
        .iter()
        .filter(|g| !has_account(g))
        .filter_map(|g| {
            let civility = g.civility.as_deref().unwrap_or_default();
            Some(Other {
                id: g.id,
                to: addressee(civility, &g.first_name, &g.last_name),
                email: g.email.clone()?,
            })
        });
    for other in accounts.chain(people) {
        let key = key_of(&other.email);
        if !told.contains(&key) {
            told.push(key);
            out.push(other);
        }
    }
    out
}

/// Does the job.
pub async fn announce(cx: &Cx, payload: &str) -> Result<(), Error> {
    let payload: Announce =
        serde_json::from_str(payload).map_err(|e| StoreError::Internal(format!("payload: {e}")))?;
    let tell = Tell {
        cx: cx.clone(),
        head: Letterhead::load(cx).await?,
        subscription: payload.subscription,
    };
    cx.write(tell).await
}

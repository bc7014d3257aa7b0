//! A paper ends soon: the accounts of the family are told, a month before.

use jiff::{SignedDuration, ToSpan, civil::Date};
use preau_rules::french;
use preau_store::{
    Command, StoreError, Tx,
    tables::{document, family, job, subscription},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::SOON_DAYS;
use crate::{
    Cx, Error,
    citizen::addressee,
    contact::Letterhead,
    family::KIND,
    mail::{DocumentEndsSoon, Mail, Zone},
    outbox::{self, Post},
    portal,
};

/// Kind of the job that reminds.
pub const JOB: &str = "document.remind";

const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    document: Uuid,
}

/// Has the family told before a paper ends.
pub(super) async fn later(tx: &mut Tx, document: Uuid, until: Date) -> Result<(), Error> {
    let zone = portal::get(tx).await?.zone();
    let day = until.saturating_sub(SOON_DAYS.days());
    let morning = day.at(8, 0, 0, 0).to_zoned(zone);
    let at = morning.map_err(|e| StoreError::Internal(format!("reminder: {e}")))?;
    let at = at.timestamp().max(tx.at());
    job::enqueue(tx, JOB, &Payload { document }, at, None).await?;
    Ok(())
}

struct Remind {
    document: Uuid,
    head: Letterhead,
}

impl Command for Remind {
    const NAME: &'static str = "document.remind";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let Some(found) = document::get(tx, self.document).await? else {
            return Ok(());
        };
        let came = document::of_family(tx, found.family_id).await?;
        let mut newer = came.iter().filter(|d| {
            d.kind_id == found.kind_id && d.owner_id == found.owner_id && d.id > found.id
        });
        let kind = document::kind(tx, found.kind_id)
            .await?
            .ok_or(Error::NotFound)?;
        let Some(until) = found.valid_until.filter(|_| found.state == "accepted") else {
            return Ok(());
        };
        if kind.closed_at.is_some()
            || newer.any(|d| matches!(d.state.as_str(), "sent" | "accepted"))
        {
            return Ok(());
        }
        let children = family::children(tx, &[found.family_id]).await?;
        let child = children.iter().find(|c| c.id == found.owner_id);
        let ties = subscription::of_family(tx, found.family_id).await?;
        for tie in ties.iter().filter(|t| t.ended_at.is_none() && !t.blocked) {
            let mail = DocumentEndsSoon {
                to: addressee(&tie.civility, &tie.first_name, &tie.last_name),
                zone: Zone::Commune,
                document: kind.name.clone(),
                child: child.map(|c| c.first_name.clone()).unwrap_or_default(),
                until: french::day_month_year(until),
                link: format!(
                    "{}/espace-famille/documents/{}/{}",
                    self.head.card.portal_url, kind.id, found.owner_id
                ),
            };
            let name = tie.full_name();
            let post = Post {
                kind: DocumentEndsSoon::NAME,
                to_name: &name,
                to_address: &tie.email,
                rendered: self.head.write(&mail)?,
                about: Some((KIND, found.family_id)),
                good_for: GOOD_FOR,
            };
            outbox::post(tx, post).await?;
        }
        Ok(())
    }
}

/// Does the job.
pub async fn remind(cx: &Cx, payload: &str) -> Result<(), Error> {
    let payload: Payload =
        serde_json::from_str(payload).map_err(|e| StoreError::Internal(format!("payload: {e}")))?;
    let remind = Remind {
        document: payload.document,
        head: Letterhead::load(cx).await?,
    };
    cx.write(remind).await
}

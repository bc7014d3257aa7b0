//! A code goes to its family by mail.

use jiff::SignedDuration;
use preau_rules::{french, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{family, subscriber_code},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::letter::link;
use crate::{
    Caller, Cx, Error,
    citizen::addressee,
    contact::Letterhead,
    family::{KIND, note},
    mail::{Mail, SubscriberCodeLetter, Zone},
    outbox::{self, Post},
};

const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

struct Send {
    caller: Caller,
    id: Uuid,
    head: Letterhead,
    link: String,
}

/// To how many addresses a code went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Which family.
    pub family: Uuid,
    /// Addresses it went to.
    pub to: Vec<String>,
}

impl Command for Send {
    const NAME: &'static str = "subscriber_code.send";
    type Answer = Sent;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Sent, Error> {
        self.caller.require_now(tx, Right::Codes).await?;
        let code = subscriber_code::get(tx, self.id)
            .await?
            .ok_or(Error::NotFound)?;
        let over = code.expires_at.is_some_and(|at| at <= tx.at());
        if code.revoked_at.is_some() || over {
            return Err(Error::Conflict(
                "Ce code n’est plus valable : créez-en un nouveau, puis envoyez-le.".to_owned(),
            ));
        }
        let found = family::get(tx, code.family_id)
            .await?
            .ok_or(Error::NotFound)?;
        let mut to: Vec<String> = Vec::new();
        for guardian in family::guardians(tx, &[found.id]).await? {
            let Some(email) = guardian.email.filter(|e| !to.contains(e)) else {
                continue;
            };
            let civility = guardian.civility.unwrap_or_default();
            let mail = SubscriberCodeLetter {
                to: addressee(&civility, &guardian.first_name, &guardian.last_name),
                zone: Zone::Commune,
                family: found.name.clone(),
                code: code.code.clone(),
                link: self.link.clone(),
                valid_until: code
                    .expires_at
                    .map(|at| french::instant_year(at, &self.head.zone))
                    .unwrap_or_default(),
            };
            let name = format!("{} {}", guardian.first_name, guardian.last_name);
            let post = Post {
                kind: SubscriberCodeLetter::NAME,
                to_name: &name,
                to_address: &email,
                rendered: self.head.write(&mail)?,
                about: Some((KIND, found.id)),
                good_for: GOOD_FOR,
            };
            outbox::post(tx, post).await?;
            to.push(email);
        }
        if to.is_empty() {
            return Err(Error::Conflict(
                "Aucun responsable de cette famille n’a d’adresse e-mail : ajoutez-en une, ou imprimez la lettre."
                    .to_owned(),
            ));
        }
        note(tx, "code_sent", &found).await?;
        Ok(Sent {
            family: found.id,
            to,
        })
    }
}

/// Sends a code to every responsable who has an address.
pub async fn send(cx: &Cx, id: Uuid) -> Result<Sent, Error> {
    cx.caller.require(Right::Codes)?;
    let mut tx = cx.read().await?;
    let code = subscriber_code::get(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    drop(tx);
    let send = Send {
        caller: cx.caller.clone(),
        id,
        link: link(cx, &code.code)?,
        head: Letterhead::load(cx).await?,
    };
    cx.write(send).await
}

//! A code goes to its family by mail.

use jiff::SignedDuration;
use preau_rules::{french, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{
        family::{self, Family},
        subscriber_code::{self, Code},
    },
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
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

/// Writes the mails of one code; gives the addresses that they go to.
async fn post(
    tx: &mut Tx,
    head: &Letterhead,
    code: &Code,
    link: &str,
    family: &Family,
) -> Result<Vec<String>, Error> {
    let mut to: Vec<String> = Vec::new();
    for guardian in family::guardians(tx, &[family.id]).await? {
        let Some(email) = guardian.email.filter(|e| !to.contains(e)) else {
            continue;
        };
        let civility = guardian.civility.unwrap_or_default();
        let mail = SubscriberCodeLetter {
            to: addressee(&civility, &guardian.first_name, &guardian.last_name),
            zone: Zone::Commune,
            family: family.name.clone(),
            code: code.code.clone(),
            link: link.to_owned(),
            valid_until: code
                .expires_at
                .map(|at| french::instant_year(at, &head.zone))
                .unwrap_or_default(),
        };
        let name = format!("{} {}", guardian.first_name, guardian.last_name);
        let post = Post {
            kind: SubscriberCodeLetter::NAME,
            to_name: &name,
            to_address: &email,
            rendered: head.write(&mail)?,
            about: Some((KIND, family.id)),
            good_for: GOOD_FOR,
        };
        outbox::post(tx, post).await?;
        to.push(email);
    }
    Ok(to)
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
        let to = post(tx, &self.head, &code, &self.link, &found).await?;
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

/// Codes whose mails one command writes: the lane is another's again after some milliseconds.
const CHUNK: i64 = 50;

/// What sending a batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBatch {
    /// Families that a mail goes to.
    pub families: u64,
    /// Families of which nobody has an address: they need the letter.
    pub without: u64,
}

struct SendSome {
    caller: Caller,
    head: Letterhead,
    /// Codes with their links.
    codes: Vec<(Code, String)>,
}

impl Command for SendSome {
    const NAME: &'static str = "subscriber_code.send_batch";
    type Answer = SentBatch;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<SentBatch, Error> {
        self.caller.require_now(tx, Right::Codes).await?;
        let mut sent = SentBatch::default();
        for (code, link) in &self.codes {
            let now = subscriber_code::get(tx, code.id).await?;
            let at = tx.at();
            let good = now
                .is_some_and(|c| c.revoked_at.is_none() && c.expires_at.is_none_or(|end| end > at));
            let Some(family) = family::get(tx, code.family_id).await?.filter(|_| good) else {
                continue;
            };
            if post(tx, &self.head, code, link, &family).await?.is_empty() {
                sent.without += 1;
            } else {
                sent.families += 1;
                note(tx, "code_sent", &family).await?;
            }
        }
        Ok(sent)
    }
}

/// Sends each code of a batch to every responsable who has an address.
pub async fn send_batch(cx: &Cx, batch: Uuid) -> Result<SentBatch, Error> {
    cx.caller.require(Right::Codes)?;
    let head = Letterhead::load(cx).await?;
    let mut sent = SentBatch::default();
    for chunk in 0_i64.. {
        let mut tx = cx.read().await?;
        let codes = subscriber_code::of_batch(&mut tx, batch, CHUNK, chunk * CHUNK).await?;
        drop(tx);
        if codes.is_empty() {
            if chunk == 0 {
                return Err(Error::NotFound);
            }
            break;
        }
        let linked = codes.into_iter().map(|code| {
            let link = link(cx, &code.code)?;
            Ok((code, link))
        });
        // The form sent twice sends once: each command has a key of its own, which follows from the form's.
        let key = cx.key.map(|key| {
            let hash = Sha256::new().chain_update(key);
            hash.chain_update(chunk.to_be_bytes()).finalize().into()
        });
        let cx = Cx { key, ..cx.clone() };
        let some = SendSome {
            caller: cx.caller.clone(),
            head: head.clone(),
            codes: linked.collect::<Result<_, Error>>()?,
        };
        let done = cx.write(some).await?;
        sent.families += done.families;
        sent.without += done.without;
    }
    Ok(sent)
}

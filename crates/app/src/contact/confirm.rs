//! A message without proof of work waits for the code that its sender finds in the mailbox.

use jiff::{SignedDuration, Timestamp};
use preau_rules::french;
use preau_store::{
    Command, StoreError, Tx,
    tables::{contact, request},
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    BY_ADDRESS, BY_MAILBOX, Contact, Letterhead, Sent, receipt_token, record, throttle_key,
    throttled,
};
use crate::{
    Cx, Error,
    mail::{Addressee, ContactConfirm, Mail, Zone},
    outbox::{self, Post},
    proof::keyed,
};

/// How long a code is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(48);
/// Wrong codes after which the message is gone: one chance in 100,000 for who guesses.
pub const CODE_TRIES: i64 = 10;

fn code_hash(cx: &Cx, id: Uuid, code: &str) -> [u8; 32] {
    keyed(
        &cx.app.secret,
        &[b"contact code\0", id.as_bytes(), code.as_bytes()],
    )
}

struct Wait {
    id: Uuid,
    contact: Contact,
    head: Letterhead,
    code: String,
    code_hash: [u8; 32],
    address: Option<[u8; 32]>,
}

impl Command for Wait {
    const NAME: &'static str = "contact.wait";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let mailbox = throttle_key("contact code", &self.contact.email.to_lowercase());
        let limits = [(self.address, BY_ADDRESS), (Some(mailbox), BY_MAILBOX)];
        throttled(tx, &limits).await?;
        let expires_at = tx
            .at()
            .checked_add(GOOD_FOR)
            .map_err(|e| StoreError::Internal(e.to_string()))?;
        let payload = serde_json::to_string(&self.contact)
            .map_err(|e| StoreError::Internal(format!("message that waits: {e}")))?;
        contact::insert(tx, self.id, self.code_hash, &payload, expires_at).await?;
        let mail = ContactConfirm {
            to: Addressee {
                civility: None,
                name: self.contact.name.clone(),
            },
            zone: Zone::Commune,
            code: self.code.clone(),
            link: format!(
                "{}/confirmer/{}?code={}",
                self.head.contact_url(),
                self.id,
                self.code
            ),
            valid_until: french::instant_year(expires_at, &self.head.zone),
            subject: self.contact.subject.clone(),
        };
        let post = Post {
            kind: ContactConfirm::NAME,
            to_name: &self.contact.name,
            to_address: &self.contact.email,
            rendered: self.head.write(&mail)?,
            about: Some(("contact_pending", self.id)),
            good_for: GOOD_FOR,
        };
        outbox::post(tx, post).await?;
        Ok(self.id)
    }
}

pub(super) async fn wait(
    cx: &Cx,
    contact: Contact,
    head: Letterhead,
    address: Option<[u8; 32]>,
) -> Result<Sent, Error> {
    let id = cx.app.entropy.id(cx.at);
    let number = u64::from_le_bytes(cx.app.entropy.bytes()) % 1_000_000;
    let code = format!("{number:06}");
    let wait = Wait {
        id,
        contact,
        head,
        code_hash: code_hash(cx, id, &code),
        code,
        address,
    };
    let id = cx.write(wait).await?;
    Ok(Sent::Waits { id })
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// It waits for its code.
    Pending {
        /// Where the code went.
        email: String,
        /// Subject of the message.
        subject: String,
        /// Gone after this instant.
        until: Timestamp,
    },
    /// It was confirmed before; this opens its receipt.
    Done {
        /// Token of the receipt.
        receipt: String,
    },
    /// Its time is over, or too many wrong codes were typed.
    Gone,
}

/// What became of a message that waited.
pub async fn waiting(cx: &Cx, id: Uuid) -> Result<Waiting, Error> {
    let mut tx = cx.read().await?;
    if let Some(found) = contact::get(&mut tx, id, cx.at).await? {
        let contact = read(&found.payload)?;
        return Ok(Waiting::Pending {
            email: contact.email,
            subject: contact.subject,
            until: found.expires_at,
        });
    }
    Ok(match request::get(&mut tx, id).await? {
        Some(_) => Waiting::Done {
            receipt: receipt_token(cx, id),
        },
        None => Waiting::Gone,
    })
}

fn read(payload: &str) -> Result<Contact, StoreError> {
    serde_json::from_str(payload)
        .map_err(|e| StoreError::Internal(format!("message that waits: {e}")))
}

/// What a code did. A wrong one is counted, so it is an answer and not a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmed {
    /// The message is a request now; this opens its receipt.
    Done {
        /// Token of the receipt.
        receipt: String,
    },
    /// Another code was sent.
    Wrong {
        /// Tries that remain.
        left: i64,
    },
    /// No message waits here any more.
    Gone,
}

struct Confirm {
    id: Uuid,
    code_hash: [u8; 32],
    head: Letterhead,
    receipt: String,
}

impl Command for Confirm {
    const NAME: &'static str = "contact.confirm";
    type Answer = Confirmed;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Confirmed, Error> {
        let now = tx.at();
        let Some(found) = contact::get(tx, self.id, now).await? else {
            return Ok(match request::get(tx, self.id).await? {
                Some(_) => Confirmed::Done {
                    receipt: self.receipt.clone(),
                },
                None => Confirmed::Gone,
            });
        };
        if !bool::from(found.code_hash.as_slice().ct_eq(&self.code_hash)) {
            let left = CODE_TRIES - found.tries - 1;
            if left > 0 {
                contact::tried(tx, self.id).await?;
                return Ok(Confirmed::Wrong { left });
            }
            contact::delete(tx, self.id).await?;
            return Ok(Confirmed::Gone);
        }
        contact::delete(tx, self.id).await?;
        record(tx, self.id, &read(&found.payload)?, &self.head).await?;
        Ok(Confirmed::Done {
            receipt: self.receipt.clone(),
        })
    }
}

/// Confirms a message with the code that was typed, blanks left out.
pub async fn confirm(cx: &Cx, id: Uuid, typed: &str) -> Result<Confirmed, Error> {
    let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::field(
            "code",
            "Le code a 6 chiffres : recopiez-le depuis l’e-mail.",
        ));
    }
    let confirm = Confirm {
        id,
        code_hash: code_hash(cx, id, &code),
        head: Letterhead::load(cx).await?,
        receipt: receipt_token(cx, id),
    };
    cx.write(confirm).await
}

//! « Confirmer mon inscription »: a sign-up becomes an account, by the link of the mail or by its six digits.
//!
//! Opening the link changes nothing, because scanners of mail open links too: the button on its page confirms.

use preau_store::{
    Command, Tx,
    tables::{
        account::{self, Account},
        sign_up::{self, SignUp},
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    link::{CODE_TRIES, clean, code_hash, parse_code, same},
    note, search_text,
};
use crate::{Cx, Error, login::key_of, subscription, throttle::Try, token_hash};

/// What the page of a link shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The button.
    Ready {
        /// « Léa Morel ».
        name: String,
        /// The address that is confirmed.
        email: String,
    },
    /// It was used: one can log in.
    Done,
    /// Its 48 hours are over; the page of this sign-up sends it again.
    Expired {
        /// Which sign-up.
        id: Uuid,
    },
    /// It was cut, mistyped or forgotten.
    Unknown,
}

/// What a link is worth.
pub async fn look(cx: &Cx, token: &str) -> Result<Link, Error> {
    let mut tx = cx.read().await?;
    let found = sign_up::by_token(&mut tx, token_hash(&clean(token))).await?;
    Ok(match found {
        None => Link::Unknown,
        Some(up) if up.account_id.is_some() => Link::Done,
        Some(up) if up.expires_at <= cx.at => Link::Expired { id: up.id },
        // Another sign-up of this address was confirmed first.
        Some(up) if account::by_email(&mut tx, &up.email_key).await?.is_some() => Link::Done,
        Some(up) => Link::Ready {
            name: format!("{} {}", up.first_name, up.last_name),
            email: up.email,
        },
    })
}

/// What a confirmation did. A wrong code is counted, so it is an answer and not a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmed {
    /// There is an account; one can log in.
    Done,
    /// The time is over; the page of this sign-up sends it again.
    Expired {
        /// Which sign-up.
        id: Uuid,
    },
    /// The code is not the one, or nothing waits here: the same answer.
    Wrong,
}

enum By {
    Token([u8; 32]),
    Code { id: Uuid, hash: [u8; 32] },
}

struct Confirm(By);

impl Confirm {
    async fn find(&self, tx: &mut Tx) -> Result<Option<SignUp>, Error> {
        Ok(match &self.0 {
            By::Token(hash) => sign_up::by_token(tx, *hash).await?,
            By::Code { id, .. } => sign_up::get(tx, *id).await?,
        })
    }

    /// False for a wrong code, which is counted.
    async fn proves(&self, tx: &mut Tx, up: &SignUp) -> Result<bool, Error> {
        let By::Code { hash, .. } = &self.0 else {
            return Ok(true);
        };
        if up.tries < CODE_TRIES && same(&up.code_hash, hash) {
            return Ok(true);
        }
        sign_up::tried(tx, up.id).await?;
        Ok(false)
    }
}

impl Command for Confirm {
    const NAME: &'static str = "account.confirm";
    type Answer = Confirmed;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Confirmed, Error> {
        let Some(up) = self.find(tx).await? else {
            return Ok(Confirmed::Wrong);
        };
        if !self.proves(tx, &up).await? {
            return Ok(Confirmed::Wrong);
        }
        if up.account_id.is_some() {
            return Ok(Confirmed::Done);
        }
        if up.expires_at <= tx.at() {
            return Ok(Confirmed::Expired { id: up.id });
        }
        // Who has an account already was mailed no code: whoever has one guessed it.
        if account::by_email(tx, &up.email_key).await?.is_some() {
            return Ok(Confirmed::Wrong);
        }
        create(tx, &up).await?;
        Ok(Confirmed::Done)
    }
}

/// The sign-up becomes an account; the code abonné typed there ties it to its family.
pub(crate) async fn create(tx: &mut Tx, up: &SignUp) -> Result<Uuid, Error> {
    let (id, at) = (tx.new_id(), tx.at());
    let new = Account {
        id,
        email: up.email.clone(),
        email_key: up.email_key.clone(),
        civility: up.civility.clone(),
        first_name: up.first_name.clone(),
        last_name: up.last_name.clone(),
        pending_code: up.pending_code.clone(),
        terms_version: up.terms_version,
        terms_accepted_at: up.created_at,
        created_at: at,
        last_seen_at: None,
        blocked_at: None,
    };
    let search = search_text(&up.first_name, &up.last_name, &up.email);
    account::insert(tx, &new, Some(up.password_hash.clone()), &search).await?;
    sign_up::confirm(tx, up, id).await?;
    account::claim_requests(tx, id, &up.email_key).await?;
    note(tx, "activated", id).await?;
    if let Some(code) = &up.pending_code
        && subscription::tie_by_code(tx, id, code).await?
    {
        account::set_pending(tx, id, None).await?;
    }
    Ok(id)
}

async fn confirm(cx: &Cx, by: By) -> Result<Confirmed, Error> {
    // A wrong code typed twice is two tries.
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    cx.write(Confirm(by)).await
}

/// Confirms by the link's token. Pressed twice it says the same.
pub async fn by_link(cx: &Cx, token: &str) -> Result<Confirmed, Error> {
    confirm(cx, By::Token(token_hash(&clean(token)))).await
}

/// Confirms by the code, on the page that waits.
pub async fn by_code(cx: &Cx, id: Uuid, typed: &str) -> Result<Confirmed, Error> {
    let code = parse_code(typed)?;
    let hash = code_hash(cx, id, &code);
    confirm(cx, By::Code { id, hash }).await
}

/// Confirms by address and code, for who has closed that page and whose link was cut.
pub async fn by_address_and_code(cx: &Cx, email: &str, typed: &str) -> Result<Confirmed, Error> {
    if email.trim().is_empty() {
        return Err(Error::field(
            "email",
            "Tapez l’adresse e-mail de votre inscription.",
        ));
    }
    let code = parse_code(typed)?;
    let key = key_of(email);
    Try::count(cx, "activation", &key).await?;
    let found = sign_up::latest(&mut cx.read().await?, &key).await?;
    let Some(up) = found else {
        return Ok(Confirmed::Wrong);
    };
    let hash = code_hash(cx, up.id, &code);
    confirm(cx, By::Code { id: up.id, hash }).await
}

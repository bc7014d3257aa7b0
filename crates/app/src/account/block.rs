//! An account is blocked: nobody logs in with it, and its owner reads why and whom to ask.

use preau_rules::{
    french,
    permission::Right,
    text::{Line as Text, TextError},
};
use preau_store::{
    Command, Tx,
    tables::{
        account::{self, Account},
        journal, session,
    },
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Caller, Cx, Error,
    citizen::{KIND, to},
    contact::{Letterhead, MAIL_GOOD_FOR},
    mail::{AccountBlocked, Mail, Zone},
    outbox::{self, Post},
};

/// The longest reason, in characters.
pub(super) const REASON_LIMIT: usize = 300;

/// Why something is done, as the journal keeps it.
#[derive(Debug, Serialize)]
struct Why<'a> {
    reason: &'a str,
}

/// Notes what an agent did to an account (or a sign-up), and why. The journal is never erased: it says which, not whose.
pub(super) async fn note_why(
    tx: &mut Tx,
    action: &str,
    (kind, id): (&str, Uuid),
    reason: &str,
) -> Result<(), Error> {
    let change = journal::Change {
        action,
        kind,
        id: id.to_string(),
        name: "Compte usager",
        before: None,
        after: Some(&Why { reason }),
    };
    Ok(journal::note(tx, change).await?)
}

/// A reason as typed, or what is wrong with it.
pub(super) fn reason(field: &'static str, typed: &str, empty: &str) -> Result<String, Error> {
    match Text::parse(typed, REASON_LIMIT) {
        Ok(text) => Ok(text.into_string()),
        Err(TextError::Missing) => Err(Error::field(field, empty)),
        Err(error) => Err(Error::field(field, error.message_fr("Motif"))),
    }
}

/// The account as it is now; one that its owner deleted is not there.
async fn present(tx: &mut Tx, id: Uuid) -> Result<Account, Error> {
    account::get(tx, id).await?.ok_or(Error::NotFound)
}

struct Block {
    caller: Caller,
    id: Uuid,
    reason: String,
    head: Letterhead,
}

impl Command for Block {
    const NAME: &'static str = "account.block";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Accounts).await?;
        let account = present(tx, self.id).await?;
        if account.blocked_at.is_some() {
            return Err(Error::Conflict(
                "Ce compte est déjà bloqué : un collègue vient peut-être de le faire.".to_owned(),
            ));
        }
        account::set_blocked(tx, self.id, Some(&self.reason)).await?;
        session::end_others(tx, KIND, self.id, Uuid::nil()).await?;
        let mail = AccountBlocked {
            to: to(&account),
            zone: Zone::Commune,
            at: french::instant_year(tx.at(), &self.head.zone),
            reason: self.reason.clone(),
            contact_url: format!("{}/contact", self.head.card.portal_url),
        };
        let post = Post {
            kind: AccountBlocked::NAME,
            to_name: &account.full_name(),
            to_address: &account.email,
            rendered: self.head.write(&mail)?,
            about: Some((KIND, account.id)),
            good_for: MAIL_GOOD_FOR,
        };
        outbox::post(tx, post).await?;
        note_why(tx, "blocked", (KIND, self.id), &self.reason).await
    }
}

/// Blocks an account: its sessions end, its owner is told by mail. `typed` is the reason that the owner reads.
pub async fn block(cx: &Cx, id: Uuid, typed: &str) -> Result<(), Error> {
    cx.caller.require(Right::Accounts)?;
    let reason = reason(
        "motif",
        typed,
        "Indiquez le motif : la personne le lira, par e-mail et quand elle essaiera de se connecter.",
    )?;
    let block = Block {
        caller: cx.caller.clone(),
        id,
        reason,
        head: Letterhead::load(cx).await?,
    };
    cx.write(block).await
}

struct Unblock {
    caller: Caller,
    id: Uuid,
    reason: String,
}

impl Command for Unblock {
    const NAME: &'static str = "account.unblock";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Accounts).await?;
        if present(tx, self.id).await?.blocked_at.is_none() {
            return Err(Error::Conflict(
                "Ce compte n’est pas bloqué : un collègue vient peut-être de le débloquer."
                    .to_owned(),
            ));
        }
        account::set_blocked(tx, self.id, None).await?;
        note_why(tx, "unblocked", (KIND, self.id), &self.reason).await
    }
}

/// Opens a blocked account again, for a reason that the journal keeps.
pub async fn unblock(cx: &Cx, id: Uuid, typed: &str) -> Result<(), Error> {
    cx.caller.require(Right::Accounts)?;
    let empty = "Indiquez pourquoi le compte est débloqué : le journal le garde.";
    let unblock = Unblock {
        caller: cx.caller.clone(),
        id,
        reason: reason("motif", typed, empty)?,
    };
    cx.write(unblock).await
}

struct EndSessions {
    caller: Caller,
    id: Uuid,
}

impl Command for EndSessions {
    const NAME: &'static str = "account.end_sessions";
    type Answer = u64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<u64, Error> {
        self.caller.require_now(tx, Right::Accounts).await?;
        present(tx, self.id).await?;
        let ended = session::end_others(tx, KIND, self.id, Uuid::nil()).await?;
        if ended > 0 {
            crate::citizen::note(tx, "sessions_ended", self.id).await?;
        }
        Ok(ended)
    }
}

/// Ends every session of an account, a telephone that was lost for one; says how many.
pub async fn end_sessions(cx: &Cx, id: Uuid) -> Result<u64, Error> {
    cx.caller.require(Right::Accounts)?;
    let caller = cx.caller.clone();
    cx.write(EndSessions { caller, id }).await
}

//! Sessions of citizens. « Rester connecté » makes one of thirty days; it is told by its length from an ordinary one.

use jiff::{SignedDuration, Timestamp};
use preau_store::{
    Command, StoreError, Tx,
    tables::{account, session},
};
use uuid::Uuid;

use crate::{
    Cx, Error,
    caller::AccountCaller,
    session::{Browser, Mine, Opening, device},
    token_hash,
};

/// An ordinary session ends after this time without use.
pub const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// « Rester connecté » lasts this long without use.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A session's use is noted at most this often.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Finds who is behind a citizen's cookie. Who was blocked or erased is nobody at once.
pub async fn behind(
    tx: &mut Tx,
    token: &str,
    at: Timestamp,
) -> Result<Option<AccountCaller>, StoreError> {
    let found = session::by_token(tx, token_hash(token), at).await?;
    let Some(found) = found.filter(|s| s.subject_kind == "account" && s.stage == "open") else {
        return Ok(None);
    };
    let account = account::get(tx, found.subject_id).await?;
    let account = account.filter(|a| a.blocked_at.is_none());
    Ok(account.map(|account| AccountCaller {
        id: account.id,
        session: found.id,
        name: account.full_name(),
        email: account.email,
        seen_at: found.seen_at,
        expires_at: found.expires_at,
    }))
}

fn life(caller: &AccountCaller) -> SignedDuration {
    if caller.expires_at.duration_since(caller.seen_at) > IDLE {
        KEPT
    } else {
        IDLE
    }
}

struct Seen(Uuid, SignedDuration);

impl Command for Seen {
    const NAME: &'static str = "account.seen";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let until = after(tx.at(), self.1);
        Ok(session::seen(tx, self.0, until).await?)
    }
}

fn after(at: Timestamp, life: SignedDuration) -> Timestamp {
    at.checked_add(life).unwrap_or(Timestamp::MAX)
}

/// The session is being used: its end slides, noted at most once a minute. Says when it ends now.
pub async fn keep(cx: &Cx, caller: &AccountCaller) -> Result<Timestamp, Error> {
    if cx.at.duration_since(caller.seen_at) < NOTED_EVERY {
        return Ok(caller.expires_at);
    }
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    cx.write(Seen(caller.session, life(caller))).await?;
    Ok(after(cx.at, life(caller)))
}

/// A session to come.
pub(crate) struct Entry {
    opening: Opening,
    keep: bool,
    /// The session that the browser had: it ends, so that nobody's stays behind.
    before: Option<(Uuid, Uuid)>,
}

impl Entry {
    /// A new session with the token to give to the browser.
    pub(crate) fn new(cx: &Cx, browser: &Browser, keep: bool) -> (Self, String) {
        let (opening, token) = Opening::new(cx, browser);
        let before = cx.caller.account().ok().map(|a| (a.session, a.id));
        let entry = Self {
            opening,
            keep,
            before,
        };
        (entry, token)
    }

    /// Opens it.
    pub(crate) async fn open(&self, tx: &mut Tx, account: Uuid) -> Result<(), Error> {
        if let Some((session, of)) = self.before {
            session::end(tx, session, of).await?;
        }
        let (id, at) = (tx.new_id(), tx.at());
        let row = session::Session {
            id,
            subject_kind: "account".to_owned(),
            subject_id: account,
            stage: "open".to_owned(),
            user_agent: self.opening.browser.user_agent.clone(),
            address: self.opening.address.clone(),
            created_at: at,
            seen_at: at,
            expires_at: after(at, if self.keep { KEPT } else { IDLE }),
        };
        let device = self.opening.browser.device_hash();
        session::insert(tx, &row, self.opening.token_hash, device).await?;
        account::seen(tx, account).await?;
        crate::session::note(tx, "opened", id, "session d’un usager").await
    }
}

struct End {
    session: Uuid,
    account: Uuid,
}

impl Command for End {
    const NAME: &'static str = "account.log_out";
    type Answer = bool;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<bool, Error> {
        let ended = session::end(tx, self.session, self.account).await?;
        if ended {
            crate::session::note(tx, "ended", self.session, "session d’un usager").await?;
        }
        Ok(ended)
    }
}

/// Logs out; nothing to do for who is not in.
pub async fn log_out(cx: &Cx) -> Result<(), Error> {
    let Ok(caller) = cx.caller.account() else {
        return Ok(());
    };
    let end = End {
        session: caller.session,
        account: caller.id,
    };
    cx.write(end).await.map(|_| ())
}

/// The caller's sessions, the one that asks first.
pub async fn mine(cx: &Cx) -> Result<Vec<Mine>, Error> {
    let caller = cx.caller.account()?;
    let mut tx = cx.read().await?;
    let rows = session::of_subject(&mut tx, "account", caller.id, cx.at).await?;
    let mut all: Vec<Mine> = rows
        .into_iter()
        .map(|row| Mine {
            current: row.id == caller.session,
            id: row.id,
            device: device(&row.user_agent),
            address: row.address,
            created_at: row.created_at,
            seen_at: row.seen_at,
        })
        .collect();
    all.sort_by_key(|s| !s.current);
    Ok(all)
}

/// Ends one of the caller's sessions.
pub async fn revoke(cx: &Cx, id: Uuid) -> Result<(), Error> {
    let account = cx.caller.account()?.id;
    let ended = cx
        .write(End {
            session: id,
            account,
        })
        .await?;
    ended.then_some(()).ok_or(Error::NotFound)
}

struct EndOthers {
    session: Uuid,
    account: Uuid,
}

impl Command for EndOthers {
    const NAME: &'static str = "account.end_others";
    type Answer = u64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<u64, Error> {
        let ended = session::end_others(tx, "account", self.account, self.session).await?;
        if ended > 0 {
            crate::session::note(tx, "ended_others", self.session, "session d’un usager").await?;
        }
        Ok(ended)
    }
}

/// Ends all the caller's sessions but this one; says how many.
pub async fn revoke_others(cx: &Cx) -> Result<u64, Error> {
    let caller = cx.caller.account()?;
    let end = EndOthers {
        session: caller.session,
        account: caller.id,
    };
    cx.write(end).await
}

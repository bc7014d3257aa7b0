//! A family leaves: its file is closed, and its time begins to run ([`crate::retention`]).

use preau_rules::permission::Right;
use preau_store::{
    Command, Tx,
    tables::{
        family::{self, Family},
        subscriber_code, subscription,
    },
};
use uuid::Uuid;

use super::note;
use crate::{Caller, Cx, Error};

struct Close {
    caller: Caller,
    id: Uuid,
    closed: bool,
}

impl Command for Close {
    const NAME: &'static str = "family.close";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Families).await?;
        let found: Family = family::get(tx, self.id).await?.ok_or(Error::NotFound)?;
        if found.closed_at.is_some() == self.closed {
            return Err(Error::Conflict(
                "C’est déjà fait : un collègue vient peut-être de le faire.".to_owned(),
            ));
        }
        family::set_closed(tx, self.id, self.closed).await?;
        if self.closed {
            subscription::end_of_family(tx, self.id).await?;
            subscriber_code::revoke_of_family(tx, self.id).await?;
        }
        let action = if self.closed { "closed" } else { "reopened" };
        note(tx, action, &found).await
    }
}

/// Closes a file: its subscriptions end, its codes open nothing any more. It stays readable for agents until its time is
/// over.
pub async fn close(cx: &Cx, id: Uuid) -> Result<(), Error> {
    set(cx, id, true).await
}

/// Opens it again: the family came back, or it was a mistake. Accounts are to be tied anew.
pub async fn reopen(cx: &Cx, id: Uuid) -> Result<(), Error> {
    set(cx, id, false).await
}

async fn set(cx: &Cx, id: Uuid, closed: bool) -> Result<(), Error> {
    cx.caller.require(Right::Families)?;
    let caller = cx.caller.clone();
    cx.write(Close { caller, id, closed }).await
}

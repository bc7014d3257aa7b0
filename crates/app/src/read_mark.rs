//! Who wrote sees that it was read: each side of a request knows when the other last opened the thread.

use preau_store::{
    Command, Tx,
    tables::request::{self, Message, Seen},
};
use uuid::Uuid;

use crate::{Cx, Error};

struct Saw {
    request: Uuid,
    by_agent: bool,
}

impl Command for Saw {
    const NAME: &'static str = "request.saw";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        Ok(request::saw(tx, self.request, self.by_agent).await?)
    }
}

/// Notes that the caller, who may see it, opened the thread; nothing is written when nothing new was said.
pub(crate) async fn note(
    cx: &Cx,
    request: Uuid,
    seen: Seen,
    messages: &[Message],
    by_agent: bool,
) -> Result<(), Error> {
    let (mine, theirs) = if by_agent {
        (seen.by_agent, "requester")
    } else {
        (seen.by_requester, "agent")
    };
    let last = messages.iter().rev().find(|m| m.author_kind == theirs);
    if last.is_none_or(|m| mine.is_some_and(|at| at >= m.at)) {
        return Ok(());
    }
    // Opening a page twice is twice.
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    cx.write(Saw { request, by_agent }).await
}

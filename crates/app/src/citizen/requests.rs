//! « Mes demandes »: the requests of an account and what is said about them.

use preau_rules::text::Prose;
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        account::{self, Mine},
        file::File,
        journal,
        request::{self, Attached, Changed, Message, Request, Said, Seen},
    },
};

use uuid::Uuid;

use super::BY_MAILBOX;
use crate::{
    Caller, Cx, Error,
    attachment::{self, Paper},
    contact::{LONGEST, Letterhead, throttle_key, throttled},
    document, dossier, read_mark,
    request::{KIND, State, due},
};

/// The message of who sends papers without a word.
const PAPERS_FR: &str = "Voici les pièces demandées.";
/// Requests shown at most.
const SHOWN: i64 = 200;

/// The caller's requests, the latest first.
pub async fn list(cx: &Cx) -> Result<Vec<Mine>, Error> {
    let mut tx = cx.read().await?;
    let me = super::mine(&mut tx, &cx.caller).await?;
    Ok(account::requests(&mut tx, me.id, &me.email_key, SHOWN).await?)
}

/// A request with what its requester sees of it: notes between agents stay between agents.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The request.
    pub request: Request,
    /// What was said, oldest first.
    pub messages: Vec<Message>,
    /// When each side last opened the thread, before now.
    pub seen: Seen,
    /// Papers that came with it.
    pub papers: Vec<Attached>,
}

impl Thread {
    /// It takes no message any more: its changes of a file are written, or taken back; opened again they would wait a
    /// second time.
    #[must_use]
    pub fn is_over(&self) -> bool {
        is_over(&self.request)
    }
}

fn is_over(request: &Request) -> bool {
    let state = State::of(&request.state);
    let decides = matches!(request.kind.as_str(), dossier::REQUEST | document::REQUEST);
    decides && matches!(state, State::Accepted | State::Cancelled)
}

async fn find(tx: &mut Tx, caller: &Caller, number: &str) -> Result<Request, Error> {
    let me = super::mine(tx, caller).await?;
    let found = request::by_number(tx, number)
        .await?
        .ok_or(Error::NotFound)?;
    let ours = account::owns_request(tx, found.id, me.id, &me.email_key).await?;
    ours.then_some(found).ok_or(Error::NotFound)
}

/// One of the caller's requests. Somebody else's and a made-up number get the same answer.
pub async fn open(cx: &Cx, number: &str) -> Result<Thread, Error> {
    let mut tx = cx.read().await?;
    let found = find(&mut tx, &cx.caller, number).await?;
    let mut messages = request::messages(&mut tx, found.id).await?;
    messages.retain(|m| m.author_kind != "note");
    let mut papers = request::files(&mut tx, found.id).await?;
    papers.retain(|p| messages.iter().any(|m| m.id == p.message_id));
    let seen = request::seen(&mut tx, found.id).await?;
    drop(tx);
    read_mark::note(cx, found.id, seen, &messages, false).await?;
    Ok(Thread {
        request: found,
        messages,
        papers,
        seen,
    })
}

struct Reply {
    caller: Caller,
    number: String,
    words: String,
    papers: Vec<File>,
    head: Letterhead,
}

impl Command for Reply {
    const NAME: &'static str = "request.reply";
    /// The papers that are kept.
    type Answer = Vec<Uuid>;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Vec<Uuid>, Error> {
        let found = find(tx, &self.caller, &self.number).await?;
        let me = self.caller.account()?;
        if is_over(&found) {
            return Err(Error::field(
                "message",
                "Cette demande est terminée. Changez le dossier de nouveau, ou écrivez à la mairie par « Nous contacter ».",
            ));
        }
        let key = throttle_key("request reply", &me.id.to_string());
        throttled(tx, &[(Some(key), BY_MAILBOX)]).await?;
        let said = Said {
            author_kind: "requester",
            author_id: Some(me.id),
            author_name: &found.requester_name,
            body: &self.words,
            mail_id: None,
        };
        request::say_with(tx, found.id, &said, &self.papers).await?;
        document::sent_again(tx, &found).await?;
        // A message after the answer opens the request again: somebody must read it. What was missing is there now.
        let completes = State::of(&found.state) == State::ToComplete;
        let (state, due_at) = if found.closed_at.is_some() || completes {
            (
                State::InProgress,
                due(tx.at(), &self.head.zone, self.head.days)?,
            )
        } else {
            (State::of(&found.state), found.due_at)
        };
        let to = Changed {
            state: state.code(),
            assigned_to: found.assigned_to,
            due_at,
            closed_at: None,
        };
        if !request::change(tx, found.id, found.version, &to).await? {
            return Err(
                StoreError::Internal("a request changed inside the lane".to_owned()).into(),
            );
        }
        let state = |state: State| serde_json::json!({ "state": state.code() });
        let change = journal::Change {
            action: "replied",
            kind: KIND,
            id: found.id.to_string(),
            name: &found.number,
            before: Some(&state(State::of(&found.state))),
            after: Some(&state(state_of(&to))),
        };
        journal::note(tx, change).await?;
        Ok(self.papers.iter().map(|p| p.id).collect())
    }
}

struct Cancel {
    caller: Caller,
    number: String,
}

impl Command for Cancel {
    const NAME: &'static str = "request.cancel";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let found = find(tx, &self.caller, &self.number).await?;
        if found.closed_at.is_some() {
            return Err(Error::Conflict(
                "Cette demande est close : elle ne s’annule plus.".to_owned(),
            ));
        }
        let to = Changed {
            state: State::Cancelled.code(),
            assigned_to: found.assigned_to,
            due_at: found.due_at,
            closed_at: Some(tx.at()),
        };
        if !request::change(tx, found.id, found.version, &to).await? {
            return Err(
                StoreError::Internal("a request changed inside the lane".to_owned()).into(),
            );
        }
        let state = |state: State| serde_json::json!({ "state": state.code() });
        document::withdrawn(tx, &found).await?;
        let change = journal::Change {
            action: "cancelled",
            kind: KIND,
            id: found.id.to_string(),
            name: &found.number,
            before: Some(&state(State::of(&found.state))),
            after: Some(&state(State::Cancelled)),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Takes back one of the caller's requests; the changes of a file that came with it are dropped.
pub async fn cancel(cx: &Cx, number: &str) -> Result<(), Error> {
    cx.caller.account()?;
    let cancel = Cancel {
        caller: cx.caller.clone(),
        number: number.to_owned(),
    };
    cx.write(cancel).await
}

fn state_of(to: &Changed<'_>) -> State {
    State::of(to.state)
}

/// Adds a message, with papers, to one of the caller's requests.
pub async fn reply(cx: &Cx, number: &str, typed: &str, papers: &[Paper]) -> Result<(), Error> {
    cx.caller.account()?;
    // Whose request it is, before anything is read.
    find(&mut cx.read().await?, &cx.caller, number).await?;
    let typed = match typed.trim() {
        "" if !papers.is_empty() => PAPERS_FR,
        _ => typed,
    };
    let words = Prose::parse(typed, LONGEST)
        .map_err(|e| Error::field("message", e.message_fr("Message")))?;
    let papers = attachment::keep(cx, papers).await?;
    let reply = Reply {
        caller: cx.caller.clone(),
        number: number.to_owned(),
        words: words.into_string(),
        papers: papers.clone(),
        head: Letterhead::load(cx).await?,
    };
    let done = cx.write(reply).await;
    let saved = done.as_deref().unwrap_or_default();
    attachment::keep_only(cx, &papers, saved).await;
    done.map(|_| ())
}

//! The installation as its operators see it: communes, queues, mails.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use preau_rules::permission::Right;
use preau_store::{
    COMMUNE, Command, Commune, StoreError, Tx,
    tables::{job, journal, mail},
};
use uuid::Uuid;

pub use preau_store::tables::{
    commune::CommuneRow,
    job::{Dead, Health},
    mail::Counts,
};

use crate::{Caller, Cx, Error};

/// A commune in one line.
#[derive(Debug, Clone)]
pub struct Line {
    /// As the registry has it.
    pub row: CommuneRow,
    /// Its state, or why it cannot be opened, in French.
    pub state: Result<State, String>,
}

/// A commune that can be opened.
#[derive(Debug, Clone)]
pub struct State {
    /// Version of its tables.
    pub schema: i64,
    /// Its queue.
    pub jobs: Health,
    /// Its outbox.
    pub mails: Counts,
    /// Commands that wait in its lane on this node.
    pub waiting: usize,
}

/// The version of the tables that this program works with.
#[must_use]
pub fn schema_of_program() -> i64 {
    COMMUNE.version()
}

fn reason(error: &StoreError) -> String {
    format!("La base ne répond pas : {error}")
}

async fn state(commune: &Commune) -> Result<State, StoreError> {
    let schema = preau_store::schema_version(commune).await?;
    let mut tx = commune.db.read().await?;
    Ok(State {
        schema,
        jobs: job::health(&mut tx).await?,
        mails: mail::counts(&mut tx).await?,
        waiting: commune.db.waiting(),
    })
}

/// Every commune with its state. One that cannot be opened is told with the reason; the others do not suffer from it.
pub async fn communes(cx: &Cx) -> Result<Vec<Line>, Error> {
    cx.caller.require(Right::Host)?;
    cx.app.communes.refresh().await?;
    let all = cx.app.communes.list();
    // A few at a time: a page of the operators must not take every connection from the families.
    Ok(stream::iter(all).map(line).buffered(4).collect().await)
}

async fn line(commune: Arc<Commune>) -> Line {
    Line {
        row: commune.row.clone(),
        state: state(&commune).await.map_err(|e| reason(&e)),
    }
}

/// One commune with the jobs that were given up, or why they cannot be read.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The commune.
    pub line: Line,
    /// Jobs given up, newest first.
    pub dead: Vec<Dead>,
    /// Mails that were refused, newest first.
    pub refused: Vec<mail::Mail>,
    /// When it was read.
    pub at: Timestamp,
}

fn find(cx: &Cx, slug: &str) -> Result<Arc<Commune>, Error> {
    cx.caller.require(Right::Host)?;
    cx.app.communes.by_path(slug).ok_or(Error::NotFound)
}

/// One commune.
pub async fn commune(cx: &Cx, slug: &str) -> Result<Detail, Error> {
    let commune = find(cx, slug)?;
    let line = line(Arc::clone(&commune)).await;
    let (mut dead, mut refused) = (Vec::new(), Vec::new());
    if line.state.is_ok() {
        let mut tx = commune.db.read().await?;
        dead = job::dead(&mut tx).await?;
        refused = mail::in_state(&mut tx, "refused", None, 20).await?;
    }
    Ok(Detail {
        line,
        dead,
        refused,
        at: cx.at,
    })
}

struct Replay {
    caller: Caller,
    job: Uuid,
}

impl Command for Replay {
    const NAME: &'static str = "job.replay";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        // The operator is not known to the commune's database: the right was asked of the registry just before.
        self.caller.require(Right::Host)?;
        if !job::replay(tx, self.job).await? {
            return Err(Error::Conflict(
                "Ce travail n’est plus abandonné : il a été relancé entre-temps.".to_owned(),
            ));
        }
        let change = journal::Change::<()> {
            action: "replayed",
            kind: "job",
            id: self.job.to_string(),
            name: "Travail abandonné",
            before: None,
            after: None,
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Puts a job that was given up back in its commune's queue.
pub async fn replay(cx: &Cx, slug: &str, job: Uuid) -> Result<(), Error> {
    let commune = find(cx, slug)?;
    let mut tx = cx.read().await?;
    cx.caller.require_now(&mut tx, Right::Host).await?;
    drop(tx);
    let there = Cx {
        db: commune.db.clone(),
        ..cx.clone()
    };
    let command = Replay {
        caller: cx.caller.clone(),
        job,
    };
    let mut origin = there.origin(Replay::NAME);
    origin.actor.kind = "operator";
    commune.db.write(command, origin).await
}

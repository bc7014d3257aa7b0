//! Jobs: taking them, and noting how they ended. What a job does is the worker's.

use jiff::{SignedDuration, Timestamp};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        account, command, contact, invitation,
        job::{self, Claimed},
        proof, session, sign_up, throttle,
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;

/// A claimed job, as an answer of the lane.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Work {
    /// Which.
    pub id: Uuid,
    /// Which handler.
    pub kind: String,
    /// What it needs, JSON.
    pub payload: String,
    /// This attempt included.
    pub attempts: i64,
    /// Not to be done after this instant.
    pub expires_at: Option<Timestamp>,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

impl From<Claimed> for Work {
    fn from(c: Claimed) -> Self {
        Self {
            id: c.id,
            kind: c.kind,
            payload: c.payload,
            attempts: c.attempts,
            expires_at: c.expires_at,
            created_at: c.created_at,
        }
    }
}

/// Takes due jobs. Whoever takes them owns them until the lease ends.
pub struct Claim {
    /// Name of the worker.
    pub worker: String,
    /// How long it may take.
    pub lease: SignedDuration,
    /// How many at most.
    pub limit: i64,
}

impl Command for Claim {
    const NAME: &'static str = "job.claim";
    type Answer = Vec<Work>;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Vec<Work>, Error> {
        let until = tx
            .at()
            .checked_add(self.lease)
            .map_err(|e| StoreError::Internal(e.to_string()))?;
        let claimed = job::claim(tx, &self.worker, until, self.limit).await?;
        Ok(claimed.into_iter().map(Work::from).collect())
    }
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Done.
    Done,
    /// To be tried again at this instant, with what went wrong.
    Again(Timestamp, String),
    /// Given up, with what went wrong: an operator sees it and may replay it.
    Dead(String),
}

/// Notes how a job ended.
pub struct Finish {
    /// Name of the worker that holds it.
    pub worker: String,
    /// Which.
    pub job: Uuid,
    /// How.
    pub end: End,
}

impl Command for Finish {
    const NAME: &'static str = "job.finish";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        match &self.end {
            End::Done => job::finish(tx, self.job, &self.worker).await?,
            End::Again(at, why) => job::retry(tx, self.job, &self.worker, *at, why).await?,
            End::Dead(why) => job::bury(tx, self.job, &self.worker, why).await?,
        }
        Ok(())
    }
}

/// Forgets what is of no more use: answers kept for forms sent twice, sessions long over,
/// messages and sign-ups never confirmed, links of one use, proofs of work too old to be used again.
pub struct Tidy {
    /// A commune's database, not the registry.
    pub of_commune: bool,
}

impl Command for Tidy {
    const NAME: &'static str = "tidy";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let at = tx.at();
        let ago = |hours| {
            at.checked_sub(SignedDuration::from_hours(hours))
                .map_err(|e| StoreError::Internal(e.to_string()))
        };
        let (week, half_year) = (ago(24 * 7)?, ago(24 * 180)?);
        command::forget(tx, week).await?;
        session::forget(tx, half_year).await?;
        invitation::forget(tx, half_year).await?;
        throttle::forget(tx, week).await?;
        if self.of_commune {
            contact::forget(tx, at).await?;
            proof::forget(tx, at).await?;
            sign_up::forget(tx, week).await?;
            account::forget_links(tx, week).await?;
        }
        Ok(())
    }
}

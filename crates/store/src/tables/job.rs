//! Jobs: enqueued in the transaction that makes them necessary, claimed by one worker at a time across nodes.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO job (id, kind, payload, state, run_at, expires_at, attempts, created_at) VALUES (?1, ?2, ?3, 'ready', ?4, ?5, 0, ?6)";
    CLAIM = "UPDATE job SET claimed_by = ?1, claimed_until = ?2, attempts = attempts + 1 WHERE id IN (SELECT id FROM job WHERE state = 'ready' AND run_at <= ?3 AND (claimed_until IS NULL OR claimed_until <= ?3) ORDER BY run_at LIMIT ?4) RETURNING id, kind, payload, attempts, expires_at, created_at";
    FINISH = "DELETE FROM job WHERE id = ?1 AND claimed_by = ?2";
    RETRY = "UPDATE job SET claimed_by = NULL, claimed_until = NULL, run_at = ?3, last_error = ?4 WHERE id = ?1 AND claimed_by = ?2";
    BURY = "UPDATE job SET claimed_by = NULL, claimed_until = NULL, state = 'dead', last_error = ?3 WHERE id = ?1 AND claimed_by = ?2";
    REPLAY = "UPDATE job SET state = 'ready', run_at = ?2, attempts = 0, expires_at = NULL WHERE id = ?1 AND state = 'dead'";
    NEXT_DUE = "SELECT MIN(CASE WHEN claimed_until IS NOT NULL AND claimed_until > run_at THEN claimed_until ELSE run_at END) FROM job WHERE state = 'ready'";
    DEAD = "SELECT id, kind, attempts, last_error, created_at FROM job WHERE state = 'dead' ORDER BY id DESC LIMIT 200";
    HEALTH = "SELECT COUNT(CASE WHEN state = 'ready' THEN 1 END), COUNT(CASE WHEN state = 'dead' THEN 1 END), MIN(CASE WHEN state = 'ready' THEN run_at END) FROM job";
}

row! {
    /// A job in the hands of a worker.
    pub struct Claimed {
        /// Which.
        pub id: Uuid,
        /// Which handler.
        pub kind: String,
        /// What the handler needs, JSON.
        pub payload: String,
        /// This attempt included.
        pub attempts: i64,
        /// Not to be done after this instant.
        pub expires_at: Option<Timestamp>,
        /// When it was enqueued.
        pub created_at: Timestamp,
    }
}

row! {
    /// A job that was given up, for the operator to see and replay.
    pub struct Dead {
        /// Which.
        pub id: Uuid,
        /// Which handler.
        pub kind: String,
        /// How often it was tried.
        pub attempts: i64,
        /// What the last attempt said.
        pub last_error: Option<String>,
        /// When it was enqueued.
        pub created_at: Timestamp,
    }
}

row! {
    /// The queue in three figures.
    pub struct Health {
        /// Waiting or running.
        pub ready: i64,
        /// Given up.
        pub dead: i64,
        /// When the one that waits longest was due.
        pub oldest: Option<Timestamp>,
    }
}

/// Enqueues a job to be done at `run_at`, not after `expires_at`.
pub async fn enqueue<T: Serialize + Sync>(
    tx: &mut Tx,
    kind: &str,
    payload: &T,
    run_at: Timestamp,
    expires_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let payload = serde_json::to_string(payload)
        .map_err(|e| StoreError::Internal(format!("job {kind}: {e}")))?;
    let (id, at) = (tx.new_id(), tx.at());
    tx.job_due = Some(tx.job_due.map_or(run_at, |due| due.min(run_at)));
    tx.put(&INSERT, args![id, kind, payload, run_at, expires_at, at])
        .await
}

/// Takes up to `limit` due jobs until `until`: a worker that dies gives them back by time.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    let at = tx.at();
    tx.change(&CLAIM, args![worker, until, at, limit]).await
}

/// Done.
pub async fn finish(tx: &mut Tx, id: Uuid, worker: &str) -> Result<(), StoreError> {
    tx.put(&FINISH, args![id, worker]).await
}

/// To be tried again at `run_at`.
pub async fn retry(
    tx: &mut Tx,
    id: Uuid,
    worker: &str,
    run_at: Timestamp,
    error: &str,
) -> Result<(), StoreError> {
    tx.job_due = Some(tx.job_due.map_or(run_at, |due| due.min(run_at)));
    tx.put(&RETRY, args![id, worker, run_at, error]).await
}

/// Given up: goes to the list that an operator sees.
pub async fn bury(tx: &mut Tx, id: Uuid, worker: &str, error: &str) -> Result<(), StoreError> {
    tx.put(&BURY, args![id, worker, error]).await
}

/// Back in the queue, as new. False when it is not among the dead.
pub async fn replay(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let at = tx.at();
    tx.job_due = Some(at);
    Ok(tx.execute(&REPLAY, args![id, at]).await? == 1)
}

/// When the next job is due, or free again.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Timestamp>, StoreError> {
    let (due,): (Option<Timestamp>,) = tx.query_one(&NEXT_DUE, args![]).await?;
    Ok(due)
}

/// Jobs given up, newest first.
pub async fn dead(tx: &mut Tx) -> Result<Vec<Dead>, StoreError> {
    tx.query(&DEAD, args![]).await
}

/// The state of the queue.
pub async fn health(tx: &mut Tx) -> Result<Health, StoreError> {
    tx.query_one(&HEALTH, args![]).await
}

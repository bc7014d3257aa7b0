//! Sessions: only the hash of the token is kept.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO session (id, token_hash, subject_kind, subject_id, stage, user_agent, address, created_at, seen_at, expires_at, device) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10)";
    BY_TOKEN = "SELECT id, subject_kind, subject_id, stage, user_agent, address, created_at, seen_at, expires_at FROM session WHERE token_hash = ?1 AND ended_at IS NULL AND expires_at > ?2";
    OF_SUBJECT = "SELECT id, subject_kind, subject_id, stage, user_agent, address, created_at, seen_at, expires_at FROM session WHERE subject_kind = ?1 AND subject_id = ?2 AND ended_at IS NULL AND stage = 'open' AND expires_at > ?3 ORDER BY seen_at DESC, id DESC";
    EVERY = "SELECT user_agent, address, created_at, seen_at, expires_at, ended_at FROM session WHERE subject_kind = ?1 AND subject_id = ?2 ORDER BY created_at, id";
    DEVICES = "SELECT COUNT(*), COUNT(CASE WHEN device = ?3 THEN 1 END) FROM session WHERE subject_kind = ?1 AND subject_id = ?2 AND stage = 'open'";
    SEEN = "UPDATE session SET seen_at = ?2, expires_at = ?3 WHERE id = ?1 AND ended_at IS NULL";
    END = "UPDATE session SET ended_at = ?3 WHERE id = ?1 AND subject_id = ?2 AND ended_at IS NULL";
    END_OTHERS = "UPDATE session SET ended_at = ?4 WHERE subject_kind = ?1 AND subject_id = ?2 AND id <> ?3 AND ended_at IS NULL";
    FORGET = "DELETE FROM session WHERE expires_at < ?1";
}

row! {
    /// A session that has not ended.
    pub struct Session {
        /// Which.
        pub id: Uuid,
        /// `agent` or `account`.
        pub subject_kind: String,
        /// Whose.
        pub subject_id: Uuid,
        /// `password` waits for the second factor, `open` is logged in.
        pub stage: String,
        /// Browser, as it calls itself.
        pub user_agent: String,
        /// Address it was opened from.
        pub address: String,
        /// When it was opened.
        pub created_at: Timestamp,
        /// When it was last used, to the minute.
        pub seen_at: Timestamp,
        /// When it ends unless it is used.
        pub expires_at: Timestamp,
    }
}

row! {
    /// A session, open or not, as its owner may read of it.
    pub struct Past {
        /// Browser, as it calls itself.
        pub user_agent: String,
        /// Address it was opened from.
        pub address: String,
        /// When it was opened.
        pub created_at: Timestamp,
        /// When it was last used, to the minute.
        pub seen_at: Timestamp,
        /// When it ends, or ended, unless it is used.
        pub expires_at: Timestamp,
        /// When it was closed.
        pub ended_at: Option<Timestamp>,
    }
}

/// Opens a session, from the browser whose cookie has this hash.
pub async fn insert(
    tx: &mut Tx,
    session: &Session,
    token_hash: [u8; 32],
    device: Option<[u8; 32]>,
) -> Result<(), StoreError> {
    tx.put(
        &INSERT,
        args![
            session.id,
            token_hash,
            &session.subject_kind,
            session.subject_id,
            &session.stage,
            &session.user_agent,
            &session.address,
            session.created_at,
            session.expires_at,
            device.map(Vec::from)
        ],
    )
    .await
}

/// The session of a token, unless it ended.
pub async fn by_token(
    tx: &mut Tx,
    token_hash: [u8; 32],
    at: Timestamp,
) -> Result<Option<Session>, StoreError> {
    tx.query_opt(&BY_TOKEN, args![token_hash, at]).await
}

/// How many sessions somebody opened so far, and how many of them from this browser.
pub async fn devices(
    tx: &mut Tx,
    kind: &str,
    id: Uuid,
    device: Option<[u8; 32]>,
) -> Result<(i64, i64), StoreError> {
    tx.query_one(&DEVICES, args![kind, id, device.map(Vec::from)])
        .await
}

/// Open sessions of somebody, the latest used first.
pub async fn of_subject(
    tx: &mut Tx,
    kind: &str,
    id: Uuid,
    at: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    tx.query(&OF_SUBJECT, args![kind, id, at]).await
}

/// Every session of somebody that is still known, the oldest first.
pub async fn every(tx: &mut Tx, kind: &str, id: Uuid) -> Result<Vec<Past>, StoreError> {
    tx.query(&EVERY, args![kind, id]).await
}

/// It was used: its end slides.
pub async fn seen(tx: &mut Tx, id: Uuid, until: Timestamp) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SEEN, args![id, at, until]).await
}

/// Ends one, if it is this person's. False when it was not there.
pub async fn end(tx: &mut Tx, id: Uuid, subject: Uuid) -> Result<bool, StoreError> {
    let at = tx.at();
    Ok(tx.execute(&END, args![id, subject, at]).await? == 1)
}

/// Ends all of somebody's but one.
pub async fn end_others(
    tx: &mut Tx,
    kind: &str,
    subject: Uuid,
    keep: Uuid,
) -> Result<u64, StoreError> {
    let at = tx.at();
    tx.execute(&END_OTHERS, args![kind, subject, keep, at])
        .await
}

/// Forgets those that ended long ago.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, args![before]).await
}

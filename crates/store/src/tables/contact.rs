//! Messages to the town hall that wait for the code sent to their sender.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO contact_pending (id, code_hash, payload, tries, created_at, expires_at) VALUES (?1, ?2, ?3, 0, ?4, ?5)";
    GET = "SELECT id, code_hash, payload, tries, expires_at FROM contact_pending WHERE id = ?1 AND expires_at > ?2";
    TRIED = "UPDATE contact_pending SET tries = tries + 1 WHERE id = ?1";
    DELETE = "DELETE FROM contact_pending WHERE id = ?1";
    FORGET = "DELETE FROM contact_pending WHERE expires_at < ?1";
}

row! {
    /// A message that waits.
    pub struct Pending {
        /// Which; the request it becomes has the same identifier.
        pub id: Uuid,
        /// Keyed hash of the code.
        pub code_hash: Vec<u8>,
        /// What was written, JSON.
        pub payload: String,
        /// Wrong codes so far.
        pub tries: i64,
        /// Gone after this instant.
        pub expires_at: Timestamp,
    }
}

/// Keeps a message until its code comes.
pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    code_hash: [u8; 32],
    payload: &str,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&INSERT, args![id, code_hash, payload, at, expires_at])
        .await
}

/// A message that still waits at `now`.
pub async fn get(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<Option<Pending>, StoreError> {
    tx.query_opt(&GET, args![id, now]).await
}

/// A wrong code was typed.
pub async fn tried(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&TRIED, args![id]).await
}

/// It became a request, or too many wrong codes were typed.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&DELETE, args![id]).await
}

/// Forgets those whose time is over.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, args![before]).await
}

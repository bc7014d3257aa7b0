//! Tries without success, by account and by network address. A try is counted before it is looked at, so that a
//! hundred at the same time are not one.

use jiff::Timestamp;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    GET = "SELECT failures, failed_at FROM throttle WHERE key = ?1";
    SET = "INSERT INTO throttle (key, failures, failed_at) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at";
    TAKE_BACK = "UPDATE throttle SET failures = failures - 1 WHERE key = ?1 AND failures > 0";
    CLEAR = "DELETE FROM throttle WHERE key = ?1";
    FORGET = "DELETE FROM throttle WHERE failed_at < ?1";
}

/// Tries of a key, and when the last one was.
pub async fn get(tx: &mut Tx, key: [u8; 32]) -> Result<Option<(i64, Timestamp)>, StoreError> {
    tx.query_opt(&GET, args![key]).await
}

/// Notes how many tries there were, the last one now.
pub async fn set(tx: &mut Tx, key: [u8; 32], failures: i64) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SET, args![key, failures, at]).await
}

/// The latest try succeeded: it does not count.
pub async fn take_back(tx: &mut Tx, key: [u8; 32]) -> Result<(), StoreError> {
    tx.put(&TAKE_BACK, args![key]).await
}

/// The owner came in: nothing counts any more.
pub async fn clear(tx: &mut Tx, key: [u8; 32]) -> Result<(), StoreError> {
    tx.put(&CLEAR, args![key]).await
}

/// Forgets what is older than any limit remembers.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, args![before]).await
}

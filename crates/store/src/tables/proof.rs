//! Proofs of work that were used: each is good once.

use jiff::Timestamp;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    USE = "INSERT INTO proof_used (hash, expires_at) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING";
    FORGET = "DELETE FROM proof_used WHERE expires_at < ?1";
}

/// Uses a proof. False when it was used before.
pub async fn use_once(
    tx: &mut Tx,
    hash: [u8; 32],
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&USE, args![hash, expires_at]).await? == 1)
}

/// Forgets proofs that are refused for their age anyway.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, args![before]).await
}

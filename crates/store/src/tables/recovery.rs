//! Recovery codes of agents whose telephone is lost. Only their hash is kept; each is good once.

use uuid::Uuid;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    INSERT = "INSERT INTO recovery_code (id, agent_id, code_hash) VALUES (?1, ?2, ?3)";
    CLEAR = "DELETE FROM recovery_code WHERE agent_id = ?1";
    USE = "UPDATE recovery_code SET used_at = ?3 WHERE agent_id = ?1 AND code_hash = ?2 AND used_at IS NULL";
    LEFT = "SELECT COUNT(*) FROM recovery_code WHERE agent_id = ?1 AND used_at IS NULL";
}

/// Keeps these codes in place of those before.
pub async fn replace(tx: &mut Tx, agent: Uuid, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
    tx.put(&CLEAR, args![agent]).await?;
    for hash in hashes {
        let id = tx.new_id();
        tx.put(&INSERT, args![id, agent, *hash]).await?;
    }
    Ok(())
}

/// Uses a code up. False when there is no such code, or it was used.
pub async fn use_up(tx: &mut Tx, agent: Uuid, hash: [u8; 32]) -> Result<bool, StoreError> {
    let at = tx.at();
    Ok(tx.execute(&USE, args![agent, hash, at]).await? == 1)
}

/// How many codes are left.
pub async fn left(tx: &mut Tx, agent: Uuid) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx.query_one(&LEFT, args![agent]).await?;
    Ok(count)
}

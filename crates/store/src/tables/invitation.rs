//! Links of one use that let an agent choose a password. Only the hash of their token is kept.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO agent_invitation (id, agent_id, purpose, token_hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    USABLE = "SELECT agent_invitation.id, agent_invitation.agent_id, agent_invitation.purpose, agent_invitation.expires_at FROM agent_invitation JOIN agent ON agent.id = agent_invitation.agent_id WHERE agent_invitation.token_hash = ?1 AND agent_invitation.used_at IS NULL AND agent_invitation.expires_at > ?2 AND agent.disabled_at IS NULL";
    USE = "UPDATE agent_invitation SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL";
    CANCEL = "DELETE FROM agent_invitation WHERE agent_id = ?1 AND used_at IS NULL";
    OPEN = "SELECT agent_id, MAX(expires_at) FROM agent_invitation WHERE purpose = 'welcome' AND used_at IS NULL GROUP BY agent_id";
    FORGET = "DELETE FROM agent_invitation WHERE expires_at < ?1";
}

row! {
    /// A link that still works.
    pub struct Invitation {
        /// Which.
        pub id: Uuid,
        /// For whom.
        pub agent_id: Uuid,
        /// `welcome` or `password`.
        pub purpose: String,
        /// Until when.
        pub expires_at: Timestamp,
    }
}

/// Adds a link.
pub async fn insert(
    tx: &mut Tx,
    agent: Uuid,
    purpose: &str,
    token_hash: [u8; 32],
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    tx.put(
        &INSERT,
        args![id, agent, purpose, token_hash, at, expires_at],
    )
    .await
}

/// The link of a token, unless it was used, is too old, or its agent was disabled.
pub async fn usable(
    tx: &mut Tx,
    token_hash: [u8; 32],
    at: Timestamp,
) -> Result<Option<Invitation>, StoreError> {
    tx.query_opt(&USABLE, args![token_hash, at]).await
}

/// It was used. False when it was before.
pub async fn use_up(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let at = tx.at();
    Ok(tx.execute(&USE, args![id, at]).await? == 1)
}

/// Links of an agent that were not used work no more.
pub async fn cancel(tx: &mut Tx, agent: Uuid) -> Result<(), StoreError> {
    tx.put(&CANCEL, args![agent]).await
}

/// Agents who were invited and did not come yet, with the end of their link.
pub async fn open(tx: &mut Tx) -> Result<Vec<(Uuid, Timestamp)>, StoreError> {
    tx.query(&OPEN, args![]).await
}

/// Forgets those that ended long ago.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, args![before]).await
}

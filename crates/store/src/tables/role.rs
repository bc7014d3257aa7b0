//! Roles: named sets of rights.

use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    LIST = "SELECT id, code, label, rights, position, (SELECT COUNT(DISTINCT agent_role.agent_id) FROM agent_role WHERE agent_role.role_id = role.id) FROM role ORDER BY position, code";
    INSERT = "INSERT INTO role (id, code, label, rights, position) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (code) DO NOTHING";
    CHANGE = "UPDATE role SET label = ?2, rights = ?3 WHERE id = ?1";
    DELETE = "DELETE FROM role WHERE id = ?1";
}

row! {
    /// A role.
    pub struct Role {
        /// Which.
        pub id: Uuid,
        /// Stable name, for the command line and exports.
        pub code: String,
        /// Name on the screen.
        pub label: String,
        /// Codes of its rights, a JSON list.
        pub rights: String,
        /// Place in lists.
        pub position: i64,
        /// How many agents hold it.
        pub holders: i64,
    }
}

/// Every role.
pub async fn list(tx: &mut Tx) -> Result<Vec<Role>, StoreError> {
    tx.query(&LIST, args![]).await
}

/// Adds a role; false when there is one of that code.
pub async fn insert(tx: &mut Tx, role: &Role) -> Result<bool, StoreError> {
    let args = args![
        role.id,
        &role.code,
        &role.label,
        &role.rights,
        role.position
    ];
    Ok(tx.execute(&INSERT, args).await? == 1)
}

/// Changes label and rights.
pub async fn change(tx: &mut Tx, id: Uuid, label: &str, rights: &str) -> Result<(), StoreError> {
    tx.put(&CHANGE, args![id, label, rights]).await
}

/// Removes a role that nobody holds.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&DELETE, args![id]).await
}

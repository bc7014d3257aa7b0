//! The registry: communes and the names that lead to them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    ALL_COMMUNES = "SELECT id, slug, name, engine, address, state, created_at, exported_at FROM commune ORDER BY slug";
    INSERT = "INSERT INTO commune (id, slug, name, engine, address, state, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    RENAME = "UPDATE commune SET name = ?2 WHERE id = ?1";
    SET_STATE = "UPDATE commune SET state = ?2 WHERE id = ?1";
    SET_EXPORTED = "UPDATE commune SET exported_at = ?2 WHERE id = ?1";
    DELETE = "DELETE FROM commune WHERE id = ?1";
    NAMES = "SELECT key, kind, commune_id FROM commune_name ORDER BY key";
    ADD_NAME = "INSERT INTO commune_name (key, kind, commune_id) VALUES (?1, ?2, ?3)";
    DELETE_NAMES = "DELETE FROM commune_name WHERE commune_id = ?1";
}

row! {
    /// A commune as the registry knows it.
    pub struct CommuneRow {
        /// Which.
        pub id: Uuid,
        /// First segment of its paths.
        pub slug: String,
        /// Name shown.
        pub name: String,
        /// `sqlite` or `postgres`.
        pub engine: String,
        /// Relative path of the file, or `server/schema`.
        pub address: String,
        /// `open` or `closed`.
        pub state: String,
        /// When it was created here.
        pub created_at: Timestamp,
        /// When its last archive was made.
        pub exported_at: Option<Timestamp>,
    }
}

row! {
    /// A former path or a host name.
    pub struct NameRow {
        /// In lower case.
        pub key: String,
        /// `path` or `host`.
        pub kind: String,
        /// Whose.
        pub commune_id: Uuid,
    }
}

/// Every commune.
pub async fn all(tx: &mut Tx) -> Result<Vec<CommuneRow>, StoreError> {
    tx.query(&ALL_COMMUNES, args![]).await
}

/// Every other name.
pub async fn names(tx: &mut Tx) -> Result<Vec<NameRow>, StoreError> {
    tx.query(&NAMES, args![]).await
}

/// Adds a commune.
pub async fn insert(tx: &mut Tx, row: &CommuneRow) -> Result<(), StoreError> {
    tx.execute(
        &INSERT,
        args![
            row.id,
            &row.slug,
            &row.name,
            &row.engine,
            &row.address,
            &row.state,
            row.created_at
        ],
    )
    .await
    .map(|_| ())
}

/// Adds a former path or a host name.
pub async fn add_name(tx: &mut Tx, row: &NameRow) -> Result<(), StoreError> {
    tx.execute(&ADD_NAME, args![&row.key, &row.kind, row.commune_id])
        .await
        .map(|_| ())
}

/// The name shown changed.
pub async fn rename(tx: &mut Tx, id: Uuid, name: &str) -> Result<(), StoreError> {
    tx.put(&RENAME, args![id, name]).await
}

/// `open` or `closed`.
pub async fn set_state(tx: &mut Tx, id: Uuid, state: &str) -> Result<(), StoreError> {
    tx.put(&SET_STATE, args![id, state]).await
}

/// An archive was made.
pub async fn set_exported(tx: &mut Tx, id: Uuid, at: Timestamp) -> Result<(), StoreError> {
    tx.put(&SET_EXPORTED, args![id, at]).await
}

/// Forgets a commune and its names. Its data are removed by the caller.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.execute(&DELETE_NAMES, args![id]).await?;
    tx.execute(&DELETE, args![id]).await.map(|_| ())
}

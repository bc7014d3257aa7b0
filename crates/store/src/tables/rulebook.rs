//! What the commune decided of its activities: every version of the settings, as text.

use jiff::Timestamp;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    VERSION = "SELECT COALESCE(MAX(version), 0) FROM rulebook";
    GET = "SELECT version, text, saved_at, saved_by FROM rulebook WHERE version = ?1";
    HISTORY = "SELECT version, '', saved_at, saved_by FROM rulebook ORDER BY version DESC LIMIT ?1";
    INSERT = "INSERT INTO rulebook (version, text, saved_at, saved_by) VALUES (?1, ?2, ?3, ?4)";
}

row! {
    /// A version.
    pub struct Version {
        /// From 1 on.
        pub version: i64,
        /// The file; empty in lists.
        pub text: String,
        /// When it was saved.
        pub saved_at: Timestamp,
        /// By whom.
        pub saved_by: String,
    }
}

/// The version that holds; 0 when nothing was decided yet.
pub async fn version(tx: &mut Tx) -> Result<i64, StoreError> {
    let (version,): (i64,) = tx.query_one(&VERSION, args![]).await?;
    Ok(version)
}

/// A version.
pub async fn get(tx: &mut Tx, version: i64) -> Result<Option<Version>, StoreError> {
    tx.query_opt(&GET, args![version]).await
}

/// The last versions, without their text.
pub async fn history(tx: &mut Tx, limit: i64) -> Result<Vec<Version>, StoreError> {
    tx.query(&HISTORY, args![limit]).await
}

/// Adds a version.
pub async fn insert(
    tx: &mut Tx,
    version: i64,
    text: &str,
    saved_by: &str,
) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&INSERT, args![version, text, at, saved_by]).await
}

//! Settings: one JSON document a name.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    GET = "SELECT value FROM setting WHERE name = ?1";
    SET = "INSERT INTO setting (name, value, updated_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
}

/// The document of that name, if it was ever saved.
pub async fn get<T: DeserializeOwned>(tx: &mut Tx, name: &str) -> Result<Option<T>, StoreError> {
    let found: Option<(String,)> = tx.query_opt(&GET, args![name]).await?;
    found
        .map(|(text,)| {
            serde_json::from_str(&text)
                .map_err(|e| StoreError::Internal(format!("setting {name}: {e}")))
        })
        .transpose()
}

/// Saves the document.
pub async fn set<T: Serialize + Sync>(
    tx: &mut Tx,
    name: &str,
    value: &T,
) -> Result<(), StoreError> {
    let text = serde_json::to_string(value)
        .map_err(|e| StoreError::Internal(format!("setting {name}: {e}")))?;
    let at = tx.at();
    tx.put(&SET, args![name, text, at]).await
}

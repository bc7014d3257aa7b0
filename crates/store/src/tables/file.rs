//! Files that people brought: what is known of them. The bytes are kept apart, see [`crate::Files`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    INSERT = "INSERT INTO file (id, name, media_type, size, sha256, path, purpose, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    GET = "SELECT id, name, media_type, size, sha256, path, purpose, created_at FROM file WHERE id = ?1";
    DELETE = "DELETE FROM file WHERE id = ?1";
    SHOWN = "SELECT COUNT(*) FROM page_file JOIN page ON page.id = page_file.page_id WHERE page_file.file_id = ?1 AND page.removed_at IS NULL AND page.published = ?2";
}

crate::row! {
    /// A file.
    #[derive(Serialize, Deserialize)]
    pub struct File {
        /// Which.
        pub id: Uuid,
        /// Name for people, with its extension.
        pub name: String,
        /// Media type, as found in the content.
        pub media_type: String,
        /// Bytes.
        pub size: i64,
        /// Hash of the content.
        pub sha256: Vec<u8>,
        /// Key of the bytes.
        pub path: String,
        /// What it is for: `logo`, `page`.
        pub purpose: String,
        /// When it came.
        pub created_at: Timestamp,
    }
}

/// Writes a file's row.
pub async fn insert(tx: &mut Tx, file: &File) -> Result<(), StoreError> {
    tx.put(
        &INSERT,
        args![
            file.id,
            &file.name,
            &file.media_type,
            file.size,
            file.sha256.as_slice(),
            &file.path,
            &file.purpose,
            file.created_at
        ],
    )
    .await
}

/// A file's row.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<File>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// Removes a file's row.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&DELETE, args![id]).await
}

/// True when a page that everybody may read has this file.
pub async fn is_shown(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let (pages,): (i64,) = tx.query_one(&SHOWN, args![id, true]).await?;
    Ok(pages > 0)
}

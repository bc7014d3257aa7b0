//! Files that people brought: what is known of them. The bytes are kept apart, see [`crate::Files`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    INSERT = "INSERT INTO file (id, name, media_type, size, sha256, path, purpose, created_at, sealed_with) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    GET = "SELECT id, name, media_type, size, sha256, path, purpose, created_at, sealed_with FROM file WHERE id = ?1";
    DELETE = "DELETE FROM file WHERE id = ?1";
    SEALED_LEFT = "SELECT COUNT(*) FROM file WHERE sealed_with IS NOT NULL AND sealed_with <> ?1";
    SEALED_PAGE = "SELECT id, name, media_type, size, sha256, path, purpose, created_at, sealed_with FROM file WHERE sealed_with IS NOT NULL AND sealed_with <> ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    SEALED_PATHS = "SELECT path FROM file WHERE sealed_with IS NOT NULL";
    RESEAL = "UPDATE file SET path = ?3, sha256 = ?4, sealed_with = ?5 WHERE id = ?1 AND path = ?2";
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
        /// Number of the key that sealed the bytes; the size is then that of the plain content, the hash that of the
        /// sealed one.
        pub sealed_with: Option<i64>,
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
            file.created_at,
            file.sealed_with
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

/// Sealed files whose key is another one than this.
pub async fn sealed_left(tx: &mut Tx, number: i64) -> Result<i64, StoreError> {
    let (left,): (i64,) = tx.query_one(&SEALED_LEFT, args![number]).await?;
    Ok(left)
}

/// The next of them after this identifier.
pub async fn sealed_page(
    tx: &mut Tx,
    number: i64,
    after: Uuid,
    limit: i64,
) -> Result<Vec<File>, StoreError> {
    tx.query(&SEALED_PAGE, args![number, after, limit]).await
}

/// The keys of the bytes of all sealed files.
pub async fn sealed_paths(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let found: Vec<(String,)> = tx.query(&SEALED_PATHS, args![]).await?;
    Ok(found.into_iter().map(|(path,)| path).collect())
}

/// A file was sealed anew: its bytes are elsewhere now. False when it was changed or removed in between.
pub async fn reseal(tx: &mut Tx, old_path: &str, new: &File) -> Result<bool, StoreError> {
    let args = args![
        new.id,
        old_path,
        &new.path,
        new.sha256.as_slice(),
        new.sealed_with
    ];
    Ok(tx.execute(&RESEAL, args).await? == 1)
}

//! Pages that an agent writes, their versions, their files.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    OF_KIND = "SELECT id, kind, slug, title, body, version, position, published, updated_at, removed_at FROM page WHERE kind = ?1 AND removed_at IS NULL ORDER BY position, id";
    BY_SLUG = "SELECT id, kind, slug, title, body, version, position, published, updated_at, removed_at FROM page WHERE slug = ?1 AND removed_at IS NULL";
    GET = "SELECT id, kind, slug, title, body, version, position, published, updated_at, removed_at FROM page WHERE id = ?1";
    NEXT_POSITION = "SELECT COALESCE(MAX(position), 0) + 1 FROM page WHERE kind = ?1";
    INSERT = "INSERT INTO page (id, kind, slug, title, body, version, position, published, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE = "UPDATE page SET slug = ?2, title = ?3, body = ?4, version = ?5, position = ?6, published = ?7, updated_at = ?8, removed_at = ?9 WHERE id = ?1";
    INSERT_VERSION = "INSERT INTO page_version (id, page_id, version, title, body, author, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    VERSIONS = "SELECT version, title, body, author, at FROM page_version WHERE page_id = ?1 ORDER BY version DESC LIMIT 200";
    VERSION = "SELECT version, title, body, author, at FROM page_version WHERE page_id = ?1 AND version = ?2";
    ATTACH = "INSERT INTO page_file (id, page_id, file_id, label, position) VALUES (?1, ?2, ?3, ?4, ?5)";
    DETACH = "DELETE FROM page_file WHERE page_id = ?1 AND file_id = ?2";
    FILES = "SELECT page_file.file_id, page_file.label, file.name, file.media_type, file.size, page_file.position FROM page_file JOIN file ON file.id = page_file.file_id WHERE page_file.page_id = ?1 ORDER BY page_file.position, page_file.id";
}

crate::row! {
    /// A page as it is now.
    #[derive(Serialize, Deserialize)]
    pub struct Page {
        /// Which.
        pub id: Uuid,
        /// `information` or `legal`.
        pub kind: String,
        /// Its place in the address.
        pub slug: String,
        /// One line.
        pub title: String,
        /// Markdown.
        pub body: String,
        /// Number of its last version, from 1.
        pub version: i64,
        /// Rank in the list.
        pub position: i64,
        /// False: only agents see it.
        pub published: bool,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// When an agent took it off.
        pub removed_at: Option<Timestamp>,
    }
}

crate::row! {
    /// What a page said at a time.
    pub struct Version {
        /// Number, from 1.
        pub version: i64,
        /// One line.
        pub title: String,
        /// Markdown.
        pub body: String,
        /// Name of who wrote it.
        pub author: String,
        /// When.
        pub at: Timestamp,
    }
}

crate::row! {
    /// A file beside a page.
    pub struct PageFile {
        /// Which file.
        pub file_id: Uuid,
        /// What people read.
        pub label: String,
        /// Name of the file.
        pub name: String,
        /// Media type.
        pub media_type: String,
        /// Bytes.
        pub size: i64,
        /// Rank in the list.
        pub position: i64,
    }
}

/// Pages of a kind, in order.
pub async fn of_kind(tx: &mut Tx, kind: &str) -> Result<Vec<Page>, StoreError> {
    tx.query(&OF_KIND, args![kind]).await
}

/// The page at an address, a draft included.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Page>, StoreError> {
    tx.query_opt(&BY_SLUG, args![slug]).await
}

/// A page, a removed one included.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Page>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The rank after the last one.
pub async fn next_position(tx: &mut Tx, kind: &str) -> Result<i64, StoreError> {
    let (position,): (i64,) = tx.query_one(&NEXT_POSITION, args![kind]).await?;
    Ok(position)
}

/// Writes a new page.
pub async fn insert(tx: &mut Tx, page: &Page) -> Result<(), StoreError> {
    tx.put(
        &INSERT,
        args![
            page.id,
            &page.kind,
            &page.slug,
            &page.title,
            &page.body,
            page.version,
            page.position,
            page.published,
            page.updated_at
        ],
    )
    .await
}

/// Writes everything but what a page is.
pub async fn update(tx: &mut Tx, page: &Page) -> Result<(), StoreError> {
    tx.put(
        &UPDATE,
        args![
            page.id,
            &page.slug,
            &page.title,
            &page.body,
            page.version,
            page.position,
            page.published,
            page.updated_at,
            page.removed_at
        ],
    )
    .await
}

/// Keeps what a page says from now on.
pub async fn keep_version(tx: &mut Tx, page: Uuid, version: &Version) -> Result<(), StoreError> {
    let id = tx.new_id();
    tx.put(
        &INSERT_VERSION,
        args![
            id,
            page,
            version.version,
            &version.title,
            &version.body,
            &version.author,
            version.at
        ],
    )
    .await
}

/// Versions of a page, newest first.
pub async fn versions(tx: &mut Tx, page: Uuid) -> Result<Vec<Version>, StoreError> {
    tx.query(&VERSIONS, args![page]).await
}

/// One version of a page.
pub async fn version(tx: &mut Tx, page: Uuid, number: i64) -> Result<Option<Version>, StoreError> {
    tx.query_opt(&VERSION, args![page, number]).await
}

/// Puts a file beside a page.
pub async fn attach(
    tx: &mut Tx,
    page: Uuid,
    file: Uuid,
    label: &str,
    position: i64,
) -> Result<(), StoreError> {
    let id = tx.new_id();
    tx.put(&ATTACH, args![id, page, file, label, position])
        .await
}

/// Takes a file off a page.
pub async fn detach(tx: &mut Tx, page: Uuid, file: Uuid) -> Result<(), StoreError> {
    tx.put(&DETACH, args![page, file]).await
}

/// Files of a page, in order.
pub async fn files(tx: &mut Tx, page: Uuid) -> Result<Vec<PageFile>, StoreError> {
    tx.query(&FILES, args![page]).await
}

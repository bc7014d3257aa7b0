//! News of the commune.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    VISIBLE = "SELECT id, title, body, pinned, visible_from, visible_until, created_at, updated_at, removed_at FROM news WHERE removed_at IS NULL AND visible_from <= ?1 AND (visible_until IS NULL OR visible_until > ?1) ORDER BY pinned DESC, visible_from DESC, id DESC LIMIT ?2";
    COMING = "SELECT id, title, body, pinned, visible_from, visible_until, created_at, updated_at, removed_at FROM news WHERE removed_at IS NULL AND visible_from > ?1 ORDER BY visible_from, id LIMIT ?2";
    PAST = "SELECT id, title, body, pinned, visible_from, visible_until, created_at, updated_at, removed_at FROM news WHERE removed_at IS NULL AND visible_until <= ?1 ORDER BY visible_until DESC, id DESC LIMIT ?2";
    GET = "SELECT id, title, body, pinned, visible_from, visible_until, created_at, updated_at, removed_at FROM news WHERE id = ?1";
    INSERT = "INSERT INTO news (id, title, body, pinned, visible_from, visible_until, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
    UPDATE = "UPDATE news SET title = ?2, body = ?3, pinned = ?4, visible_from = ?5, visible_until = ?6, updated_at = ?7 WHERE id = ?1";
    REMOVE = "UPDATE news SET removed_at = ?2 WHERE id = ?1";
}

crate::row! {
    /// A news item.
    #[derive(Serialize)]
    pub struct News {
        /// Which.
        pub id: Uuid,
        /// One line.
        pub title: String,
        /// Markdown.
        pub body: String,
        /// Stands before the others.
        pub pinned: bool,
        /// First instant to be seen.
        pub visible_from: Timestamp,
        /// First instant not to be seen any more; stays when absent.
        pub visible_until: Option<Timestamp>,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// When an agent took it off.
        pub removed_at: Option<Timestamp>,
    }
}

/// To be seen at `now`: pinned first, then newest first.
pub async fn visible(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<News>, StoreError> {
    tx.query(&VISIBLE, args![now, limit]).await
}

/// To be seen later, soonest first.
pub async fn coming(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<News>, StoreError> {
    tx.query(&COMING, args![now, limit]).await
}

/// No longer to be seen, latest first.
pub async fn past(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<News>, StoreError> {
    tx.query(&PAST, args![now, limit]).await
}

/// One item, a removed one included.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<News>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// Writes a new item; its `created_at` counts for both instants.
pub async fn insert(tx: &mut Tx, news: &News) -> Result<(), StoreError> {
    tx.put(
        &INSERT,
        args![
            news.id,
            &news.title,
            &news.body,
            news.pinned,
            news.visible_from,
            news.visible_until,
            news.created_at
        ],
    )
    .await
}

/// Writes what an agent may change.
pub async fn update(tx: &mut Tx, news: &News) -> Result<(), StoreError> {
    tx.put(
        &UPDATE,
        args![
            news.id,
            &news.title,
            &news.body,
            news.pinned,
            news.visible_from,
            news.visible_until,
            news.updated_at
        ],
    )
    .await
}

/// Takes an item off at `at`, or puts it back with `None`.
pub async fn remove(tx: &mut Tx, id: Uuid, at: Option<Timestamp>) -> Result<(), StoreError> {
    tx.put(&REMOVE, args![id, at]).await
}

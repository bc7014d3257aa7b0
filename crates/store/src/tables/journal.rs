//! The journal: every change, who, when, what, before and after. Rows are only ever added, which triggers enforce.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO journal (id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, before, after, http_request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    OF_OBJECT = "SELECT id, at, actor_kind, actor_name, action, object_kind, object_id, object_name, before, after FROM journal WHERE object_kind = ?1 AND object_id = ?2 ORDER BY id DESC LIMIT ?3";
    OF_ACCOUNT = "SELECT id, at, actor_kind, actor_name, action, object_kind, object_id, object_name, before, after FROM journal WHERE (object_kind = 'account' AND object_id = ?1) OR (actor_kind = 'account' AND actor_id = ?2) ORDER BY id";
    PAGE = "SELECT id, at, actor_kind, actor_name, action, object_kind, object_id, object_name, before, after FROM journal WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
    PAGE_OF = "SELECT id, at, actor_kind, actor_name, action, object_kind, object_id, object_name, before, after FROM journal WHERE object_kind = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    KINDS = "SELECT DISTINCT object_kind FROM journal ORDER BY object_kind";
}

/// A change to be noted.
pub struct Change<'a, T> {
    /// What was done, as a stable word: `created`, `changed`, `removed`, `opened`, `ended`, …
    pub action: &'a str,
    /// The kind of thing.
    pub kind: &'a str,
    /// Which one: its id, or a name where it has none.
    pub id: String,
    /// Its name for people.
    pub name: &'a str,
    /// As it was, absent when it was not there.
    pub before: Option<&'a T>,
    /// As it is now, absent when it is gone.
    pub after: Option<&'a T>,
}

row! {
    /// An entry of the journal.
    pub struct Entry {
        /// Identifier; entries sort by it.
        pub id: Uuid,
        /// When.
        pub at: Timestamp,
        /// Kind of actor.
        pub actor_kind: String,
        /// Name of the actor at that time.
        pub actor_name: String,
        /// What was done.
        pub action: String,
        /// Kind of thing.
        pub object_kind: String,
        /// Which one.
        pub object_id: String,
        /// Its name.
        pub object_name: String,
        /// JSON, before.
        pub before: Option<String>,
        /// JSON, after.
        pub after: Option<String>,
    }
}

/// Notes a change. Secrets (hashes, tokens) must not be in the values.
pub async fn note<T: Serialize + Sync>(
    tx: &mut Tx,
    change: Change<'_, T>,
) -> Result<(), StoreError> {
    let json = |value: Option<&T>| {
        value
            .map(serde_json::to_string)
            .transpose()
            .map_err(|e| StoreError::Internal(format!("journal: {e}")))
    };
    let (before, after) = (json(change.before)?, json(change.after)?);
    let (id, at, actor) = (tx.new_id(), tx.at(), tx.actor());
    let request = tx.origin.as_ref().and_then(|o| o.request.clone());
    tx.put(
        &INSERT,
        args![
            id,
            at,
            actor.kind,
            actor.id,
            actor.name,
            change.action,
            change.kind,
            change.id,
            change.name,
            before,
            after,
            request
        ],
    )
    .await
}

/// The latest entries about one thing.
pub async fn of_object(
    tx: &mut Tx,
    kind: &str,
    id: &str,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    tx.query(&OF_OBJECT, args![kind, id, limit]).await
}

/// Entries about an account and about what its owner did, the oldest first.
pub async fn of_account(tx: &mut Tx, id: Uuid) -> Result<Vec<Entry>, StoreError> {
    tx.query(&OF_ACCOUNT, args![id.to_string(), id]).await
}

/// A page of entries, newest first, older than `before` (all when `None`).
pub async fn page(tx: &mut Tx, before: Option<Uuid>, limit: i64) -> Result<Vec<Entry>, StoreError> {
    tx.query(&PAGE, args![before.unwrap_or(Uuid::max()), limit])
        .await
}

/// The same, about one kind of thing.
pub async fn page_of(
    tx: &mut Tx,
    kind: &str,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let before = before.unwrap_or(Uuid::max());
    tx.query(&PAGE_OF, args![kind, before, limit]).await
}

/// Kinds of things that something was noted about.
pub async fn kinds(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let found: Vec<(String,)> = tx.query(&KINDS, args![]).await?;
    Ok(found.into_iter().map(|(kind,)| kind).collect())
}

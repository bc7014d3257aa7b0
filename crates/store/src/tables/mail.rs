//! The outbox: what was written to people, and what became of it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO mail (id, kind, to_name, to_address, subject, text, html, about_kind, about_id, state, attempts, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', 0, ?10, ?11)";
    GET = "SELECT id, kind, to_name, to_address, subject, text, html, about_kind, about_id, state, attempts, last_error, created_at, expires_at, settled_at FROM mail WHERE id = ?1";
    ABOUT = "SELECT id, kind, to_name, to_address, subject, text, html, about_kind, about_id, state, attempts, last_error, created_at, expires_at, settled_at FROM mail WHERE about_kind = ?1 AND about_id = ?2 ORDER BY id";
    OF_ACCOUNT = "SELECT id, kind, to_name, to_address, subject, text, html, about_kind, about_id, state, attempts, last_error, created_at, expires_at, settled_at FROM mail WHERE (about_kind = 'account' AND about_id = ?1) OR (about_kind = 'sign_up' AND about_id IN (SELECT id FROM sign_up WHERE account_id = ?1)) OR (about_kind = 'request' AND about_id IN (SELECT id FROM request WHERE account_id = ?1)) OR (LOWER(to_address) = ?2 AND created_at >= ?3) ORDER BY id";
    DELIVERIES = "SELECT id, to_address, state, last_error, created_at, settled_at FROM mail WHERE about_kind = ?1 AND about_id = ?2 ORDER BY id DESC LIMIT ?3";
    IN_STATE = "SELECT id, kind, to_name, to_address, subject, text, html, about_kind, about_id, state, attempts, last_error, created_at, expires_at, settled_at FROM mail WHERE state = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    COUNTS = "SELECT COUNT(CASE WHEN state = 'queued' THEN 1 END), COUNT(CASE WHEN state = 'sent' THEN 1 END), COUNT(CASE WHEN state = 'refused' THEN 1 END), COUNT(CASE WHEN state = 'expired' THEN 1 END) FROM mail";
    SETTLE = "UPDATE mail SET state = ?2, attempts = attempts + 1, last_error = ?3, settled_at = ?4 WHERE id = ?1 AND state = 'queued'";
    DEFER = "UPDATE mail SET attempts = attempts + 1, last_error = ?2 WHERE id = ?1 AND state = 'queued'";
    REQUEUE = "UPDATE mail SET state = 'queued', to_address = ?2, attempts = 0, last_error = NULL, settled_at = NULL, expires_at = ?3 WHERE id = ?1 AND state IN ('refused', 'expired')";
}

row! {
    /// A mail.
    pub struct Mail {
        /// Which.
        pub id: Uuid,
        /// Which of our mails it is, such as `contact_answer`.
        pub kind: String,
        /// Name of who gets it.
        pub to_name: String,
        /// Address of who gets it.
        pub to_address: String,
        /// Subject.
        pub subject: String,
        /// Plain text.
        pub text: String,
        /// HTML.
        pub html: String,
        /// Kind of thing it is about.
        pub about_kind: Option<String>,
        /// Which one.
        pub about_id: Option<Uuid>,
        /// `queued`, `sent`, `refused`, `expired`.
        pub state: String,
        /// How often it was tried.
        pub attempts: i64,
        /// What the last attempt said, in French.
        pub last_error: Option<String>,
        /// When it was written.
        pub created_at: Timestamp,
        /// Not sent after this instant.
        pub expires_at: Timestamp,
        /// When it was sent, refused or given up.
        pub settled_at: Option<Timestamp>,
    }
}

row! {
    /// What became of a mail, without what it says.
    pub struct Delivery {
        /// Which mail.
        pub id: Uuid,
        /// Address it goes to.
        pub to_address: String,
        /// `queued`, `sent`, `refused`, `expired`.
        pub state: String,
        /// What the last attempt said, in French.
        pub last_error: Option<String>,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it was sent, refused or given up.
        pub settled_at: Option<Timestamp>,
    }
}

row! {
    /// The outbox in four figures.
    pub struct Counts {
        /// Waiting.
        pub queued: i64,
        /// Sent.
        pub sent: i64,
        /// Refused.
        pub refused: i64,
        /// Expired before it could be sent.
        pub expired: i64,
    }
}

/// Adds a mail to the outbox, as queued.
pub async fn insert(tx: &mut Tx, mail: &Mail) -> Result<(), StoreError> {
    tx.put(
        &INSERT,
        args![
            mail.id,
            &mail.kind,
            &mail.to_name,
            &mail.to_address,
            &mail.subject,
            &mail.text,
            &mail.html,
            mail.about_kind.as_deref(),
            mail.about_id,
            mail.created_at,
            mail.expires_at
        ],
    )
    .await
}

/// One mail.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Mail>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// Mails about one thing, oldest first.
pub async fn about(tx: &mut Tx, kind: &str, id: Uuid) -> Result<Vec<Mail>, StoreError> {
    tx.query(&ABOUT, args![kind, id]).await
}

/// Mails to the owner of an account, oldest first: about it, about its requests, and what else went to its address
/// since it is theirs.
pub async fn of_account(
    tx: &mut Tx,
    id: Uuid,
    email_key: &str,
    since: Timestamp,
) -> Result<Vec<Mail>, StoreError> {
    tx.query(&OF_ACCOUNT, args![id, email_key, since]).await
}

/// What became of the latest mails about each of these things, newest first.
pub async fn deliveries(
    tx: &mut Tx,
    kind: &str,
    ids: &[Uuid],
    limit: i64,
) -> Result<Vec<Vec<Delivery>>, StoreError> {
    let sets = ids.iter().map(|id| args![kind, *id, limit].to_vec());
    tx.query_many(&DELIVERIES, sets.collect()).await
}

/// Mails in a state, newest first, older than `before`.
pub async fn in_state(
    tx: &mut Tx,
    state: &str,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Mail>, StoreError> {
    tx.query(
        &IN_STATE,
        args![state, before.unwrap_or(Uuid::max()), limit],
    )
    .await
}

/// How many are in each state.
pub async fn counts(tx: &mut Tx) -> Result<Counts, StoreError> {
    tx.query_one(&COUNTS, args![]).await
}

/// `sent`, `refused` or `expired`, with what the server said. False when it was settled before.
pub async fn settle(
    tx: &mut Tx,
    id: Uuid,
    state: &str,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let at = tx.at();
    Ok(tx.execute(&SETTLE, args![id, state, error, at]).await? == 1)
}

/// To be tried again later, with what the server said.
pub async fn defer(tx: &mut Tx, id: Uuid, error: &str) -> Result<(), StoreError> {
    tx.put(&DEFER, args![id, error]).await
}

/// Back in the queue, perhaps to another address. False when it is not refused or expired.
pub async fn requeue(
    tx: &mut Tx,
    id: Uuid,
    to_address: &str,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx
        .execute(&REQUEUE, args![id, to_address, expires_at])
        .await?
        == 1)
}

//! Sign-ups: who filled the form and has not confirmed the address yet.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO sign_up (id, email, email_key, civility, first_name, last_name, password_hash, pending_code, terms_version, token_hash, code_hash, tries, created_at, sent_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12, ?12, ?13)";
    GET = "SELECT id, email, email_key, civility, first_name, last_name, password_hash, pending_code, terms_version, code_hash, tries, created_at, sent_at, expires_at, account_id FROM sign_up WHERE id = ?1";
    BY_TOKEN = "SELECT id, email, email_key, civility, first_name, last_name, password_hash, pending_code, terms_version, code_hash, tries, created_at, sent_at, expires_at, account_id FROM sign_up WHERE token_hash = ?1";
    LATEST = "SELECT id, email, email_key, civility, first_name, last_name, password_hash, pending_code, terms_version, code_hash, tries, created_at, sent_at, expires_at, account_id FROM sign_up WHERE email_key = ?1 AND account_id IS NULL ORDER BY sent_at DESC, id DESC LIMIT 1";
    PENDING = "SELECT id, email, email_key, civility, first_name, last_name, password_hash, pending_code, terms_version, code_hash, tries, created_at, sent_at, expires_at, account_id FROM sign_up WHERE account_id IS NULL ORDER BY created_at DESC, id DESC LIMIT ?1";
    SENT = "UPDATE sign_up SET sent_at = ?2, expires_at = ?3 WHERE id = ?1";
    READDRESS = "UPDATE sign_up SET email = ?2, email_key = ?3, token_hash = ?4, code_hash = ?5, tries = 0, sent_at = ?6, expires_at = ?7 WHERE id = ?1 AND account_id IS NULL";
    TRIED = "UPDATE sign_up SET tries = tries + 1 WHERE id = ?1";
    CONFIRM = "UPDATE sign_up SET account_id = ?2, password_hash = '', pending_code = NULL WHERE id = ?1 AND account_id IS NULL";
    DROP_OTHERS = "DELETE FROM sign_up WHERE email_key = ?1 AND account_id IS NULL";
    FORGET = "DELETE FROM sign_up WHERE created_at < ?1";
    FORGET_OF = "DELETE FROM sign_up WHERE account_id = ?1";
}

row! {
    /// A sign-up.
    pub struct SignUp {
        /// Which.
        pub id: Uuid,
        /// Address as typed.
        pub email: String,
        /// Address as compared.
        pub email_key: String,
        /// `M` or `MME`.
        pub civility: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Empty once confirmed.
        pub password_hash: String,
        /// Code abonné typed in the form.
        pub pending_code: Option<String>,
        /// Version of the conditions that was accepted.
        pub terms_version: i64,
        /// Hash of the six digits.
        pub code_hash: Vec<u8>,
        /// Wrong codes so far.
        pub tries: i64,
        /// When the form was sent.
        pub created_at: Timestamp,
        /// When the mail was last sent.
        pub sent_at: Timestamp,
        /// When link and code end.
        pub expires_at: Timestamp,
        /// The account it became.
        pub account_id: Option<Uuid>,
    }
}

/// A sign-up to be written.
#[derive(Debug, Clone)]
pub struct NewSignUp {
    /// Which.
    pub id: Uuid,
    /// Address as typed.
    pub email: String,
    /// Address as compared.
    pub email_key: String,
    /// `M` or `MME`.
    pub civility: &'static str,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// PHC string.
    pub password_hash: String,
    /// Code abonné typed in the form.
    pub pending_code: Option<String>,
    /// Version of the conditions that was accepted.
    pub terms_version: i64,
}

/// What proves the mailbox: only hashes are kept.
#[derive(Debug, Clone, Copy)]
pub struct Hashes {
    /// Of the link's token.
    pub token: [u8; 32],
    /// Of the six digits.
    pub code: [u8; 32],
}

/// Writes a sign-up.
pub async fn insert(
    tx: &mut Tx,
    new: &NewSignUp,
    hashes: Hashes,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(
        &INSERT,
        args![
            new.id,
            &new.email,
            &new.email_key,
            new.civility,
            &new.first_name,
            &new.last_name,
            &new.password_hash,
            new.pending_code.clone(),
            new.terms_version,
            hashes.token,
            hashes.code,
            at,
            expires_at
        ],
    )
    .await
}

/// One sign-up.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<SignUp>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The sign-up of a link.
pub async fn by_token(tx: &mut Tx, token_hash: [u8; 32]) -> Result<Option<SignUp>, StoreError> {
    tx.query_opt(&BY_TOKEN, args![token_hash]).await
}

/// The sign-up of an address that was mailed last and is not confirmed.
pub async fn latest(tx: &mut Tx, email_key: &str) -> Result<Option<SignUp>, StoreError> {
    tx.query_opt(&LATEST, args![email_key]).await
}

/// Those that are not confirmed, the latest first.
pub async fn pending(tx: &mut Tx, limit: i64) -> Result<Vec<SignUp>, StoreError> {
    tx.query(&PENDING, args![limit]).await
}

/// The mail was sent again.
pub async fn sent(tx: &mut Tx, id: Uuid, expires_at: Timestamp) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SENT, args![id, at, expires_at]).await
}

/// Another address: another link, another code. False when it was confirmed meanwhile.
pub async fn readdress(
    tx: &mut Tx,
    id: Uuid,
    email: (&str, &str),
    hashes: Hashes,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let at = tx.at();
    let args = args![
        id,
        email.0,
        email.1,
        hashes.token,
        hashes.code,
        at,
        expires_at
    ];
    Ok(tx.execute(&READDRESS, args).await? == 1)
}

/// A wrong code was typed.
pub async fn tried(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&TRIED, args![id]).await
}

/// It became this account; other sign-ups of the address go. False when it was confirmed before.
pub async fn confirm(tx: &mut Tx, up: &SignUp, account: Uuid) -> Result<bool, StoreError> {
    let done = tx.execute(&CONFIRM, args![up.id, account]).await? == 1;
    tx.put(&DROP_OTHERS, args![&up.email_key]).await?;
    Ok(done)
}

/// Forgets those made before this instant, confirmed or not.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, args![before]).await
}

/// Forgets the one that became this account.
pub async fn forget_of(tx: &mut Tx, account: Uuid) -> Result<(), StoreError> {
    tx.put(&FORGET_OF, args![account]).await
}

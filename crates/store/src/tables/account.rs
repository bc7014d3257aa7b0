//! Accounts of citizens, and the links of one use that are mailed to them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO account (id, email, email_key, civility, first_name, last_name, password_hash, pending_code, terms_version, terms_accepted_at, search, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    GET = "SELECT id, email, email_key, civility, first_name, last_name, pending_code, terms_version, terms_accepted_at, created_at, last_seen_at, blocked_at FROM account WHERE id = ?1 AND erased_at IS NULL";
    BY_EMAIL = "SELECT id, email, email_key, civility, first_name, last_name, pending_code, terms_version, terms_accepted_at, created_at, last_seen_at, blocked_at FROM account WHERE email_key = ?1 AND erased_at IS NULL";
    PASSWORD = "SELECT password_hash FROM account WHERE id = ?1 AND erased_at IS NULL";
    SET_PASSWORD = "UPDATE account SET password_hash = ?2 WHERE id = ?1";
    SET_NAME = "UPDATE account SET civility = ?2, first_name = ?3, last_name = ?4, search = ?5 WHERE id = ?1";
    SET_EMAIL = "UPDATE account SET email = ?2, email_key = ?3, search = ?4 WHERE id = ?1";
    SET_PENDING = "UPDATE account SET pending_code = ?2 WHERE id = ?1";
    SET_BLOCKED = "UPDATE account SET blocked_at = ?2, blocked_reason = ?3, blocked_by = ?4 WHERE id = ?1";
    BLOCK_REASON = "SELECT blocked_at, blocked_reason FROM account WHERE id = ?1 AND blocked_at IS NOT NULL";
    LINE = "SELECT id, civility, first_name, last_name, email, terms_version, created_at, last_seen_at, blocked_at, blocked_reason, blocked_by, erased_at, COUNT(*) OVER () FROM account WHERE id = ?1";
    SEARCH = "SELECT id, civility, first_name, last_name, email, terms_version, created_at, last_seen_at, blocked_at, blocked_reason, blocked_by, erased_at, COUNT(*) OVER () FROM account WHERE ((search LIKE ?1 AND search LIKE ?2 AND search LIKE ?3) OR id IN (SELECT subscription.account_id FROM subscription JOIN family ON family.id = subscription.family_id WHERE subscription.ended_at IS NULL AND family.search LIKE ?1 AND family.search LIKE ?2 AND family.search LIKE ?3) OR id IN (SELECT subscriber_code_use.account_id FROM subscriber_code_use JOIN subscriber_code ON subscriber_code.id = subscriber_code_use.code_id WHERE subscriber_code.code_key IN (?4, ?5))) AND CASE WHEN erased_at IS NOT NULL THEN 'erased' WHEN blocked_at IS NOT NULL THEN 'blocked' ELSE 'active' END IN (?6, ?7) ORDER BY search, created_at, id LIMIT ?8 OFFSET ?9";
    SEEN = "UPDATE account SET last_seen_at = ?2 WHERE id = ?1";
    ERASE = "UPDATE account SET email = '', email_key = ?2, first_name = '', last_name = '', password_hash = NULL, pending_code = NULL, blocked_reason = NULL, search = '', erased_at = ?3 WHERE id = ?1";
    CLAIM = "UPDATE request SET account_id = ?1 WHERE account_id IS NULL AND LOWER(requester_email) = ?2";
    REQUESTS = "SELECT id, number, state, subject, created_at, updated_at, due_at, closed_at, (SELECT COUNT(*) FROM request_message WHERE request_message.request_id = request.id AND request_message.author_kind <> 'note') FROM request WHERE account_id = ?1 OR (account_id IS NULL AND LOWER(requester_email) = ?2) ORDER BY created_at DESC, id DESC LIMIT ?3";
    OWNS = "SELECT COUNT(*) FROM request WHERE id = ?1 AND (account_id = ?2 OR (account_id IS NULL AND LOWER(requester_email) = ?3))";
    SET_REQUEST = "UPDATE request SET account_id = ?2 WHERE id = ?1";
    LINK = "INSERT INTO account_link (id, account_id, purpose, email, token_hash, code_hash, tries, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)";
    LINK_GET = "SELECT id, account_id, purpose, email, code_hash, tries, expires_at, used_at FROM account_link WHERE id = ?1";
    LINK_BY_TOKEN = "SELECT id, account_id, purpose, email, code_hash, tries, expires_at, used_at FROM account_link WHERE token_hash = ?1";
    LINKS = "SELECT id, account_id, purpose, email, code_hash, tries, expires_at, used_at FROM account_link WHERE account_id = ?1 ORDER BY id";
    LINK_TRIED = "UPDATE account_link SET tries = tries + 1 WHERE id = ?1";
    LINK_USE = "UPDATE account_link SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL";
    LINK_CANCEL = "DELETE FROM account_link WHERE account_id = ?1 AND purpose = ?2";
    LINK_CANCEL_ALL = "DELETE FROM account_link WHERE account_id = ?1";
    LINK_FORGET = "DELETE FROM account_link WHERE expires_at < ?1";
}

row! {
    /// An account.
    pub struct Account {
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
        /// Code abonné typed at sign-up that tied nothing yet.
        pub pending_code: Option<String>,
        /// Version of the conditions that was accepted.
        pub terms_version: i64,
        /// When it was accepted.
        pub terms_accepted_at: Timestamp,
        /// When the address was confirmed.
        pub created_at: Timestamp,
        /// Last log-in.
        pub last_seen_at: Option<Timestamp>,
        /// Set while an agent has blocked it.
        pub blocked_at: Option<Timestamp>,
    }
}

impl Account {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

row! {
    /// A request as its requester sees it in the list.
    pub struct Mine {
        /// Which.
        pub id: Uuid,
        /// Number for people.
        pub number: String,
        /// As in `request.state`.
        pub state: String,
        /// What it is about.
        pub subject: String,
        /// When it came.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
        /// When it is to be answered at the latest.
        pub due_at: Timestamp,
        /// When it was closed.
        pub closed_at: Option<Timestamp>,
        /// Messages that the requester sees.
        pub messages: i64,
    }
}

row! {
    /// An account as agents see it.
    pub struct Line {
        /// Which.
        pub id: Uuid,
        /// `M` or `MME`.
        pub civility: String,
        /// First name; empty when it was erased.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Address as typed.
        pub email: String,
        /// Version of the conditions that was accepted.
        pub terms_version: i64,
        /// When the address was confirmed.
        pub created_at: Timestamp,
        /// Last log-in.
        pub last_seen_at: Option<Timestamp>,
        /// Set while an agent has blocked it.
        pub blocked_at: Option<Timestamp>,
        /// Why, as its owner reads it.
        pub blocked_reason: Option<String>,
        /// Name of who blocked it.
        pub blocked_by: Option<String>,
        /// When its owner deleted it.
        pub erased_at: Option<Timestamp>,
        /// Lines of the entire list.
        pub total: i64,
    }
}

/// Which accounts are searched for.
pub struct Wanted<'a> {
    /// Three patterns that the words of the account, or of a family of it, must be like; `%` for any.
    pub like: [String; 3],
    /// What was typed as the key of a code; empty for none.
    pub key: &'a str,
    /// The same as the key of a code of ours; empty for none.
    pub own_key: &'a str,
    /// Two of `active`, `blocked` and `erased`; the same twice for one.
    pub states: [&'a str; 2],
    /// Lines at most.
    pub limit: i64,
    /// Lines left out before.
    pub offset: i64,
}

row! {
    /// A link of one use.
    pub struct Link {
        /// Which.
        pub id: Uuid,
        /// Whose.
        pub account_id: Uuid,
        /// `password`, `login`, `email_old`, `email_new`.
        pub purpose: String,
        /// The new address, of a change.
        pub email: Option<String>,
        /// Hash of the six digits.
        pub code_hash: Vec<u8>,
        /// Wrong codes so far.
        pub tries: i64,
        /// Until when.
        pub expires_at: Timestamp,
        /// When it was used.
        pub used_at: Option<Timestamp>,
    }
}

/// Writes a new account.
pub async fn insert(
    tx: &mut Tx,
    account: &Account,
    password_hash: Option<String>,
    search: &str,
) -> Result<(), StoreError> {
    tx.put(
        &INSERT,
        args![
            account.id,
            &account.email,
            &account.email_key,
            &account.civility,
            &account.first_name,
            &account.last_name,
            password_hash,
            account.pending_code.clone(),
            account.terms_version,
            account.terms_accepted_at,
            search,
            account.created_at
        ],
    )
    .await
}

/// One account, unless it was erased.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Account>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The account of an address.
pub async fn by_email(tx: &mut Tx, email_key: &str) -> Result<Option<Account>, StoreError> {
    tx.query_opt(&BY_EMAIL, args![email_key]).await
}

/// The password's hash, when there is one.
pub async fn password(tx: &mut Tx, id: Uuid) -> Result<Option<String>, StoreError> {
    let found: Option<(Option<String>,)> = tx.query_opt(&PASSWORD, args![id]).await?;
    Ok(found.and_then(|row| row.0))
}

/// Another password.
pub async fn set_password(tx: &mut Tx, id: Uuid, hash: &str) -> Result<(), StoreError> {
    tx.put(&SET_PASSWORD, args![id, hash]).await
}

/// Another civil identity.
pub async fn set_name(
    tx: &mut Tx,
    id: Uuid,
    civility: &str,
    names: (&str, &str),
    search: &str,
) -> Result<(), StoreError> {
    tx.put(&SET_NAME, args![id, civility, names.0, names.1, search])
        .await
}

/// Another address, as typed and as compared.
pub async fn set_email(
    tx: &mut Tx,
    id: Uuid,
    email: (&str, &str),
    search: &str,
) -> Result<(), StoreError> {
    tx.put(&SET_EMAIL, args![id, email.0, email.1, search])
        .await
}

/// Keeps a code abonné that tied nothing, or takes it away.
pub async fn set_pending(tx: &mut Tx, id: Uuid, code: Option<&str>) -> Result<(), StoreError> {
    tx.put(&SET_PENDING, args![id, code]).await
}

/// Blocks an account, for a reason that its owner reads, or opens it again when there is none.
pub async fn set_blocked(tx: &mut Tx, id: Uuid, reason: Option<&str>) -> Result<(), StoreError> {
    let at = reason.map(|_| tx.at());
    let by = reason.map(|_| tx.actor().name);
    tx.put(&SET_BLOCKED, args![id, at, reason, by]).await
}

/// Since when an account is blocked, and why; nothing when it is not.
pub async fn block_reason(
    tx: &mut Tx,
    id: Uuid,
) -> Result<Option<(Timestamp, Option<String>)>, StoreError> {
    tx.query_opt(&BLOCK_REASON, args![id]).await
}

/// An account as agents see it, one that was erased included.
pub async fn line(tx: &mut Tx, id: Uuid) -> Result<Option<Line>, StoreError> {
    tx.query_opt(&LINE, args![id]).await
}

/// Accounts that match by their own words, by those of a family that they are tied to, or by a code that they used.
pub async fn search(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Line>, StoreError> {
    let [a, b, c] = &wanted.like;
    let [one, other] = wanted.states;
    let args = args![
        a,
        b,
        c,
        wanted.key,
        wanted.own_key,
        one,
        other,
        wanted.limit,
        wanted.offset
    ];
    tx.query(&SEARCH, args).await
}

/// Its owner came in.
pub async fn seen(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SEEN, args![id, at]).await
}

/// Empties it. The row stays, nameless, for what refers to it.
pub async fn erase(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&LINK_CANCEL_ALL, args![id]).await?;
    tx.put(&ERASE, args![id, format!("erased:{id}"), at]).await
}

/// Requests sent from this address before the account was there become the account's.
pub async fn claim_requests(tx: &mut Tx, id: Uuid, email_key: &str) -> Result<u64, StoreError> {
    tx.execute(&CLAIM, args![id, email_key]).await
}

/// Requests of an account, the latest first.
pub async fn requests(
    tx: &mut Tx,
    id: Uuid,
    email_key: &str,
    limit: i64,
) -> Result<Vec<Mine>, StoreError> {
    tx.query(&REQUESTS, args![id, email_key, limit]).await
}

/// Whether a request is this account's.
pub async fn owns_request(
    tx: &mut Tx,
    request: Uuid,
    id: Uuid,
    email_key: &str,
) -> Result<bool, StoreError> {
    let found: (i64,) = tx.query_one(&OWNS, args![request, id, email_key]).await?;
    Ok(found.0 == 1)
}

/// The request was written by somebody logged in.
pub async fn own_request(tx: &mut Tx, request: Uuid, id: Uuid) -> Result<(), StoreError> {
    tx.put(&SET_REQUEST, args![request, id]).await
}

/// Adds a link; those before it, for the same purpose, work no more.
pub async fn add_link(tx: &mut Tx, link: &Link, token_hash: [u8; 32]) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&LINK_CANCEL, args![link.account_id, &link.purpose])
        .await?;
    tx.put(
        &LINK,
        args![
            link.id,
            link.account_id,
            &link.purpose,
            link.email.clone(),
            token_hash,
            link.code_hash.clone(),
            at,
            link.expires_at
        ],
    )
    .await
}

/// A link by its identifier.
pub async fn link(tx: &mut Tx, id: Uuid) -> Result<Option<Link>, StoreError> {
    tx.query_opt(&LINK_GET, args![id]).await
}

/// A link by its token.
pub async fn link_by_token(tx: &mut Tx, hash: [u8; 32]) -> Result<Option<Link>, StoreError> {
    tx.query_opt(&LINK_BY_TOKEN, args![hash]).await
}

/// Links of an account, used or not.
pub async fn links(tx: &mut Tx, account: Uuid) -> Result<Vec<Link>, StoreError> {
    tx.query(&LINKS, args![account]).await
}

/// A wrong code was typed.
pub async fn link_tried(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&LINK_TRIED, args![id]).await
}

/// It was used. False when it was before.
pub async fn use_link(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let at = tx.at();
    Ok(tx.execute(&LINK_USE, args![id, at]).await? == 1)
}

/// Links of an account for one purpose work no more.
pub async fn cancel_links(tx: &mut Tx, account: Uuid, purpose: &str) -> Result<(), StoreError> {
    tx.put(&LINK_CANCEL, args![account, purpose]).await
}

/// Forgets links whose time was over then.
pub async fn forget_links(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&LINK_FORGET, args![before]).await
}

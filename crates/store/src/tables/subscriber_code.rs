//! Codes abonné: to which family each leads, until when, and who used it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO subscriber_code (id, family_id, code, code_key, origin, batch, made_by, made_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    GET = "SELECT id, family_id, code, origin, batch, made_by, made_at, expires_at, revoked_at FROM subscriber_code WHERE id = ?1";
    BY_KEY = "SELECT id, family_id, code, origin, batch, made_by, made_at, expires_at, revoked_at FROM subscriber_code WHERE code_key = ?1 OR (code_key = ?2 AND origin = 'made')";
    OF_FAMILY = "SELECT id, family_id, code, origin, batch, made_by, made_at, expires_at, revoked_at FROM subscriber_code WHERE family_id = ?1 ORDER BY made_at DESC, id DESC";
    OF_BATCH = "SELECT id, family_id, code, origin, batch, made_by, made_at, expires_at, revoked_at FROM subscriber_code WHERE batch = ?1 AND revoked_at IS NULL ORDER BY id LIMIT ?2 OFFSET ?3";
    BATCH_SIZE = "SELECT COUNT(*) FROM subscriber_code WHERE batch = ?1 AND revoked_at IS NULL";
    BATCHES = "SELECT batch, MIN(made_at), MIN(made_by), MIN(origin), COUNT(*), COUNT(CASE WHEN EXISTS (SELECT 1 FROM subscriber_code_use WHERE subscriber_code_use.code_id = subscriber_code.id) THEN 1 END) FROM subscriber_code WHERE revoked_at IS NULL GROUP BY batch HAVING COUNT(*) > 1 ORDER BY MIN(made_at) DESC, batch DESC LIMIT ?1";
    KEYS = "SELECT code_key FROM subscriber_code";
    REVOKE_OF_FAMILY = "UPDATE subscriber_code SET revoked_at = ?2 WHERE family_id = ?1 AND revoked_at IS NULL";
    REVOKE = "UPDATE subscriber_code SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    USE = "INSERT INTO subscriber_code_use (id, code_id, account_id, account_name, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    USES = "SELECT code_id, account_id, account_name, at FROM subscriber_code_use WHERE code_id = ?1 ORDER BY at, id";
    USES_OF_FAMILY = "SELECT subscriber_code_use.code_id, subscriber_code_use.account_id, subscriber_code_use.account_name, subscriber_code_use.at FROM subscriber_code_use JOIN subscriber_code ON subscriber_code.id = subscriber_code_use.code_id WHERE subscriber_code.family_id = ?1 ORDER BY subscriber_code_use.at, subscriber_code_use.id";
    USED_BY = "SELECT subscriber_code.code, subscriber_code_use.at FROM subscriber_code_use JOIN subscriber_code ON subscriber_code.id = subscriber_code_use.code_id WHERE subscriber_code_use.account_id = ?1 ORDER BY subscriber_code_use.at, subscriber_code_use.id";
    WITHOUT_ACCOUNT = "SELECT family.id FROM family WHERE NOT EXISTS (SELECT 1 FROM subscription WHERE subscription.family_id = family.id AND subscription.ended_at IS NULL) AND NOT EXISTS (SELECT 1 FROM subscriber_code WHERE subscriber_code.family_id = family.id AND subscriber_code.revoked_at IS NULL AND (subscriber_code.expires_at IS NULL OR subscriber_code.expires_at > ?1)) ORDER BY family.search, family.id";
}

row! {
    /// A code.
    pub struct Code {
        /// Which.
        pub id: Uuid,
        /// To which family it leads.
        pub family_id: Uuid,
        /// As it is printed.
        pub code: String,
        /// `made` here, or `imported`.
        pub origin: String,
        /// Codes made together.
        pub batch: Uuid,
        /// Name of who made it.
        pub made_by: String,
        /// When.
        pub made_at: Timestamp,
        /// From when on it is no longer good; never when absent.
        pub expires_at: Option<Timestamp>,
        /// When an agent took it back.
        pub revoked_at: Option<Timestamp>,
    }
}

row! {
    /// A use of a code.
    pub struct Use {
        /// Which code.
        pub code_id: Uuid,
        /// By which account.
        pub account_id: Uuid,
        /// Its name at that time.
        pub account_name: String,
        /// When.
        pub at: Timestamp,
    }
}

row! {
    /// Codes that were made (or imported) together.
    pub struct Batch {
        /// Which.
        pub batch: Uuid,
        /// When.
        pub made_at: Timestamp,
        /// Name of who made them.
        pub made_by: String,
        /// `made` here, or `imported`.
        pub origin: String,
        /// How many are not revoked.
        pub codes: i64,
        /// How many of them somebody has used.
        pub used: i64,
    }
}

/// A code to be added.
pub struct NewCode<'a> {
    /// Which.
    pub id: Uuid,
    /// To which family it leads.
    pub family_id: Uuid,
    /// As it is printed.
    pub code: &'a str,
    /// As it is compared.
    pub key: &'a str,
    /// `made` or `imported`.
    pub origin: &'a str,
    /// Codes made together.
    pub batch: Uuid,
    /// From when on it is no longer good.
    pub expires_at: Option<Timestamp>,
}

/// Adds a code.
pub async fn insert(tx: &mut Tx, new: &NewCode<'_>) -> Result<(), StoreError> {
    let (at, actor) = (tx.at(), tx.actor());
    let args = args![
        new.id,
        new.family_id,
        new.code,
        new.key,
        new.origin,
        new.batch,
        actor.name,
        at,
        new.expires_at
    ];
    tx.put(&INSERT, args).await
}

/// One code.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Code>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The code of a key; `own` is the key of a code of ours, empty for none.
pub async fn by_key(tx: &mut Tx, whole: &str, own: &str) -> Result<Option<Code>, StoreError> {
    tx.query_opt(&BY_KEY, args![whole, own]).await
}

/// The codes of a family, the latest first.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Code>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// Codes made together and not revoked.
pub async fn of_batch(
    tx: &mut Tx,
    batch: Uuid,
    limit: i64,
    offset: i64,
) -> Result<Vec<Code>, StoreError> {
    tx.query(&OF_BATCH, args![batch, limit, offset]).await
}

/// How many of them there are.
pub async fn batch_size(tx: &mut Tx, batch: Uuid) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx.query_one(&BATCH_SIZE, args![batch]).await?;
    Ok(count)
}

/// Codes made together, the latest first; a single code is no batch.
pub async fn batches(tx: &mut Tx, limit: i64) -> Result<Vec<Batch>, StoreError> {
    tx.query(&BATCHES, args![limit]).await
}

/// Every key, to check an import.
pub async fn keys(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let found: Vec<(String,)> = tx.query(&KEYS, args![]).await?;
    Ok(found.into_iter().map(|(key,)| key).collect())
}

/// Takes a code back. False when it was taken back before.
pub async fn revoke(tx: &mut Tx, id: Uuid) -> Result<bool, StoreError> {
    let at = tx.at();
    Ok(tx.execute(&REVOKE, args![id, at]).await? == 1)
}

/// Takes every code of a family back.
pub async fn revoke_of_family(tx: &mut Tx, family: Uuid) -> Result<u64, StoreError> {
    let at = tx.at();
    tx.execute(&REVOKE_OF_FAMILY, args![family, at]).await
}

/// Notes who used a code.
pub async fn used(tx: &mut Tx, code: Uuid, account: Uuid, name: &str) -> Result<(), StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    tx.put(&USE, args![id, code, account, name, at]).await
}

/// Who used a code.
pub async fn uses(tx: &mut Tx, code: Uuid) -> Result<Vec<Use>, StoreError> {
    tx.query(&USES, args![code]).await
}

/// Who used the codes of a family.
pub async fn uses_of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Use>, StoreError> {
    tx.query(&USES_OF_FAMILY, args![family]).await
}

/// The codes that an account used, as they are printed, and when.
pub async fn used_by(tx: &mut Tx, account: Uuid) -> Result<Vec<(String, Timestamp)>, StoreError> {
    tx.query(&USED_BY, args![account]).await
}

/// Families that nobody is tied to and that have no code that is still good.
pub async fn families_without_account(tx: &mut Tx) -> Result<Vec<Uuid>, StoreError> {
    let at = tx.at();
    let found: Vec<(Uuid,)> = tx.query(&WITHOUT_ACCOUNT, args![at]).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

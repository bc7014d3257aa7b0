//! The keys of a commune, and every column that holds what they sealed. Values come and go sealed: nothing here can
//! open them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::Sql, sql::statements};

statements! {
    KEYS = "SELECT number, master, wrapped, made_at, retired_at FROM data_key ORDER BY number";
    CURRENT = "SELECT MAX(number) FROM data_key";
    INSERT_KEY = "INSERT INTO data_key (number, master, wrapped, made_at, retired_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    REWRAP = "UPDATE data_key SET master = ?2, wrapped = ?3 WHERE number = ?1";
    RETIRE = "UPDATE data_key SET retired_at = ?2 WHERE number < ?1 AND retired_at IS NULL";
    FORGET = "DELETE FROM data_key WHERE retired_at <= ?1 RETURNING number";
    FACT_LEFT = "SELECT COUNT(*) FROM fact WHERE sealed IS NOT NULL AND substr(sealed, 1, 5) <> ?1";
    FACT_PAGE = "SELECT id, member_id, field, sealed FROM fact WHERE sealed IS NOT NULL AND substr(sealed, 1, 5) <> ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    FACT_REPLACE = "UPDATE fact SET sealed = ?3 WHERE id = ?1 AND sealed = ?2";
    FACT_GET = "SELECT sealed FROM fact WHERE member_id = ?1 AND field = ?2";
    FACT_PUT = "INSERT INTO fact (id, member_id, field, sealed, changed_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (member_id, field) DO UPDATE SET value = NULL, sealed = excluded.sealed, changed_at = excluded.changed_at";
}

/// A column of sealed values. Each value belongs to an owner (a member of a family) and has a name (a field) there:
/// it opens for these two only, whatever row it stands in.
pub struct Column {
    /// `table.column`.
    pub name: &'static str,
    left: &'static Sql,
    page: &'static Sql,
    replace: &'static Sql,
    get: &'static Sql,
    put: &'static Sql,
}

/// What is known of a member's health and diet; owner: the member, name: the field.
pub static FACT: Column = Column {
    name: "fact.sealed",
    left: &FACT_LEFT,
    page: &FACT_PAGE,
    replace: &FACT_REPLACE,
    get: &FACT_GET,
    put: &FACT_PUT,
};

/// Every column of sealed values. A test compares it with the migrations: what is missing here would be lost when the
/// key changes.
pub static COLUMNS: &[&Column] = &[&FACT];

row! {
    /// A key of the commune, wrapped.
    pub struct DataKey {
        /// Its number: the highest seals.
        pub number: i64,
        /// Fingerprint of the master key that opens it.
        pub master: String,
        /// The key, sealed.
        pub wrapped: Vec<u8>,
        /// When it was made.
        pub made_at: Timestamp,
        /// Since when nothing that is kept needs it.
        pub retired_at: Option<Timestamp>,
    }
}

row! {
    /// A sealed value.
    pub struct Sealed {
        /// Its row.
        pub id: Uuid,
        /// Whose it is.
        pub owner: Uuid,
        /// What it is of them.
        pub name: String,
        /// The value.
        pub sealed: Vec<u8>,
    }
}

/// Every key, the oldest first.
pub async fn keys(tx: &mut Tx) -> Result<Vec<DataKey>, StoreError> {
    tx.query(&KEYS, args![]).await
}

/// The number of the key that seals. None: nothing was ever sealed.
pub async fn current(tx: &mut Tx) -> Result<Option<i64>, StoreError> {
    let (number,): (Option<i64>,) = tx.query_one(&CURRENT, args![]).await?;
    Ok(number)
}

/// Adds a key.
pub async fn insert_key(tx: &mut Tx, key: &DataKey) -> Result<(), StoreError> {
    let args = args![
        key.number,
        &key.master,
        key.wrapped.as_slice(),
        key.made_at,
        key.retired_at
    ];
    tx.put(&INSERT_KEY, args).await
}

/// The same key under another master key.
pub async fn rewrap(
    tx: &mut Tx,
    number: i64,
    master: &str,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    tx.put(&REWRAP, args![number, master, wrapped]).await
}

/// Nothing that is kept needs the keys before this one.
pub async fn retire(tx: &mut Tx, before: i64) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&RETIRE, args![before, at]).await
}

/// Removes keys that were retired at this instant or before; gives their numbers.
pub async fn forget(tx: &mut Tx, retired_by: Timestamp) -> Result<Vec<i64>, StoreError> {
    let gone: Vec<(i64,)> = tx.change(&FORGET, args![retired_by]).await?;
    Ok(gone.into_iter().map(|(number,)| number).collect())
}

/// Values of a column whose header is another one than this.
pub async fn left(tx: &mut Tx, column: &Column, header: &[u8]) -> Result<i64, StoreError> {
    let (left,): (i64,) = tx.query_one(column.left, args![header]).await?;
    Ok(left)
}

/// The next of them after this row.
pub async fn page(
    tx: &mut Tx,
    column: &Column,
    header: &[u8],
    after: Uuid,
    limit: i64,
) -> Result<Vec<Sealed>, StoreError> {
    tx.query(column.page, args![header, after, limit]).await
}

/// Puts a value that was sealed anew in the place of the old one. False when somebody changed it in between.
pub async fn replace(
    tx: &mut Tx,
    column: &Column,
    id: Uuid,
    old: &[u8],
    new: &[u8],
) -> Result<bool, StoreError> {
    Ok(tx.execute(column.replace, args![id, old, new]).await? == 1)
}

/// The sealed value of an owner.
pub async fn get(
    tx: &mut Tx,
    column: &Column,
    owner: Uuid,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Option<Vec<u8>>,)> = tx.query_opt(column.get, args![owner, name]).await?;
    Ok(found.and_then(|(sealed,)| sealed))
}

/// Keeps a sealed value of an owner, in the place of what was there.
pub async fn put(
    tx: &mut Tx,
    column: &Column,
    owner: Uuid,
    name: &str,
    sealed: &[u8],
) -> Result<(), StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    tx.put(column.put, args![id, owner, name, sealed, at]).await
}

//! The eight kinds of value that cross the line to either engine, and back.
//!
//! | kind | in Rust | SQLite | PostgreSQL |
//! |---|---|---|---|
//! | `INT` | `i64` | INTEGER | bigint |
//! | `TEXT`, `JSON` | `String` | TEXT | text |
//! | `BYTES` | `Vec<u8>` | BLOB | bytea |
//! | `BOOL` | `bool` | INTEGER 0 or 1 | boolean |
//! | `UUID` | `Uuid` | BLOB of 16 bytes | uuid |
//! | `INSTANT` | `Timestamp`, cut to the microsecond | INTEGER, µs since 1970 UTC | timestamptz |
//! | `DATE` | `civil::Date` | TEXT `2026-11-23` | date |
//!
//! JSON is text in both, so that a row copied from one engine to the other stays the same to the byte.

use bytes::BytesMut;
use jiff::{Timestamp, civil::Date};
use rusqlite::types::{ToSql as SqliteToSql, ToSqlOutput, ValueRef};
use tokio_postgres::types::{IsNull, ToSql as PostgresToSql, Type, to_sql_checked};
use uuid::Uuid;

use crate::error::StoreError;

/// A value bound to a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number: counts, cents, versions.
    Int(i64),
    /// Text, JSON included.
    Text(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// Yes or no.
    Bool(bool),
    /// An identifier.
    Uuid(Uuid),
    /// An instant, UTC.
    Instant(Timestamp),
    /// A civil date.
    Date(Date),
}

macro_rules! into_value {
    ($($from:ty => |$x:ident| $to:expr),* $(,)?) => { $(
        impl From<$from> for Value { fn from($x: $from) -> Self { $to } }
    )* };
}
into_value! {
    i64 => |x| Self::Int(x),
    i32 => |x| Self::Int(x.into()),
    u32 => |x| Self::Int(x.into()),
    bool => |x| Self::Bool(x),
    String => |x| Self::Text(x),
    &String => |x| Self::Text(x.clone()),
    &str => |x| Self::Text(x.to_owned()),
    Vec<u8> => |x| Self::Bytes(x),
    &[u8] => |x| Self::Bytes(x.to_vec()),
    [u8; 32] => |x| Self::Bytes(x.to_vec()),
    Uuid => |x| Self::Uuid(x),
    Timestamp => |x| Self::Instant(to_micros(x)),
    Date => |x| Self::Date(x),
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(x: Option<T>) -> Self {
        x.map_or(Self::Null, Into::into)
    }
}

/// Both engines keep microseconds: what is written is what is read again.
#[must_use]
pub(crate) fn to_micros(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

impl SqliteToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(x) => ToSqlOutput::Borrowed(ValueRef::Integer(*x)),
            Self::Text(x) => ToSqlOutput::Borrowed(ValueRef::Text(x.as_bytes())),
            Self::Bytes(x) => ToSqlOutput::Borrowed(ValueRef::Blob(x)),
            Self::Bool(x) => ToSqlOutput::Borrowed(ValueRef::Integer((*x).into())),
            Self::Uuid(x) => ToSqlOutput::Borrowed(ValueRef::Blob(x.as_bytes())),
            Self::Instant(x) => ToSqlOutput::Borrowed(ValueRef::Integer(x.as_microsecond())),
            Self::Date(x) => ToSqlOutput::Owned(x.to_string().into()),
        })
    }
}

impl PostgresToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(x) if *ty == Type::INT4 => {
                PostgresToSql::to_sql(&i32::try_from(*x)?, ty, out)
            }
            Self::Int(x) => PostgresToSql::to_sql(x, ty, out),
            Self::Text(x) => PostgresToSql::to_sql(x, ty, out),
            Self::Bytes(x) => PostgresToSql::to_sql(x, ty, out),
            Self::Bool(x) => PostgresToSql::to_sql(x, ty, out),
            Self::Uuid(x) => PostgresToSql::to_sql(x, ty, out),
            Self::Instant(x) => PostgresToSql::to_sql(x, ty, out),
            Self::Date(x) => PostgresToSql::to_sql(x, ty, out),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

/// A row under the reader's cursor, on either engine.
#[derive(Clone, Copy)]
pub enum Row<'r> {
    /// From SQLite.
    Sqlite(&'r rusqlite::Row<'r>),
    /// From PostgreSQL.
    Postgres(&'r tokio_postgres::Row),
}

/// A type that can be read from a column.
pub trait Column: Sized + Send {
    /// Reads it from SQLite; `None` says that the stored kind is another one.
    fn from_sqlite(value: ValueRef<'_>) -> Option<Self>;
    /// Reads it from PostgreSQL.
    fn from_postgres(row: &tokio_postgres::Row, at: usize) -> Result<Self, tokio_postgres::Error>;
}

macro_rules! column {
    ($($ty:ty: |$v:ident| $read:expr),* $(,)?) => { $(
        impl Column for $ty {
            fn from_sqlite($v: ValueRef<'_>) -> Option<Self> { $read }
            fn from_postgres(row: &tokio_postgres::Row, at: usize) -> Result<Self, tokio_postgres::Error> { row.try_get(at) }
        }
        impl Column for Option<$ty> {
            fn from_sqlite(v: ValueRef<'_>) -> Option<Self> {
                if v == ValueRef::Null { Some(None) } else { <$ty>::from_sqlite(v).map(Some) }
            }
            fn from_postgres(row: &tokio_postgres::Row, at: usize) -> Result<Self, tokio_postgres::Error> { row.try_get(at) }
        }
    )* };
}
column! {
    i64: |v| v.as_i64().ok(),
    bool: |v| v.as_i64().ok().map(|x| x != 0),
    String: |v| v.as_str().ok().map(ToOwned::to_owned),
    Vec<u8>: |v| v.as_blob().ok().map(ToOwned::to_owned),
    Uuid: |v| v.as_blob().ok().and_then(|b| Uuid::from_slice(b).ok()),
    Timestamp: |v| v.as_i64().ok().and_then(|x| Timestamp::from_microsecond(x).ok()),
    Date: |v| v.as_str().ok().and_then(|x| x.parse().ok()),
}

/// A shape that a row can be read into, its columns in the order of the statement.
pub trait FromRow: Sized + Send {
    /// Reads the shape.
    fn from_row(row: &mut Reader<'_>) -> Result<Self, StoreError>;
}

/// Reads a row's columns one after the other.
pub struct Reader<'r> {
    row: Row<'r>,
    at: usize,
}

impl<'r> Reader<'r> {
    /// Starts at the first column.
    #[must_use]
    pub fn new(row: Row<'r>) -> Self {
        Self { row, at: 0 }
    }

    /// The next column.
    pub fn take<T: Column>(&mut self) -> Result<T, StoreError> {
        let at = self.at;
        self.at += 1;
        match self.row {
            Row::Sqlite(row) => {
                let value = row.get_ref(at).map_err(StoreError::from)?;
                T::from_sqlite(value).ok_or_else(|| {
                    StoreError::Internal(format!("column {at}: unexpected {}", value.data_type()))
                })
            }
            Row::Postgres(row) => T::from_postgres(row, at).map_err(StoreError::from),
        }
    }
}

macro_rules! tuple_rows {
    ($(($($t:ident),+))*) => { $(
        impl<$($t: Column),+> FromRow for ($($t,)+) {
            fn from_row(row: &mut Reader<'_>) -> Result<Self, StoreError> { Ok(($(row.take::<$t>()?,)+)) }
        }
    )* };
}
tuple_rows! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }

/// Declares a struct that is read from a row, its fields in the order of the statement's columns.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* pub $field:ident: $ty:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$fmeta])* pub $field: $ty),+ }
        impl $crate::FromRow for $name {
            fn from_row(row: &mut $crate::Reader<'_>) -> Result<Self, $crate::StoreError> {
                Ok(Self { $($field: row.take::<$ty>()?),+ })
            }
        }
    };
}

/// Builds the list of values bound to a statement.
#[macro_export]
macro_rules! args {
    ($($x:expr),* $(,)?) => { [$($crate::Value::from($x)),*] };
}

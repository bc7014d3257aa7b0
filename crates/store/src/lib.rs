//! The store: two engines behind one [`Tx`], the write lane, migrations, the registry of communes.
//!
//! A commune is one database: a SQLite file, or a PostgreSQL schema. Every write of a commune goes, one after the
//! other, through its lane ([`Database::write`]); reads go beside it ([`Database::read`]). Statements are written once
//! and live in `tables/`, a file a family of tables; use cases call those functions and never see SQL.

mod command;
mod communes;
mod database;
mod ddl;
mod engine;
mod error;
mod files;
mod lane;
mod migrate;
pub mod personal;
mod rows;
mod sql;
pub mod tables;
mod transfer;
#[cfg(test)]
mod transfer_tests;
mod value;

pub use command::Command;
pub use communes::{Commune, Communes, Settings};
pub use database::{Address, Database};
pub use ddl::{Kind, Table};
pub use engine::{Actor, EngineKind, Origin, Tx, postgres::PgServer};
pub use error::StoreError;
pub use files::Files;
pub use lane::{BATCH, QUEUE};
pub use migrate::{COMMUNE, Migration, REGISTRY, Tree};
pub use sql::Sql;
pub use transfer::{Import, Lock, Progress, TransferError, Unlock, schema_version};
pub use value::{Column, FromRow, Reader, Row, Value};

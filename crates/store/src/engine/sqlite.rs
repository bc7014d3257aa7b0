//! SQLite: one file a database, in WAL, every commit on the disk before it is answered.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::{
    error::StoreError,
    value::{FromRow, Reader, Row, Value},
};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    Write,
}

/// Opens the file. Creates it only when `create` says so: a missing file is an error, not an empty commune.
pub(crate) fn open(path: &Path, purpose: Use, create: bool) -> Result<Connection, StoreError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = Connection::open_with_flags(path, flags)
        .map_err(|e| StoreError::Unavailable(format!("{}: {e}", path.display())))?;
    conn.set_prepared_statement_cache_capacity(256);
    conn.busy_timeout(std::time::Duration::from_secs(2))?;
    conn.execute_batch(match purpose {
        Use::Write => {
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
        }
        Use::Read => {
            "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1000;"
        }
    })
    .map_err(|e| match StoreError::from(e) {
        StoreError::Internal(e) | StoreError::Unavailable(e) => {
            StoreError::Unavailable(format!("{}: {e}", path.display()))
        }
        other => other,
    })?;
    Ok(conn)
}

pub(crate) fn query_with<R>(
    conn: &Connection,
    text: &str,
    args: &[Value],
    mut read: impl FnMut(&mut Reader<'_>) -> Result<R, StoreError>,
) -> Result<Vec<R>, StoreError> {
    let mut statement = conn.prepare_cached(text)?;
    let mut rows = statement.query(params_from_iter(args))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push(read(&mut Reader::new(Row::Sqlite(row)))?);
    }
    Ok(out)
}

pub(crate) fn query<R: FromRow>(
    conn: &Connection,
    text: &str,
    args: &[Value],
) -> Result<Vec<R>, StoreError> {
    query_with(conn, text, args, R::from_row)
}

pub(crate) fn execute(conn: &Connection, text: &str, args: &[Value]) -> Result<u64, StoreError> {
    let mut statement = conn.prepare_cached(text)?;
    let changed = statement.execute(params_from_iter(args))?;
    Ok(changed as u64)
}

//! What can go wrong below the use cases, sorted by what can be done about it.

use thiserror::Error;

/// A failure of the store.
#[derive(Debug, Clone, Error)]
pub enum StoreError {
    /// The database cannot serve now: locked, unreachable, full, damaged, overloaded. Try again later.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// A unique or foreign key refused the row.
    #[error("refused by a constraint: {0}")]
    Constraint(String),
    /// The database was written by a newer binary.
    #[error(
        "the database has schema version {found}, this binary knows up to {known}: install the newer Préau"
    )]
    TooNew {
        /// Version found in the database.
        found: i64,
        /// Newest version known to this binary.
        known: i64,
    },
    /// One row was expected and none was there.
    #[error("no such row")]
    NotFound,
    /// A defect of ours.
    #[error("internal: {0}")]
    Internal(String),
}

impl StoreError {
    /// True when the same command may succeed later without a change.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(Code::ConstraintViolation) => Self::Constraint(text),
            Some(
                Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::DiskFull
                | Code::ReadOnly
                | Code::SystemIoFailure
                | Code::CannotOpen
                | Code::DatabaseCorrupt
                | Code::NotADatabase
                | Code::PermissionDenied
                | Code::FileLockingProtocolFailed
                | Code::OutOfMemory
                | Code::OperationInterrupted,
            ) => Self::Unavailable(text),
            _ if matches!(error, rusqlite::Error::QueryReturnedNoRows) => Self::NotFound,
            _ => Self::Internal(text),
        }
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let text = error
            .as_db_error()
            .map_or_else(|| error.to_string(), ToString::to_string);
        let Some(state) = error.code() else {
            // No SQLSTATE: the connection failed or broke.
            return Self::Unavailable(text);
        };
        match &state.code()[..2] {
            "23" => Self::Constraint(text),
            // connection, resources (disk full, too many connections), operator intervention, system, authorisation
            "08" | "53" | "57" | "58" | "28" | "55" | "40" => Self::Unavailable(text),
            _ => Self::Internal(text),
        }
    }
}

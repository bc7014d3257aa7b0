//! How a use case ends when it does not end well. Each case has one page and one way out.

use jiff::Timestamp;
use preau_store::StoreError;
use thiserror::Error;

use crate::seal::KeyError;

/// A message beside a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field in the form.
    pub field: &'static str,
    /// What is wrong and what to do, in French.
    pub message: String,
}

impl FieldError {
    /// A message beside a field.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

/// Why nothing was done.
#[derive(Debug, Clone, Error)]
pub enum Error {
    /// The form is shown again with these messages.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// There is no such thing, or it is not the caller's: the same answer for both.
    #[error("not found")]
    NotFound,
    /// The caller is known and may not do this.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// The caller must log in first.
    #[error("log in first")]
    LogIn,
    /// Not in the present state of the thing; the message says why, in French.
    #[error("conflict: {0}")]
    Conflict(String),
    /// Too many tries: again after this instant.
    #[error("too many tries until {0}")]
    TooMany(Timestamp),
    /// The store.
    #[error(transparent)]
    Store(StoreError),
    /// Sealed data: a key that is missing or another, a value that does not open.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            other => Self::Store(other),
        }
    }
}

impl Error {
    /// One message beside one field.
    pub fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
}

/// Gathers the messages of a form, so that all are shown at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<FieldError>);

impl Problems {
    /// Keeps the value, or notes the message and gives `None`.
    pub fn take<T, E>(
        &mut self,
        field: &'static str,
        result: Result<T, E>,
        message: impl FnOnce(&E) -> String,
    ) -> Option<T> {
        result
            .map_err(|e| self.0.push(FieldError::new(field, message(&e))))
            .ok()
    }

    /// Notes a message.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    /// True when nothing was noted.
    #[must_use]
    pub fn none(&self) -> bool {
        self.0.is_empty()
    }

    /// The error to return.
    #[must_use]
    pub fn into_error(self) -> Error {
        Error::Invalid(self.0)
    }
}

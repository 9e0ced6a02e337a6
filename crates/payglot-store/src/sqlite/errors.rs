//! What SQLite's errors mean to a caller.

use crate::StoreError;
use rusqlite::{Error, ErrorCode};

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::QueryReturnedNoRows => Self::NotFound,
            Error::SqliteFailure(code, message) => {
                let words = message.unwrap_or_else(|| code.to_string());
                match code.code {
                    ErrorCode::ConstraintViolation => Self::Constraint(words),
                    ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TypeMismatch => {
                        Self::Damaged(words)
                    }
                    // Busy, locked, full, I/O, read-only, no memory: the next try may find it mended.
                    _ => Self::Unavailable(words),
                }
            }
            Error::SqlInputError { .. }
            | Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::InvalidColumnType(..) => Self::Damaged(error.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// Is this a violation of a UNIQUE constraint or a primary key?
pub(super) fn is_duplicate(error: &Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    matches!(error, Error::SqliteFailure(code, _)
        if code.extended_code == SQLITE_CONSTRAINT_UNIQUE || code.extended_code == SQLITE_CONSTRAINT_PRIMARYKEY)
}

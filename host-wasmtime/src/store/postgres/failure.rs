//! Errors of the server, without values or secrets.

use std::error::Error as _;
use std::fmt;

use tokio_postgres::Error;
use tokio_postgres::error::Severity;

use crate::store::StoreError;

/// SQLSTATE classes whose messages name objects or the state of the database, but no values.
const TOLD: [&str; 13] = ["0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"];

/// Why a statement failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// Whether the server rejected the statement and rolled it back.
    refused: bool,
    /// SQLSTATE, if the server sent one.
    state: Option<String>,
    /// A message that is safe to show.
    told: String,
}

impl Failure {
    /// The server did not answer, with a short reason.
    pub(super) fn silent(why: impl Into<String>) -> Failure {
        Failure { refused: false, state: None, told: why.into() }
    }

    /// Another transaction got in the way and this one was rolled back. It can be retried at once.
    pub(super) fn may_be_tried_again(&self) -> bool {
        self.refused && matches!(self.state.as_deref(), Some("40001" | "40P01"))
    }

    /// Whether a table does not exist.
    pub(super) fn lacks_table(&self) -> bool {
        self.refused && self.state.as_deref() == Some("42P01")
    }

    /// The error for the caller of a statement that writes, or of one that only reads.
    pub(super) fn error(&self, writes: bool) -> StoreError {
        let happened = if self.refused { "PostgreSQL refused" } else { "PostgreSQL gave no answer" };
        let unknown =
            if writes && !self.refused { ": it is not known whether the change was written" } else { "" };
        StoreError::new(format!("{happened} ({self}){unknown}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.told)
    }
}

impl From<Error> for Failure {
    /// The driver's own messages may hold a host or a value. This keeps the server's code, its message if that is
    /// harmless, and the kind of a network error.
    fn from(error: Error) -> Failure {
        if let Some(said) = error.as_db_error() {
            let state = said.code().code();
            let harmless = TOLD.iter().any(|class| state.starts_with(class));
            let told = if harmless { format!("{state}: {}", said.message()) } else { state.into() };
            let refused = said.parsed_severity() == Some(Severity::Error);
            return Failure { refused, state: Some(state.into()), told };
        }
        let network = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
        match network {
            Some(network) => Failure::silent(network.kind().to_string()),
            None if error.is_closed() => Failure::silent("the connection was closed"),
            None => Failure::silent("no connection could be made, or the answer could not be read"),
        }
    }
}

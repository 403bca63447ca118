//! What can go wrong around a check. Each of them is a denial; this is for the log at home.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::base::Error;

/// Whatever a store, or a function of yours, fails with.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a request was denied with 503: something failed.
///
/// It holds nothing of a request or a record; what a store says of itself is the store's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GateError {
    /// The store could not say whether there is such a record, or what its owner may do.
    Source(Arc<dyn StdError + Send + Sync>),
    /// The store took longer than it may.
    Late {
        /// What it may take.
        limit: Duration,
    },
    /// The store returned an older revision than it did before: a copy that lags behind.
    Behind,
    /// The look-up ended without an answer: it panicked, or its runtime is gone.
    Abandoned,
    /// A function that says where a request comes from, or what it is for, failed.
    Placing(Arc<dyn StdError + Send + Sync>),
    /// The rules could not be asked, or refuse the document of an owner's rights.
    Rules(Arc<Error>),
}

impl GateError {
    pub(crate) fn source(error: BoxError) -> GateError {
        GateError::Source(error.into())
    }

    pub(crate) fn placing(error: BoxError) -> GateError {
        GateError::Placing(error.into())
    }
}

impl From<Error> for GateError {
    fn from(error: Error) -> GateError {
        GateError::Rules(Arc::new(error))
    }
}

impl fmt::Display for GateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GateError::Source(error) => write!(out, "the look-up failed: {error}"),
            GateError::Late { limit } => write!(out, "the look-up took longer than {limit:?}"),
            GateError::Behind => {
                out.write_str("the store returned an older revision of a record than it did before")
            }
            GateError::Abandoned => out.write_str("the look-up ended without an answer"),
            GateError::Placing(error) => {
                write!(out, "where the request comes from, or what it is for, cannot be said: {error}")
            }
            GateError::Rules(error) => error.fmt(out),
        }
    }
}

impl StdError for GateError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            GateError::Source(error) | GateError::Placing(error) => Some(&**error),
            GateError::Rules(error) => Some(&**error),
            GateError::Late { .. } | GateError::Behind | GateError::Abandoned => None,
        }
    }
}

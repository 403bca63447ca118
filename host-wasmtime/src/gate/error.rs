//! What can fail during a check. Each failure is a denial; the error is for your logs.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::base::Error;

/// Any error of a store or of a function of yours.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What failed before a denial.
///
/// It holds nothing from a request or a record. The text of a store's error comes from the store.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GateError {
    /// The store failed to look up the record or the owner's rights.
    Source(Arc<dyn StdError + Send + Sync>),
    /// The store timed out.
    Late {
        /// The timeout.
        limit: Duration,
    },
    /// The store returned an older revision than before: it is a lagging replica.
    Behind,
    /// The look-up ended without an answer: it panicked, or its runtime is gone.
    Abandoned,
    /// A function for the tenant, the application or the client's address failed.
    Placing(Arc<dyn StdError + Send + Sync>),
    /// The gate is laid around a whole axum router, where it cannot see which route is taken.
    AroundRouter,
    /// The module failed, or it refused the document with an owner's rights.
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
            GateError::AroundRouter => out.write_str(
                "the gate is laid around a whole router and cannot see which route it takes: lay it on the router, \
                 with `Router::layer`",
            ),
            GateError::Rules(error) => error.fmt(out),
        }
    }
}

impl StdError for GateError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            GateError::Source(error) | GateError::Placing(error) => Some(&**error),
            GateError::Rules(error) => Some(&**error),
            GateError::Late { .. } | GateError::Behind | GateError::Abandoned | GateError::AroundRouter => {
                None
            }
        }
    }
}

//! Why a command did not take effect.

use std::fmt;

use portcullis_core::{RefusalCode, Value};

use crate::base::Error;
use crate::base::fields::{optional, text};
use crate::store::StoreError;

/// Why a command or a query failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum TokensError {
    /// The command is refused. Tell the caller why.
    Refused(Refusal),
    /// The store failed. The command may have taken effect: give it again under the same id.
    Store(StoreError),
    /// The rules failed, or the document was not a command.
    Rules(Error),
    /// The operating system gave no randomness.
    Entropy(getrandom::Error),
}

/// A refusal: why, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason as a stable code.
    pub code: RefusalCode,
    /// The field of the command, as a JSON Pointer (RFC 6901).
    pub field: Option<String>,
    /// What to do instead, as a sentence.
    pub message: String,
}

impl Refusal {
    /// A sentence from a store or from this crate.
    pub(super) fn new(code: RefusalCode) -> Refusal {
        Refusal { code, field: None, message: code.sentence().into() }
    }

    pub(super) fn read(refusal: &Value) -> Option<Refusal> {
        let word = text(refusal, "code")?;
        let code = *RefusalCode::ALL.iter().find(|code| code.code() == word)?;
        let field = optional(refusal, "field", text)?.map(String::from);
        Some(Refusal { code, field, message: text(refusal, "message")?.into() })
    }
}

impl TokensError {
    /// The refusal, if it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            TokensError::Refused(refusal) => Some(refusal),
            TokensError::Store(_) | TokensError::Rules(_) | TokensError::Entropy(_) => None,
        }
    }
}

impl fmt::Display for TokensError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokensError::Refused(refusal) => write!(out, "{}: {}", refusal.code.code(), refusal.message),
            TokensError::Store(error) => error.fmt(out),
            TokensError::Rules(error) => error.fmt(out),
            TokensError::Entropy(error) => write!(out, "the operating system gave no randomness: {error}"),
        }
    }
}

impl std::error::Error for TokensError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TokensError::Refused(_) => None,
            TokensError::Store(error) => Some(error),
            TokensError::Rules(error) => Some(error),
            TokensError::Entropy(error) => Some(error),
        }
    }
}

impl From<Refusal> for TokensError {
    fn from(refusal: Refusal) -> TokensError {
        TokensError::Refused(refusal)
    }
}

impl From<StoreError> for TokensError {
    fn from(error: StoreError) -> TokensError {
        TokensError::Store(error)
    }
}

impl From<Error> for TokensError {
    fn from(error: Error) -> TokensError {
        TokensError::Rules(error)
    }
}

impl From<getrandom::Error> for TokensError {
    fn from(error: getrandom::Error) -> TokensError {
        TokensError::Entropy(error)
    }
}
